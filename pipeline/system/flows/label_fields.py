"""Fields that tell things apart and say nothing of them: a number, a state, the name or the kind of a file, when it was.

Takes the use of a value. Text may come by such a field too, and is followed; but where a thing's text and its number reach one place, the
way of the text is the one to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.code.program import Node, Program
from pipeline.system.rules.words import words_of

# Of these no sentence is made, whatever the thing is: a page's `status` may be its text, and its `type` anything.
NO_TEXT = frozenset({"id", "ids", "uuid", "guid", "sha", "checksum", "etag", "filename", "originalname", "mimetype", "mime"})
_LAST = NO_TEXT | {"count", "size", "length", "score", "distance", "timestamp", "type"}
PAIRS = frozenset({
    ("file", "name"), ("original", "name"), ("original", "filename"), ("status", "code"), ("status", "text"), ("reason", "phrase"),
    ("created", "at"), ("updated", "at"), ("mime", "type"), ("content", "type"), ("media", "type"),
})  # fmt: skip
_ALONE = frozenset({"status", "_id"})
BY_KEY = frozenset({"get", "pop"})


def is_label(name: str) -> bool:
    """Whether a field, by its name, tells a thing apart: `documentId`, `file.filename`, `getContentType`."""
    words = words_of(name.split("@")[0])
    if words[:1] == ["get"] and len(words) > 1:
        words = words[1:]
    if not words:
        return False
    return words[-1] in _LAST or tuple(words[-2:]) in PAIRS or name.lower() in _ALONE


def takes_a_label(program: Program, users: Callable[[Node], Sequence[tuple[int, int]]], user: Node) -> bool:
    """Whether a use of a value takes such a field of it, or asks for one: `row["id"]`, `file.getOriginalFilename()`, `page.get("id")`."""
    value = program.value(user)
    if value.kind == "index":
        return is_label(value.text)
    if value.kind != "attribute":
        return False
    calls = [program.value((user[0], call)) for call, position in users(user) if position == 0]
    calls = [call for call in calls if call.kind == "call"]
    if not calls or (value.text.startswith("get") and is_label(value.text)):
        return is_label(value.text)
    if value.text not in BY_KEY or len(calls) != 1 or len(calls[0].inputs) < 2:
        return False
    key = program.value((user[0], calls[0].inputs[1]))
    return key.kind == "constant" and is_label(key.text)
