"""The pieces of code that a component is woven of, and the names that its markup uses."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ingest.code.typescript.pages.lexing import is_whole
from ingest.code.woven import Piece

GIVEN = "$given"  # the properties that a component is given
_NAME = re.compile(r"(?<![\w$.'\"])(?:\.\.\.)?([A-Za-z_$][\w$]*)(\s*\()?")
_NO_NAMES = frozenset({
    "true", "false", "null", "undefined", "this", "new", "typeof", "instanceof", "in", "of", "as", "await", "async", "function", "return",
    "const", "let", "var", "if", "else", "void", "delete", "NaN", "Infinity", "arguments", "event", "index", "satisfies", "keyof",
})  # fmt: skip
_NO_WORD = re.compile(r"\W+")
_MAX_CODE = 20_000


@dataclass(slots=True)
class Writer:
    """Pieces in the order in which they are read."""

    source: str
    pieces: list[Piece] = field(default_factory=list)
    names: dict[str, bool] = field(default_factory=dict)  # used in the markup, and whether only as functions
    errors: list[tuple[int, str]] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def at_row(self, row: int, code: str) -> None:
        """Code of a line of the file."""
        if not self._starts:
            self._starts = [0, *(found.end() for found in re.finditer("\n", self.source))]
        self.pieces.append((self._starts[min(row, len(self._starts) - 1)], code))

    def row_of(self, at: int) -> int:
        """The line of a position, counted from 0."""
        if not self._starts:
            self._starts = [0, *(found.end() for found in re.finditer("\n", self.source))]
        return bisect_right(self._starts, at) - 1

    def put(self, at: int, code: str) -> None:
        self.pieces.append((at, code))

    def use(self, at: int, code: str) -> str | None:
        """An expression of the markup, its names noted; None where it is none."""
        code = code.strip().rstrip(";")
        if not code:
            return None
        if len(code) > _MAX_CODE or not is_whole(code):
            self.errors.append((at, "an expression whose brackets do not fit, not read"))
            return None
        self.note(code)
        return code

    def note(self, code: str) -> None:
        for found in _NAME.finditer(code):
            if (name := found[1]) not in _NO_NAMES:
                self.names[name] = self.names.get(name, True) and found[2] is not None

    def show(self, at: int, code: str) -> None:
        """An expression whose value is drawn."""
        if (used := self.use(at, code)) is not None:
            self.put(at, f"({used});")

    def markup(self, at: int, code: str, part: str = "innerHTML") -> None:
        """An expression whose value becomes markup."""
        if (used := self.use(at, code)) is not None:
            self.put(at, f"$element.{part} = {used};")

    def component(self, at: int, name: str, properties: Iterable[tuple[int, str]]) -> None:
        """A component that is drawn with properties: `Name({...})`."""
        self.put(at, f"{name}({{")
        self.pieces += [(position, f"{code},") for position, code in properties]
        self.put(at, "});")


def write_drawn(writer: Writer, drawn: Writer, known: Mapping[str, bool], start: int, members: frozenset[str] = frozenset()) -> None:
    """The template, in which references stand for their values, and names that nothing declares are properties."""
    used = [name for name in drawn.names if not name.startswith("$")]
    held = [name for name in used if known.get(name)]
    own = [name for name in used if name in members]
    given = [name for name in used if name not in known and name not in members and not drawn.names[name]]
    for name in held:
        writer.put(start, f"const $now_{name} = {name}.value ?? {name};")
    writer.put(start, "{")
    for name in held:
        writer.put(start, f"const {name} = $now_{name};")
    for name in own:
        writer.put(start, f"const {name} = this.{name};")
    for name in given:
        writer.put(start, f"const {name} = {GIVEN}.{name};")
    writer.pieces += drawn.pieces
    writer.put(drawn.pieces[-1][0] if drawn.pieces else start, "}")


def text(value: str) -> str:
    """A text as a literal."""
    return json.dumps(value[:2000], ensure_ascii=False)


def camel(name: str) -> str:
    """`chat-message` -> `chatMessage`."""
    first, *rest = name.split("-")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def pascal(name: str) -> str:
    """`chat-message` -> `ChatMessage`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def component_name(path: str) -> str:
    """The name of a component by its file: `chat/MessageList.vue` -> `MessageList`."""
    name = pascal(_NO_WORD.sub("-", path.rsplit("/", 1)[-1].rsplit(".", 1)[0]).strip("-_"))
    return name if name[:1].isalpha() else f"Component{name}"


def is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_$][\w$]*", text) is not None
