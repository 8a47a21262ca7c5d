"""An answer as text for people: statements with numbers, and under them the places the numbers stand for.

Takes an answer, gives lines that can be printed anywhere: everything scanned or said by a model is made visible first.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from pipeline.chat.model import Answer, Citation, Statement
from pipeline.reports.escape import shorten, visible

_BOLD, _DIM, _YELLOW, _END = "\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"
_MOST_QUOTED = 90
_FOLLOW_UPS = 4
_MOST_NUMBERS = 4  # of one statement


class Numbers:
    """The places of a conversation by the numbers they are shown with; what cites the same lines has one number."""

    def __init__(self) -> None:
        self._known: dict[object, int] = {}
        self._first: list[Citation] = []

    def of(self, citation: Citation) -> int:
        key = _key(citation)
        if key not in self._known:
            self._first.append(citation)
        return self._known.setdefault(key, len(self._first))

    def at(self, number: int) -> Citation | None:
        return self._first[number - 1] if 0 < number <= len(self._first) else None

    def shown(self, citations: Sequence[Citation]) -> dict[int, Citation]:
        """The first few of a statement's places; all of them are in the answer itself."""
        found: dict[int, Citation] = {}
        seen: set[object] = set()
        for citation in citations:
            if (key := _key(citation)) not in seen and len(seen) < _MOST_NUMBERS:
                seen.add(key)
                found[self.of(citation)] = citation
        return found


def _key(citation: Citation) -> object:
    """What two citations share that show the same."""
    if citation.lines is None:
        return citation.kind, citation.id, citation.path
    return citation.path, citation.lines, citation.page


def render(answer: Answer, *, width: int = 100, colour: bool = False, numbers: Numbers | None = None) -> str:
    """The whole answer."""
    numbers = numbers or Numbers()
    lines: list[str] = []
    cited: dict[int, Citation] = {}
    for statement in answer.statements:
        lines += statement_lines(statement, numbers, width, colour)
        cited.update(numbers.shown(statement.citations))
    lines += ending_lines(answer, cited, width, colour)
    return "\n".join(lines) + "\n"


def statement_lines(statement: Statement, numbers: Numbers, width: int, colour: bool) -> Iterator[str]:
    """A statement, with its numbers behind it."""
    marks = "".join(f"[{number}]" for number in numbers.shown(statement.citations))
    text = f"{visible(statement.text)} {marks}"
    for number, line in enumerate(textwrap.wrap(text, max(width - 2, 30), break_long_words=False, break_on_hyphens=False)):
        shown = _painted(line, marks, colour)
        yield shown if number == 0 else f"  {shown}"


def ending_lines(answer: Answer, cited: dict[int, Citation], width: int, colour: bool) -> Iterator[str]:
    """What follows the statements: places, what has no answer, what was left out, what can be asked next."""
    if answer.not_answered:
        yield from _wrapped(f"No answer: {answer.not_answered}", width, _YELLOW if colour else "")
    for why in answer.dropped:
        yield from _wrapped(f"Not shown: {why}", width, _DIM if colour else "")
    if answer.model:
        yield from _wrapped(f"Answered by {answer.model}; what it cites was located in this scan.", width, _DIM if colour else "")
    if cited:
        yield ""
    for number, citation in sorted(cited.items()):
        line = shorten(f"  [{number}] {citation_line(citation)}", width)
        yield f"{_DIM}{line}{_END}" if colour else line
    if answer.follow_ups:
        yield ""
        asked = "  ".join(f"“{visible(one)}”" for one in answer.follow_ups[:_FOLLOW_UPS])
        yield from _wrapped(f"Go on with: {asked}", width, _DIM if colour else "")


def place_of(citation: Citation) -> str:
    """`app.py:12-14`, or the place in words where the file has no lines; empty where it has no place."""
    if not citation.path:
        return ""
    if citation.where and (citation.unit != "line" or citation.page is not None):
        return f"{citation.path}, {citation.where}"
    if citation.lines is None:
        return citation.path
    page = f", page {citation.page}" if citation.page is not None else ""
    first, last = citation.lines
    return f"{citation.path}{page}:{first}" + (f"-{last}" if last > first else "")


def citation_line(citation: Citation) -> str:
    """One line: the place and the beginning of what stands there; of what has no place what it is."""
    quote = shorten(" ".join(visible(citation.quote).split()), _MOST_QUOTED)
    quote = quote.replace("\\n", " ")
    where = visible(place_of(citation)) or f"{citation.kind} {visible(citation.id)}"
    return f"{where}  {quote}".rstrip()


def quoted_lines(citation: Citation) -> Iterator[str]:
    """All that a citation quotes, with its line numbers."""
    yield visible(place_of(citation)) or f"{citation.kind} {visible(citation.id)}"
    first = citation.lines[0] if citation.lines is not None else 1
    for number, line in enumerate(citation.quote.split("\n"), first):
        yield f"{number:>6} | {visible(line.rstrip())}"
    if citation.kind in ("threat", "taxonomy", "word"):
        yield f"       = threatloom explain {visible(citation.id)}"
    elif citation.kind == "finding":
        yield f"       = threatloom explain {visible(citation.id[:12])}"


def _painted(line: str, marks: str, colour: bool) -> str:
    if not colour:
        return line
    severity, colon, rest = line.partition(": ")
    if colon and severity in ("critical", "high", "medium", "low", "info"):
        line = f"{_BOLD}{severity}{_END}: {rest}"
    return line.replace(marks, f"{_DIM}{marks}{_END}") if marks and marks in line else line


def _wrapped(text: str, width: int, style: str) -> Sequence[str]:
    lines = textwrap.wrap(visible(text), max(width - 2, 30), break_long_words=False, break_on_hyphens=False)
    return [f"{style}{line}{_END}" if style else line for line in lines]
