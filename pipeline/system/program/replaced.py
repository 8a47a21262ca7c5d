"""What a call replaces in a text, wherever it stands there, and whether markup is harmless afterwards.

Takes an assembly and a call; gives the text or the pattern that is replaced everywhere (JavaScript's `replace` replaces a text once, and
`/</g` each time), and says whether what opens a tag is gone: `text.replace(/</g, "&lt;")`, `text.replace("<", "&lt;")` in Python,
`text.replace(/[&<>]/g, c => NAMES[c])`. A replacement that leaves `<` alone, or finds it only in a whole tag, is no escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.program.patterns import pattern_of
from pipeline.system.program.walking import inputs_of, walk

SLASHES = re.compile(r"^/(.*)/([a-z]*)$", re.DOTALL)
_METHODS = frozenset({"replace", "replaceAll", "Replace", "ReplaceAll", "ReplaceAllString", "sub"})
_PACKAGES = frozenset({"ReplaceAll", "Replace"})  # of Go: `strings.ReplaceAll(text, "<", "&lt;")`
_ENTITY = re.compile(r"&(lt|#0*60|#x0*3c)\b|&#$|\\u003c", re.IGNORECASE)
_WHOLE_MATCH = re.compile(r"\$[&1]|\\[01]|\\g<")  # what was found is put back
_TRIED = ("<", "a<b", "<<b")
_MAX_PATTERN, _MOST = 200, 40


def searched(assembly: Assembly, node: Node, method: str) -> str | float | bool | None:
    """What is replaced wherever it stands: a text, or in JavaScript, where `replace` replaces a text once, `/"/g`."""
    value = assembly.program.value(node)
    if value.kind == "unknown" and value.text.startswith("/"):
        return value.text if "g" in value.text.rsplit("/", 1)[-1] else None
    once = method == "replace" and assembly.program.objects_are_entries(node[0])
    return None if once else assembly.program.constant(node)


def escapes_markup(assembly: Assembly, call: Node) -> bool:
    """Whether a call leaves no `<` of the text it is called on."""
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0])) if value.kind == "call" else value
    if callee.kind != "attribute" or callee.text not in _METHODS or len(value.inputs) < 3:
        return False
    given = inputs_of(program, call)[1:]
    if program.files[call[0]].language == "go" and callee.text in _PACKAGES and len(given) > 2:
        given = given[1:]
    if callee.text in ("sub", "ReplaceAllString"):
        base = (call[0], callee.inputs[0])
        pattern = pattern_of(assembly, base, given)
        made = given[1] if callee.text == "ReplaceAllString" or "re" in program.names(base) else given[0]
        return pattern is not None and _finds(pattern) and _is_harmless(assembly, made)
    return any(_takes_openings(assembly, call, old, callee.text) for old in _said(program, given[0])) and _is_harmless(assembly, given[1])


def escaping_calls(assembly: Assembly) -> Iterator[Node]:
    """The calls of a program that escape markup by what they replace."""
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and facts.values[value.inputs[0]].text in _METHODS and escapes_markup(assembly, (file, identity)):
                yield file, identity


def escaping_functions(assembly: Assembly) -> frozenset[FunctionRef]:
    """Functions that escape markup by what they replace."""
    return frozenset((call[0], assembly.program.value(call).scope) for call in escaping_calls(assembly))


def _said(program: Program, node: Node) -> list[Node]:
    origins = [origin for origin in program.origins(node) if origin != node]
    return [node] if program.value(node).kind in ("constant", "unknown") or len(origins) != 1 else origins


def _takes_openings(assembly: Assembly, call: Node, node: Node, method: str) -> bool:
    old = searched(assembly, node, method)
    if not isinstance(old, str):
        return False
    written = SLASHES.match(old) if assembly.program.value(node).kind == "unknown" else None
    if written is not None:
        return _finds(written[1])
    is_pattern = assembly.program.files[call[0]].language == "java" and method == "replaceAll"
    return _finds(old) if is_pattern else old == "<"


@lru_cache(maxsize=256)
def _finds(pattern: str) -> bool:
    """Whether each `<` is found by itself."""
    if len(pattern) > _MAX_PATTERN:
        return False
    try:
        compiled = re.compile(pattern)
        return all("<" not in compiled.sub("", text) for text in _TRIED) and "b" in compiled.sub("", "<b")
    except (re.error, OverflowError, RecursionError):
        return False


def _is_harmless(assembly: Assembly, node: Node) -> bool:
    """Whether what is put there opens no tag: a constant without `<`, or a function that gives the name of the character."""
    program = assembly.program
    said = program.constant(node)
    if isinstance(said, str):
        return "<" not in said and _WHOLE_MATCH.search(said) is None

    def onward(current: Node) -> list[Node]:
        value = program.value(current)
        functions = [one for name in program.names(current) for one in program.functions.get(name, ())]
        returned = [given for one in functions[:2] for given in program.nodes(one[0], program.function(one).returns)]
        origins = program.origins(current) if value.kind != "call" else ()
        return [*returned, *inputs_of(program, current), *(one for one in origins if one != current)]

    return any(
        program.value(one).kind == "constant" and _ENTITY.search(program.value(one).text) is not None
        for one in walk(node, onward, _MOST, nearest_first=True)
    )
