"""Likelihood, impact, severity and confidence of a match, by a decision table that is kept row by row.

Likelihood and impact run from 1 to 5 (docs/risk.md says what each level means); severity is their product on
a scale shaped like the overall matrix of the OWASP risk rating: 16 and more critical, 12 high, 5 medium, below low.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.findings.factors import Seen, Surroundings, factors_of
from pipeline.findings.model import RiskRow
from pipeline.system.model import Confidence, Control, ControlKind, Evidence, Severity
from pipeline.threats.engine import Match
from pipeline.threats.schema import Factor, Scale, SetScale
from pipeline.threats.view import View

FACTOR_WORDS: dict[Factor, str] = {
    "reached_from_internet": "reached from the internet", "unauthenticated": "no authentication on the way in",
    "any_user_reaches_it": "an entry on the way is open to whoever uses it",
    "asked_for_what_runs": "whoever uses it may ask for what is executed",
    "source_is_public": "what flows in can be written by anyone", "path_is_user_controlled": "the caller chooses the path or address",
    "runs_in_ci": "it runs in CI", "holds_secrets": "the process holds credentials", "moves_money": "money moves",
    "changes_data": "data is changed or deleted",
    "sends_messages": "messages go out", "executes_code": "code is executed",
    "about_people": "it decides about people or handles their data",
    "has_tools": "the model can act through tools", "reads_private_data": "private data is within reach",
    "only_in_examples": "seen in examples only", "only_for_debugging": "written for debugging only",
    "only_for_development": "its file is named for the machines of developers",
    "has_untrusted_content": "content written by outsiders reaches the model", "acts_on_the_world": "money, safety or access depends on it",
    "deletes_data": "data is deleted",
    "promised_protection": "what is promised protects people, their data or the machine",
    "callers_data_is_kept": "what a caller sends is kept or loaded for others",
    "nothing_learns_from_it": "no model learns from it or is asked with it", "readers_are_signed_in": "readers are signed in",
    "changes_only_comments": "it may change comments and labels alone",
    "published": "its port is published",
    "port_of_composition": "its port is one that a composition publishes",
    "only_measures": "it shows figures of a system that runs and changes none",
    "address_in_settings": "where it listens is not in the code",
    "listens_here": "as its code starts it, it listens on its own machine only",
    "only_after_an_error": "it is shown after an error",
    "only_if_told": "a person has to write it into the conversation first",
    "loaded_by_code": "code of this tree loads it",
    "harms_only_the_caller": "it steers nothing but the caller's own answer",
    "password_of_own_service": "it is the password of a service on the same machine, or in the same composition or cluster",
    "by_a_message": "a message is taken in, and what it leads to is told to nobody but the account's owner",
    "password_for_development": "it says itself that it is for development",
    "only_in_notebooks": "it stands in notebooks that a person runs by hand",
    "from_notebooks": "code of the same tree writes what the notebook opens",
    "one_persons_tool": "started by hand and serving nobody else",
}  # fmt: skip
# Factors that are a level of docs/risk.md by themselves: code of the attacker is level 5, wherever the impact starts.
_REACHES: dict[Factor, int] = {"executes_code": 5}
# What is said of callers from elsewhere, of whom there are none where a server keeps to its own machine.
_FROM_ELSEWHERE: tuple[Factor, ...] = ("unauthenticated", "any_user_reaches_it", "asked_for_what_runs", "reached_from_internet")
MANY_CHOICES = 3
CONTROLS_COUNTED = 2  # controls that lower the likelihood by one step each; no number of them closes a threat


@dataclass(frozen=True, slots=True)
class Risk:
    likelihood: int
    impact: int
    severity: Severity
    confidence: Confidence
    rows: tuple[RiskRow, ...]
    reasons: tuple[str, ...]
    would_change_it: tuple[str, ...]
    around: Surroundings
    factors: dict[Factor, Seen]


def severity_of(likelihood: int, impact: int) -> Severity:
    product = likelihood * impact
    return "critical" if product >= 16 else "high" if product >= 12 else "medium" if product >= 5 else "low"


def assess(view: View, match: Match, stated: Mapping[Factor, Seen] = MappingProxyType({})) -> Risk:
    """The risk of one match; `stated` are factors that somebody showed in the files and that the system model does not know."""
    threat = match.threat
    around = Surroundings(view, match)
    factors = {**stated, **factors_of(around)}
    if any(control.kind == "authentication" for control in match.lowered):
        factors.pop("unauthenticated", None)  # one entry cannot be both
    if any(control.kind == "network_isolation" for control in match.lowered):
        factors.pop("unauthenticated", None)  # nobody is asked, and nobody from elsewhere comes
        factors.pop("reached_from_internet", None)
    if "listens_here" in factors:  # who else asks nobody for a login is this machine's own user
        for factor in _FROM_ELSEWHERE:
            factors.pop(factor, None)
    likelihood, reasons = _scale(threat.likelihood, factors, "likelihood")
    impact, more = _scale(threat.impact, factors, "impact")
    controls = _controls(match.lowered, threat.lowered_by)
    doubts = _doubts(view, match, factors)
    confidence = threat.confidence
    for _doubt in doubts:
        confidence = _lower(confidence)
    likely, bad = max(1, _sum(likelihood) + sum(row.step for row in controls)), _sum(impact)
    reasons += more
    reasons += [f"likelihood -1: {row.asked} is there ({row.because})" for row in controls if row.step]
    reasons += [f"confidence lowered: {row.because}" for row in doubts]
    rows = (*likelihood, *controls, *impact, *doubts)
    return Risk(likely, bad, severity_of(likely, bad), confidence, rows, tuple(reasons), _changes(match, factors), around, factors)


def _scale(scale: Scale, factors: dict[Factor, Seen], axis: str) -> tuple[tuple[RiskRow, ...], list[str]]:
    """A start, and at most one reason up and one down, however many there are: they are seldom independent of each other."""
    because = scale.because if isinstance(scale, SetScale) else ""
    rows = [_row(axis, "where it starts", "start", scale.base, because)]
    told = [f"{axis} starts at {scale.base}" + (f", {because}" if because else "")]
    for step, asked in ((1, scale.raise_when), (-1, scale.lower_when)):
        holding = sorted((factor for factor in asked if factor in factors), key=lambda factor: -step_of(axis, scale.base, step, factor))
        for factor in asked:
            taken = step_of(axis, scale.base, step, factor) if holding and factor == holding[0] else 0
            rows.append(_row(axis, FACTOR_WORDS[factor], "yes" if factor in factors else "no", taken, _because(factors.get(factor))))
        if holding:
            told.append(f"{axis} {step_of(axis, scale.base, step, holding[0]):+d}: {'; '.join(FACTOR_WORDS[factor] for factor in holding)}")
    return tuple(rows), told


def step_of(axis: str, base: int, step: int, factor: Factor) -> int:
    """One step, or as many as lead to the level that the factor is by itself."""
    return max(step, _REACHES[factor] - base) if axis == "impact" and step > 0 and factor in _REACHES else step


def _controls(seen: tuple[Control, ...], asked: tuple[ControlKind, ...]) -> tuple[RiskRow, ...]:
    first = {control.kind: number for number, control in reversed(list(enumerate(seen)))}  # one login written down twice is one
    counted = {first[kind] for kind in list(dict.fromkeys(control.kind for control in seen))[:CONTROLS_COUNTED]}
    rows = [
        _row("likelihood", _words(control.kind), "yes", -1 if number in counted else 0, _place(control.evidence[0]))
        for number, control in enumerate(seen)
    ]
    kinds = set(first)
    return (*rows, *(_row("likelihood", _words(kind), "no", 0) for kind in asked if kind not in kinds))


def _doubts(view: View, match: Match, factors: dict[Factor, Seen]) -> tuple[RiskRow, ...]:
    choices = min((max(flow.choices for flow in way) for way in match.ways), default=1)
    said = {
        "what it was seen in": "all evidence stands in examples" if "only_in_examples" in factors else "",
        "whether the way is the only one": f"a call on the way may mean any of {choices} implementations" if choices > MANY_CHOICES else "",
        "whether a picture was read": "a place that it rests on was read out of a picture"
        if any(evidence.unit == "transcript" for evidence in match.evidence)
        else "",
        "how the model was recognised": "the model is recognised by the shape of the call, not by a known library"
        if _by_shape(view, match)
        else "",
    }
    return tuple(_row("confidence", asked, "yes", -1, because) for asked, because in said.items() if because)


def _changes(match: Match, factors: dict[Factor, Seen]) -> tuple[str, ...]:
    threat, seen = match.threat, {control.kind for control in match.lowered}
    change = [f"removed by {_words(kind)}" for kind in threat.removed_by]
    change += [f"lowered by {_words(kind)}" for kind in threat.lowered_by if kind not in seen]
    raising = (*threat.likelihood.raise_when, *threat.impact.raise_when)
    change += [f"raised if {FACTOR_WORDS[factor]}" for factor in raising if factor not in factors]
    return tuple(dict.fromkeys(change))


def _by_shape(view: View, match: Match) -> bool:
    """Whether the match rests on an element that no known library made."""
    rests_on = {match.element.id, *(other.id for other in match.others)}
    rests_on |= {end for way in match.ways for flow in way for end in (flow.source, flow.target)}
    return any(view.elements[identity].attributes.get("recognised") == "shape" for identity in rests_on)


def _sum(rows: tuple[RiskRow, ...]) -> int:
    return min(5, max(1, sum(row.step for row in rows)))


def _row(axis: str, asked: str, answer: str, step: int, because: str = "") -> RiskRow:
    return RiskRow.model_validate({"axis": axis, "asked": asked, "answer": answer, "step": step, "because": because})


def _because(seen: Seen | None) -> str:
    if seen is None:
        return ""
    return f"{seen.name} ({_place(seen.evidence)})" if seen.evidence else seen.name


def _place(evidence: Evidence) -> str:
    return f"{evidence.path}:{evidence.start_line}"


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _lower(confidence: Confidence) -> Confidence:
    return "medium" if confidence == "high" else "low"
