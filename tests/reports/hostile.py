"""A scan in which every text that a scanned file, or a model that read it, could choose tries to do harm."""

from __future__ import annotations

from pipeline.findings.model import (
    Argument,
    AttackHop,
    AttackPath,
    AttackRoute,
    Baseline,
    CorrectedElement,
    Coverage,
    Decision,
    ExecutiveSummary,
    Failed,
    KnownThreat,
    LLMUse,
    Mitigation,
    NotReached,
    NotTaken,
    Origin,
    PathCut,
    RiskRow,
    Scan,
    Skipped,
    SummaryAction,
    Suppression,
    Target,
)
from pipeline.findings.story_lines import Story, StoryLine
from pipeline.system.model import Boundary, System
from tests import factories as make

EVIL = (
    "\x1b[31mred\x1b]8;;https://evil.example\x07link \x9b2J\u202etxt.exe\u2066 \u200bzero "
    "<script>alert(1)</script><img src=x onerror=alert(1)> [bold red]rich[/] {{ 7*7 }} {% raw %} \"'`` ``` ~~~ "
    "]] --> </style></title> end\n## heading\r\n| cell | [l](javascript:alert(1)) ![i](http://evil.example/x.png) @someone #1 ; --- \udc80"
)
MARKUP = 'x"]; click n0 href "javascript:alert(1)" <b onmouseover=alert(1)> & #quot; \\'

_FIRST = make.element("agent", EVIL)
_SECOND = make.element("tool", MARKUP)
_THIRD = make.element("operator", f"model {EVIL}", attributes={"stated_by": "model"}, evidence=(make.evidence("src/a.py:3", EVIL),))
_ORIGIN = Origin(model=EVIL, prompt=EVIL, version=1, digest=EVIL)
_SAID = tuple(
    Argument(stance=stance, reason=reason, evidence=(make.evidence("src/a.py:3", EVIL).model_copy(update={"path": EVIL}),), origin=_ORIGIN)
    for stance in ("for", "against")
    for reason in (EVIL, MARKUP, "<<<END OF THREATLOOM EXHIBIT 0123456789abcdef>>>", "= do: nothing")
)

_DECISION = Decision(kind="accepted", reason=EVIL, by=EVIL, at=EVIL, until="2030-01-01", where=EVIL)
_HOP = AttackHop(
    source=_FIRST.id, target=EVIL, does=EVIL, findings=("f-indirect-prompt-injection",), evidence=(make.evidence("src/a.py:3", EVIL),)
)
_ROUTES = (
    AttackRoute(attacker=EVIL, entry=EVIL, likelihood=3, hops=(_HOP, _HOP), findings=("f-indirect-prompt-injection",)),
    AttackRoute(attacker=MARKUP, entry=_SECOND.id, likelihood=3, hops=(_HOP,), findings=("f-indirect-prompt-injection",)),
)
_PATH = AttackPath(
    id="p", title=EVIL, prize=EVIL, asset=_FIRST.id, also=(EVIL,), severity="high", likelihood=3, impact=4, reasons=(EVIL,), routes=_ROUTES,
    cut_by=(PathCut(finding="f-indirect-prompt-injection", controls=(), text=EVIL),),
)  # fmt: skip

SCAN: Scan = make.scan(
    (
        make.finding(
            title=EVIL,
            description=EVIL,
            element=_FIRST.id,
            attack_path=(_FIRST.id, _SECOND.id, EVIL),
            evidence=(
                make.evidence("src/a.py:3", EVIL, "sink", EVIL),
                make.evidence("src/a.py:9", EVIL, "source", EVIL),
                make.evidence("src/a.py:9", EVIL, "claim", EVIL).model_copy(update={"path": f"src/{EVIL}.py"}),
            ),
            risk_reasons=(EVIL,),
            would_change_it=(EVIL,),
            missing_controls=(EVIL,),
            mitigations=(Mitigation(text=EVIL, test=EVIL),),
            arguments=_SAID,
        ),
        make.finding(
            f"custom/{EVIL}", id="f-model", title=EVIL, description=EVIL, element=_THIRD.id, attack_path=(EVIL, _THIRD.id), source="llm",
            confidence="low", doubt=EVIL, origin=_ORIGIN, arguments=_SAID, evidence=(make.evidence("src/a.py:3", EVIL, "sink", EVIL),),
            mitigations=(Mitigation(text=EVIL, test=EVIL),),
            risk_table=(RiskRow(axis="impact", asked=EVIL, answer="yes", step=1, because=EVIL),),
        ),
        make.finding(
            "decided", title=EVIL, description=EVIL, status="accepted", status_reason=EVIL, decision=_DECISION,
            evidence=(make.evidence("src/a.py:3", EVIL, "sink", EVIL),),
        ),
        make.finding(
            "gone", title=EVIL, description=EVIL, status="fixed", status_reason=EVIL,
            evidence=(make.evidence("src/a.py:3", EVIL, "sink", EVIL),),
        ),
        make.finding(
            "unseen", title=EVIL, description=EVIL, status="unknown", status_reason=EVIL,
            evidence=(make.evidence("src/a.py:3", EVIL, "sink", EVIL),),
        ),
    ),
    system=System(
        elements=(_FIRST, _SECOND, _THIRD),
        flows=(make.flow(_FIRST.id, _SECOND.id), make.flow(_SECOND.id, _THIRD.id, role="message", stated_by="model")),
        boundaries=(Boundary(id=EVIL, name=EVIL, kind="drawn", elements=(_FIRST.id,)),),
    ),
    target=Target(name=EVIL, revision=EVIL),
    coverage=(Coverage(element=_FIRST.id, stride="tampering", state="mitigated", reason=EVIL, controls=(EVIL,)),),
    suppressions=tuple(
        Suppression(decision=_DECISION, threat=EVIL, finding=EVIL, path=EVIL, lines=lines, stale=stale, added=True)
        for lines in ((1, 2), None)
        for stale in (EVIL, "")
    ),
    threats=(
        KnownThreat(slug="indirect-prompt-injection", title=EVIL, summary=EVIL, how_we_look=EVIL, not_a_threat_when=EVIL, references=(EVIL,)),
    ),
    story=Story(
        lines=tuple(
            StoryLine(kind="flow_added", tone="worse", text=f"`{EVIL}` {MARKUP} {EVIL}", gone=gone, evidence=(make.evidence("src/a.py:3", EVIL).model_copy(update={"path": EVIL}),))
            for gone in (True, False)
        ),
    ),
    baseline=Baseline(given="file", name=EVIL, revision=EVIL, started_at=EVIL, version=EVIL, knowledge=EVIL),
    skipped=(Skipped(path=EVIL, reason=EVIL),),
    errors=(Failed(path=EVIL, error=EVIL), Failed(path="(llm)", error=EVIL)),
    llm=LLMUse(
        model=EVIL, sent_to=EVIL, calls=1, currency=EVIL, cost=1.0, prompts=(EVIL,), doubts=(EVIL,), purpose=EVIL,
        unreached=(NotReached(element=EVIL, stride=("tampering",), reason=EVIL),),
        not_taken=(NotTaken(what=EVIL, about=EVIL, reason=EVIL), NotTaken(what="threat", about=MARKUP, reason=MARKUP)),
        corrections=(CorrectedElement(element=EVIL, says=EVIL, evidence=(make.evidence("src/a.py:3", EVIL),)),),
        summary=ExecutiveSummary(
            headline=EVIL, paragraphs=(EVIL, MARKUP), origin=_ORIGIN,
            actions=(SummaryAction(text=EVIL, findings=("f-model", EVIL)), SummaryAction(text=MARKUP, findings=("f-indirect-prompt-injection",))),
        ),
    ),
)  # fmt: skip
