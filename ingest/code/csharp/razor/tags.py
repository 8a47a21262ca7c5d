"""Start tags of Razor markup: their attributes, and the C# in them.

Takes a text and the position of a `<`; gives the tag's name, its attributes as texts and places of C#, and where it ends. What an
attribute means is not said here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.code.csharp.razor.lexing import balanced_end, implicit_end

_NAME = re.compile(r"[A-Za-z][\w.:-]*")
_ATTRIBUTE = re.compile(r"@?[^\s=<>/\"'@(){}]+")
_SPACE = re.compile(r"\s*")
_UNQUOTED = re.compile(r"[^\s>]+")
_MAX_ATTRIBUTES = 500


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an attribute's value: text as it stands, or C#."""

    at: int
    text: str
    is_code: bool


@dataclass(frozen=True, slots=True)
class Attribute:
    at: int
    name: str  # with its `@`; empty for C# that stands where attributes do
    parts: tuple[Part, ...]

    @property
    def code(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.is_code)

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Tag:
    at: int
    name: str
    attributes: tuple[Attribute, ...]
    end: int
    closed: bool  # `<Name />`
    whole: bool  # its `>` was found

    @property
    def is_component(self) -> bool:
        return self.name.rsplit(".", 1)[-1][:1].isupper() and ":" not in self.name


def tag_at(text: str, at: int) -> Tag:
    """The start tag whose `<` stands at `at`."""
    found = _NAME.match(text, at + 1)
    assert found is not None
    attributes: list[Attribute] = []
    end = found.end()
    while True:
        end = _past(_SPACE, text, end)
        if end >= len(text) or len(attributes) >= _MAX_ATTRIBUTES or text[end] == "<":
            return Tag(at, found.group(), tuple(attributes), end, False, False)
        if text[end] == ">":
            return Tag(at, found.group(), tuple(attributes), end + 1, False, True)
        if text.startswith("/>", end):
            return Tag(at, found.group(), tuple(attributes), end + 2, True, True)
        if text.startswith("@*", end):
            closing = text.find("*@", end + 2)
            end = len(text) if closing < 0 else closing + 2
            continue
        attribute, end = _attribute(text, end)
        if attribute is not None:
            attributes.append(attribute)


def _attribute(text: str, at: int) -> tuple[Attribute | None, int]:
    if text.startswith("@(", at):
        end = balanced_end(text, at + 1)
        return Attribute(at, "", (Part(at + 1, text[at + 1 : end], True),)), end
    name = _ATTRIBUTE.match(text, at)
    if name is None:
        return None, at + 1
    if text.startswith("@", at) and (end := implicit_end(text, at + 1)) > name.end():  # `<p @Extra()>`
        return Attribute(at, "", (Part(at + 1, text[at + 1 : end], True),)), end
    end = _past(_SPACE, text, name.end())
    if end >= len(text) or text[end] != "=":
        return Attribute(at, name.group(), ()), name.end()
    end = _past(_SPACE, text, end + 1)
    if end < len(text) and text[end] in "\"'":
        parts, end = _quoted(text, end)
    elif text.startswith("@", end):
        part, end = _code(text, end)
        parts = (part,)
    else:
        bare = _UNQUOTED.match(text, end)
        written = bare.group() if bare is not None else ""
        parts, end = (Part(end, written, False),), end + len(written)
    return Attribute(at, name.group(), parts), end


def _quoted(text: str, at: int) -> tuple[tuple[Part, ...], int]:
    quote, start, at = text[at], at + 1, at + 1
    parts: list[Part] = []
    while at < len(text) and text[at] != quote:
        if text[at] != "@" or text.startswith("@@", at):
            at += 2 if text.startswith("@@", at) else 1
            continue
        part, end = _code(text, at)
        if not part.text:
            at += 1
            continue
        if at > start:
            parts.append(Part(start, text[start:at], False))
        parts.append(part)
        start = at = end
    if at > start:
        parts.append(Part(start, text[start:at], False))
    return tuple(parts), min(at + 1, len(text))


def _code(text: str, at: int) -> tuple[Part, int]:
    """`@(...)` or `@name.member(...)`; an empty part where neither stands."""
    end = balanced_end(text, at + 1) if text.startswith("@(", at) else implicit_end(text, at + 1)
    return Part(at + 1, text[at + 1 : end], True), end


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found is not None else at
