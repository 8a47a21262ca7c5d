"""Rows of risk registers and threat tables as stated threats, with what their authors say became of them.

Takes documents, adds claims of kind "threat" as `drawn.py` does for threat models: no rule reads them. A table is a register where a column
names risks or threats and another rates, treats or tracks them. Left out: what a row says beside these columns.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from ingest.facts import DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.documents.spoken_of import SpokenOf
from pipeline.system.documents.told import Row, describes, rows_of
from pipeline.system.model import Claim, ElementKind, Evidence
from pipeline.system.rules.words import words_of

_NAMED = frozenset({"risk", "risks", "threat", "threats", "hazard", "scenario", "vulnerability", "abuse"})
_STATE = frozenset({"state", "status", "treatment", "disposition"})
_MEASURE = frozenset({"mitigation", "mitigations", "measure", "measures", "control", "controls", "countermeasure",
    "countermeasures", "do", "response", "action",
                      "actions", "treatment", "safeguard", "safeguards"})  # fmt: skip
_RATED = frozenset({"severity", "impact", "damage", "level", "rating", "priority", "score", "criticality"})
_LIKELY = frozenset({"likelihood", "probability", "frequency"})
_CLASS = frozenset({"stride", "category", "class", "owasp", "type"})
# The first that a state begins with or holds says what became of a threat.
_STATES: tuple[tuple[str, str], ...] = (
    (
        r"\bnot (?:yet )?(?:started|mitigated|fixed|done|implemented)\b|\bpartial|\bopen\b|\bnew\b|\bin progress\b|\bplanned\b"
        r"|\btodo\b|\bidentified\b",
        "open",
    ),
    (r"\baccept|\btolerat", "accepted"),
    (r"\btransfer|\binsur", "transferred"),
    (r"\bn/?a\b|\bnot applicable\b|\bout of scope\b|\bavoid", "not_applicable"),
    (r"\bclosed\b|\bmitigated\b|\bdone\b|\bresolved\b|\bfixed\b|\bimplemented\b|\breduced\b", "mitigated"),
)
_ABOUT: frozenset[ElementKind] = frozenset(
    {"agent", "hosted_llm", "local_llm", "ml_model", "vector_store", "data_store", "log", "mcp_server", "http_route", "chat_ui",
        "tool", "training_job", "memory",
     "component", "external_service"}
)  # fmt: skip
_LONGEST = 300  # characters of a threat's title


def add_stated_risks(assembly: Assembly, documents: Sequence[DocumentFacts]) -> None:
    """A claim per row of every register."""
    spoken = SpokenOf(assembly)
    for document in documents:
        if not describes(document):
            continue
        for row in rows_of(document.passages):
            title = row.under(_NAMED) if _is_register(row) else ""
            evidence = assembly.cite_place(row.passage.place, "claim") if len(title.split()) > 1 else None
            if evidence is not None:
                assembly.claims.append(_claim(assembly, spoken, row, title, evidence))


def _is_register(row: Row) -> bool:
    words = [set(words_of(column)) for column in row.columns]
    named = [index for index, column in enumerate(words) if column & _NAMED]
    return bool(named) and any(
        column & (_STATE | _MEASURE | _RATED | _LIKELY) for index, column in enumerate(words) if index != named[0]
    )  # fmt: skip


def _claim(assembly: Assembly, spoken: SpokenOf, row: Row, title: str, evidence: Evidence) -> Claim:
    told = f"{row.passage.place.path}\n{row.passage.place.page}\n{row.passage.place.start_line}\n{title}"
    measure = assembly.book.masked(row.under(_MEASURE)).strip()
    return Claim.model_validate(
        {
            "id": f"threat:{hashlib.sha256(told.encode()).hexdigest()[:12]}",
            "text": assembly.book.masked(title)[:_LONGEST],
            "about": tuple(spoken.named(title, _ABOUT)),
            "evidence": (evidence,),
            "kind": "threat",
            "state": state_of(row.under(_STATE)),
            "category": row.under(_CLASS)[:80],
            "severity": row.under(_RATED)[:40],
            "mitigations": (measure,) if measure else (),
        }
    )


def state_of(text: str) -> str:
    """What became of a threat, by the words of its state; empty where they say nothing known."""
    lowered = text.lower()
    return next((state for pattern, state in _STATES if re.search(pattern, lowered)), "")
