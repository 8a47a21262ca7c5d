"""Routes by which somebody approves what an agent is about to do, or says what a model's finding is worth.

Takes an assembly whose entries are known. That a route is called so is not enough, for holidays and orders are approved as well: the
functions behind it must handle what a framework of agents keeps while it waits (a call of a tool, a state of a run, an interrupt), or
the address names what detectors give (alerts, detections, matches) and the caller says who it is that looked at it.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef
from pipeline.system.assembly import Assembly
from pipeline.system.rules.words import words_of

_APPROVES = frozenset({"approve", "approval", "approvals", "approved", "decisions"})
_OF_AGENTS = re.compile(
    r"tool_?calls?(_?id)?|run_?state|interrupts?|resume_?(graph|agent|run)|pending_?(tools?|tool_?calls?|interruptions?)|needs_?approval"
    r"|human_?in_?the_?loop|tool_?approvals?|approve_?tool|Command",
    re.IGNORECASE,
)
_REVIEWS = frozenset(
    {"approve", "verify", "acknowledge", "confirm", "resolve", "dismiss", "review", "reviews", "label", "verdict", "decision", "adjudicate"}
)
_FOUND = frozenset(
    {"alert", "alerts", "detection", "detections", "match", "matches", "prediction", "predictions", "recognition", "recognitions",
     "flag", "flags", "anomaly", "anomalies", "classification", "classifications", "verdict", "verdicts", "screening", "screenings", "case",
     "cases"}
)  # fmt: skip
_REVIEWER = re.compile(
    r"(?:\w+_)?(?:reviewed|verified|acknowledged|approved|confirmed|resolved|dismissed|decided|checked|labell?ed)_?by"
    r"|(?:reviewer|approver|guard|operator|analyst|officer|moderator|verifier|investigator|annotator)(?:_?(?:name|user_?name|id|email))?|actor",
    re.IGNORECASE,
)
_ASKS = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST = 40  # functions behind a route that are read


def mark_approval_routes(assembly: Assembly) -> None:
    """`approves` at routes that hand the verdict of a person to an agent, `reviews_verdict` where it is about what a model found."""
    for reference, identity in assembly.entry_of_function.items():
        draft = assembly.draft(identity)
        if draft.kind not in ("http_route", "webhook") or str(draft.attributes.get("method")) in _ASKS:
            continue
        address = words_of(str(draft.attributes.get("path") or draft.name))
        if not _APPROVES.isdisjoint(address) and _is_of_agents(assembly, reference):
            draft.attributes["approves"] = True
        elif _is_review(assembly, reference, [*address, *words_of(assembly.program.function(reference).name)]):
            draft.attributes["reviews_verdict"] = True


def _is_review(assembly: Assembly, reference: FunctionRef, words: list[str]) -> bool:
    """Whether a person's verdict about a finding is taken, and the request says whose it is."""
    if _REVIEWS.isdisjoint(words) or _FOUND.isdisjoint(words):
        return False
    if any(_REVIEWER.fullmatch(parameter.name) for parameter in assembly.program.function(reference).parameters):
        return True
    file, number = reference
    values = assembly.program.files[file].values
    return any(v.scope == number and v.kind in ("attribute", "index") and _REVIEWER.fullmatch(_last(v.text)) for v in values)


def _last(text: str) -> str:
    """Of `body.reviewed_by` the field."""
    return text.rsplit(".", 1)[-1].strip("[]'\"")


def _is_of_agents(assembly: Assembly, reference: FunctionRef) -> bool:
    for file, number in sorted(assembly.reach(reference))[:_MOST]:
        for value in assembly.program.files[file].values:
            if value.scope == number and value.kind in ("name", "attribute", "index") and _OF_AGENTS.fullmatch(value.text):
                return True
    return False
