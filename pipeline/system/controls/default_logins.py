"""Passwords and codes that open a login and have a default in the source: `if given != os.getenv("ACCESS_CODE", "...")`.

Takes an assembly whose code is linked, gives each constant that is taken where the variable is not set, where the program compares
something else with it: what a caller sends. Only variables that are named for such a word count (`signing.yaml`, `names_of_logins`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.taken_by_default import Default, SchemaDefaults, defaults_behind
from pipeline.system.rules.signing import load_signing

_EQUAL = frozenset({"==", "!=", "===", "!=="})
_COMPARES = frozenset({"compare_digest", "timingSafeEqual", "equals", "ConstantTimeCompare"})


def default_logins(assembly: Assembly, schemas: SchemaDefaults) -> Iterator[Default]:
    """The defaults of words that callers are asked for."""
    for file, facts in enumerate(assembly.program.files):
        for value in facts.values:
            sides: tuple[int, ...] = ()
            if value.kind == "operation" and value.text in _EQUAL and len(value.inputs) == 2:
                sides = value.inputs
            elif value.kind == "call" and len(value.inputs) == 3 and facts.values[value.inputs[0]].text in _COMPARES:
                sides = value.inputs[1:]
            if any(facts.values[side].kind == "constant" for side in sides):
                continue  # a look at whether it is set at all
            for side in sides:
                yield from _of_side(assembly, (file, side), schemas)


def _of_side(assembly: Assembly, node: Node, schemas: SchemaDefaults) -> Iterator[Default]:
    if assembly.program.value(node).kind not in ("name", "attribute", "call", "choice"):
        return
    for default in defaults_behind(assembly, node, schemas):
        if default.variable and load_signing().opens(default.variable):
            yield default
