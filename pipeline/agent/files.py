"""The files of a scan as a model may see them: secrets as placeholders, control characters gone, only paths that may leave.

Takes what reads lines, gives excerpts: merged ranges of lines with a heading each. Lines keep their numbers; nothing is opened but the
paths that were given.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.system.evidence import Lines
from pipeline.system.model import Evidence
from prompts import Exhibit

# What steers a terminal or turns the order of letters around says nothing to a model that it should know.
_SPACES = re.compile(r"[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")  # whitespace that quotes are compared by; shown as a space
UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_LONGEST_BLOCK = 60  # lines
_LONGEST_LINE = 400  # characters; the rest of a line is minified code or data


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Lines of one page of a file, both ends included."""

    path: str
    page: int  # 0 where the file has none
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Context:
    """How many lines around a place are shown."""

    before: int
    after: int


CODE = Context(3, 22)
STEP = Context(2, 4)
PROSE = Context(2, 8)
SENTENCE = Context(1, 2)


class Files:
    """Reads lines of the paths that may be sent."""

    def __init__(self, read_lines: Callable[[str], Lines], paths: Collection[str], hide: Callable[[str], str]) -> None:
        self.paths = frozenset(paths)
        self._read, self._hide = read_lines, hide
        self._shown: dict[tuple[str, int], tuple[str, ...]] = {}
        self._pages: dict[str, tuple[int, ...]] = {}
        self._loading = threading.Lock()

    def raw(self, path: str) -> Lines:
        """The lines as they are, for locating quotes; nothing of a path that is not of the scan."""
        return self._read(path) if path in self.paths else {}

    def pages(self, path: str) -> tuple[int, ...]:
        self._load(path)
        return self._pages[path]

    def lines(self, path: str, page: int = 0) -> tuple[str, ...]:
        """The lines of a page as they may be sent."""
        self._load(path)
        return self._shown.get((path, page), ())

    def _load(self, path: str) -> None:
        with self._loading:  # a plan is made in a thread of its own
            if path in self._pages:
                return
            found = []
            for page, lines in self.raw(path).items():
                text = self._hide("\n".join(lines))
                shown = text.split("\n")
                if len(shown) != len(lines):  # a placeholder that swallowed a line end: each line by itself
                    shown = [self._hide(line) for line in lines]
                self._shown[path, page or 0] = tuple(_cut(UNSHOWN.sub("", _SPACES.sub(" ", line))) for line in shown)
                found.append(page or 0)
            self._pages[path] = tuple(sorted(found))

    def blocks(self, places: Iterable[tuple[Evidence, Context]]) -> tuple[Span, ...]:
        """The places of code with the function or block each stands in, where that is not long; else with the lines around."""
        spans = []
        for evidence, context in places:
            lines = self.lines(evidence.path, evidence.page or 0)
            if evidence.path in self.paths and evidence.start_line <= len(lines):
                start, end = block_of(lines, evidence.start_line, evidence.end_line)
                near = (max(1, evidence.start_line - context.before), min(len(lines), evidence.end_line + context.after))
                held = (start, end) if end - start < _LONGEST_BLOCK else near
                spans.append(Span(evidence.path, evidence.page or 0, *held))
        return joined(spans)

    def around(self, places: Iterable[tuple[Evidence, Context]]) -> tuple[Span, ...]:
        """The places with the lines around them, those that touch joined."""
        spans = []
        for evidence, context in places:
            lines = len(self.lines(evidence.path, evidence.page or 0))
            if evidence.path in self.paths and evidence.start_line <= lines:
                start, end = max(1, evidence.start_line - context.before), min(lines, evidence.end_line + context.after)
                spans.append(Span(evidence.path, evidence.page or 0, start, end))
        return joined(spans)

    def text(self, spans: Iterable[Span]) -> str:
        """The spans, each below a heading that names path, page and lines."""
        return "\n\n".join(f"== {heading(span)}\n" + "\n".join(self.of(span)) for span in spans)

    def exhibits(self, spans: Iterable[Span]) -> tuple[Exhibit, ...]:
        """The same, a text for each file, so that no file can pretend to be another."""
        by_path: dict[str, list[Span]] = {}
        for span in spans:
            by_path.setdefault(span.path, []).append(span)
        return tuple(Exhibit(UNSHOWN.sub("", path), self.text(own)) for path, own in by_path.items())

    def of(self, span: Span) -> tuple[str, ...]:
        return self.lines(span.path, span.page)[span.start - 1 : span.end]


def block_of(lines: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """The first and last line of the block that lines stand in, by their indentation, whatever the language.

    A line that opens a block (something deeper follows) is its head; else the head is the nearest line above that is less deep. What
    stands right above at the same depth (decorators, annotations, comments) belongs to it, and so does a closing bracket.
    """
    depth = _depth(lines[start - 1])
    below = next((_depth(line) for line in lines[end:] if line.strip()), 0)
    head = start
    if below <= depth:
        while head > 1 and (not lines[head - 1].strip() or _depth(lines[head - 1]) >= depth) and depth > 0:
            head -= 1
    depth = _depth(lines[head - 1])
    last = max(end, head)
    while last < len(lines) and (not lines[last].strip() or _depth(lines[last]) > depth):
        last += 1
    while last > end and not lines[last - 1].strip():
        last -= 1
    if last < len(lines) and lines[last].strip()[:1] in (")", "}", "]") and _depth(lines[last]) == depth:
        last += 1
    while head > 1 and lines[head - 2].lstrip()[:1] in ("@", "#", "/", "*", "[") and _depth(lines[head - 2]) == depth:
        head -= 1
    return head, last


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def heading(span: Span) -> str:
    page = f" page {span.page}" if span.page else ""
    return f"{UNSHOWN.sub('', span.path)}{page} lines {span.start}-{span.end}"


def joined(spans: Iterable[Span], gap: int = 1) -> tuple[Span, ...]:
    """Sorted, and one where two overlap, touch, or leave no more than so many lines between them."""
    found: list[Span] = []
    for span in sorted(spans):
        last = found[-1] if found else None
        if last and (last.path, last.page) == (span.path, span.page) and span.start <= last.end + 1 + gap:
            found[-1] = Span(last.path, last.page, last.start, max(last.end, span.end))
        else:
            found.append(span)
    return tuple(found)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> Iterator[Span]:
    """What is left of spans when others are taken out."""
    gone = joined(taken, 0)
    for span in spans:
        start = span.start
        for other in gone:
            if (other.path, other.page) != (span.path, span.page) or other.end < start or other.start > span.end:
                continue
            if other.start > start:
                yield Span(span.path, span.page, start, other.start - 1)
            start = other.end + 1
        if start <= span.end:
            yield Span(span.path, span.page, start, span.end)


class Scale:
    """Weighs spans, each once, whatever it is put together with."""

    def __init__(self, files: Files, weigh: Callable[[str], int]) -> None:
        self._files, self._weigh = files, weigh
        self._known: dict[Span, int] = {}

    def weight(self, spans: Iterable[Span]) -> int:
        return sum(map(self._weight, spans))

    def _weight(self, span: Span) -> int:
        if span not in self._known:
            self._known[span] = self._weigh(self._files.text((span,)) + "\n\n")
        return self._known[span]


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} [line goes on for {len(line) - _LONGEST_LINE} characters]"
