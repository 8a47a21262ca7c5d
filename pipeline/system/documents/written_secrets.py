"""Keys of providers that stand in documents beside code: in a README, a runbook, a wiki's export.

Takes documents, adds one secret per value with its places. Beside code a document is full of examples, so only values of a known
provider's format count; where a system is only described, `told_secrets` reads more.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.facts import DocumentFacts
from ingest.secrets import find_secrets
from pipeline.system.assembly import Assembly
from pipeline.system.documents.told import TOLD_OF_OTHERS

# What examples are made of: the format alone tells nothing of them.
_EXAMPLES = frozenset({"Secret Keyword", "Basic Auth Credentials", "JSON Web Token"})
_READ = 100_000  # characters of one passage


def add_written_secrets(assembly: Assembly, documents: Sequence[DocumentFacts]) -> None:
    """One secret per value; a value in several places is one to revoke."""
    held: dict[str, str] = {}
    for document in sorted(documents, key=lambda document: document.path):
        for passage in document.passages if document.purpose not in TOLD_OF_OTHERS else ():
            text = passage.text[:_READ]
            for span in find_secrets(text):
                evidence = assembly.cite_place(passage.place) if span.detector not in _EXAMPLES else None
                if evidence is not None:
                    name = held.setdefault(text[span.start : span.end], f"{span.detector} in {document.path}")
                    said = {"where": "document", "detector": span.detector}
                    assembly.drafts.put("secret", name, None, said, evidence, None, document.purpose)
