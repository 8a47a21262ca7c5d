"""Elements, flows, findings and evidence as rows: one thing, one line, ids as the system model has them.

Each word of a row costs money in every call it is read again in: what is empty, or follows from the id, is left out.
"""

from __future__ import annotations

from pipeline.agent.model import Known
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.characters import plain, shown
from pipeline.system.model import AttributeValue, Element, Evidence, Flow

NOT_SHOWN = "(a file that may not be shown)"
_QUOTED, _VALUE, _NOTE, _ATTRIBUTES = 240, 120, 200, 140


def element_row(bench: Bench, element: Element) -> str:
    """`tool:refund application app.py:34 {effects=payment}`; an element without a place has none."""
    place = next((place_of(one) for one in element.evidence if bench.pages.has(one.path)), "")
    attributes = shown(attributes_of(bench, element), _ATTRIBUTES)
    return " ".join(part for part in (plain(element.id), element.zone, place, attributes) if part)


def flow_row(flow: Flow) -> str:
    """`tool:a->log:b:log model_reply as log; crosses zone:data; controls redaction; 3 steps, app.py:3 to log.py:9`."""
    parts = [
        plain(flow.id) if flow.id.startswith(f"{flow.source}->{flow.target}") else plain(f"{flow.id} ({flow.source} -> {flow.target})")
    ]
    if flow.carries or flow.role:
        parts[0] += f" {','.join(flow.carries) or 'data'}" + (f" as {flow.role}" if flow.role else "")
    if flow.crosses:
        parts.append(f"crosses {plain(', '.join(flow.crosses))}")
    if flow.controls:
        parts.append(f"controls {', '.join(sorted({control.partition('@')[0] for control in flow.controls}))}")
    if flow.stated_by != "code":
        parts.append(
            f"known from {flow.stated_by}" + (f": {shown(flow.stated.label, _VALUE)}" if flow.stated and flow.stated.label else "")
        )
    return "; ".join(parts)


def finding_row(finding: Known) -> str:
    return plain(f"{finding.id} {finding.severity} {finding.threat} {finding.element}")


def evidence_row(bench: Bench, evidence: Evidence) -> str:
    """`app.py:12-14 the quoted text, its lines joined -- why it matters`; nothing of a file that may not be shown."""
    quoted = bench.pages.cited(evidence)
    if quoted is None:
        return NOT_SHOWN
    note = f" -- {bench.told(evidence.note)[:_NOTE]}" if evidence.note else ""
    return f"{place_of(evidence)} {shown(' '.join(quoted.split()), _QUOTED)}{note}"


def place_of(evidence: Evidence) -> str:
    """`doc.pdf p3:12-14`: path, page where the file has pages, first and last line."""
    last = f"-{evidence.end_line}" if evidence.end_line != evidence.start_line else ""
    page = "" if evidence.page is None else f" p{evidence.page}"
    return f"{plain(evidence.path)}{page}:{evidence.start_line}{last}"


def attributes_of(bench: Bench, element: Element) -> str:
    """`{authenticated=false effects=payment,write}`; what stands in the id is left out, and hashes, which say nothing to a reader."""
    said = sorted((name, value) for name, value in element.attributes.items() if name != "hashes" and not _in_id(value, element.id))
    return f"{{{' '.join(f'{name}={_value(bench, value)}' for name, value in said)}}}" if said else ""


def _in_id(value: AttributeValue, identity: str) -> bool:
    return isinstance(value, str) and value in identity


def _value(bench: Bench, value: AttributeValue) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return shown(bench.told(",".join(value) if isinstance(value, tuple) else str(value)), _VALUE)
