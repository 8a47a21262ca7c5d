"""A scan in which every text a scanned file could choose tries to do harm."""

from __future__ import annotations

from pipeline.findings.model import AttackHop, AttackPath, AttackRoute, Coverage, Failed, Mitigation, PathCut, Scan, Skipped, Target
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
        ),
    ),
    system=System(
        elements=(_FIRST, _SECOND),
        flows=(make.flow(_FIRST.id, _SECOND.id),),
        boundaries=(Boundary(id=EVIL, name=EVIL, kind="drawn", elements=(_FIRST.id,)),),
    ),
    target=Target(name=EVIL, revision=EVIL),
    coverage=(Coverage(element=_FIRST.id, stride="tampering", state="mitigated", reason=EVIL, controls=(EVIL,)),),
    skipped=(Skipped(path=EVIL, reason=EVIL),),
    errors=(Failed(path=EVIL, error=EVIL),),
)
