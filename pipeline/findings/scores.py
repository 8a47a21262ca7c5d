"""A match in the words of two public scoring systems: CVSS 4.0 for what is a vulnerability, AIVSS for what an agent makes of it.

Takes a match with its factors and controls, gives scores with every input and its reason. The product's own
severity does not come from them (see `risk`). CVSS: FIRST, specification 4.0, base metrics. AIVSS: OWASP, 0.8:
AARS = (10 - CVSS) x (sum of ten factors / 10) x threat multiplier; AIVSS = (CVSS + AARS) x mitigation factor.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pipeline.findings.agent_facts import AgentFact, agent_facts
from pipeline.findings.factors import Seen, Surroundings
from pipeline.findings.model import OF_THE_THREAT, Score, ScoreInput
from pipeline.system.model import ElementKind, Frozen, Label
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.threats.schema import Factor, Impact

_METRICS = ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA")
_LEVELS = "NLH"
_NETWORK: frozenset[ElementKind] = frozenset(
    {"http_route", "websocket", "chat_ui", "webhook", "mcp_server", "inference_server", "queue_consumer", "web_content", "external_service"}
)
_LOCAL: frozenset[ElementKind] = frozenset({"command_line", "file_drop"})
_OUTSIDERS: frozenset[Label] = frozenset({"web_content", "user_feedback"})


class CvssReading(Frozen):
    edition: str
    reference: str
    at_least: dict[Factor, dict[str, Impact]]


class Amplification(Frozen):
    name: str
    full: AgentFact
    half: AgentFact | None = None


class AivssReading(Frozen):
    edition: str
    reference: str
    threat_multiplier: float
    mitigation: dict[Literal["none", "partial"], float]
    factors: tuple[Amplification, ...]


class Scoring(Frozen):
    cvss: CvssReading
    aivss: AivssReading


@lru_cache(maxsize=1)
def load_scoring() -> Scoring:
    """How findings are scored.

    Raises:
        KnowledgeError: the file cannot be used.
    """
    return read_knowledge(KNOWLEDGE / "scoring.yaml", Scoring)


def scores_of(around: Surroundings, factors: dict[Factor, Seen]) -> tuple[Score, ...]:
    """The scores that apply to a match; none where its threat is no vulnerability."""
    if around.match.threat.cvss is None:
        return ()
    base = _cvss(around, factors, load_scoring().cvss)
    amplified = _aivss(around, base.score, load_scoring().aivss)
    return (base,) if amplified is None else (base, amplified)


def _cvss(around: Surroundings, factors: dict[Factor, Seen], reading: CvssReading) -> Score:
    from cvss import CVSS4

    stated = around.match.threat.cvss
    given = stated.model_dump(exclude_none=True) if stated else {}
    inputs = {metric: ScoreInput(metric=metric, value=value, because=OF_THE_THREAT) for metric, value in given.items()}
    inputs.setdefault("AV", _attack_vector(around))
    inputs.setdefault("PR", _privileges(around, factors))
    for factor in around.match.threat.impact.raise_when:
        for metric, level in reading.at_least.get(factor, {}).items() if factor in factors else ():
            if _LEVELS.index(level) > _LEVELS.index(inputs[metric].value):
                inputs[metric] = ScoreInput(metric=metric, value=level, because=f"{factor.replace('_', ' ')}: {factors[factor].name}")
    vector = f"CVSS:{reading.edition}/" + "/".join(f"{metric}:{inputs[metric].value}" for metric in _METRICS)
    score = float(CVSS4(vector).base_score)
    return Score(system="CVSS", edition=reading.edition, vector=vector, score=score, inputs=tuple(inputs[metric] for metric in _METRICS))


def _attack_vector(around: Surroundings) -> ScoreInput:
    network = next((e for e in around.nearby if e.kind in _NETWORK), None)
    local = next((e for e in around.nearby if e.kind in _LOCAL), None)
    if network is not None:
        return ScoreInput(metric="AV", value="N", because=f"reached through {network.name}")
    if local is not None:
        return ScoreInput(metric="AV", value="L", because=f"reached through {local.name} on this machine")
    return ScoreInput(metric="AV", value="N", because="how it is reached was not seen: the widest is taken")


def _privileges(around: Surroundings, factors: dict[Factor, Seen]) -> ScoreInput:
    if "unauthenticated" in factors:
        return ScoreInput(metric="PR", value="N", because=f"no authentication: {factors['unauthenticated'].name}")
    outsiders = next((flow for flow in around.flows() if set(flow.carries) & _OUTSIDERS), None)
    if outsiders is not None:
        return ScoreInput(metric="PR", value="N", because=f"outsiders write it: {around.view.elements[outsiders.source].name}")
    known = next((e for e in around.nearby if e.attributes.get("authenticated") is True), None)
    if known is not None:
        return ScoreInput(metric="PR", value="L", because=f"a user who is logged in: {known.name}")
    return ScoreInput(metric="PR", value="L", because="who may reach it was not seen: an ordinary user is taken")


def _aivss(around: Surroundings, base: float, reading: AivssReading) -> Score | None:
    facts = agent_facts(around)
    if facts is None:
        return None
    inputs, total = [], 0.0
    for factor in reading.factors:
        seen = next(((weight, facts[fact]) for weight, fact in ((1.0, factor.full), (0.5, factor.half)) if fact in facts), (0.0, None))
        total += seen[0]
        inputs.append(ScoreInput(metric=factor.name, value=f"{seen[0]:g}", because=seen[1].name if seen[1] else "not seen"))
    mitigation = reading.mitigation["partial" if around.match.lowered else "none"]
    inputs.append(ScoreInput(metric="Threat Multiplier", value=f"{reading.threat_multiplier:g}", because="a proof of concept is known"))
    controls = ", ".join(sorted({control.kind.replace("_", " ") for control in around.match.lowered}))
    inputs.append(ScoreInput(metric="Mitigation Factor", value=f"{mitigation:g}", because=controls or "no control seen on the way"))
    uplift = (10 - base) * total / 10 * reading.threat_multiplier
    score = round(min(10.0, (base + uplift) * mitigation), 1)
    vector = f"AIVSS:{reading.edition}/CVSS:{base:g}/" + "/".join(f"{_short(one.metric)}:{one.value}" for one in inputs)
    return Score(system="AIVSS", edition=reading.edition, vector=vector, score=score, inputs=tuple(inputs))


def _short(name: str) -> str:
    return "".join(word[0] for word in name.replace("-", " ").split() if word[0].isupper())
