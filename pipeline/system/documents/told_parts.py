"""Parts that tables of components define, with what their rows say of exposure.

Takes what tables list, adds an element for each part of a kind that matters, and who can reach it where a column says so. Rows that
name parts of no known kind add nothing: an element without a kind tells no more than its name.
"""

from __future__ import annotations

import re

from pipeline.system.assembly import Assembly
from pipeline.system.documents.described_names import Described
from pipeline.system.documents.prose_names import is_administrative, key_of
from pipeline.system.documents.told import Row
from pipeline.system.model import AttributeValue, ElementKind, Flow
from pipeline.system.rules.drawn_words import technology_of
from pipeline.system.rules.words import words_of

_NOT_MADE: frozenset[ElementKind] = frozenset({"component", "end_user", "anonymous_public", "web_content", "dataset"})
_ENTRIES: frozenset[ElementKind] = frozenset({"http_route", "chat_ui", "webhook"})
_EXPOSURE = frozenset({"exposed", "exposure", "reachable", "access", "accessible", "network", "zone", "visibility"})
_WORLD = re.compile(r"\b(?:internet|public|anyone|anybody|everyone|everybody|world)\b", re.IGNORECASE)
_WIDE = re.compile(
    r"\b(?:office|company|corporate|clinic|campus|factory|plant|whole|entire|all|any|flat) (?:[\w-]+ )?(?:network|lan|wi-?fi|hosts?"
    r"|pcs?)\b|\bintranet\b",
    re.IGNORECASE,
)
_MANAGES = re.compile(
    r"\W*(?:adds?|removes?|manages?|edits?|deletes?|changes?|enrols?|registers?|uploads?|re-?index\w*|retrains?)\b", re.IGNORECASE
)
_NOT = re.compile(r"\b(?:not|no|never|none|only)\b", re.IGNORECASE)


def add_parts(assembly: Assembly, described: Described) -> None:
    """Elements of the parts that tables list."""
    for name, kind, row in described.listed:
        if kind in _NOT_MADE:
            continue
        evidence = assembly.cite_place(row.passage.place, "claim")
        if evidence is None:
            continue
        known = next((d.name for d in assembly.drafts.by_id.values() if d.kind == kind and key_of(d.name) == key_of(name)), name)
        identity = assembly.drafts.put(
            kind, known[:1].upper() + known[1:], None, _attributes(name, kind, row), evidence, None, "documentation"
        )
        if _is_open(row, _WORLD) and kind in _ENTRIES:
            public = assembly.drafts.put(
                "anonymous_public", "Anybody on the internet", None, {"stated_by": "document"}, evidence, None, "documentation"
            )
            assembly.flow(
                Flow(
                    id=f"{public}->{identity}:told",
                    source=public,
                    target=identity,
                    carries=("user_input",),
                    steps=(evidence,),
                    stated_by="document",
                )
            )


def _attributes(name: str, kind: ElementKind, row: Row) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {"stated_by": "document"}
    technology = technology_of(*row.cells[1:])
    if technology is not None and technology_of(name) is None:
        attributes["technology"] = technology
    if kind == "http_route" and (is_administrative(name) or any(_MANAGES.match(cell) for cell in row.cells[1:])):
        attributes["admin"] = True
    if _is_open(row, _WORLD):
        attributes |= {"exposed": True, "remote": True}
    elif _is_open(row, _WIDE):
        attributes["remote"] = True
    return attributes


def _is_open(row: Row, to: re.Pattern[str]) -> bool:
    return any(
        _EXPOSURE & set(words_of(column)) and to.search(cell) and not _NOT.search(cell) for column, cell in zip(row.columns,
            row.cells, strict=False)
    )  # fmt: skip
