"""Markup as a row of tags, texts and code: what Vue, Svelte and plain pages have in common.

Takes a text and how it marks code (`{{ }}`, `{ }` or not at all); gives start tags with their attributes, end tags, and pieces of code.
What a tag means is not said here. Everything walks forward only, and what is not closed ends with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.code.typescript.pages.lexing import balanced_end

Marks = Literal["", "{{", "{"]
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_RAW = frozenset({"script", "style"})  # whose content is no markup
_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(r"[^\s=>/{\"'][^\s=>/]*")
_SPACE = re.compile(r"[\s/]*")
_UNQUOTED = re.compile(r"[^\s>\"']+")
_MAX_ATTRIBUTES = 300


@dataclass(frozen=True, slots=True)
class Attribute:
    at: int  # where its value begins
    name: str  # empty for `{...spread}` and `{name}`
    value: str
    is_code: bool = False  # `name={value}`


@dataclass(frozen=True, slots=True)
class Opened:
    """A start tag."""

    at: int
    name: str
    attributes: tuple[Attribute, ...]
    end: int
    closed: bool  # `<Name />`, or an element without content

    def get(self, name: str) -> str | None:
        return next((one.value for one in self.attributes if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Closed:
    at: int
    name: str
    end: int


@dataclass(frozen=True, slots=True)
class Coded:
    """A piece of code that stands in the text of the markup."""

    at: int
    code: str


@dataclass(frozen=True, slots=True)
class Raw:
    """What stands in an element that holds no markup, with its start tag."""

    tag: Opened
    at: int
    text: str


Token = Opened | Closed | Coded | Raw


def tokens(text: str, at: int, end: int, marks: Marks) -> Iterator[Token]:
    """The tags and the code of a stretch of markup."""
    starts = re.compile(r"<(?=[A-Za-z/!])" + (f"|{re.escape(marks)}" if marks else ""))
    while at < end:
        found = starts.search(text, at, end)
        if found is None:
            return
        at = found.start()
        if found.group() != "<":
            code, at = _code(text, at, end, marks)
            yield code
        elif text.startswith("<!", at):
            closing = "-->" if text.startswith("<!--", at) else ">"
            past = text.find(closing, at + 2, end)
            at = end if past < 0 else past + len(closing)
        elif text.startswith("</", at):
            past = text.find(">", at, end)
            past = end if past < 0 else past + 1
            yield Closed(at, text[at + 2 : past].rstrip(">").strip(), past)
            at = past
        else:
            tag = _opened(text, at, end, marks)
            yield tag
            at = tag.end
            if tag.name.lower() in _RAW and not tag.closed:
                closing_tag = re.compile(rf"</{tag.name}\b", re.IGNORECASE).search(text, at, end)
                past = end if closing_tag is None else closing_tag.start()
                yield Raw(tag, at, text[at:past])
                at = past


def _code(text: str, at: int, end: int, marks: Marks) -> tuple[Coded, int]:
    if marks == "{{":
        past = text.find("}}", at + 2, end)
        past = end if past < 0 else past
        return Coded(at + 2, text[at + 2 : past]), past + 2
    past = balanced_end(text, at, end)
    return Coded(at + 1, text[at + 1 : past - 1]), past


def _opened(text: str, at: int, end: int, marks: Marks) -> Opened:
    start = at
    found = _NAME.match(text, at + 1, end)
    name = found.group() if found is not None else ""
    at = found.end() if found is not None else at + 1
    attributes: list[Attribute] = []
    while True:
        space = _SPACE.match(text, at, end)
        at = space.end() if space is not None else at
        if at >= end or text[at] == ">":
            closed = text[at - 1 : at] == "/" or name.lower() in VOID
            return Opened(start, name, tuple(attributes), min(at + 1, end), closed)
        if text[at] == "{" and marks == "{":
            past = balanced_end(text, at, end)
            one = Attribute(at + 1, "", text[at + 1 : past - 1], True)
            at = past
        else:
            one, at = _attribute(text, at, end, marks)
        if len(attributes) < _MAX_ATTRIBUTES:
            attributes.append(one)


def _attribute(text: str, at: int, end: int, marks: Marks) -> tuple[Attribute, int]:
    found = _ATTRIBUTE.match(text, at, end)
    if found is None:
        return Attribute(at, "", ""), at + 1
    name, past = found.group(), found.end()
    space = re.compile(r"\s*").match(text, past, end)
    behind = space.end() if space is not None else past
    if not text.startswith("=", behind) or behind >= end:
        return Attribute(at, name, ""), past
    space = re.compile(r"\s*").match(text, behind + 1, end)
    at = space.end() if space is not None else behind + 1
    if at < end and text[at] in "\"'":
        past = text.find(text[at], at + 1, end)
        past = end if past < 0 else past
        return Attribute(at + 1, name, text[at + 1 : past]), past + 1
    if marks == "{" and text.startswith("{", at):
        past = balanced_end(text, at, end)
        return Attribute(at + 1, name, text[at + 1 : past - 1], True), past
    bare = _UNQUOTED.match(text, at, end)
    value = bare.group() if bare is not None else ""
    return Attribute(at, name, value), at + max(len(value), 1)
