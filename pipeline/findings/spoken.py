"""What comments of the scanned tree decide: `accept SLUG, SLUG -- reason [until 2026-12-31]`, or `dismiss`.

Takes comments that speak to threatloom, gives suppressions, one for each threat they name, in the order of files and lines. One that says
no reason, or nothing that can be understood, decides nothing and says why: it is told to people as stale, and never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from ingest.facts import CodeFacts, Comment, ConfigFacts, DocumentFacts, Facts, TextFacts
from ingest.source import Purpose
from ingest.told_secrets import without_secrets
from pipeline.findings.model import Decision, DecisionKind, Suppression

NO_REASON = "(no reason given)"
KINDS: dict[str, DecisionKind] = {"accept": "accepted", "dismiss": "dismissed"}
FINDING_ID = re.compile(r"[0-9a-f]{16}")
SLUG = re.compile(r"(?:(?:custom|own)/)?[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_NAMED = 20
_REASON = 300  # characters
_PARTS = re.compile(r"(?P<verb>[a-z]*)\s*(?P<named>.*?)(?:(?:\s+|(?<=\s))(?:--|—|–)\s*(?P<reason>.*))?", re.IGNORECASE | re.DOTALL)
# In brackets it can only be meant as one; without, the words "until the migration is done" are a reason.
_UNTIL = re.compile(r"\s*(?:\[\s*until:?\s+(?P<braced>[^\]]*)\]|\buntil\s+(?P<plain>\d[\d./-]*))\s*\.?\s*$", re.IGNORECASE)
_NOT_OURS: dict[Purpose, str] = {
    "vendored": "it stands in code of others: decide it in .threatloom.yaml",
    "generated": "it stands in a generated file, which is written anew: decide it in .threatloom.yaml",
}


def said_in_comments(facts: Iterable[Facts]) -> tuple[Suppression, ...]:
    """The decisions that stand in the comments of files that were read."""
    read = (one for one in facts if isinstance(one, CodeFacts | ConfigFacts | DocumentFacts | TextFacts) and one.comments)
    return tuple(said for one in sorted(read, key=lambda one: one.path) for comment in one.comments for said in _said(comment, one.purpose))


def _said(comment: Comment, purpose: Purpose) -> Iterator[Suppression]:
    match = _PARTS.fullmatch(comment.text)
    assert match is not None  # every part may be empty
    reason, until, problem = _reason(match["reason"] or "")
    verb = match["verb"].lower()
    names = [name for part in re.split(r"[\s,]+", match["named"]) if (name := part.strip().lower())]
    if verb not in KINDS:
        problem = "it says neither accept nor dismiss"
    elif not names:
        problem = "it names no threat"
    elif odd := next((name for name in names if not (SLUG.fullmatch(name) or FINDING_ID.fullmatch(name))), None):
        problem = f"{odd[:40]} is no slug of a threat; a reason is written behind --"
    problem = _NOT_OURS.get(purpose) or problem
    place = comment.place
    where = f"{place.path}:{place.start_line}" if place.page is None else f"{place.path}, cell {place.page}, line {place.start_line}"
    decision = Decision(kind=KINDS.get(verb, "accepted"), reason=reason or NO_REASON, until=until, where=where)
    for name in dict.fromkeys(names[:_MOST_NAMED] or [""]):
        is_id = FINDING_ID.fullmatch(name) is not None
        yield Suppression(
            decision=decision, threat="" if is_id else name[:80], finding=name if is_id else "", path=place.path, lines=comment.beside,
            page=place.page, stale=problem,
        )  # fmt: skip


def _reason(said: str) -> tuple[str, str, str]:
    """The reason, the last day as written, and what is wrong with either."""
    until = ""
    if (match := _UNTIL.search(said)) is not None:
        until = (match["braced"] or match["plain"] or "").strip()
        said = said[: match.start()]
    reason = without_secrets(said.strip())[:_REASON].rstrip()
    if until and day_of(until) is None:
        return reason, "", f"{until[:40]} is no day: write until 2026-12-31"
    return reason, until, "" if reason else "it gives no reason: write one behind --"


def day_of(text: str) -> date | None:
    """A day that is written as 2026-12-31; None for anything else."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None
