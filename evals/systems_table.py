"""`python -m evals.systems_table`: scan the reference systems and keep, per system and per threat, what of their labels was met.

Takes `evals/systems/`, gives `evals/systems_table.json`, which names the commit it was made at. Scanning takes half a minute, so that
the page of figures (`evals/precision`) reads this file. A finding serves a label, springs a trap, or does neither: the labels of a
system are what its authors wrote down, and something true may be missing there.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

import threatloom
from evals.labels import SYSTEMS, Labels, read_labels
from evals.matching import Result, score
from pipeline.findings.model import Finding
from pipeline.system.model import Frozen

FILE = Path(__file__).with_name("systems_table.json")


class Met(Frozen):
    """Labels: how many were met, of how many."""

    met: int = 0
    of: int = 0

    def __add__(self, other: Met) -> Met:
        return Met(met=self.met + other.met, of=self.of + other.of)


class Reported(Frozen):
    """Findings: those that serve a label, those that spring a trap, and the others."""

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
    kind: Literal["vulnerable", "ordinary", "hardened", "negative"]
    languages: tuple[str, ...]
    labels: Met
    must: Met = Field(description="Of the labels whose missing is a failure.")
    precise: int = Field(description="Labels met within 15 lines of their place.")
    findings: Reported
    traps: int = Field(description="Traps that are set.")
    names_threats: bool = Field(description="Whether labels say which threats they accept; the others were written apart from the rules.")
    by_severity: dict[str, Met] = Field(description="Labels by the severity they state.")


class ThreatFigures(Frozen):
    labels: Met = Field(description="Labels that accept this threat.")
    findings: Reported


class SystemsTable(Frozen):
    commit: str = Field(description="Commit of threatloom that was measured.")
    systems: tuple[SystemFigures, ...]
    threats: dict[str, ThreatFigures] = Field(description="By slug; threats without a label and without a finding are left out.")


def read_table(file: Path = FILE) -> SystemsTable:
    return SystemsTable.model_validate_json(file.read_bytes())


def figures(name: str, labels: Labels, result: Result, findings: tuple[Finding, ...]) -> tuple[SystemFigures, dict[str, ThreatFigures]]:
    """One system: its own row, and its part in the row of each threat."""
    outcome = {finding.id: _outcome(finding, result) for finding in findings}
    by_threat: dict[str, Reported] = {}
    for finding in findings:
        by_threat[finding.threat] = by_threat.get(finding.threat, Reported()) + outcome[finding.id]
    accepted: dict[str, Met] = {}
    by_severity: dict[str, Met] = {}
    for label in labels.expected:
        met = Met(met=int(label.id in result.met), of=1)
        by_severity[label.severity] = by_severity.get(label.severity, Met()) + met
        for slug in label.accept:
            accepted[slug] = accepted.get(slug, Met()) + met
    all_met, must_met = (Met(met=some, of=of) for some, of in (result.recall(labels), result.recall(labels, must_only=True)))
    row = SystemFigures(
        name=name,
        kind=labels.kind,
        languages=labels.languages,
        labels=all_met,
        must=must_met,
        precise=len(result.precise),
        findings=sum(outcome.values(), Reported()),
        traps=len(labels.must_not),
        names_threats=any(label.accept for label in labels.expected),
        by_severity=dict(sorted(by_severity.items())),
    )
    slugs = sorted({*by_threat, *accepted})
    return row, {slug: ThreatFigures(labels=accepted.get(slug, Met()), findings=by_threat.get(slug, Reported())) for slug in slugs}


def _outcome(finding: Finding, result: Result) -> Reported:
    if finding.id in result.met.values():
        return Reported(serving=1)
    if any(sprung.id == finding.id for _trap, sprung in result.sprung):
        return Reported(traps=1)
    return Reported(neither=1)


def measure(commit: str, folder: Path = SYSTEMS) -> SystemsTable:
    """Scan every system; nothing of an earlier scan is used."""
    rows: list[SystemFigures] = []
    threats: dict[str, ThreatFigures] = {}
    for system in sorted(path for path in folder.iterdir() if (path / "labels.yaml").is_file()):
        labels, scan = read_labels(system), threatloom.scan(system)
        row, part = figures(system.name, labels, score(labels, scan.findings), scan.findings)
        rows.append(row)
        threats = _joined(threats, part)
    return SystemsTable(commit=commit, systems=tuple(rows), threats=dict(sorted(threats.items())))


def _joined(some: Mapping[str, ThreatFigures], more: Mapping[str, ThreatFigures]) -> dict[str, ThreatFigures]:
    nothing = ThreatFigures(labels=Met(), findings=Reported())
    return {
        slug: ThreatFigures(
            labels=some.get(slug, nothing).labels + more.get(slug, nothing).labels,
            findings=some.get(slug, nothing).findings + more.get(slug, nothing).findings,
        )
        for slug in {*some, *more}
    }


def main() -> int:
    root = Path(__file__).resolve().parents[1]
    described = subprocess.run(["git", "-C", str(root), "describe", "--always", "--dirty"], capture_output=True, text=True, check=True)
    FILE.write_text(measure(described.stdout.strip()).model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    sys.stdout.write(f"written: {FILE.relative_to(root).as_posix()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
