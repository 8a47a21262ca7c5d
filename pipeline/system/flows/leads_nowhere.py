"""Values that arrive where a path is expected and lead to no other file: an object of options, a group of a pattern that lists its letters,
a fixed name of a file of data that is only read below a folder.

Takes a hit of the flow search. Patterns are read and never run. A folder that is chosen still names the files that are written, listed,
deleted or loaded as code below it.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.flows.made_of import JOINS_BELOW, callee_text
from pipeline.system.flows.taint import Hit
from pipeline.system.program.patterns import pattern_of

_GIVES_GROUPS = frozenset({
    "FindStringSubmatch", "FindAllStringSubmatch", "match", "search", "fullmatch", "exec", "Match", "matcher", "findall", "finditer",
    "matchAll",
})  # fmt: skip
_TAKES_GROUP = frozenset({"group", "get"})
_LETTERS = re.compile(r"(?:(?:\\w|\\d|\[(?!\^)(?:\\w|\\d|\\-|[A-Za-z0-9_-])+\]|[A-Za-z0-9_-])(?:[*+?]|\{\d*,?\d*\})?\??)+")
_NAMED = re.compile(r"\?P?<\w+>")
_DATA = re.compile(r"(?:\A|.*[/\\])[\w.-]*\w\.(?:json|jsonl|html?|txt|md|csv|ya?ml|toml|xml|log)\Z")
_READS = frozenset({
    "open", "read_text", "read_bytes", "readFile", "readFileSync", "ReadFile", "Open", "ReadAllText", "ReadAllTextAsync", "readString",
    "exists", "is_file", "isfile", "existsSync", "stat", "Stat", "Exists",
})  # fmt: skip
_JOINS = frozenset({"join", "Join", "joinpath", "resolve", "Combine"})


def leads_nowhere(assembly: Assembly, hit: Hit, sink: Sink) -> bool:
    """Whether what arrives at a path cannot name another file than the program means."""
    if sink.role == "path" and ((not sink.key and _is_an_object(assembly, hit)) or _reads_a_fixed_name(assembly, hit)):
        return True
    return _is_a_listed_group(assembly, hit)


def _is_an_object(assembly: Assembly, hit: Hit) -> bool:
    """Whether an object of options stands where some other library of that name takes a path: `new Document({ sections })`."""
    program, last = assembly.program, hit.trace[-1]
    value = program.value(last)
    return value.kind == "collection" and value.text == "dictionary" and program.objects_are_entries(last[0])


def _is_a_listed_group(assembly: Assembly, hit: Hit) -> bool:
    """Whether the way takes a group of a match, whose pattern lists letters, digits, `_` and `-` alone: `v=([A-Za-z0-9_-]+)`."""
    program, match = assembly.program, None
    for node in hit.trace:
        value = program.value(node)
        name = callee_text(assembly, node) if value.kind == "call" else ""
        if name in _GIVES_GROUPS and not program.targets(node):
            match = node
            continue
        if match is None:
            continue
        number = _number(assembly, node) if value.kind == "index" or name in _TAKES_GROUP else None
        if number is not None:
            pattern = _pattern(assembly, match)
            group = _group(pattern, number) if pattern is not None and number else None
            if group is not None and _LETTERS.fullmatch(group):
                return True
        if value.kind not in ("guarded", "index", "choice", "element_of", "attribute", "name", "await") and name not in _TAKES_GROUP:
            match = None
    return False


def _number(assembly: Assembly, node: Node) -> int | None:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "index" and value.text.isdigit():
        return int(value.text)
    found = program.constant((node[0], value.inputs[1])) if len(value.inputs) > 1 else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _pattern(assembly: Assembly, match: Node) -> str | None:
    program, value = assembly.program, assembly.program.value(match)
    callee, arguments = program.value((match[0], value.inputs[0])), [(match[0], given) for given in value.inputs[1:]]
    owner = (match[0], callee.inputs[0]) if callee.kind == "attribute" else None
    if program.objects_are_entries(match[0]) and callee.text in ("match", "matchAll") and arguments:
        return pattern_of(assembly, arguments[0], [])
    return pattern_of(assembly, owner, arguments)


def _group(pattern: str, number: int) -> str | None:
    """The text of a group by its number; None where there is none, or one that holds others."""
    at, seen, listed, opened = 0, 0, False, list[tuple[int, int]]()
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 2
            continue
        if listed:
            listed = sign != "]"
        elif sign == "[":
            listed = True
        elif sign == "(":
            plain = pattern[at + 1 : at + 2] != "?" or _NAMED.match(pattern, at + 1) is not None
            seen += plain
            opened.append((seen if plain else 0, at + 1))
        elif sign == ")" and opened:
            which, start = opened.pop()
            if which == number:
                return _NAMED.sub("", pattern[start:at], count=1)
        at += 1
    return None


def _reads_a_fixed_name(assembly: Assembly, hit: Hit) -> bool:
    """Whether a file of data is only read, whose name below the folder that is chosen is written in the code: `folder / "notes.json"`."""
    if callee_text(assembly, hit.call) not in _READS or _is_written(assembly, hit.call):
        return False
    program = assembly.program
    for node in reversed(hit.trace):
        value = program.value(node)
        last = _last_part(assembly, node)
        if last is not None:
            return isinstance(last, str) and _DATA.match(last) is not None
        if value.kind not in ("call", "attribute", "choice", "guarded", "name", "parameter", "await", "collection"):
            return False
    return False


def _last_part(assembly: Assembly, node: Node) -> object:
    """What is joined behind a value; "" where the code does not say it, None where nothing is joined there."""
    program, value = assembly.program, assembly.program.value(node)
    joined = value.kind == "format" or (value.kind == "operation" and value.text in ("/", "+"))
    if value.kind == "call" and not program.targets(node):
        joined = callee_text(assembly, node) in _JOINS or not JOINS_BELOW.isdisjoint(program.callee_names(node))
    if not joined or len(value.inputs) < 2:
        return None
    found = program.constant((node[0], value.inputs[-1]))
    return found if isinstance(found, str) else ""


def _is_written(assembly: Assembly, call: Node) -> bool:
    """Whether `open` is given a mode that is not for reading, or one that is not known."""
    program, value = assembly.program, assembly.program.value(call)
    if callee_text(assembly, call) != "open":
        return False
    modes = [
        given for given, label in zip(value.inputs[1:], value.labels[1:] or ("",) * len(value.inputs), strict=False) if label == "mode"
    ]
    beside = 1 if program.value((call[0], value.inputs[0])).kind == "attribute" and "builtins.open" not in program.callee_names(call) else 2
    plain = [given for given, label in zip(value.inputs, value.labels or ("",) * len(value.inputs), strict=False) if not label]
    modes += plain[beside : beside + 1]
    return any(not str(program.constant((call[0], given)) or "w").startswith("r") for given in modes)
