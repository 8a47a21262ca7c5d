"""Figures by class, item of a taxonomy, threat, severity, kind and language: which part is poor."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from evals.result import Cell, FindingOutcome, FindingResult, LabelResult, SystemResult
from evals.scoring.bootstrap import interval
from evals.scoring.scores import ratio

By = Literal["stride", "owasp", "threat", "severity", "kind", "language"]
BY: tuple[By, ...] = ("stride", "owasp", "threat", "severity", "kind", "language")
UNSTATED = "not stated"
_OWASP = re.compile(r"^(LLM|ASI|MCP|ML)\d+")


def cells_of(systems: Sequence[SystemResult]) -> tuple[Cell, ...]:
    """Every cell in which there is a label or a finding; one label counts in each class it names."""
    judged = [one for one in systems if one.judged]
    return tuple(cell for by in BY for cell in _cells(by, judged))


def _cells(by: By, systems: Sequence[SystemResult]) -> Iterator[Cell]:
    met: dict[str, list[Counter[int]]] = defaultdict(lambda: [Counter() for _ in systems])
    said: dict[str, Counter[FindingOutcome]] = defaultdict(Counter)
    for number, system in enumerate(systems):
        for label in system.labels:
            if label.tier is not None:
                for name in _label_names(by, system, label):
                    met[name][number].update((0, *range(1, label.tier + 1)))
        for finding in system.findings:
            for name in _finding_names(by, system, finding):
                said[name][finding.outcome] += 1
    for name in sorted({*met, *said}):
        counted = met.get(name, [])
        whole = sum(counted, Counter[int]())
        vectors = [(one[3], one[0]) for one in counted if one[0]]
        around = interval(vectors, ratio)
        yield Cell(
            by=by, name=name, labels=whole[0], met=(whole[1], whole[2], whole[3]), low=round(around[0], 4) if around else None,
            high=round(around[1], 4) if around else None, findings=dict(sorted(said[name].items())),
        )  # fmt: skip


def _label_names(by: By, system: SystemResult, label: LabelResult) -> Iterable[str]:
    if by == "stride":
        return label.stride
    if by == "owasp":
        return _items(label.taxonomy)
    if by == "threat":
        return label.accept
    return (label.severity,) if by == "severity" else _system_names(by, system)


def _finding_names(by: By, system: SystemResult, finding: FindingResult) -> Iterable[str]:
    if by == "stride":
        return finding.stride
    if by == "owasp":
        return _items(finding.taxonomy)
    if by == "threat":
        return (finding.threat,)
    return (finding.severity,) if by == "severity" else _system_names(by, system)


def _system_names(by: By, system: SystemResult) -> Iterable[str]:
    return (system.kind,) if by == "kind" else system.languages


def _items(taxonomy: Iterable[str]) -> Iterable[str]:
    return sorted({one for one in taxonomy if _OWASP.match(one)}) or (UNSTATED,)
