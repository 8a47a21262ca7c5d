"""Ways that take no more of a thing than what tells it apart: the number of a page, the name or the kind of an uploaded file.

Takes a hit of the flow search. Of what outsiders wrote or handed in, such a way tells a model nothing, unless something is looked up or
opened by what it takes: a file that is read by its name is another thing than the name.
"""

from __future__ import annotations

from collections.abc import Callable

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.label_fields import BY_KEY, NO_TEXT, PAIRS
from pipeline.system.flows.taint import Hit
from pipeline.system.rules.words import words_of

_NUMBERS = frozenset({"id", "uuid", "guid"})
_OF_TEXTS = frozenset({
    "str", "String", "toString", "strip", "trim", "lower", "toLowerCase", "upper", "toUpperCase", "replace", "replaceAll", "split", "join",
    "format", "formatted", "concat", "slice", "substring", "lstrip", "rstrip", "append", "push", "add", "get", "of", "asList", "basename",
    "extname", "splitext", "all", "dumps", "stringify", "model_dump", "dict", "list", "map", "filter", "find", "reverse", "sort", "flat",
    "flatMap", "at", "toList", "collect", "stream", "Sprintf",
})  # fmt: skip


def says_nothing(assembly: Assembly, hit: Hit) -> bool:
    """Whether a way takes a number of a thing, or the name or kind of its file, and goes on with nothing but that."""
    after = _taken(assembly.program, hit, lambda words: words[-1] in NO_TEXT or tuple(words[-2:]) in PAIRS)
    return after is not None and all(_keeps_to_it(assembly.program, node) for node in after)


def is_looked_up(assembly: Assembly, hit: Hit) -> bool:
    """Whether a way takes a number of what was sent, and goes on with what a library gives for it: whoever sent it wrote none of that."""
    after = _taken(assembly.program, hit, lambda words: words[-1] in _NUMBERS)
    return after is not None and not all(_keeps_to_it(assembly.program, node) for node in after)


def _taken(program: Program, hit: Hit, wanted: Callable[[list[str]], bool]) -> tuple[Node, ...] | None:
    """The rest of a way behind the first place where it takes such a field."""
    if not hit.label:
        return None
    for at, node in enumerate(hit.trace):
        value = program.value(node)
        if value.kind in ("attribute", "index", "call"):
            words = words_of((_asked_for(program, node) if value.kind == "call" else value.text).split("@")[0])
            if words and wanted(words):
                return hit.trace[at + 1 :]
    return None


def _asked_for(program: Program, call: Node) -> str:
    """What a call takes of a thing by its name: `page.get("id")`, `file.getOriginalFilename()`."""
    value = program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind != "attribute":
        return ""
    if callee.text in BY_KEY and len(value.inputs) > 1:
        return str(program.constant((call[0], value.inputs[1])))
    return callee.text if callee.text.startswith("get") and len(value.inputs) == 1 else ""


def _keeps_to_it(program: Program, node: Node) -> bool:
    """Whether a value is made of a text alone: what is looked up, opened or asked by it is another thing."""
    value = program.value(node)
    if value.kind != "call" or program.targets(node) or any(name in program.classes for name in program.callee_names(node)):
        return True
    callee = program.value((node[0], value.inputs[0]))
    if value.labels[1:] == ("**",):
        return True  # `self.model(**sent.model_dump())`
    return callee.text in _OF_TEXTS or (callee.kind == "name" and callee.text[:1].isupper())
