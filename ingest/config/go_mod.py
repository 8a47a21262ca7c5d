"""Go's `go.mod`: what the module is called, and the versions it asks for.

Takes the text, gives settings by line. Versions are exact by the format; `go.sum` (see `locks`) holds their hashes. What is replaced
by a folder of the tree is read there; `exclude`, `retract` and `toolchain` are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.config.packages import setting
from ingest.facts import Setting
from ingest.source import Place
from ingest.text import split_lines

_LINES = 20_000


def read_go_mod(text: str, path: str) -> tuple[Setting, ...]:
    """The module first, then what it requires, in the order of the file."""
    lines = list(_directives(text))
    local = {words[0] for kind, words, _line, _note in lines if kind == "replace" and words and words[-1].startswith((".", "/"))}
    found: list[Setting] = []
    for kind, words, line, note in lines:
        place = Place(path, line, line)
        if kind == "module" and words:
            found.append(setting("go_module", words[0], place))
        elif kind == "require" and len(words) >= 2 and words[0] not in local:
            direct = "indirect" not in note
            found.append(setting("package", words[0], place, specifier=words[1], pin="exact", ecosystem="go", direct=direct))
    return tuple(found)


def _directives(text: str) -> Iterator[tuple[str, list[str], int, str]]:
    """(directive, words, line, comment) of each line, those in brackets one by one."""
    block = ""
    for number, line in enumerate(split_lines(text)[:_LINES], 1):
        code, _, note = line.partition("//")
        words = [word.strip('"`') for word in code.split()]
        if not words:
            continue
        if block:
            if words[0] == ")":
                block = ""
            else:
                yield block, words, number, note
        elif words[-1] == "(":
            block = words[0]
        else:
            yield words[0], words[1:], number, note
