"""One scan held against the labels of its system: what was met, what was sprung, what became of each finding."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

from evals.judged.comparing import decisive, place_of, served
from evals.judged.model import JudgedFinding, Verdict
from evals.labels import Expected, Labels
from evals.matching import FILE, LINES, TIERS, Assigned, Result, Tier, closeness, overlaps, score
from evals.result import FALSE, FindingOutcome, FindingResult, LabelResult, RunOutcome, SystemResult, TrapResult, TwinResult
from evals.scoring.diagrams import held_against
from evals.scoring.ladder import Ladder
from evals.suite import Reference
from pipeline.findings.model import Finding, Scan
from pipeline.system.model import Element

_OUTCOMES: dict[Verdict, FindingOutcome] = {
    "right": "right", "wrong": "wrong", "half": "wrong", "generic": "generic", "duplicate": "duplicate",
}  # fmt: skip


def judge(system: Reference, scan: Scan, twin: Labels | None = None, alone: Scan | None = None) -> SystemResult:
    """The whole result of one system, without time and memory; `twin`: labels of the vulnerable system this one mends; `alone`: what rules
    alone say of it, where a model was asked."""
    labels, findings = system.labels, scan.findings
    added = frozenset(one.id for one in findings) - frozenset(one.id for one in alone.findings) if alone is not None else frozenset()
    elements = {element.id: element for element in scan.system.elements}
    usable = [label for label in labels.expected if _problem(system, label) == ""]
    found = score(labels.model_copy(update={"expected": tuple(usable)}), findings, elements, added)
    met = found.tiers
    judgements = served(system.adjudicated, findings)
    right = {one for one, judged in judgements.items() if judged.verdict == "right"}
    mended = _mended(labels, twin, findings, elements, {*met[FILE].values(), *right})
    outcomes = _outcomes(judgements, found, findings, mended)
    prevented = {one for one, judged in judgements.items() if judged.mitigated}
    by_id = {finding.id: finding for finding in findings}
    of_finding = {finding: label for label, finding in met[FILE].items()}
    ladder, repeated = Ladder(system.path, scan), _repeated(findings, set(of_finding))
    at_lines = set(met[LINES].values())
    outcome: RunOutcome = "incomplete" if scan.errors else "completed"
    return described(system, outcome, "; ".join(f"{one.path}: {one.error}" for one in scan.errors[:3])).model_copy(
        update={
            "labels": tuple(_label(system, label, met, by_id) for label in labels.expected),
            "findings": tuple(
                FindingResult(
                    id=one.id, threat=one.threat, title=one.title, severity=one.severity, stride=one.stride, taxonomy=_taxonomy(one),
                    element=one.element, place=place_of(one), outcome=outcomes[one.id][0], label=of_finding.get(one.id),
                    at_lines=one.id in at_lines, reason=outcomes[one.id][1], repeated=one.id in repeated,
                    mitigated=_is_mitigated(outcomes[one.id][0], one.id in prevented), rung=ladder.rung(one),
                    invented=ladder.is_invented(one), added=one.id in added,
                )
                for one in findings
            ),
            "traps": tuple(
                TrapResult(
                    claim=trap.claim, place=str(trap.place), why=trap.why,
                    sprung_by=tuple(finding.id for known, finding in found.sprung if known is trap),
                )
                for trap in labels.must_not
            ),
            "twins": mended,
            "diagram": held_against(labels.diagram, scan) if labels.diagram else None,
            "llm": scan.llm,
        }
    )  # fmt: skip


def _is_mitigated(outcome: FindingOutcome, prevented: bool) -> bool:
    return outcome in ("trap", "twin") or (prevented and outcome in FALSE)


def described(system: Reference, outcome: RunOutcome, problem: str = "") -> SystemResult:
    """A system of which there is no scan: its labels and traps stand there unjudged."""
    labels = system.labels
    return SystemResult(
        name=system.name, kind=labels.kind, family=labels.family, split=labels.split, version=labels.version,
        labels_digest=hashlib.sha256(labels.model_dump_json(exclude={"history"}).encode()).hexdigest()[:12],
        languages=labels.languages, apart=labels.apart, outcome=outcome, problem=problem,
        labels=tuple(_unjudged(label, "the system was not scanned to the end") for label in labels.expected),
    )  # fmt: skip


def _problem(system: Reference, label: Expected) -> str:
    """A label whose files are not there is a fault of the label, not of the scan."""
    missing = [file.path for file in label.files if not (system.path / file.path).is_file()]
    return f"no such file: {', '.join(missing)}" if len(missing) == len(label.files) else ""


def _unjudged(label: Expected, problem: str) -> LabelResult:
    return LabelResult(
        id=label.id, threat=label.threat, stride=label.stride, accept=label.accept, taxonomy=label.taxonomy, severity=label.severity,
        must=label.must, places=tuple(map(str, label.files)), why=label.why, tier=None, problem=problem,
    )  # fmt: skip


def _label(system: Reference, label: Expected, met: Mapping[Tier, Assigned], by_id: Mapping[str, Finding]) -> LabelResult:
    if problem := _problem(system, label):
        return _unjudged(label, problem)
    tier: Tier = next((tier for tier in TIERS if label.id in met[tier]), 0)
    serving = by_id.get(met[FILE].get(label.id, ""))
    return _unjudged(label, "").model_copy(
        update={
            "tier": tier,
            "finding": met[tier][label.id] if tier else None,
            "found_severity": serving.severity if serving else None,
            "overlaps": overlaps(label, serving) if serving else None,
        }
    )


def _mended(
    labels: Labels, twin: Labels | None, findings: Sequence[Finding], elements: Mapping[str, Element], allowed: Collection[str]
) -> tuple[TwinResult, ...]:
    """Labels of the vulnerable twin that must be found there and are no longer expected here: each is a trap for all but the findings
    that serve a label here, or that readers found right."""
    if twin is None:
        return ()
    still = {label.id for label in labels.expected}
    residual = {slug for label in labels.expected for slug in label.accept}
    return tuple(
        TwinResult(
            label=label.id, threat=label.threat,
            sprung_by=tuple(one.id for one in findings if one.id not in allowed and _is_still(label, one, elements.get(one.element))),
        )
        for label in twin.expected
        if label.must and label.id not in still and not residual & set(label.accept)
    )  # fmt: skip


def _is_still(label: Expected, finding: Finding, element: Element | None) -> bool:
    return closeness(label, finding, element) >= (FILE if label.accept else LINES)


def _outcomes(
    judgements: Mapping[str, JudgedFinding], held: Result, findings: Sequence[Finding], mended: Sequence[TwinResult]
) -> dict[str, tuple[FindingOutcome, str]]:
    """What became of each finding: a label comes first, then what readers judged, then traps and twins."""
    found: dict[str, tuple[FindingOutcome, str]] = {finding.id: ("unjudged", "") for finding in findings}
    for twin in mended:
        found.update((one, ("twin", f"mended here: {twin.threat}")) for one in twin.sprung_by)
    found.update((finding.id, ("trap", f"{trap.claim}: {trap.why}")) for trap, finding in held.sprung)
    found.update((one, (_OUTCOMES[judged.verdict], judged.reason)) for one, judged in judgements.items())
    found.update((one, ("label", label)) for label, one in held.met.items())
    return found


def _repeated(findings: Sequence[Finding], serving: Collection[str]) -> set[str]:
    """Findings that serve no label and say of a place what another one says."""
    seen: set[tuple[str, str, str, int]] = set()
    again = set()
    for finding in sorted(findings, key=lambda one: one.id not in serving):
        where = decisive(finding)
        key = (finding.threat, finding.element, where.path, where.start_line)
        if key in seen and finding.id not in serving:
            again.add(finding.id)
        seen.add(key)
    return again


def _taxonomy(finding: Finding) -> tuple[str, ...]:
    return tuple(item for group in finding.taxonomy.model_dump().values() for item in group)
