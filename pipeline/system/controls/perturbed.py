"""Scores of a model that lose what they tell on their way out: rounded, mixed with noise, or reduced to a label.

Takes a hit of the flow search that begins at a prediction. Two digits after the point are few enough to take the compass away from whoever
asks again and again; where the full value leaves beside the rounded one, the flow of the full one has no such step on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.taint import Hit
from pipeline.system.program.arguments import argument_positions

FEW_DIGITS = 2
_ROUNDS = frozenset({"round", "around", "toFixed"})
_LABELS = frozenset({"argmax", "argMax"})
_NOISE = frozenset({"laplace", "normal", "gauss", "normalvariate", "standard_normal", "randn", "randn_like"})


def perturbed(assembly: Assembly, hit: Hit) -> Iterator[Node]:
    """The places on a way where a score is made to tell less."""
    for node in hit.trace:
        value = assembly.program.value(node)
        if value.kind == "call":
            name = callee_text(assembly, node)
            if name in _LABELS or (name in _ROUNDS and _digits(assembly, node) <= FEW_DIGITS):
                yield node
        elif value.kind == "operation" and value.text in ("+", "-", "+=") and _has_noise(assembly, node):
            yield node


def _digits(assembly: Assembly, call: Node) -> float:
    """How many digits after the point are left; many where that is not written down."""
    program, value = assembly.program, assembly.program.value(call)
    method = program.value((call[0], value.inputs[0])).kind == "attribute"
    outside = any(name.startswith(("numpy.", "np.", "torch.", "Math.")) for name in program.callee_names(call))
    place = "decimals|ndigits|0" if method and not outside else "decimals|ndigits|1"
    given = [program.constant((call[0], value.inputs[position])) for position in argument_positions(value, place)]
    if not given:
        return 0
    return float(given[0]) if isinstance(given[0], int | float) else float("inf")


def _has_noise(assembly: Assembly, operation: Node) -> bool:
    given = [(operation[0], part) for part in assembly.program.value(operation).inputs]
    origins = [origin for node in given for origin in assembly.program.origins(node)]
    return any(assembly.program.value(origin).kind == "call" and callee_text(assembly, origin) in _NOISE for origin in origins)
