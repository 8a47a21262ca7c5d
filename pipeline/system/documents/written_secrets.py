"""Keys of providers that stand in documents beside code: in a README, a runbook, a wiki's export.

Takes documents, adds one secret per value with its places. Beside code a document is full of examples, so only values of a known
provider's format count, and beside one of those whatever else the same block assigns to the name of a secret: who copied real settings
copied all of them. Where a system is only described, `told_secrets` reads more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.facts import DocumentFacts, Passage
from ingest.secret_marks import mark_of
from ingest.secrets import find_secrets, secret_in_assignment
from pipeline.system.assembly import Assembly
from pipeline.system.documents.told import TOLD_OF_OTHERS
from pipeline.system.model import Evidence

# What examples are made of: the format alone tells nothing of them.
_EXAMPLES = frozenset({"Secret Keyword", "Basic Auth Credentials", "JSON Web Token"})
_READ = 100_000  # characters of one passage
_LINES = 400  # of one passage
_ASSIGNED = re.compile(r"(?:^|\s)([A-Za-z_][\w.-]{0,80})[ \t]?[:=][ \t]?([\"']?)([^\s\"']{6,400})\2(?=\s|$)")


def add_written_secrets(assembly: Assembly, documents: Sequence[DocumentFacts]) -> None:
    """One secret per value; a value in several places is one to revoke, and so are those that one block gives away together."""
    held: dict[str, str] = {}
    for document in sorted(documents, key=lambda document: document.path):
        for passage in document.passages if document.purpose not in TOLD_OF_OTHERS else ():
            text = passage.text[:_READ]
            known = [span for span in find_secrets(text) if span.detector not in _EXAMPLES]
            values = {text[span.start : span.end]: (span.detector, text[span.start : span.end][:4]) for span in known}
            first = next(iter(values), "")
            for value, name in _beside(text, tuple(values)) if values else ():
                values.setdefault(value, (values[first][0], name))
            for value, (detector, shown) in values.items():
                of_block = value if detector == values[first][0] or len(values) == 1 else first
                name = held.setdefault(value, held.get(of_block) or f"{detector} in {document.path}")
                _add(assembly, document, passage, value, (detector, shown, name))


def _add(assembly: Assembly, document: DocumentFacts, passage: Passage, value: str, told: tuple[str, str, str]) -> None:
    detector, shown, name = told
    evidence = _line(assembly, passage, shown)
    if evidence is None:
        return
    mark = mark_of(value)
    of_this_value = assembly.memo.marked_secrets.setdefault(mark, []) if mark is not None else []
    if of_this_value and not assembly.draft(of_this_value[0]).attributes.get("signing_default"):
        assembly.draft(of_this_value[0]).show(evidence)  # told of another file already: one to revoke
        return
    said = {"where": "document", "detector": detector}
    of_this_value.append(assembly.drafts.put("secret", name, None, said, evidence, None, document.purpose))


def _beside(text: str, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a block assigns to names of secrets, with the name that its line is found by."""
    for found in _ASSIGNED.finditer(text):
        name, value = found[1], found[3]
        if not any(value in one or one in value for one in known) and secret_in_assignment(name, value) is not None:
            yield value, name


def _line(assembly: Assembly, passage: Passage, shown: str) -> Evidence | None:
    """The line of a block that holds a text, the masked secret or the name it is given to; the block where none of its lines does."""
    place = passage.place
    for line in range(place.start_line, min(place.end_line, place.start_line + _LINES) + 1):
        cited = assembly.cite_place(replace(place, start_line=line, end_line=line))
        if cited is not None and (f"{shown}****" in cited.quote or re.search(rf"(?<![\w.-]){re.escape(shown)}[ \t]*[:=]", cited.quote)):
            return cited
    return assembly.cite_place(place)
