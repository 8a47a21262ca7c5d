"""Which of a finding's places lead: the one that is shown first, and the first way to it."""

from __future__ import annotations

from pipeline.findings.model import Finding
from pipeline.system.model import Evidence


def headline(finding: Finding) -> Evidence:
    """The place to show first: where it ends, else where it is missing, else what comes first."""
    for role in ("sink", "missing", "source", "step", "claim"):
        for evidence in finding.evidence:
            if evidence.role == role:
                return evidence
    return finding.evidence[0]


def lead_way(finding: Finding) -> tuple[Evidence, ...]:
    """The first way of the finding, from where it enters to where it ends; further ways and places come behind it."""
    path = [evidence for evidence in finding.evidence if evidence.role in ("source", "step", "sink")]
    if path and path[0].role == "source":
        end = next((index for index, evidence in enumerate(path) if evidence.role == "sink"), len(path) - 1)
        return tuple(path[: end + 1])
    return tuple(path)
