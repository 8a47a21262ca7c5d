"""The tool `read_lines`: a range of lines of a file, with line numbers that do not stand in the text."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from pipeline.agent.tools.answer import MOST_CHARACTERS, Answer, fitting
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.characters import shown
from pipeline.agent.tools.tool import Arguments, Tool
from pipeline.agent.tools.unknown import unknown_path

MARK = "@@"
_EVERY, _MOST_LINES, _MOST_OF_LINE = 10, 400, 600


class ReadLines(Arguments):
    path: str = Field(description="Path as listed by the other tools.")
    start: int | None = Field(default=None, description="First line, counted from 1; null: the first.")
    end: int | None = Field(default=None, description="Last line; null: as many as fit.")
    page: int | None = Field(default=None, description="Page, slide, sheet or notebook cell; lines count inside each.")


def answer(bench: Bench, asked: ReadLines) -> Answer:
    path = bench.pages.path_named(asked.path)
    if path is None:
        return unknown_path(bench, asked.path)
    numbers = bench.pages.numbers(path)
    if not numbers:
        return Answer("Nothing of this file can be read as text.")
    if asked.page is not None and asked.page not in numbers and numbers != (None,):
        return Answer(f"No such page. Pages: {_pages(numbers)}.")
    page = asked.page if asked.page in numbers else numbers[0]
    lines = bench.pages.lines(path, page)
    said = "" if page is None else f"Page {page} (pages: {_pages(numbers)}). "
    start = max(asked.start or 1, 1)
    if start > len(lines):
        return Answer(f"{said}There are only {len(lines)} lines.")
    end = min(asked.end or len(lines), len(lines))
    if end < start:
        return Answer(f"{said}end lies before start.")
    end_here = min(end, start + _MOST_LINES - 1)
    rows = fitting([_row(lines[number - 1], number, start, end_here) for number in range(start, end_here + 1)])
    last = start + len(rows) - 1
    said += f"Lines {start}-{last} of {len(lines)}."
    return Answer(said + (f" For the rest ask again with start={last + 1}." if last < end else ""), "\n".join(rows))


def _row(line: str, number: int, start: int, end: int) -> str:
    """The line, below a row with its number where it is the first or a tenth; a line asked for alone is shown as long as it can be."""
    text = shown(line, MOST_CHARACTERS - 100 if start == end else _MOST_OF_LINE)
    return f"{MARK} {number}\n{text}" if number == start or number % _EVERY == 0 else text


def _pages(numbers: Sequence[int | None]) -> str:
    counted = [number for number in numbers if number is not None]
    return f"{counted[0]}-{counted[-1]}" if counted else "none"


TOOL = Tool(
    "read_lines",
    f"Exact text of a file. No part of it, and not to be quoted: rows `{MARK} N` (line N follows), `[+N characters]` (a long line was cut;"
    " ask for it alone), \\u200b (a character that cannot be seen).",
    ReadLines,
    answer,
)
