"""Regular expressions that the code matches data with: their text, and whether what matches one can lead anywhere.

A pattern is read, never run here: it restricts where it names a host, or lists the characters of the whole text.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly

WITH_HOST = re.compile(r"^\^?[a-z]+(s\?)?:(\\?/){2}[^/\s]*[A-Za-z0-9]")
_OTHERS = re.compile(r"\\[SDW]")  # in a list of what is left: all that is no space, no digit, no letter
_ALONE = re.compile(r"(?:\(\?[a-zA-Z]+\))?\(?(?:\?:)?(?:\0|\\W|\\?/)(?:[+*]\??|\{1?,?\d*\})?\)?")
CLASS = re.compile(r"\[(?:\\.|[^\]\\])+\]")


def pattern_of(assembly: Assembly, base: Node | None, arguments: list[Node]) -> str | None:
    """The text of a pattern, where it is constant: `re.match(pattern, text)`, `re.compile(pattern).match(text)`."""
    program = assembly.program
    if base is not None and "System.Text.RegularExpressions.Regex" in program.names(base):
        candidates = arguments[1:2]
    elif base is None or "re" in program.names(base) or not {"regex", "go:regexp"}.isdisjoint(program.names(base)):
        candidates = arguments[:1]
    else:
        made = [(node, program.value(node)) for node in program.origins(base)]
        candidates = [(node[0], value.inputs[1]) for node, value in made if value.kind == "call" and len(value.inputs) > 1]
        candidates += [node for node, value in made if value.kind == "constant"]
        written = [value.text for _node, value in made if value.kind == "unknown" and value.text.startswith("/")]
        if written and len(written) == len(made):  # `/^[a-z]+$/i`
            return written[0][1:].rpartition("/")[0] or None
    found = program.constant(candidates[0]) if candidates else None
    return found if isinstance(found, str) else None


def pattern_replaced(assembly: Assembly, call: Node) -> str | None:
    """The pattern all matches of which a call replaces: `name.replace(/[^a-z]/g, "_")`, Java's `name.replaceAll("[^a-z]", "_")`."""
    program, value = assembly.program, assembly.program.value(call)
    callee, arguments = program.value((call[0], value.inputs[0])), [(call[0], given) for given in value.inputs[1:]]
    owner = (call[0], callee.inputs[0]) if callee.kind == "attribute" else None
    if owner is not None and "System.Text.RegularExpressions.Regex" in program.names(owner):
        return pattern_of(assembly, owner, arguments)
    if program.files[call[0]].language == "java":  # `replace` takes a text there as it stands
        pattern = program.constant(arguments[0]) if callee.text == "replaceAll" else None
        return pattern if isinstance(pattern, str) else None
    made = [program.value(node) for node in program.origins(arguments[0])]
    everywhere = all(one.kind == "unknown" and "g" in one.text.rpartition("/")[2] for one in made)
    return pattern_of(assembly, arguments[0], []) if made and everywhere else None


def takes_separators(pattern: str) -> bool:
    """Whether the separators of a path are found wherever they stand, one by one: `[^a-z0-9]+`, `[/:]`, not `^[/]+` or `[/][.]`."""
    listed = CLASS.findall(pattern)
    for part in CLASS.sub("\0", pattern).split("|"):  # one of several, of which each is replaced
        found = listed.pop(0) if part.count("\0") == 1 else None
        if part.count("\0") > 1:
            del listed[: part.count("\0")]
        if _ALONE.fullmatch(part) is None:
            continue
        if found is None or (found.startswith("[^") and "/" not in found and not _OTHERS.search(found)):
            return True
        if not found.startswith("[^") and "/" in found:
            return True
    return False


def narrows(pattern: str, name: str, holds: bool) -> bool:
    """Whether what matches has a fixed host, or consists of listed characters from beginning to end."""
    if not holds:  # nothing outside of a list of characters was found: `[^a-z0-9-]`
        return name in ("search", "test", "match", "MatchString", "IsMatch") and pattern.lstrip("(").startswith("[^") and "/" not in pattern
    if WITH_HOST.match(pattern.replace("\\.", ".")):
        return True
    ends = name == "fullmatch" or pattern.endswith(("$", "\\Z", "$/"))
    free = CLASS.sub("", pattern)
    negated = any(found.startswith("[^") for found in CLASS.findall(pattern))
    begins = name in ("match", "fullmatch") or pattern.lstrip("(").startswith(("^", "\\A"))
    return begins and ends and not negated and re.search(r"(?<!\\)\.|\\[SDW]|://", free) is None
