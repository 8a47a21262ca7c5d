"""Regular expressions that the code matches data with: their text, and whether what matches one can lead anywhere.

A pattern is read, never run here: it restricts where it names a host, or lists the characters of the whole text.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly

WITH_HOST = re.compile(r"^\^?[a-z]+(s\?)?:(\\?/){2}[^/\s]*[A-Za-z0-9]")
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
