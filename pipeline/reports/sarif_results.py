"""Results of a SARIF file: one per finding, with its places, its ways as code flows, who closed it, and what it was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from pipeline.findings.model import SEVERITIES, AttackPath, Finding, Scan, Suppression
from pipeline.reports import sarif_model as sarif
from pipeline.reports.asked import arguments_of, origin_words
from pipeline.reports.decided import decision_words
from pipeline.reports.escape import shorten
from pipeline.reports.sarif_limits import FLOW_LOCATIONS, LOCATIONS
from pipeline.reports.sarif_rules import LEVELS, SCORES, Taxa, plain, references
from pipeline.reports.wording import ROLES, lead_way, path_names, place, sentence, words
from pipeline.system.model import Element, Evidence

ROOT = "SRCROOT"
BaselineState = Literal["new", "unchanged", "updated", "absent"]


@dataclass(frozen=True, slots=True)
class Around:
    """What all results of a scan share."""

    scan: Scan
    taxa: Taxa
    rules: Mapping[str, int]  # slug -> place among the rules
    artifacts: Mapping[str, int]  # path -> place among the artifacts
    elements: Mapping[str, Element]
    begun_by: Mapping[str, Sequence[AttackPath]]  # finding id -> open attack paths that begin with it
    comments: Mapping[str, Suppression]  # by the place of the decision
    has_baseline: bool


def around(scan: Scan, taxa: Taxa, slugs: Sequence[str], artifacts: Mapping[str, int], paths: Sequence[AttackPath]) -> Around:
    begun_by: dict[str, list[AttackPath]] = {}
    for path in paths:
        begun_by.setdefault(path.routes[0].findings[0], []).append(path)
    return Around(
        scan, taxa, {slug: number for number, slug in enumerate(slugs)}, artifacts,
        {element.id: element for element in scan.system.elements}, begun_by,
        {said.decision.where: said for said in scan.suppressions if said.lines is not None},
        scan.baseline is not None or any(one.status not in ("new", "accepted", "dismissed") for one in scan.findings),
    )  # fmt: skip


def result_of(finding: Finding, known: Around) -> sarif.Result:
    path = lead_way(finding)
    rest = [evidence for evidence in finding.evidence if evidence not in path]
    main = next((evidence for evidence in reversed(path) if evidence.role == "sink"), (path or rest)[0])
    where = _location(main, known)
    if (element := known.elements.get(finding.element)) is not None:
        logical = sarif.LogicalLocation(name=element.name, fully_qualified_name=element.id, kind=element.kind)
        where = where.model_copy(update={"logical_locations": (logical,)})
    route = " → ".join(path_names(known.scan, finding))
    others = [_location(evidence, known, index) for index, evidence in enumerate(evidence for evidence in rest if evidence is not main)]
    others += _argued(finding, len(others), known)
    flows, flows_cut = _flows(finding, path, route, known)
    left = {"relatedLocationsLeftOut": max(0, len(others) - (LOCATIONS - 1)), "codeFlowsLeftOut": flows_cut}
    return sarif.Result(
        rule_id=finding.threat,
        rule_index=known.rules[finding.threat],
        level=LEVELS[finding.severity],
        message=plain(f"{sentence(finding)}." + (f" Path: {route}." if route else "")),
        locations=(where,),
        related_locations=tuple(others[: LOCATIONS - 1]) or None,
        code_flows=flows or None,
        partial_fingerprints={"threatloom/v1": finding.id},
        baseline_state=_baseline(finding, known),
        suppressions=_suppressions(finding, known),
        taxa=references((finding.taxonomy,), known.taxa) or None,
        rank=round(finding.likelihood * finding.impact * 4.0, 1),
        properties={
            "severity": finding.severity,
            "confidence": finding.confidence,
            "likelihood": finding.likelihood,
            "impact": finding.impact,
            "status": finding.status,
            **({"statusReason": finding.status_reason} if finding.status_reason else {}),
            "source": finding.source,
            "stride": finding.stride,
            "element": finding.element,
            "attackPath": finding.attack_path,
            "missingControls": finding.missing_controls,
            "riskReasons": finding.risk_reasons,
            "wouldChangeIt": finding.would_change_it,
            "security-severity": SCORES[finding.severity],
            "tags": tuple(words(name) for name in finding.stride),
            **_said(finding),
            **{name: count for name, count in left.items() if count},
        },
    )


def uri(path: str) -> str:
    return quote(path, errors="replace")


def _location(evidence: Evidence, known: Around, index: int | None = None) -> sarif.Location:
    # Paragraphs, pages and cells are no line numbers of the file: without a region, with words instead.
    lines = evidence.unit == "line" and evidence.page is None
    snippet = sarif.Snippet(text=shorten(evidence.quote, 2000))
    region = sarif.Region(start_line=evidence.start_line, end_line=evidence.end_line, snippet=snippet) if lines else None
    said = evidence.note or ROLES[evidence.role]
    file = sarif.ArtifactLocation(uri=uri(evidence.path), uri_base_id=ROOT, index=known.artifacts.get(evidence.path))
    return sarif.Location(
        id=index,
        physical_location=sarif.PhysicalLocation(artifact_location=file, region=region),
        message=plain(said if lines else f"{said} ({place(evidence)})"),
    )


def _flows(finding: Finding, path: Sequence[Evidence], route: str, known: Around) -> tuple[tuple[sarif.CodeFlow, ...], int]:
    """The finding's own steps, then the attack paths it begins, as many as a service takes; and how many are left out."""
    found: list[sarif.CodeFlow] = []
    room, left = FLOW_LOCATIONS, 0
    if len(path) > 1:
        steps = tuple(sarif.ThreadFlowLocation(location=_location(step, known)) for step in path[:FLOW_LOCATIONS])
        found.append(sarif.CodeFlow(message=plain(route) if route else None, thread_flows=(sarif.ThreadFlow(locations=steps),)))
        room -= len(steps)
        left += len(path) > FLOW_LOCATIONS
    for attack in known.begun_by.get(finding.id, ()):
        flow = _path_flow(attack, known)
        count = len(flow.thread_flows[0].locations)
        if count > room:
            left += 1
            continue
        found.append(flow)
        room -= count
    return tuple(found), left


def _path_flow(path: AttackPath, known: Around) -> sarif.CodeFlow:
    """An attack path, hop by hop, each with what happens there."""
    steps = [(evidence, hop.does) for hop in path.routes[0].hops for evidence in hop.evidence]
    locations = tuple(
        sarif.ThreadFlowLocation(location=_location(evidence, known).model_copy(update={"message": plain(does)}))
        for evidence, does in steps
    )
    return sarif.CodeFlow(
        message=plain(f"Attack path ({path.severity}): {path.title}"), thread_flows=(sarif.ThreadFlow(locations=locations),)
    )


def _suppressions(finding: Finding, known: Around) -> tuple[sarif.Suppression, ...] | None:
    """Who closed it: a comment beside the code, or somebody outside of it."""
    if finding.status not in ("accepted", "dismissed"):
        return None
    decision = finding.decision
    if decision is None:
        return (sarif.Suppression(kind="external", status="accepted"),)
    comment = known.comments.get(decision.where)
    why = f"{finding.status}: {decision.reason} ({decision_words(decision)})"
    if comment is None or comment.lines is None:
        return (sarif.Suppression(kind="external", status="accepted", justification=plain(why).text),)
    region = sarif.Region(start_line=comment.lines[0], end_line=comment.lines[1]) if comment.page is None else None
    file = sarif.ArtifactLocation(uri=uri(comment.path), uri_base_id=ROOT, index=known.artifacts.get(comment.path))
    where = sarif.Location(physical_location=sarif.PhysicalLocation(artifact_location=file, region=region))
    return (sarif.Suppression(kind="inSource", status="accepted", justification=plain(why).text, location=where),)


def _baseline(finding: Finding, known: Around) -> BaselineState | None:
    # Without an earlier scan everything is "new" and there is no baseline to speak of.
    if not known.has_baseline:
        return None
    if finding.status in ("new", "reopened"):
        return "new"
    if finding.status == "fixed":
        return "absent"
    return "updated" if finding.status_reason in _WAS else "unchanged"


_WAS = frozenset(f"was {severity}" for severity in SEVERITIES)


def _said(finding: Finding) -> dict[str, sarif.Property]:
    """What a model says of a finding, where it says anything."""
    arguments = tuple(f"{one.stance}: {one.reason} ({', '.join(one.places)})" for one in arguments_of(finding))
    said: dict[str, sarif.Property] = {
        "doubt": finding.doubt or None,
        "arguments": arguments or None,
        "origin": f"{origin_words(finding.origin)}, digest {finding.origin.digest}" if finding.origin else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _argued(finding: Finding, first: int, known: Around) -> list[sarif.Location]:
    """The places that arguments rest on, each with the argument."""
    cited = [(evidence, argument) for argument in finding.arguments for evidence in argument.evidence]
    return [
        _location(evidence, known, index).model_copy(update={"message": plain(f"a model, {argument.stance}: {argument.reason}")})
        for index, (evidence, argument) in enumerate(cited, first)
    ]
