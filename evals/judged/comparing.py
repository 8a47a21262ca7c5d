"""Judged findings held against a new scan of the same package: what is still said, what is gone, what nobody judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evals.judged.model import JudgedFinding, JudgedPackage, Verdict
from pipeline.findings.model import Finding, Scan
from pipeline.system.model import Evidence

WRONG: tuple[Verdict, ...] = ("wrong", "half", "generic", "duplicate")


@dataclass(frozen=True)
class Compared:
    """One package. Findings of a judgement whose identity changed are known by threat and place."""

    still: tuple[JudgedFinding, ...]
    gone: tuple[JudgedFinding, ...]
    unjudged: tuple[Finding, ...]

    @property
    def lost(self) -> tuple[JudgedFinding, ...]:
        """Judged right and no longer reported."""
        return tuple(one for one in self.gone if one.verdict == "right")


def decisive(finding: Finding) -> Evidence:
    """The piece of evidence a reader looks at first: where it ends, what is missing, what was promised."""
    return next((one for one in reversed(finding.evidence) if one.role in ("sink", "missing", "claim")), finding.evidence[0])


def place_of(finding: Finding) -> str:
    where = decisive(finding)
    return f"{where.path}:{where.start_line}"


def served(judged: Iterable[JudgedFinding], findings: Iterable[Finding]) -> dict[str, JudgedFinding]:
    """By id of the finding the judgement it is: by fingerprint, else by threat and place; each judgement serves one finding."""
    judged = tuple(judged)
    free = {finding.id: finding for finding in findings}
    known = {one.fingerprint: one for one in judged if free.pop(one.fingerprint, None)}
    by_place: dict[tuple[str, str], list[str]] = {}
    for finding in free.values():
        by_place.setdefault((finding.threat, place_of(finding)), []).append(finding.id)
    for one in judged:
        if one.fingerprint not in known and (found := by_place.get((one.threat, one.place))):
            known[found.pop(0)] = one
    return known


def compare(judged: JudgedPackage, scan: Scan) -> Compared:
    """Each judged finding serves one reported finding."""
    known = served(judged.findings, scan.findings)
    still = {one.fingerprint for one in known.values()}
    return Compared(
        tuple(one for one in judged.findings if one.fingerprint in still),
        tuple(one for one in judged.findings if one.fingerprint not in still),
        tuple(finding for finding in scan.findings if finding.id not in known),
    )


def told(compared: Mapping[str, Compared]) -> Iterator[str]:
    """The comparison in lines, package by package, and one line over all."""
    for name, one in compared.items():
        yield f"{name}: {_counts(one)}"
        for finding in one.lost:
            yield f"  LOST, judged right: {_line(finding)}"
        for finding in one.gone:
            if finding.verdict != "right":
                yield f"  mended, judged {finding.verdict}: {_line(finding)}"
        for finding in one.still:
            if finding.verdict != "right":
                yield f"  still reported, judged {finding.verdict}: {_line(finding)}"
        for new in one.unjudged:
            yield f"  not judged: {new.id} {new.severity} {new.threat} {place_of(new)}"
    everything = list(compared.values())
    whole = Compared(
        tuple(finding for one in everything for finding in one.still),
        tuple(finding for one in everything for finding in one.gone),
        tuple(finding for one in everything for finding in one.unjudged),
    )
    yield f"all {len(everything)}: {_counts(whole)}"


def _counts(one: Compared) -> str:
    still, gone = Counter(finding.verdict for finding in one.still), Counter(finding.verdict for finding in one.gone)
    said = sum(still.values())
    precision = f" ({still['right'] / said:.0%} right)" if said else ""
    return (
        f"{said} still reported: {_verdicts(still)}{precision}; {sum(gone[verdict] for verdict in WRONG)} mended; "
        f"{gone['right']} LOST; {len(one.unjudged)} not judged"
    )


def _verdicts(counted: Counter[Verdict]) -> str:
    order: tuple[Verdict, ...] = ("right", *WRONG)
    return ", ".join(f"{counted[verdict]} {verdict}" for verdict in order if counted[verdict]) or "none"


def _line(finding: JudgedFinding) -> str:
    return f"{finding.fingerprint} {finding.severity} {finding.threat} {finding.place}\n    {finding.reason}"
