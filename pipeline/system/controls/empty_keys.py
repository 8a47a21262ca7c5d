"""Keys of signatures that are the empty text where nobody sets them: `hmac.new(settings.secret.encode(), body)` with `secret: str = ""`.

Takes an assembly whose code is linked, gives such defaults, each with the place that makes the digest. A digest under the empty key is made
by anybody, so what is held against it proves nothing. Only a digest that is compared where it is made or asked for counts, and only where
no test there, and no check of the settings that ends the program, looks at the key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.controls.signing_uses import SigningUse, signing_uses
from pipeline.system.controls.taken_by_default import Default, SchemaDefaults, defaults_behind
from pipeline.system.program.walking import inside
from pipeline.system.rules.signing import load_signing

_MOST_CALLERS, _MOST_VALUES = 12, 40


def empty_keys(assembly: Assembly, schemas: SchemaDefaults) -> Iterator[tuple[Default, SigningUse]]:
    """The empty defaults of keys by which messages are told apart from forged ones."""
    for use in signing_uses(assembly):
        if not use.plain:
            continue
        around = _around(assembly, use)
        if not _is_compared(assembly, around):
            continue
        for default in defaults_behind(assembly, use.key, schemas, empty=True):
            if assembly.program.value(default.node).text.strip():
                continue
            if default.names and not _is_looked_at(assembly, around, default.names | _passed_as(assembly, use)):
                yield replace(default, variable=default.variable or max(sorted(default.names), key=len)), use


def _around(assembly: Assembly, use: SigningUse) -> list[FunctionRef]:
    """The function that makes a digest, and those that ask for it."""
    program = assembly.program
    made_in = (use.place[0], program.value(use.place).scope)
    asking = ((call[0], program.value(call).scope) for call in program.callers(made_in)[:_MOST_CALLERS])
    return list(dict.fromkeys((made_in, *asking)))


def _is_compared(assembly: Assembly, around: Collection[FunctionRef]) -> bool:
    program, compares = assembly.program, load_signing().compares
    return any(
        program.value((call[0], program.value(call).inputs[0])).text in compares for one in around for call in assembly.calls_in(one)
    )


def _passed_as(assembly: Assembly, use: SigningUse) -> frozenset[str]:
    """Names of the parameters that hand the key on."""
    return frozenset(
        assembly.program.value(part).text
        for part in inside(assembly.program, use.key, _MOST_VALUES)
        if assembly.program.value(part).kind == "parameter"
    )


def _is_looked_at(assembly: Assembly, around: Collection[FunctionRef], names: Collection[str]) -> bool:
    """Whether a test where the digest is made or asked for, or one of the whole program that leaves, names the key."""
    for file, facts in enumerate(assembly.program.files):
        for branch in facts.branches:
            if not branch.exits_when and (file, branch.scope) not in around:
                continue
            for part in inside(assembly.program, (file, branch.condition), _MOST_VALUES):
                value = assembly.program.value(part)
                named = value.text in names and value.kind in ("name", "attribute", "index", "parameter", "constant")
                if named and not _is_handed_over(assembly, (file, branch.condition), part):
                    return True
    return False


def _is_handed_over(assembly: Assembly, condition: tuple[int, int], part: tuple[int, int]) -> bool:
    """Whether the key is only given to what is asked: `if not verify(body, header, settings.secret)` looks at no key."""
    program = assembly.program
    for one in inside(program, condition, _MOST_VALUES):
        value = program.value(one)
        if value.kind == "call" and one != part:
            given = (inner for argument in value.inputs[1:] for inner in inside(program, (one[0], argument), _MOST_VALUES))
            if part in given and program.value((one[0], value.inputs[0])).text not in ("len", "bool", "Boolean", "strip", "trim"):
                return True
    return False
