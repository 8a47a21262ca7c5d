"""Razor files taken apart: markup with C# in it becomes the statements that draw it.

Takes the text of a `.razor` or `.cshtml` file; gives its directives, the members of its `@code` and `@functions` blocks, and the
statements that run when it is drawn, all as C# with places. What a tag's attributes become says `elements`. What is not closed is noted,
what lies too deep is not read further; nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.code.csharp.razor.elements import drawn
from ingest.code.csharp.razor.lexing import implicit_end, token_end, word_at
from ingest.code.csharp.razor.tags import tag_at
from ingest.code.woven import Piece

_DIRECTIVES = frozenset({"page", "using", "inject", "inherits", "implements", "attribute", "layout", "namespace", "typeparam", "rendermode",
                         "model", "preservewhitespace", "addTagHelper", "removeTagHelper", "tagHelperPrefix"})  # fmt: skip
_STATEMENTS = frozenset({"if", "for", "foreach", "while", "do", "switch", "try", "lock", "using"})
_MORE = {"if": ("else",), "else": ("else",), "try": ("catch", "finally"), "catch": ("catch", "finally"), "do": ("while",)}
_MEMBERS = frozenset({"code", "functions"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"})
_RAW = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}
_TAG = re.compile(r"<[A-Za-z]")
_CLOSING = re.compile(r"</\s*([A-Za-z][\w.:-]*)\s*>")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\w+")
_GOES_ON = re.compile(r"\s*[=;,+*/?:&|<>-]|[ \t]+\w")  # `@class = x;`: a name with a sign of its own, not what is to be shown
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_MAX_DEPTH = 40


@dataclass(slots=True)
class Taken:
    """What a file is made of."""

    directives: list[tuple[int, str, str]] = field(default_factory=list)  # position, name, what follows it
    members: list[Piece] = field(default_factory=list)
    drawing: list[Piece] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def take_apart(text: str, page: str) -> Taken:
    """The parts of a file's text; `page` is what `elements.page_of` says of it."""
    reader = _Reader(text, page)
    reader.markup(0, "")
    return reader.taken


class _Reader:
    def __init__(self, text: str, page: str) -> None:
        self.text, self.page = text, page
        self.taken = Taken()
        self._out = self.taken.drawing
        self._depth = 0

    # Markup

    def markup(self, at: int, until: str) -> int:
        """Reads markup up to the end, or `until`: a line's end, a `}`, or the end of the `element` that begins here."""
        text, open_tags = self.text, list[str]()
        stops = re.compile({"\n": r"[@<\n]", "}": r"[@<}]"}.get(until, r"[@<]"))
        while (found := stops.search(text, at)) is not None:
            at = found.start()
            letter = text[at]
            if letter == "@":
                at = self._transition(at)
            elif letter != "<":
                return at + 1
            elif text.startswith("<!--", at):
                end = text.find("-->", at)
                at = self._text(at + 4, len(text) if end < 0 else end)
            elif (closing := _CLOSING.match(text, at)) is not None:
                at = closing.end()
                while open_tags and open_tags.pop() != closing[1]:
                    pass  # what was not closed ends with what is around it
                if until == "element" and not open_tags:
                    return at
            elif _TAG.match(text, at) is None:
                at += 1
            else:
                at = self._tag(at, open_tags)
                if until == "element" and not open_tags:
                    return at
        if until == "element" and open_tags:
            self._failed(len(text), f"<{open_tags[0]}> is not closed")
        return len(text)

    def _tag(self, at: int, open_tags: list[str]) -> int:
        tag = tag_at(self.text, at)
        if not tag.whole:
            self._failed(at, f"<{tag.name[:40]}> has no end")
        self._out += drawn(tag, self.page)
        if tag.closed or tag.name.lower() in _VOID:
            return tag.end
        if tag.name.lower() in _RAW:
            closing = _RAW[tag.name.lower()].search(self.text, tag.end)
            end = self._text(tag.end, len(self.text) if closing is None else closing.start())
            ending = _CLOSING.match(self.text, end)
            return ending.end() if ending is not None else end
        open_tags.append(tag.name)
        return tag.end

    def _text(self, at: int, end: int) -> int:
        """Text without tags: a comment, a script."""
        while (found := self.text.find("@", at, end)) >= 0:
            at = self._transition(found)
        return max(at, end)

    def _failed(self, at: int, what: str) -> None:
        if len(self.taken.errors) < 100:
            self.taken.errors.append((at, what))

    # From markup to C#

    def _transition(self, at: int) -> int:
        """What begins with the `@` here."""
        text, following = self.text, self.text[at + 1 : at + 2]
        if following == "@":
            return at + 2
        if following == "*":
            end = text.find("*@", at + 2)
            return len(text) if end < 0 else end + 2
        if following == "(":
            self._out.append((at, "_ = ("))
            end = self._code(at + 2, ")")
            self._out.append((min(end, len(text) - 1), ");"))
            return end
        if following == "{":
            return self._code(at + 2, "}")
        word = word_at(text, at + 1)
        if not word or (at and (text[at - 1].isalnum() or text[at - 1] == "_")):  # an address of mail
            return at + 1
        behind = at + 1 + len(word)
        if word in _MEMBERS and (opened := self._next(behind, "{")):
            outer, self._out = self._out, self.taken.members
            end = self._code(opened, "}")
            self._out = outer
            return end
        if word in _STATEMENTS and (word in ("do", "try") or self._next(behind, "(")):
            return self._statement(at + 1, word)
        if word == "section" and (end := text.find("{", behind, behind + 200)) >= 0:
            return self._nested(lambda: self.markup(end + 1, "}"), end)
        if word in _DIRECTIVES and text[behind : behind + 1] in ("", " ", "\t", "\n"):
            return self._directive(at, word, behind)
        end = implicit_end(text, at + 1)
        self._out.append((at, f"_ = {text[at + 1 : end]};"))
        return end

    def _directive(self, at: int, word: str, behind: int) -> int:
        end = self.text.find("\n", behind)
        end = len(self.text) if end < 0 else end
        self.taken.directives.append((at, word, self.text[behind:end].split("@*", 1)[0].strip()))
        return end

    def _next(self, at: int, letter: str) -> int:
        """The position behind a letter, if it comes next."""
        at = self._past_space(at)
        return at + 1 if self.text.startswith(letter, at) else 0

    def _past_space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found is not None else at

    def _statement(self, at: int, word: str) -> int:
        """`if (...) { ... } else { ... }`."""
        while True:
            self._out.append((at, word))
            at += len(word)
            if word == "else" and word_at(self.text, self._past_space(at)) == "if":
                at = self._past_space(at)
                self._out.append((at, "if"))
                at += 2
            if opened := self._next(at, "("):
                self._out.append((opened - 1, "("))
                at = self._code(opened, ")")
                self._out.append((at - 1, ")"))
            opened = self._next(at, "{")
            if not opened:
                if self._next(at, ";"):
                    self._out.append((at, ";"))
                    return self._next(at, ";")
                self._out.append((at - 1, "{ }"))
                return at
            self._out.append((opened - 1, "{"))
            at = self._code(opened, "}")
            self._out.append((at - 1, "}"))
            following = self._past_space(at)
            more = word_at(self.text, following)
            if more not in _MORE.get(word, ()):
                return at
            at, word = following, more

    # C#, and from it to markup

    def _nested(self, read: Callable[[], int], at: int) -> int:
        if self._depth >= _MAX_DEPTH:
            self._failed(at, f"nested more than {_MAX_DEPTH} deep, not read further")
            return len(self.text)
        self._depth += 1
        try:
            return read()
        finally:
            self._depth -= 1

    def _code(self, at: int, close: str) -> int:
        """Copies C# up to the bracket that closes it; what it draws becomes statements."""
        return self._nested(lambda: self._copied(at, close), at)

    def _copied(self, at: int, close: str) -> int:
        text, start, opened = self.text, at, list[str]()
        begins = close == "}"  # a statement may begin here
        while at < len(text):
            letter = text[at]
            if letter.isspace():
                at += 1
                continue
            end = token_end(text, at)
            if end > at:
                begins = begins and letter == "/"
                at = end
                continue
            turned = self._turned(at, start, begins)
            if turned is not None:
                start = at = turned
                continue
            if letter in _PAIRS:
                opened.append(_PAIRS[letter])
                begins = letter == "{"
            elif opened and letter == opened[-1]:
                opened.pop()
                begins = letter == "}"
            elif not opened and letter == close:
                self._copy(start, at)
                return at + 1
            else:
                begins = letter in ";:}"
                word = _WORD.match(text, at)
                at = word.end() - 1 if word is not None else at
            at += 1
        self._copy(start, len(text))
        self._failed(len(text), f"a block is not closed by {close}")
        return len(text)

    def _copy(self, start: int, end: int) -> None:
        if not self.text[start:end].isspace() and end > start:
            self._out.append((start, self.text[start:end]))

    def _turned(self, at: int, start: int, begins: bool) -> int | None:
        """Behind the markup that begins here among C#; None where none does."""
        text = self.text
        if text[at] == "<":
            if not begins or not (_TAG.match(text, at) or text.startswith("<!--", at)):
                return None
            self._copy(start, at)
            if text.startswith("<!--", at):
                end = text.find("-->", at)
                return len(text) if end < 0 else end + 3
            return self._nested(lambda: self.markup(at, "element"), at)
        if text[at] != "@":
            return None
        following = text[at + 1 : at + 2]
        if following == "*":
            self._copy(start, at)
            end = text.find("*@", at + 2)
            return len(text) if end < 0 else end + 2
        if following == "<" and _TAG.match(text, at + 1):
            self._copy(start, at)
            self._out.append((at, "(() => {"))
            end = self._nested(lambda: self.markup(at + 1, "element"), at)
            self._out.append((min(end, len(text) - 1), "})"))
            return end
        if following == ":" and begins:
            self._copy(start, at)
            return self._nested(lambda: self.markup(at + 2, "\n"), at)
        if following and (following in "({" or (begins and word_at(text, at + 1) in _STATEMENTS)):
            self._copy(start, at)
            return at + 1
        end = implicit_end(text, at + 1) if begins else at
        if end <= at + 1 or _GOES_ON.match(text, end):
            return None
        self._copy(start, at)
        self._out.append((at, f"_ = {text[at + 1 : end]};"))
        return end
