"""Credentials that stand in documents: keys in a wiki's export, a password in a slide's notes.

Takes documents, adds one secret per value with its places. Beside code a document is full of examples, so only
values of a known provider's format count there; where a system is only described, its papers are what people work
by, and values that a telling name is given to, or that a sentence tells, count too. Hidden text counts as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.facts import DocumentFacts
from ingest.secrets import find_secrets
from ingest.told_secrets import told_secrets
from pipeline.system.assembly import Assembly

# What examples are made of: the format alone tells nothing of them.
_EXAMPLES = frozenset({"Secret Keyword", "Basic Auth Credentials", "JSON Web Token"})
_STRONG = 16  # characters of a value that nothing but its name tells of
_NAME = re.compile(r"([A-Za-z_][\w.-]{2,60})[\"']?\s*[:=]\s*[\"']?$")
_READ = 100_000  # characters of one passage


def add_written_secrets(assembly: Assembly, documents: Sequence[DocumentFacts], *, described_only: bool) -> None:
    """One secret per value; a value in several places is one to revoke."""
    held: dict[str, str] = {}
    for document in sorted(documents, key=lambda document: document.path):
        if document.purpose in ("test", "example", "vendored", "generated"):
            continue
        for passage in document.passages:
            told = dict(_told(passage.text[:_READ], described_only))
            evidence = assembly.cite_place(passage.place) if told else None
            if evidence is None:
                continue
            for value, called in told.items():
                name = held.setdefault(value, f"{called} in {document.path}")
                assembly.drafts.put("secret", name, None, {"where": "document", "detector": called}, evidence, None, document.purpose)


def _told(text: str, described_only: bool) -> Iterator[tuple[str, str]]:
    """Values of credentials in a text, each with what it is called."""
    for span in find_secrets(text):
        value = text[span.start : span.end]
        if span.detector not in _EXAMPLES or (described_only and (span.detector != "Secret Keyword" or len(value) >= _STRONG)):
            named = _NAME.search(text[max(0, span.start - 80) : span.start])
            yield value, named[1] if named else span.detector
    if described_only:
        yield from ((value, "password") for value in told_secrets(text))
