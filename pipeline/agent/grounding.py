"""Quotes of a model become evidence, or are missing: the model quotes, the files say where it stands.

Takes a path and a text as a model gave them (with placeholders restored), gives `Evidence` cut from the file's own lines, or why there is
none. Compared is what is written, whatever the whitespace between (`squeezed_page.py` says what that is); nothing is guessed: no
other case, no dots that stand for something left out, no line that is only alike. Paths are those of the scan, letter for letter.

A quote is looked for in the bytes as they are, so that one with a secret in it is found; the evidence comes out masked, as all
evidence does. One that holds asterisks of a mask, because the model was shown masked text, is looked for in that text as well.

Left out: a quote over the end of a page (a slide, a cell of a notebook), since evidence lies in one; the text of HTML without its tags.
Of a quote over many lines the evidence shows the first ones, as of all long ranges.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from ingest.source import Place
from pipeline.agent.document_places import DocumentPlaces
from pipeline.agent.squeezed_page import SqueezedPage, squeezed
from pipeline.system.evidence import EvidenceBook
from pipeline.system.model import Evidence, Role

SHORTEST = 8  # characters that are no whitespace: `return` says nothing of where it stands
LONGEST = 2_000  # characters, a run of whitespace counted as one
_KEPT = 64_000_000  # characters of files that are kept ready for the next quote
_MASK = "****"

Reason = Literal["no such file", "not in the file", "too short", "too long"]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a model says to stand in a file; `near` is a line it names, which is a hint and no claim."""

    path: str
    text: str
    near: int | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A quote that no file bears out."""

    quote: Quote
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A file as quotes are compared with it."""

    pages: tuple[tuple[int | None, SqueezedPage], ...]

    @property
    def size(self) -> int:
        return sum(len(page.text) for _, page in self.pages)


class Grounds:
    """The files of a scan as what a model says is held against; `paths` are those it may quote, `documents` name places in words."""

    def __init__(self, book: EvidenceBook, paths: Collection[str], documents: DocumentPlaces | None = None) -> None:
        self._book, self._paths, self._documents = book, frozenset(paths), documents or DocumentPlaces()
        self._prepared: OrderedDict[tuple[str, bool], _Prepared] = OrderedDict()

    def locate(self, quote: Quote, role: Role, note: str = "") -> Evidence | Missing:
        """The lines a quote stands in: those nearest to `near`, else the first ones. With pages, `near` counts in each of them."""
        if quote.path not in self._paths:
            return Missing(quote, "no such file")
        needle = squeezed(quote.text)
        if len(needle) - needle.count(" ") < SHORTEST:
            return Missing(quote, "too short")
        if len(needle) > LONGEST:
            return Missing(quote, "too long")
        place = self._place(quote, needle, masked=False)
        if place is None and _MASK in needle:
            place = self._place(quote, needle, masked=True)
        if place is None:
            return Missing(quote, "not in the file")
        return self._book.quote(replace(place, where=self._documents.words(place, quote.text)), role, self._book.masked(note))

    def _place(self, quote: Quote, needle: str, masked: bool) -> Place | None:
        found = [(page, span) for page, text in self._pages(quote.path, masked) if (span := text.find(needle, quote.near)) is not None]
        if not found:
            return None
        page, span = found[0] if quote.near is None else min(found, key=lambda at: at[1].distance(quote.near or 0))
        return Place(quote.path, span.start, span.end, page)

    def _pages(self, path: str, masked: bool) -> tuple[tuple[int | None, SqueezedPage], ...]:
        known = self._prepared.get((path, masked))
        if known is None:
            lines = self._book.lines_of(path)
            known = _Prepared(
                tuple(
                    (page, SqueezedPage(self._book.masked_lines(path, page) if masked else lines[page]))
                    for page in sorted(lines, key=lambda page: page or 0)
                )
            )
            self._prepared[path, masked] = known
            while len(self._prepared) > 1 and sum(kept.size for kept in self._prepared.values()) > _KEPT:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end((path, masked))
        return known.pages
