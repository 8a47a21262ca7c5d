"""Small values for tests: an element, a flow, a finding, a scan, with everything that is not said filled in."""

from __future__ import annotations

from typing import Any

from pipeline.findings.model import SEVERITIES, STRIDE, Coverage, Finding, Mitigation, Scan, Summary, Target, Tool
from pipeline.system.model import Element, ElementKind, Evidence, Flow, Label, Role, SinkRole, System, Zone


def evidence(at: str = "app.py:1", quote: str = "reply = ask(question)", role: Role = "sink", note: str = "", **more: Any) -> Evidence:
    """A quoted place, written `path:line`; the last line follows from the quote."""
    path, _, line = at.rpartition(":")
    start = int(line)
    return Evidence(path=path, start_line=start, end_line=start + quote.count("\n"), quote=quote, role=role, note=note, **more)


def element(kind: ElementKind = "agent", name: str = "assistant", zone: Zone = "application", **more: Any) -> Element:
    return Element(id=f"{kind}:{name}", kind=kind, name=name, zone=zone, **more)


def flow(source: str, target: str, carries: tuple[Label, ...] = ("user_input",), role: SinkRole | None = "prompt", **more: Any) -> Flow:
    return Flow(id=f"{source}->{target}", source=source, target=target, carries=carries, role=role, **more)


def finding(threat: str = "indirect-prompt-injection", **more: Any) -> Finding:
    said: dict[str, Any] = {
        "id": f"f-{threat}",
        "title": threat.replace("-", " ").capitalize(),
        "description": f"This system has {threat.replace('-', ' ')}. Second sentence.",
        "stride": ("tampering",),
        "severity": "high",
        "likelihood": 4,
        "impact": 4,
        "confidence": "high",
        "element": "agent:assistant",
        "evidence": (evidence(),),
        "mitigations": (Mitigation(text="Put something between.", test="Try it and see it refused."),),
    }
    return Finding(threat=threat, **{**said, **more})


def scan(
    findings: tuple[Finding, ...] = (), elements: tuple[Element, ...] | None = None, flows: tuple[Flow, ...] = (), **more: Any
) -> Scan:
    """A scan with these findings; coverage follows from them, `not_examined` elsewhere, unless given."""
    known = (element(),) if elements is None else elements
    system = more.pop("system", None) or System(elements=known, flows=flows)
    hits = {(item.element, stride): item.id for item in findings for stride in item.stride}
    cells = tuple(
        Coverage(element=item.id, stride=stride, state="finding", reason="a threat was found", findings=(hits[item.id, stride],))
        if (item.id, stride) in hits
        else Coverage(element=item.id, stride=stride, state="not_examined", reason="no rule looks at this kind")
        for item in system.elements
        for stride in STRIDE
    )
    said: dict[str, Any] = {
        "tool": Tool(version="0.0.0", knowledge="0" * 12),
        "target": Target(name="sample", revision="3f2a91c0de5b7788990011223344556677889900"),
        "started_at": "2025-01-02T03:04:05Z",
        "duration_s": 1.25,
        "summary": Summary(
            files=41,
            lines=3210,
            by_severity={name: sum(item.severity == name for item in findings) for name in SEVERITIES},
            by_stride={name: sum(name in item.stride for item in findings) for name in STRIDE},
            new=len(findings),
            hidden=more.pop("hidden", {}),
        ),
        "coverage": cells,
    }
    return Scan(system=system, findings=findings, **{**said, **more})
