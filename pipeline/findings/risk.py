"""Likelihood, impact, severity and confidence of a match, with the reasons and what would change them.

Likelihood and impact run from 1 to 5; severity is their product on the scale of the OWASP risk rating's
overall matrix: 16 and more critical, 10 high, 5 medium, below low.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.system.model import Confidence, Element, ElementKind, Label, Severity
from pipeline.threats.engine import Match
from pipeline.threats.schema import Factor, Scale
from pipeline.threats.view import View

_WORDS: dict[Factor, str] = {
    "reached_from_internet": "reached from the internet", "unauthenticated": "no authentication on the way in",
    "source_is_public": "what flows in can be written by anyone", "path_is_user_controlled": "the caller chooses the path or address",
    "runs_in_ci": "it runs in CI", "holds_secrets": "the process holds credentials", "moves_money": "money moves",
    "changes_data": "data is changed or deleted",
    "sends_messages": "messages go out", "executes_code": "code is executed",
    "about_people": "it decides about people or handles their data",
    "has_tools": "the model can act through tools", "reads_private_data": "private data is within reach",
    "only_in_examples": "seen in examples only", "only_for_debugging": "written for debugging only",
    "has_untrusted_content": "content written by outsiders reaches the model", "acts_on_the_world": "money, safety or access depends on it",
    "loaded_by_code": "code of this tree loads it",
    "harms_only_the_caller": "it steers nothing but the caller's own answer",
}  # fmt: skip
MANY_CHOICES = 3
# Roles in which a reply does nothing but come back, or is written down.
_HARMLESS = frozenset({None, "response", "log", "prompt", "conversation"})
_OF_OTHERS = frozenset({"web_content", "retrieved_text", "stored_data", "user_feedback", "tool_result", "dataset_records"})
_TOOLS: frozenset[ElementKind] = frozenset({"tool", "mcp_tool"})
_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "embedding_model"})
_PUBLIC = frozenset({"web_content", "user_feedback"})


@dataclass(frozen=True, slots=True)
class Risk:
    likelihood: int
    impact: int
    severity: Severity
    confidence: Confidence
    reasons: tuple[str, ...]
    would_change_it: tuple[str, ...]


def severity_of(likelihood: int, impact: int) -> Severity:
    product = likelihood * impact
    return "critical" if product >= 16 else "high" if product >= 10 else "medium" if product >= 5 else "low"


def assess(view: View, match: Match) -> Risk:
    """The risk of one match."""
    threat = match.threat
    factors = _factors(view, match)
    if any(control.kind == "authentication" for control in match.lowered):
        factors.discard("unauthenticated")  # one entry cannot be both
    likelihood, reasons = _scale(threat.likelihood, factors, "likelihood")
    impact, more = _scale(threat.impact, factors, "impact")
    reasons += more
    for control in match.lowered[:2]:
        likelihood = max(1, likelihood - 1)
        reasons.append(
            f"likelihood -1: {control.kind.replace('_', ' ')} is there ({control.evidence[0].path}:{control.evidence[0].start_line})"
        )
    confidence: Confidence = threat.confidence
    if "only_in_examples" in factors:
        confidence = _lower(confidence)
        reasons.append("confidence lowered: all evidence stands in examples")
    choices = min((max(flow.choices for flow in way) for way in match.ways), default=1)
    if choices > MANY_CHOICES:
        confidence = _lower(confidence)
        reasons.append(f"confidence lowered: a call on the way may mean any of {choices} implementations")
    if _by_shape(view, match):
        confidence = _lower(confidence)
        reasons.append("confidence lowered: the model is recognised by the shape of the call, not by a known library")
    change = [f"removed by {kind.replace('_', ' ')}" for kind in threat.removed_by]
    seen = {control.kind for control in match.lowered}
    change += [f"lowered by {kind.replace('_', ' ')}" for kind in threat.lowered_by if kind not in seen]
    change += [
        f"raised if {_WORDS[factor]}" for factor in (*threat.likelihood.raise_when, *threat.impact.raise_when) if factor not in factors
    ]
    return Risk(likelihood, impact, severity_of(likelihood, impact), confidence, tuple(reasons), tuple(dict.fromkeys(change)))


def _by_shape(view: View, match: Match) -> bool:
    """Whether the match rests on an element that no known library made."""
    rests_on = {match.element.id, *(other.id for other in match.others)}
    rests_on |= {end for way in match.ways for flow in way for end in (flow.source, flow.target)}
    return any(view.elements[identity].attributes.get("recognised") == "shape" for identity in rests_on)


def _scale(scale: Scale, factors: set[Factor], name: str) -> tuple[int, list[str]]:
    value, reasons = scale.base, [f"{name} starts at {scale.base}"]
    raised = [_WORDS[factor] for factor in scale.raise_when if factor in factors]
    if raised:  # one step, however many reasons: they are seldom independent of each other
        value += 1
        reasons.append(f"{name} +1: {'; '.join(raised)}")
    lowered = [_WORDS[factor] for factor in scale.lower_when if factor in factors]
    if lowered:
        value -= 1
        reasons.append(f"{name} -1: {'; '.join(lowered)}")
    return min(5, max(1, value)), reasons


def _lower(confidence: Confidence) -> Confidence:
    return "medium" if confidence == "high" else "low"


def _factors(view: View, match: Match) -> set[Factor]:
    found: set[Factor] = set()
    element = match.element
    upstream = _upstream(view, element)
    around = {element.id, *upstream, *(flow.source for way in match.ways for flow in way), *(other.id for other in match.others)}
    nearby = [view.elements[identity] for identity in sorted(around)]
    if any(e.zone == "internet" for e in nearby):
        found.add("reached_from_internet")
    if any(e.attributes.get("authenticated") is False for e in nearby):
        found.add("unauthenticated")
    if any(set(flow.carries) & _PUBLIC for way in match.ways for flow in way) or any(e.kind == "web_content" for e in nearby):
        found.add("source_is_public")
    if any("user_input" in flow.carries and flow.role in ("path", "url", "model_source") for way in match.ways for flow in way):
        found.add("path_is_user_controlled")
    if element.kind == "ci_job":
        found.add("runs_in_ci")
    if (
        element.attributes.get("secrets") is True
        or element.attributes.get("holds_secret") is True
        or any(e.kind == "secret" for e in nearby)
    ):
        found.add("holds_secrets")
    given = [view.elements[r.target] for r in view.relations_from.get(element.id, ()) if r.kind in ("has_tool", "calls")]
    callers = _calling_tools(view, match, [element.id, *upstream])
    acting = [e for e in (*nearby, *given) if e.id not in callers]
    effects = {effect for e in acting for effect in _tuple(e.attributes.get("effects"))}
    if "payment" in effects:
        found |= {"moves_money", "acts_on_the_world"}
    if effects & {"write", "deletion", "file_write"}:
        found.add("changes_data")
    if "message" in effects:
        found.add("sends_messages")
    if effects & {"execute", "shell"} or element.kind == "interpreter":
        found.add("executes_code")
    if any(e.attributes.get("decides_about") == "people" or e.attributes.get("sensitive") is True for e in nearby):
        found.add("about_people")
    if any(e.attributes.get("decides_about") in ("money", "safety", "security") or e.attributes.get("physical") is True for e in nearby):
        found.add("acts_on_the_world")
    if any(e.kind in _TOOLS for e in acting):
        found.add("has_tools")
    if any(e.attributes.get("private_data") is True or e.attributes.get("identity_parameter") for e in (*nearby, *given)):
        found.add("reads_private_data")
    if element.attributes.get("examples_only") is True or (match.evidence and all(is_example(e.path) for e in match.evidence)):
        found.add("only_in_examples")
    if any(relation.kind == "loads" for relation in view.relations_to.get(element.id, ())):
        found.add("loaded_by_code")
    if element.attributes.get("debugging") is True:
        found.add("only_for_debugging")
    labels = {label for identity in (element.id, *upstream) for flow in view.into.get(identity, ()) for label in flow.carries}
    if labels & {"web_content", "retrieved_text", "uploaded_file"}:
        found.add("has_untrusted_content")
    if match.ways and not found & {"has_tools", "reads_private_data"} and not effects and _only_the_callers(view, match, labels):
        found.add("harms_only_the_caller")
    return found


def _calling_tools(view: View, match: Match, around: list[str]) -> set[str]:
    """Tools before a model that the model cannot use: it is called by them, and nobody gave it those.

    A model that turns texts into vectors uses none at all. What was given a tool, or reads what it found, may use it.
    """
    if match.element.kind not in _MODELS:
        return set()
    before = {identity for identity in around if view.elements[identity].kind in _TOOLS}
    if match.element.kind == "embedding_model":
        return before
    used = {r.target for identity in around for r in view.relations_from.get(identity, ()) if r.kind == "has_tool"}
    used |= {flow.target for flow in view.out_of.get(match.element.id, ()) if flow.role != "response"}
    used |= {flow.source for identity in around for flow in view.into.get(identity, ()) if "tool_result" in flow.carries}
    return before - used - {other.id for other in match.others}


def _only_the_callers(view: View, match: Match, labels: set[Label]) -> bool:
    """Whether nothing of others reaches a model and its reply goes back to who asked."""
    if labels & _OF_OTHERS or any(set(flow.carries) & _OF_OTHERS for way in match.ways for flow in way):
        return False
    return all(flow.role in _HARMLESS for flow in view.out_of.get(match.element.id, ()))


def is_example(path: str) -> bool:
    return bool({"examples", "example", "demo", "demos", "samples"} & set(path.lower().split("/")[:-1]))


def _tuple(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()


def _upstream(view: View, element: Element) -> list[str]:
    found: dict[str, None] = {}
    queue = [element.id]
    for _ in range(60):
        if not queue:
            break
        current = queue.pop(0)
        sources = [flow.source for flow in view.into.get(current, ())]
        sources += [r.source for r in view.relations_to.get(current, ()) if r.kind in ("calls", "has_tool", "uses_model")]
        for source in sources:
            if source not in found and source != element.id:
                found[source] = None
                queue.append(source)
    return list(found)
