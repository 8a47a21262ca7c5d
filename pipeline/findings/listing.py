"""Findings as a list: their order, which is the same every time, and how many there are of each kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.findings.model import SEVERITIES, STRIDE, Finding
from pipeline.system.model import Confidence

CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first, then surest, then by name and place."""
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[int, int, int, str, str, str]:
    return (
        SEVERITIES.index(finding.severity),
        CONFIDENCES.index(finding.confidence),
        -finding.likelihood * finding.impact,
        finding.threat,
        finding.element,
        finding.id,
    )


def counts_of(findings: Sequence[Finding]) -> dict[str, Any]:  # Any: fields of a summary, each of its own type
    """What a summary says of their number."""
    return {
        "by_severity": {severity: sum(finding.severity == severity for finding in findings) for severity in SEVERITIES},
        "by_stride": {stride: sum(stride in finding.stride for finding in findings) for stride in STRIDE},
        "new": len(findings),
    }
