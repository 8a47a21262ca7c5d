"""Text of scanned files, made harmless for each place it is shown in.

Takes any string; gives one that cannot move a cursor, open a link, start markup or hide what it says.
Every report escapes here, once, at the moment of writing. It does not mask secrets: evidence arrives masked.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel

# C0 and C1 controls (ANSI starts with one of them), soft hyphen and other invisible marks, bidi controls and
# isolates, line and paragraph separators, surrogates, private use, variation tricks, tags, noncharacters.
_UNSAFE = (
    "\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
_INVISIBLE = re.compile(f"[{_UNSAFE}]")
_BLOCK = 4096  # bytes, to the end of a line
_BEYOND_ASCII = re.compile(rb"[\x7f-\xff]+")
# Stacks of combining marks climb over neighbouring lines; four is more than any script needs.
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_STACKED = re.compile(f"([{_MARKS}]{{4}})[{_MARKS}]+")
_SHORT = {"\n": "\\n", "\r": "\\r", "\x1b": "\\x1b"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~$^])")  # what means something inside of a line; ours never begins one
_LINKING = re.compile(r"@|://|(?i:www)(?=\.)|[#!%](?=\d)|\b(?i:GH)(?=-\d)")
_MERMAID = re.compile(r"[^\w\s.,:/()+*=?!'@%~-]|[`#;\\]")

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def _named(match: re.Match[str]) -> str:
    char = match.group()
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    """One line of text with every invisible or controlling character written out (`\\x1b`, `\\u202e`, `\\n`)."""
    return _STACKED.sub(r"\1", _INVISIBLE.sub(_named, text.replace("\t", "    ")))


def visible_lines(text: str) -> tuple[str, ...]:
    """The lines of a quote, each of them visible; only real line breaks divide lines."""
    return tuple(visible(line) for line in text.replace("\r\n", "\n").split("\n"))


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def markdown(text: str) -> str:
    """Prose inside a line of Markdown: no markup, no HTML, no link, no mention."""
    return _unlinked(_MARKDOWN.sub(r"\\\1", html.escape(visible(text), quote=False)))


def markdown_html(text: str) -> str:
    """The same inside of an HTML element, where Markdown is not read and backslashes would be seen."""
    return _unlinked(html.escape(visible(text), quote=False))


def _unlinked(text: str) -> str:
    # An empty comment breaks what hosts turn into mentions and links without being asked.
    return _LINKING.sub(lambda match: match.group()[:1] + "<!-- -->" + match.group()[1:], text)


def markdown_code(text: str) -> str:
    """A code span for Markdown, safe in a table cell as well."""
    shown = visible(text).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def markdown_prose(text: str) -> str:
    """A sentence in which names stand between backticks: each becomes code; where one holds a backtick itself, all is plain text."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return markdown(text)
    return "".join(markdown_code(part) if index % 2 and part else markdown(part) for index, part in enumerate(parts))


def markdown_block(text: str, language: str = "") -> str:
    """A fenced block that its content cannot close."""
    shown = "\n".join(visible_lines(text))
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{language}\n{shown}\n{fence}"


def mermaid(text: str) -> str:
    """A label between double quotes in Mermaid: entities instead of anything it could read as syntax."""
    return _MERMAID.sub(lambda match: f"#{ord(match.group())};", visible(text))


def json_text(value: Json) -> str:
    """JSON, two spaces deep, keys as given, readable letters kept, invisible characters as `\\u` escapes."""
    return _INVISIBLE.sub(_json_escape, json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def model_json(model: BaseModel, *, by_alias: bool = False, exclude_none: bool = False) -> str:
    """A model as `json_text` writes it, by the model's own writer: many times faster for a large one."""
    from pydantic_core import to_json

    try:
        written = to_json(model, indent=2, by_alias=by_alias, exclude_none=exclude_none)
    except ValueError:  # half of a character, which UTF-8 has no bytes for
        return json_text(model.model_dump(mode="json", by_alias=by_alias, exclude_none=exclude_none))
    return b"".join((*_visible_blocks(written), b"\n")).decode()


def _visible_blocks(written: bytes) -> Iterator[bytes]:
    """Most of a report is plain ASCII, which is told block by block many times faster than by searching all of it."""
    start = 0
    while start < len(written):
        end = written.find(b"\n", start + _BLOCK) + 1 or len(written)
        block = written[start:end]
        yield block if block.isascii() and b"\x7f" not in block else _BEYOND_ASCII.sub(_visible_bytes, block)
        start = end


def _visible_bytes(match: re.Match[bytes]) -> bytes:
    # Whoever wrote the JSON has already written C0 controls as escapes.
    return _INVISIBLE.sub(_json_escape, match.group().decode()).encode()


def _json_escape(match: re.Match[str]) -> str:
    char = match.group()
    return char if char == "\n" else json.dumps(char)[1:-1]  # a raw line break is JSON's own layout
