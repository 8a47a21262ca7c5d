"""Verdicts counted: over all, by threat, by severity, by language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from evals.judged.model import JudgedFinding, JudgedPackage, Missed
from pipeline.threats.catalog import Catalog

_Z = 1.96  # of a 95 % interval


@dataclass(frozen=True)
class Verdicts:
    """What readers said of findings; a half counts as wrong. Missed is what they found and the scan did not say."""

    right: int = 0
    wrong: int = 0
    generic: int = 0
    duplicate: int = 0
    missed: int = 0

    @property
    def read(self) -> int:
        return self.right + self.wrong + self.generic + self.duplicate

    def __add__(self, other: Verdicts) -> Verdicts:
        return Verdicts(
            self.right + other.right,
            self.wrong + other.wrong,
            self.generic + other.generic,
            self.duplicate + other.duplicate,
            self.missed + other.missed,
        )


NOTHING = Verdicts()


def interval(hits: int, of: int) -> tuple[float, float]:
    """The interval in which the true rate lies with 95 %, after Wilson: honest for few cases and near 0 and 1."""
    rate, wide = hits / of, _Z * _Z / of
    middle, half = rate + wide / 2, _Z * sqrt(rate * (1 - rate) / of + wide / of / 4)
    return max(0.0, (middle - half) / (1 + wide)), min(1.0, (middle + half) / (1 + wide))


def verdicts_by(
    packages: Mapping[str, JudgedPackage], key: Callable[[JudgedPackage, JudgedFinding | Missed], str | None]
) -> dict[str, Verdicts]:
    """Sums of verdicts under the key of each finding; what has none is left out."""
    counted: dict[str, Verdicts] = {}
    for package in packages.values():
        for one, verdict in _verdicts(package):
            if (name := key(package, one)) is not None:
                counted[name] = counted.get(name, NOTHING) + verdict
    return counted


def all_verdicts(packages: Iterable[JudgedPackage]) -> Verdicts:
    return sum((verdict for package in packages for _one, verdict in _verdicts(package)), NOTHING)


def by_threat(packages: Mapping[str, JudgedPackage], catalog: Catalog) -> dict[str, Verdicts]:
    """By slug as it is today: what was judged under a former slug counts for the threat that bears it now."""

    def slug(_package: JudgedPackage, one: JudgedFinding | Missed) -> str | None:
        known = catalog.get(one.threat) if one.threat else None
        return known.slug if known else one.threat

    return verdicts_by(packages, slug)


def verdict_of(finding: JudgedFinding) -> Verdicts:
    """One finding; half right counts as wrong."""
    return Verdicts(**{"wrong" if finding.verdict == "half" else finding.verdict: 1})


def _verdicts(package: JudgedPackage) -> Iterator[tuple[JudgedFinding | Missed, Verdicts]]:
    for finding in package.findings:
        yield finding, verdict_of(finding)
    for missed in package.missed:
        yield missed, Verdicts(missed=1)
