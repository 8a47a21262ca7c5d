"""Severities of small systems, judged by a person from `docs/risk.md`, held against what a scan of the same systems says.

Takes `cases.yaml` (written before any scan, by somebody who had read the definitions and none of the rules), gives
both severities per case and how well they agree: Cohen's kappa with quadratic weights, so that one step apart costs
a fourth of two steps (J. Cohen, Weighted kappa, Psychological Bulletin 70, 1968).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from evals.scoring.agreement import counted
from evals.scoring.agreement import kappa as agreement_of
from pipeline.paired_pages import line_in, write_case
from pipeline.scan import ScanSettings, scan
from pipeline.system.model import Severity
from pipeline.threats.catalog import load_catalog
from tests.threats.pages import BINARY, Case, read_cases

FILE = Path(__file__).parent / "cases.yaml"
SCALE: tuple[Severity, ...] = ("low", "medium", "high", "critical")


@dataclass(frozen=True)
class Judged:
    """One case with the person's view."""

    threat: str
    example: str
    likelihood: int
    impact: int
    severity: Severity
    why: str


@dataclass(frozen=True)
class Held:
    """A judged case beside the scan's severity of the same threat at the marked place."""

    judged: Judged
    severity: Severity
    likelihood: int
    impact: int


def read_judged() -> tuple[Judged, ...]:
    given = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return tuple(Judged(row["threat"], row["example"], row["likelihood"], row["impact"], row["severity"], row["why"]) for row in given)


@lru_cache(maxsize=1)
def held() -> tuple[Held, ...]:
    """Every judged case that is still in the pages, scanned."""
    return tuple(_held(read_judged()))


def _held(judged: Iterable[Judged]) -> Iterator[Held]:
    catalog = load_catalog()
    for one in judged:
        cases = [
            case for case in read_cases(one.threat, catalog.page(one.threat)) if case.title == one.example and case.section == "Reported"
        ]
        for case in cases[:1]:
            yield from _scanned(one, case)


def _scanned(one: Judged, case: Case) -> Iterator[Held]:
    marks = {(mark.path, mark.line) for mark in case.marks if mark.slug == one.threat and mark.expectation == "threat"}
    with tempfile.TemporaryDirectory() as folder:
        findings = scan(write_case(case, Path(folder), BINARY), ScanSettings(jobs=1, part_of_ai_system=not case.ordinary)).findings
    for finding in findings:
        places = {(evidence.path, line) for evidence in finding.evidence for line in line_in(case, evidence, BINARY)}
        if finding.threat == one.threat and places & marks:
            assert finding.severity != "info"
            yield Held(one, finding.severity, finding.likelihood, finding.impact)
            return


def kappa(pairs: Iterable[tuple[int, int]], levels: int) -> float:
    """Agreement of two judges on an ordered scale beyond chance: 1 whole, 0 by chance. Levels are counted from 0."""
    found = agreement_of(counted(pairs, levels))
    return 1.0 if found is None else found
