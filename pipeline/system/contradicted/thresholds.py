"""Sums up to which a machine pays alone, as documents say them and as settings give them.

Takes statements and an assembly, adds a claim of kind "amount" where a sentence names one sum from which on a person is asked ("refunds of
up to 100 euros are paid at once", "payments above 500 EUR need an approval"), and every setting that is named for the same thing
(`auto-refund-limit: 250`, `AUTO_REFUND_CENTS`) is higher. Left out: sums that only the environment gives, and sentences about a thing that
no setting is named for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.quantities import amounts
from pipeline.system.contradicted.stated import Statement
from pipeline.system.documents.documents import claim_id, is_built
from pipeline.system.model import Claim, Evidence
from pipeline.system.name_matching import stem
from pipeline.system.rules.words import words_of

_UP_TO = re.compile(
    r"\b(?:up to|below|under|at most|less than|no more than|not more than)\b[^.;]{0,12}?(?=[$\u20ac\u00a3\d])", re.IGNORECASE
)
_ALONE = re.compile(
    r"\b(?:at once|automatically|immediately|itself|on its own|without (?:an? |any )?(?:person|human|approval|review))\b", re.IGNORECASE
)
_ABOVE = re.compile(r"\b(?:above|over|exceed\w*|more than|greater than|from|beyond)\b[^.;]{0,12}?(?=[$\u20ac\u00a3\d])", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:approv\w+|persons?|humans?|managers?|supervisors?|confirm\w*|sign[- ]?off|signed off|colleagues?)\b", re.IGNORECASE
)
_SETS = re.compile(
    r"^\s*(?:(?:export|const|let|var|val|final|static|public|private|readonly|int|double|float|long|decimal) ){0,4}"
    r"[\"']?([A-Za-z][\w.-]{3,60})[\"']?"
    r"\s*(?::\s*[A-Za-z][\w.]*(?:\s*\|\s*None)?\s*=|[:=]|:\s*z\b.*\.default\()\s*[\"']?(\d[\d_]{0,9}(?:\.\d{1,2})?)\b"
)
_FOR_ITSELF = frozenset({"auto", "automatic", "autoapprove", "approval", "approve", "approved", "unattended", "unreviewed"})
_SUM = frozenset(
    {
        "limit",
        "threshold",
        "max",
        "maximum",
        "below",
        "above",
        "amount",
        "cents",
        "cent",
        "ceiling",
        "up",
        "to",
        "euros",
        "eur",
        "usd",
        "dollars",
    }
)
_COMMENT = re.compile(r"^\s*(?:#|//|\*|--)")
_TOLERANCE = 1.05


@dataclass(frozen=True, slots=True)
class _Setting:
    things: frozenset[str]
    amount: float
    place: Place


def add_thresholds(assembly: Assembly, statements: Sequence[Statement]) -> None:
    """A claim for every sum from which on a person is asked that settings put higher."""
    settings: list[_Setting] | None = None
    for statement in statements:
        text = statement.text
        said = amounts(text)
        asks = (_UP_TO.search(text) and _ALONE.search(text)) or (_ABOVE.search(text) and _ASKS.search(text))
        if len(said) != 1 or not asks or not statement.is_of_all:
            continue
        if settings is None:
            settings = list(_settings(assembly))
        words = {stem(word.lower()) for word in words_of(text)}
        same = [setting for setting in settings if setting.things and setting.things <= words]
        about = _about(assembly, same[0].things) if same and min(one.amount for one in same) > said[0] * _TOLERANCE else None
        evidence = statement.cite(assembly) if about is not None else None
        if about is None or evidence is None:
            continue
        least = min(same, key=lambda one: (one.amount, one.place.path, one.place.start_line))
        cited = assembly.cite_place(least.place, "sink")
        if cited is not None:
            _add(assembly, text, about, evidence, cited, least.amount)


def _settings(assembly: Assembly) -> Iterator[_Setting]:
    """Settings named for what is done without asking, in their unit; those named for cents are of the hundredth."""
    for path, number, found in assembly.book.lines_that(_SETS):
        words = [word.lower() for word in words_of(found[1])]
        if _COMMENT.match(found.string) or _FOR_ITSELF.isdisjoint(words) or _SUM.isdisjoint(words):
            continue
        things = frozenset(stem(word) for word in words if word not in _FOR_ITSELF | _SUM)
        amount = float(found[2].replace("_", "")) / (100 if {"cents", "cent"} & set(words) else 1)
        if amount:
            yield _Setting(things, amount, Place(path, number, number))


def _about(assembly: Assembly, things: frozenset[str]) -> str | None:
    """The tool that does it: one whose name has the thing."""
    tools = (
        (identity, {stem(word.lower()) for word in words_of(draft.name.split(" (")[0])})
        for identity, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind in ("tool", "mcp_tool") and draft.attributes.get("stated_by") != "document" and is_built(draft)
    )
    return next((identity for identity, named in tools if things & named), None)


def _add(assembly: Assembly, text: str, about: str, evidence: Evidence, cited: Evidence, amount: float) -> None:
    assembly.claims.append(
        Claim(
            id=f"{claim_id(evidence, text)}:threshold", text=text, about=(about,), promises=("human_approval",), kept=False, kind="amount",
            evidence=(evidence,), against=(cited,), instead=f"asks a person from {amount:g} on",
        )
    )  # fmt: skip
