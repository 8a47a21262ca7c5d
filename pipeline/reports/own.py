"""What the reports say of own knowledge: what folders add, what they set, and what they switch off, with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.findings.model import Adjusted, Finding, OwnKnowledge, Scan
from pipeline.reports.wording import plural


class OwnLine(NamedTuple):
    text: str
    silences: bool  # something is not reported because of it


def own_of(scan: Scan, finding: Finding) -> str:
    """The folder that the threat of a finding comes from; empty for a shipped one."""
    return next((known.name for known in reversed(scan.own_knowledge) for own in known.threats if own.slug == finding.threat), "")


def own_lines(scan: Scan) -> tuple[OwnLine, ...]:
    """A line for each folder, and one for everything that it sets or switches off."""
    return tuple(line for known in scan.own_knowledge for line in _lines(known))


def _lines(known: OwnKnowledge) -> Iterator[OwnLine]:
    parts = (("threat", len(known.threats)), ("framework", len(known.frameworks)), ("control", len(known.controls)))
    added = ", ".join(plural(count, noun) for noun, count in parts if count) or "nothing"
    yield OwnLine(f"own knowledge {known.name} adds {added}", False)
    for own in known.threats:
        if own.replaces:
            yield OwnLine(f"{own.slug} of {known.name} stands in the place of {own.replaces}", True)
    for adjusted in known.adjusted:
        yield OwnLine(f"{known.name} {_said(adjusted)}: {adjusted.reason}", adjusted.switched_off)


def _said(adjusted: Adjusted) -> str:
    if adjusted.switched_off:
        return f"switches {adjusted.threat} off, which holds for {plural(adjusted.places, 'element')}"
    starts = (("likelihood", adjusted.likelihood), ("impact", adjusted.impact))
    return f"lets {adjusted.threat} start at " + ", ".join(f"{axis} {start}" for axis, start in starts if start is not None)
