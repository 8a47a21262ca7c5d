"""What a request brings along in its context: put in under a key by what runs before a handler, taken out by whoever is handed the context.

`context.WithValue(ctx, key, id)` and `ctx.Value(key)`, gin's `c.Set` and `c.Get`, fiber's `c.Locals`. Takes the program; gives for the
search of flows who takes what a call left. Keys are the same where they are one constant text, one variable, or values of one type that
holds nothing (`userKey{}`); what no key is known of is not joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node, Program
from ingest.facts import Value
from pipeline.system.program.flow_edges import Kept

_PUTS, _TAKES = frozenset({"WithValue", "Set", "Locals"}), frozenset({"Value", "Get", "GetString", "MustGet", "Locals"})
_HOLDERS = re.compile(
    r"go:(?:context|net/http\.Request\.Context)\b.{0,60}|github\.com/(?:gin-gonic/gin|labstack/echo|gofiber/fiber)(?:/v\d+)?\.(?:Context|Ctx)\.\w+"
)
_WITH_CONTEXT = "go:context.WithValue"


def request_contexts(program: Program) -> Kept:
    """Who takes what was left in a context."""
    left: dict[Node, tuple[int, ...]] = {}
    puts: dict[str, list[Node]] = {}
    takes: dict[str, list[Node]] = {}
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values if facts.language == "go" else ()):
            callee = facts.values[value.inputs[0]] if value.kind == "call" and len(value.inputs) > 1 else None
            if callee is None or callee.kind not in ("attribute", "name"):
                continue
            name = callee.text.rsplit(".", 1)[-1]
            if name not in _PUTS and name not in _TAKES:
                continue
            call = (file, identity)
            names = program.names((file, value.inputs[0]))
            if _WITH_CONTEXT in names and len(value.inputs) == 4:
                position, given = 2, puts
            elif not any(_HOLDERS.fullmatch(one) for one in names):
                continue
            else:
                position, given = 1, (puts if name in _PUTS and len(value.inputs) == 3 else takes)
            for key in _keys(program, call, value, position):
                given.setdefault(key, []).append(call)
                if given is puts:
                    left[call] = (position + 1,)
    takers: dict[Node, dict[Node, None]] = {}
    for key, calls in puts.items():
        for call in calls:
            if key in takes:
                takers.setdefault(call, {}).update(dict.fromkeys(takes[key]))
    return Kept({call: left[call] for call in takers}, {call: tuple(found) for call, found in takers.items()})


def joined(one: Kept, two: Kept) -> Kept:
    """Both ways over places."""
    return Kept({**one.left, **two.left}, {**one.takers, **two.takers})


def _keys(program: Program, call: Node, value: Value, position: int) -> Iterator[str]:
    key = (call[0], value.inputs[position])
    constant = program.constant(key)
    if isinstance(constant, str):
        yield f"text:{constant}"
        return
    origins = program.origins(key)
    if len(origins) != 1:
        return
    made = program.value(origins[0])
    if made.kind == "call" and len(made.inputs) == 1:  # `userKey{}`
        types = [name for name in program.names((origins[0][0], made.inputs[0])) if name in program.classes]
        if types:
            yield f"type:{types[0]}"
            return
    if program.value(key).kind == "name" or origins[0] != key:
        yield f"variable:{origins[0]}"
