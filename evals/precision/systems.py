"""What the kept result of the reference systems says, per system and per threat, in the counts of the page.

Takes a result that `threatloom eval --record` kept. A finding serves a label, springs a trap (or names what its twin mended), was judged
by readers, or does neither.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from evals.labels import Kind
from evals.result import FALSE, EvalResult, FindingResult, SystemResult
from pipeline.system.model import Frozen


class Met(Frozen):
    """Labels: how many were met, of how many."""

    met: int = 0
    of: int = 0

    def __add__(self, other: Met) -> Met:
        return Met(met=self.met + other.met, of=self.of + other.of)


class Reported(Frozen):
    """Findings: those that serve a label or were judged right, false ones, and those nobody judged."""

    serving: int = 0
    traps: int = 0
    neither: int = 0

    @property
    def all(self) -> int:
        return self.serving + self.traps + self.neither

    def __add__(self, other: Reported) -> Reported:
        return Reported(serving=self.serving + other.serving, traps=self.traps + other.traps, neither=self.neither + other.neither)


class SystemFigures(Frozen):
    name: str
    kind: Kind
    labels: Met = Field(description="Met in the file.")
    must: Met = Field(description="Of the labels whose missing is a failure.")
    precise: int = Field(description="Labels met within 3 lines of their place.")
    findings: Reported
    sprung: int = Field(description="Traps that were sprung.")
    traps: int = Field(description="Traps that are set.")
    apart: bool = Field(description="Whether labels were written without sight of the rules.")
    by_severity: dict[str, Met] = Field(description="Labels by the severity they state.")


class ThreatFigures(Frozen):
    labels: Met = Met()
    findings: Reported = Reported()


class SystemsTable(Frozen):
    commit: str = Field(description="Commit of threatloom that was measured.")
    systems: tuple[SystemFigures, ...]
    threats: dict[str, ThreatFigures] = Field(description="By slug; threats without a label and without a finding are left out.")


def table_of(result: EvalResult) -> SystemsTable:
    threats: dict[str, ThreatFigures] = {}
    for system in result.systems:
        threats = _joined(threats, _threats(system))
    systems = tuple(_figures(one) for one in result.systems if one.judged)
    return SystemsTable(commit=result.commit or result.version, systems=systems, threats=dict(sorted(threats.items())))


def _figures(system: SystemResult) -> SystemFigures:
    labels, must = Met(), Met()
    by_severity: dict[str, Met] = {}
    for label in system.labels:
        one = Met(met=int((label.tier or 0) >= 2), of=int(label.tier is not None))
        labels += one
        must += one if label.must else Met()
        by_severity[label.severity] = by_severity.get(label.severity, Met()) + one
    return SystemFigures(
        name=system.name, kind=system.kind, labels=labels, must=must, precise=sum(label.tier == 3 for label in system.labels),
        findings=sum(map(_reported, system.findings), Reported()), sprung=sum(bool(trap.sprung_by) for trap in system.traps),
        traps=len(system.traps), apart=system.apart, by_severity=dict(sorted(by_severity.items())),
    )  # fmt: skip


def _threats(system: SystemResult) -> dict[str, ThreatFigures]:
    found: dict[str, ThreatFigures] = {}
    for finding in system.findings:
        found = _joined(found, {finding.threat: ThreatFigures(findings=_reported(finding))})
    for label in system.labels:
        met = Met(met=int((label.tier or 0) >= 2), of=int(label.tier is not None))
        for slug in label.accept:
            found = _joined(found, {slug: ThreatFigures(labels=met)})
    return found


def _reported(finding: FindingResult) -> Reported:
    if finding.outcome in ("label", "right"):
        return Reported(serving=1)
    return Reported(traps=1) if finding.outcome in FALSE else Reported(neither=1)


def _joined(some: Mapping[str, ThreatFigures], more: Mapping[str, ThreatFigures]) -> dict[str, ThreatFigures]:
    nothing = ThreatFigures()
    return {
        slug: ThreatFigures(
            labels=some.get(slug, nothing).labels + more.get(slug, nothing).labels,
            findings=some.get(slug, nothing).findings + more.get(slug, nothing).findings,
        )
        for slug in {*some, *more}
    }
