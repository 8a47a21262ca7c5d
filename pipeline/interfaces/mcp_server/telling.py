"""Values of a scan as what the tools give, and as text between fences: everything scanned is made visible and cannot end a fence."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel

from pipeline.chat.model import Answer, Citation
from pipeline.chat.rendering import place_of
from pipeline.findings.comparing import Change
from pipeline.findings.model import Coverage, Finding, Scan
from pipeline.interfaces.mcp_server.shapes import (
    AnswerShape,
    CellRow,
    ChangeRow,
    Explained,
    FindingRow,
    FlowRow,
    Place,
    Said,
    ScanSummary,
)
from pipeline.reports.escape import shorten, visible
from pipeline.reports.wording import coverage_counts, headline, open_findings, sentence, severity_counts, skipped_count, span, verdict
from pipeline.system.model import Evidence, Flow
from prompts.fences import defang, fence, nonce_of

_SECRET = secrets.token_bytes(16)
_MOST_LINES, _MOST_LINE, _MOST_TEXT = 6, 200, 900
_NO_NONCE = "0" * 16


def told(value: BaseModel, label: str) -> CallToolResult:
    """A value as the result of a tool: its structure, and the same as text between marks nobody who wrote a scanned file can know."""
    text = value.model_dump_json(exclude_defaults=True, indent=1)
    nonce = nonce_of(_SECRET, secrets.token_hex(8), label, text)
    return CallToolResult(content=[TextContent(text=fence(label, text, nonce).text)], structured_content=value.model_dump(mode="json"))


def fenced(label: str, text: str) -> str:
    """A long text of scanned things between marks."""
    return fence(label, text, nonce_of(_SECRET, secrets.token_hex(8), label, text)).text


def clean(text: str, most: int = _MOST_TEXT) -> str:
    """One line of text of a scan, without what acts or imitates a mark, at most so long."""
    return defang(shorten(visible(text), most), _NO_NONCE).text


def place(evidence: Evidence) -> Place:
    return Place(at=clean(span(evidence), 300), quote=_quoted(evidence.quote))


def of_citation(citation: Citation) -> Place:
    return Place(at=clean(place_of(citation) or f"{citation.kind} {citation.id}", 300), quote=_quoted(citation.quote))


def finding_row(finding: Finding) -> FindingRow:
    return FindingRow(
        id=finding.id, severity=finding.severity, confidence=finding.confidence, status=finding.status, threat=clean(finding.threat, 120),
        element=clean(finding.element, 200), says=clean(sentence(finding), 400), stride=finding.stride, place=place(headline(finding)),
    )  # fmt: skip


def flow_row(flow: Flow) -> FlowRow:
    return FlowRow(
        id=clean(flow.id, 300), source=clean(flow.source, 200), target=clean(flow.target, 200), carries=flow.carries,
        becomes=flow.role or "", crosses=tuple(clean(one, 200) for one in flow.crosses),
        controls=tuple(sorted({clean(one.partition("@")[0], 80) for one in flow.controls})),
        known_from=flow.stated_by, first=place(flow.steps[0]) if flow.steps else None, last=place(flow.steps[-1]) if flow.steps else None,
    )  # fmt: skip


def cell_row(cell: Coverage) -> CellRow:
    return CellRow(
        element=clean(cell.element, 200), stride=cell.stride, state=cell.state, reason=clean(cell.reason, 300), findings=cell.findings,
        controls=tuple(sorted({clean(one.partition("@")[0], 80) for one in cell.controls})),
    )  # fmt: skip


def change_row(change: Change) -> ChangeRow:
    return ChangeRow(kind=change.kind, finding=finding_row(change.finding), reason=clean(change.reason, 300))


def answer_shape(answer: Answer, most: int) -> AnswerShape:
    """An answer with at most so many statements."""
    kept = answer.statements[:most]
    left = len(answer.statements) - len(kept)
    more = f"{left} more statements are left out here" if left > 0 else ""
    return AnswerShape(
        question=clean(answer.question, 400), understood_as=answer.intent, about=tuple(clean(one.name, 120) for one in answer.subject[:8]),
        statements=tuple(Said(text=clean(one.text, 700), cites=tuple(map(of_citation, one.citations[:4]))) for one in kept),
        not_answered="; ".join(filter(None, (clean(answer.not_answered, 600), more))),
        follow_ups=tuple(clean(one, 120) for one in answer.follow_ups),
    )  # fmt: skip


def explained(finding: Finding) -> Explained:
    """A finding with its decision table and what to do."""
    rows = [
        f"{row.axis}: {row.asked}: {row.answer}{f' {row.step:+d}' if row.step else ''}{f' ({row.because})' if row.because else ''}"
        for row in finding.risk_table
    ]
    return Explained(
        name=finding.id, kind="finding", text=clean(f"{finding.severity} {finding.threat}: {finding.description}", 1500),
        places=tuple(map(place, finding.evidence[:8])), decision_table=tuple(clean(row, 240) for row in rows[:30]),
        what_to_do=tuple(clean(f"{item.text} Test: {item.test}", 500) for item in finding.mitigations),
        would_change_it=tuple(clean(one, 160) for one in finding.would_change_it[:12]),
        taxonomy=tuple(one for _, ids in finding.taxonomy for one in ids)[:20],
    )  # fmt: skip


def summary(scan: Scan, folder: Path, changed: str) -> ScanSummary:
    still = open_findings(scan)
    return ScanSummary(
        name=clean(scan.target.name, 120), folder=clean(str(folder), 300), revision=scan.target.revision, files=scan.summary.files,
        elements=len(scan.system.elements), open_findings=len(still), by_severity=dict(severity_counts(still)),
        attack_paths=len(scan.attack_paths), not_examined_cells=dict(coverage_counts(scan))["not_examined"],
        skipped_files=skipped_count(scan),
        errors=tuple(clean(f"{one.path}: {one.error}", 240) for one in scan.errors[:5]), verdict=clean(verdict(scan), 300), changed=changed,
    )  # fmt: skip


def change_words(changes: Sequence[Change] | None, since: str) -> str:
    """`since scan 3: 2 new, 1 fixed`."""
    if changes is None:
        return ""
    counts = {kind: sum(one.kind == kind for one in changes) for kind in ("new", "severity", "fixed", "unknown")}
    names = {"new": "new", "severity": "differently severe", "fixed": "fixed", "unknown": "not looked for"}
    said = ", ".join(f"{count} {names[kind]}" for kind, count in counts.items() if count)
    return f"since {clean(since, 120)}: {said or 'nothing changed'}"


def _quoted(quote: str) -> str:
    lines = quote.split("\n")
    kept = [clean(line.rstrip(), _MOST_LINE) for line in lines[:_MOST_LINES]]
    more = [f"... {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    return "\n".join((*kept, *more))
