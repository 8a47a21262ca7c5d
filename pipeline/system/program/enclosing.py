"""Functions that a function stands in: closures in methods, lambdas in routes, all of them in the top level of their file."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Program


def around(program: Program, reference: FunctionRef) -> Iterator[FunctionRef]:
    """A function and those it stands in, the innermost first; the top level of the file comes last."""
    number: int | None = reference[1]
    while number is not None:
        yield reference[0], number
        number = program.function((reference[0], number)).parent


def outermost(program: Program, reference: FunctionRef) -> FunctionRef:
    """The function of the top level that a function is, or stands in; the top level itself is its own."""
    return next((one for one in around(program, reference) if not program.function(one).parent), reference)
