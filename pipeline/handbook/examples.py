"""The cases of a threat's page, ready to be shown: lines with numbers, coloured, each mark at its line.

Takes Markdown of the catalog, or of a user's own threat, and treats both alike: invisible characters are written out before anything is
coloured, and what comes out is markup in which all text is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from pipeline.reports.escape import visible_lines
from pipeline.threats.pages import GAPS, REPORTED, SILENT, Case, Expectation, read_cases

if TYPE_CHECKING:
    from pygments.formatters import HtmlFormatter
    from pygments.lexer import Lexer

SECTIONS = {REPORTED: "reported", SILENT: "silent", GAPS: "gap"}
MARKS: dict[Expectation, str] = {
    "threat": "reported here",
    "ok": "silent here",
    "todo": "missed today",
    "todo-ok": "reported today, and wrong",
}
_WORST: tuple[Expectation, ...] = ("threat", "todo-ok", "todo", "ok")


@dataclass(frozen=True, slots=True)
class ShownLine:
    number: int
    code: Markup
    mark: Expectation | None
    said: str


@dataclass(frozen=True, slots=True)
class ShownFile:
    path: str
    lines: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True)
class Example:
    section: str
    title: str
    prose: str
    files: tuple[ShownFile, ...]


@lru_cache(maxsize=256)  # a server shows a page again and again
def examples_of(slug: str, page: str) -> tuple[Example, ...]:
    """The cases of a page in its order, those of sections with other names left out."""
    return tuple(_example(case) for case in read_cases(slug, page) if case.section in SECTIONS)


def _example(case: Case) -> Example:
    languages = dict(case.languages)
    files = tuple(_file(case, path, text, languages.get(path, "")) for path, text in case.files)
    return Example(SECTIONS[case.section], case.title, case.prose, files)


def _file(case: Case, path: str, text: str, language: str) -> ShownFile:
    marks: dict[int, Expectation] = {}
    for mark in case.marks:
        if mark.path == path and mark.slug == case.slug:
            marks[mark.line] = min(marks.get(mark.line, mark.expectation), mark.expectation, key=_WORST.index)
    coloured = _coloured(visible_lines(text.removesuffix("\n")), language)
    said = {line: MARKS[expectation] for line, expectation in marks.items()}
    return ShownFile(path, tuple(ShownLine(at, code, marks.get(at), said.get(at, "")) for at, code in coloured))


def _coloured(lines: tuple[str, ...], language: str) -> list[tuple[int, Markup]]:
    """Lines with their numbers; where the language is not known, escaped and not coloured."""
    from pygments import highlight

    lexer = _lexer(language or "text")
    if lexer is None:
        return [(at, escape(line)) for at, line in enumerate(lines, 1)]
    # The formatter escapes all text and closes its spans at the end of each line.
    coloured = highlight("\n".join(lines), lexer, _formatter()).split("\n")[: len(lines)]
    return [(at, Markup(line)) for at, line in enumerate(coloured, 1)]


# Both are the same for thousands of fences, and each takes longer to make than a fence to colour.


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@cache
def _formatter() -> HtmlFormatter[str]:
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(nowrap=True)
