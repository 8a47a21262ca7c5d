"""Documents by section, and other files by what hangs together in them.

Takes facts and the lines or paragraphs of each page, gives pieces. A document is cut at its titles and, where a section is long,
between its blocks; a title with nothing below it goes with what follows. Configuration is cut where it is least indented, and each
piece names the settings in it; stored texts and notebook cells are cut by size. What a format does not show as lines
(HTML, slides) is taken from its passages; lines between them are then named as left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ingest.facts import ConfigFacts, DocumentFacts, Passage
from ingest.index.chunk import Lines, Piece
from ingest.index.cutting import Size, cut

Pages = Mapping[int | None, Sequence[str]]
_SETTINGS_NAMED = 12


def document_pieces(facts: DocumentFacts, pages: Pages, size: Size, by_lines: bool) -> Iterator[Piece]:
    """Pieces of a document; with `by_lines` they cover every line and hold the lines' text."""
    passages = sorted(facts.passages, key=lambda passage: (passage.place.page or 0, passage.place.start_line, passage.place.end_line))
    for page, on_page in groupby(passages, key=lambda passage: passage.place.page):
        groups = list(_groups(list(on_page), size))
        for group, following in zip(groups, [*groups[1:], None], strict=True):
            start, end = group[0].place.start_line, max(passage.place.end_line for passage in group)
            section = group[-1].section or group[0].section
            if not by_lines:
                yield Piece(Lines(start, end, page), "section", "", section, "\n".join(passage.text for passage in group))
                continue
            text = pages.get(page, ())
            start = 1 if group is groups[0] else start
            end = len(text) if following is None else max(start, following[0].place.start_line - 1)
            for first, last in cut(text, min(start, len(text)), min(end, len(text)), size) if text else ():
                yield Piece(Lines(first, last, page), "section", "", section)
    if by_lines:  # pages that hold lines but nothing that was taken for a passage
        known = {passage.place.page for passage in passages}
        yield from plain_pieces({page: text for page, text in pages.items() if page not in known}, size)


def _groups(passages: Sequence[Passage], size: Size) -> Iterator[list[Passage]]:
    group: list[Passage] = []
    characters = 0
    for passage in passages:
        only_titles = all(known.kind == "title" for known in group)
        parted = passage.kind == "title" or (group[-1].section != passage.section if group else False)
        if group and not only_titles and (parted or characters + len(passage.text) > size.characters):
            yield group
            group, characters = [], 0
        group.append(passage)
        characters += len(passage.text) + 1
    if group:
        yield group


def config_pieces(facts: ConfigFacts, text: Sequence[str], size: Size) -> Iterator[Piece]:
    """Pieces of a configuration file, each with the settings that begin in it."""
    named = sorted((setting.place.start_line, setting.kind.replace("_", " "), setting.name) for setting in facts.settings)
    for first, last in cut(text, 1, len(text), size) if text else ():
        here = dict.fromkeys(f"{kind} {name}"[:120] for line, kind, name in named if first <= line <= last)
        yield Piece(Lines(first, last), "settings", "", tuple(here)[:_SETTINGS_NAMED])


def plain_pieces(pages: Pages, size: Size) -> Iterator[Piece]:
    """Pieces of text without further structure; of a notebook's cells where there are pages."""
    for page, text in pages.items():
        for first, last in cut(text, 1, len(text), size) if text else ():
            yield Piece(Lines(first, last, page), "text" if page is None else "cell")
