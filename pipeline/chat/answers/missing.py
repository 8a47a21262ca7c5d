"""Which controls are missing at a part: those that would remove or lower its findings and were not seen, worst findings first."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.citing import against, distinct, of_cell, of_claim, of_element, of_evidence, of_finding
from pipeline.chat.model import Citation
from pipeline.chat.wording import control_words, elements_words, listed
from pipeline.findings.model import SEVERITIES, Finding
from pipeline.system.model import Severity

_MOST = 6


def answer(case: Case) -> Draft:
    view, draft = case.view, Draft()
    draft.about_elements(view, case.asked.elements)
    name = "the system" if not case.asked.elements else elements_words(view, case.asked.elements)
    say_missing(case, draft, most=_MOST, heading="Missing")
    claims = view.claims_about(case.elements) if case.asked.elements else view.scan.system.claims
    for claim in [one for one in claims if one.kept is False and one.promises][:3]:
        draft.say(f"Promised and not kept: “{claim.text}”", of_claim(claim), against(claim))
    for claim in [one for one in claims if one.kind == "denial"][:3]:
        said = listed([control_words(kind) for kind in claim.promises], 3)
        draft.say(f"A document says itself that there is no {said}: “{claim.text}”", of_claim(claim))
    if not draft.statements:
        cells = [cell for one in case.elements for cell in view.cells.get(one, ()) if cell.state == "not_examined"]
        if cells:
            draft.say(f"Not examined there: {cells[0].reason}.", distinct(map(of_cell, cells), 3))
        elif case.elements:
            draft.say(
                f"No finding at {name} names a control that is missing.", distinct(of_element(view.elements[one]) for one in case.elements)
            )
        draft.not_answered = f"no control was found to be missing at {name}: controls are looked for where a threat asks for them"
    draft.follow_ups = ("what protects it?", "how do I fix the first one?")
    return draft


def say_missing(case: Case, draft: Draft, *, most: int, heading: str) -> None:
    """Controls by the worst finding that each would remove or lower."""
    view = case.view
    findings = case.findings() if (case.asked.elements or case.asked.findings) else view.open
    removing: dict[str, list[Finding]] = {}
    lowering: dict[str, list[Finding]] = {}
    for finding in findings:
        threat = view.threat(finding.threat)
        removed = set(threat.removed_by) if threat is not None else set()
        for control in finding.missing_controls:
            (removing if control in removed else lowering).setdefault(control, []).append(finding)
    order: list[tuple[int, int, str]] = sorted(
        (_worst([*removing.get(control, ()), *lowering.get(control, ())]), -len(removing.get(control, ())), control)
        for control in {*removing, *lowering}
    )
    for _, _, control in order[:most]:
        gone, less = removing.get(control, []), lowering.get(control, [])
        does = [f"would remove {_told(gone)}"] if gone else []
        does += [f"would make {_told(less)} less likely"] if less else []
        draft.say(
            f"{heading}: {control_words(control)}; it {' and '.join(does)}.",
            distinct((_missing_at(finding) for finding in (*gone, *less)), 4),
        )
        draft.list_findings(finding for finding in (*gone, *less) if all(finding.id != one.id for one in draft.listed))
    rest = [control_words(control) for _, _, control in order[most:]]
    if rest:
        others = [finding for _, _, control in order[most:] for finding in (*removing.get(control, ()), *lowering.get(control, ()))]
        draft.say(f"Also not seen: {listed(rest, 8, 'others')}.", distinct(map(of_finding, others), 4))


def _told(findings: list[Finding]) -> str:
    names = [f"{finding.threat} ({finding.severity})" for finding in findings]
    return listed(list(dict.fromkeys(names)), 3, "others")


def _missing_at(finding: Finding) -> Citation:
    """Where the control would be, if the finding says so."""
    place = next((one for one in finding.evidence if one.role == "missing"), None)
    return of_finding(finding) if place is None else of_evidence(finding, place)


def _worst(findings: list[Finding]) -> int:
    severities: list[Severity] = [finding.severity for finding in findings]
    return min(map(SEVERITIES.index, severities))
