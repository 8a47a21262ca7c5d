"""The scan as SARIF 2.1.0, for code-scanning services that show, track and close findings.

One rule per threat, one result per finding, its steps as a code flow, the attack paths it begins as further ones, its fingerprint
as the service's memory. Taxonomies carry the ids the findings name, no others. Skips and errors are notifications.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from pipeline.findings.listing import in_order
from pipeline.findings.model import SEVERITIES, AttackPath, Failed, Finding, LLMUse, Scan, Skipped, Taxonomy
from pipeline.reports import sarif_model as sarif
from pipeline.reports.asked import account, arguments_of, explain_command, origin_words
from pipeline.reports.escape import markdown, markdown_code, model_json, shorten, visible
from pipeline.reports.own import own_lines, own_of
from pipeline.reports.paths import open_paths
from pipeline.reports.wording import (
    ROLES,
    STATES,
    coverage_counts,
    coverage_words,
    lead_way,
    path_names,
    place,
    sentence,
    words,
)
from pipeline.system.model import Confidence, Evidence, Severity

ROOT = "SRCROOT"
_LEVELS: dict[Severity, sarif.Level] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
# The bands code-scanning services read: above 9.0 critical, from 7.0 high, from 4.0 medium, above 0 low.
_SCORES: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "0.0"}
_PRECISION: dict[Confidence, str] = {"high": "high", "medium": "medium", "low": "low"}
_TAXONOMIES = {
    "owasp_llm": ("OWASP Top 10 for LLM Applications", "OWASP"),
    "owasp_agentic": ("OWASP Top 10 for Agentic Applications", "OWASP"),
    "owasp_mcp": ("OWASP MCP Top 10", "OWASP"),
    "owasp_ml": ("OWASP Machine Learning Security Top 10", "OWASP"),
    "atlas": ("MITRE ATLAS", "MITRE"),
    "nist_aml": ("NIST AI 100-2 Adversarial Machine Learning", "NIST"),
    "cwe": ("CWE", "MITRE"),
}  # fmt: skip
_Taxa = dict[str, tuple[str, ...]]  # taxonomy -> its ids in this scan, sorted


def render(scan: Scan) -> str:
    found = in_order(scan.findings)
    taxa = _taxa(found)
    slugs = tuple(sorted({finding.threat for finding in found}))
    driver = sarif.Component(
        name="threatloom",
        version=scan.tool.version,
        semantic_version=scan.tool.version if re.fullmatch(r"\d+\.\d+\.\d+", scan.tool.version) else None,
        rules=tuple(_rule(scan, slug, [finding for finding in found if finding.threat == slug], taxa) for slug in slugs),
        supported_taxonomies=tuple(_component(name, taxa) for name in taxa) or None,
        properties={"knowledge": scan.tool.knowledge},
    )
    run = sarif.Run(
        tool=sarif.Tool(driver=driver, extensions=(_analyst(scan, scan.llm),) if scan.llm else None),
        invocations=(_invocation(scan),),
        original_uri_base_ids={ROOT: sarif.ArtifactLocation(description=sarif.Message(text="The root of the scanned tree."))},
        taxonomies=tuple(_taxonomy(name, ids) for name, ids in taxa.items()) or None,
        results=tuple(_result(scan, finding, slugs.index(finding.threat), taxa) for finding in found),
        properties={
            "target": scan.target.name,
            "revision": scan.target.revision,
            "dirty": scan.target.dirty,
            "coverage": _coverage(scan),
            **(_asked(scan, scan.llm) if scan.llm else {}),
        },
    )
    return model_json(sarif.Log(runs=(run,)), by_alias=True, exclude_none=True)


def _analyst(scan: Scan, use: LLMUse) -> sarif.Component:
    """The model that was asked, as a part of the tool."""
    return sarif.Component(
        name="threatloom LLM analyst",
        version=scan.tool.version,
        short_description=_plain(f"{use.model}, asked beside the rules; results say by `source` who saw them."),
        properties={"model": use.model, "sentTo": use.sent_to or None, "prompts": use.prompts},
    )


def _asked(scan: Scan, use: LLMUse) -> dict[str, sarif.Property]:
    """What was asked of a model, and what of its replies is no result."""
    said: dict[str, sarif.Property] = {
        "llmCalls": use.calls,
        "llmInputTokens": use.input_tokens,
        "llmOutputTokens": use.output_tokens,
        "llmCost": use.cost,
        "llmCurrency": use.currency,
        "llmKeptReplies": use.cache_hits,
        "llmAccount": tuple(f"{row.label}: {row.text}" for row in account(scan)),
        "llmDropped": tuple(f"{item.what}: {item.about}: {item.reason}" for item in use.not_taken),
        "llmPurpose": use.purpose,
        "llmCorrections": tuple(f"{one.element}: {one.says}" for one in use.corrections),
    }
    if use.summary:
        actions = tuple(f"{action.text} ({', '.join(action.findings)})" for action in use.summary.actions)
        said |= {"llmHeadline": use.summary.headline, "llmSummary": use.summary.paragraphs, "llmActions": actions}
    return said


def _coverage(scan: Scan) -> tuple[str, ...]:
    """The matrix, a line per cell that says something: cells that no threat of the catalog is about are counted."""
    known = {control.id: control for control in scan.system.controls}
    told = tuple(f"{cell.element}: {coverage_words(cell, known)}" for cell in scan.coverage if cell.state != "not_examined")
    return (*told, *(f"{STATES[state]}: {count}" for state, count in coverage_counts(scan)))


def _plain(text: str) -> sarif.Message:
    # Brackets would be an embedded link, paragraph 3.11.6 of the standard.
    return sarif.Message(text=re.sub(r"([\\\[\]])", r"\\\1", visible(text)))


def _ids(taxonomy: Taxonomy) -> dict[str, tuple[str, ...]]:
    return {name: getattr(taxonomy, name) for name in _TAXONOMIES}


def _taxa(findings: Iterable[Finding]) -> _Taxa:
    found: dict[str, set[str]] = {name: set() for name in _TAXONOMIES}
    for finding in findings:
        for name, ids in _ids(finding.taxonomy).items():
            found[name].update(ids)
    return {name: tuple(sorted(ids)) for name, ids in found.items() if ids}


def _guid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"threatloom:taxonomy:{name}"))


def _component(name: str, taxa: _Taxa) -> sarif.ComponentReference:
    return sarif.ComponentReference(name=_TAXONOMIES[name][0], index=list(taxa).index(name), guid=_guid(name))


def _taxonomy(name: str, ids: tuple[str, ...]) -> sarif.Component:
    title, organization = _TAXONOMIES[name]
    return sarif.Component(
        name=title,
        guid=_guid(name),
        organization=organization,
        short_description=sarif.Message(text=f"{title}: the entries this scan refers to."),
        is_comprehensive=False,
        taxa=tuple(sarif.Rule(id=item, short_description=sarif.Message(text=item)) for item in ids),
    )


def _references(finding_taxonomies: Iterable[Taxonomy], taxa: _Taxa) -> tuple[sarif.DescriptorReference, ...]:
    wanted = {(name, item) for taxonomy in finding_taxonomies for name, ids in _ids(taxonomy).items() for item in ids}
    return tuple(
        sarif.DescriptorReference(id=item, index=index, tool_component=_component(name, taxa))
        for name, ids in taxa.items()
        for index, item in enumerate(ids)
        if (name, item) in wanted
    )


def _rule(scan: Scan, slug: str, findings: list[Finding], taxa: _Taxa) -> sarif.Rule:
    first = findings[0]
    worst = min((finding.severity for finding in findings), key=SEVERITIES.index)
    doing = list(dict.fromkeys(mitigation for finding in findings for mitigation in finding.mitigations))
    plain = "\n".join([first.title, *(f"Do: {item.text} Test: {item.test}" for item in doing), f"More: {explain_command(first)}"])
    listed = (f"- {markdown(item.text)}\n  - Test: {markdown(item.test)}" for item in doing)
    rich = "\n".join([f"**{markdown(first.title)}**", "", *listed, "", f"More: {markdown_code(explain_command(first))}"])
    references = _references((finding.taxonomy for finding in findings), taxa)
    stride = sorted({f"stride/{name.replace('_', '-')}" for finding in findings for name in finding.stride})
    cwes = sorted({f"external/cwe/{item.lower()}" for finding in findings for item in finding.taxonomy.cwe})
    return sarif.Rule(
        id=slug,
        name="".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", slug)),
        short_description=_plain(first.title),
        full_description=_plain(first.title),
        help=sarif.Message(text="\n".join(visible(line) for line in plain.split("\n")), markdown=rich),
        default_configuration=sarif.Configuration(level=_LEVELS[worst]),
        relationships=tuple(sarif.Relationship(target=reference) for reference in references) or None,
        properties={
            "tags": ("security", *stride, *cwes),
            "security-severity": _SCORES[worst],
            "precision": _PRECISION[first.confidence],
            "problem.severity": {"error": "error", "warning": "warning", "note": "recommendation"}[_LEVELS[worst]],
            **({"ownKnowledge": own} if (own := own_of(scan, first)) else {}),
        },
    )


def _location(evidence: Evidence, index: int | None = None) -> sarif.Location:
    # Paragraphs, pages and cells are no line numbers of the file: without a region, with words instead.
    lines = evidence.unit == "line" and evidence.page is None
    snippet = sarif.Snippet(text=shorten(evidence.quote, 2000))
    region = sarif.Region(start_line=evidence.start_line, end_line=evidence.end_line, snippet=snippet) if lines else None
    said = evidence.note or ROLES[evidence.role]
    return sarif.Location(
        id=index,
        physical_location=sarif.PhysicalLocation(
            artifact_location=sarif.ArtifactLocation(uri=quote(evidence.path, errors="replace"), uri_base_id=ROOT), region=region
        ),
        message=_plain(said if lines else f"{said} ({place(evidence)})"),
    )


def _path_flow(path: AttackPath) -> sarif.CodeFlow:
    """An attack path, hop by hop, each with what happens there."""
    steps = [(evidence, hop.does) for hop in path.routes[0].hops for evidence in hop.evidence]
    locations = tuple(
        sarif.ThreadFlowLocation(location=_location(evidence).model_copy(update={"message": _plain(does)})) for evidence, does in steps
    )
    return sarif.CodeFlow(
        message=_plain(f"Attack path ({path.severity}): {path.title}"), thread_flows=(sarif.ThreadFlow(locations=locations),)
    )


def _result(scan: Scan, finding: Finding, rule_index: int, taxa: _Taxa) -> sarif.Result:
    path = lead_way(finding)
    rest = [evidence for evidence in finding.evidence if evidence not in path]
    main = next((evidence for evidence in reversed(path) if evidence.role == "sink"), (path or rest)[0])
    element = next((element for element in scan.system.elements if element.id == finding.element), None)
    where = _location(main)
    if element is not None:
        logical = sarif.LogicalLocation(name=element.name, fully_qualified_name=element.id, kind=element.kind)
        where = where.model_copy(update={"logical_locations": (logical,)})
    route = " → ".join(path_names(scan, finding))
    flow = sarif.ThreadFlow(locations=tuple(sarif.ThreadFlowLocation(location=_location(step)) for step in path)) if len(path) > 1 else None
    own = (sarif.CodeFlow(message=_plain(route) if route else None, thread_flows=(flow,)),) if flow else ()
    others = [_location(evidence, index) for index, evidence in enumerate(evidence for evidence in rest if evidence is not main)]
    others += _argued(finding, len(others))
    return sarif.Result(
        rule_id=finding.threat,
        rule_index=rule_index,
        level=_LEVELS[finding.severity],
        message=_plain(f"{sentence(finding)}." + (f" Path: {route}." if route else "")),
        locations=(where,),
        related_locations=tuple(others) or None,
        code_flows=(*own, *(_path_flow(path) for path in open_paths(scan) if path.routes[0].findings[0] == finding.id)) or None,
        partial_fingerprints={"threatloom/v1": finding.id},
        baseline_state=_baseline(scan, finding),
        suppressions=(sarif.Suppression(kind="external", status="accepted"),) if finding.status in ("accepted", "dismissed") else None,
        taxa=_references((finding.taxonomy,), taxa) or None,
        rank=round(finding.likelihood * finding.impact * 4.0, 1),
        properties={
            "severity": finding.severity,
            "confidence": finding.confidence,
            "likelihood": finding.likelihood,
            "impact": finding.impact,
            "status": finding.status,
            "source": finding.source,
            "stride": finding.stride,
            "element": finding.element,
            "attackPath": finding.attack_path,
            "missingControls": finding.missing_controls,
            "riskReasons": finding.risk_reasons,
            "wouldChangeIt": finding.would_change_it,
            "security-severity": _SCORES[finding.severity],
            "tags": tuple(words(name) for name in finding.stride),
            **_said(finding),
        },
    )


def _said(finding: Finding) -> dict[str, sarif.Property]:
    """What a model says of a finding, where it says anything."""
    arguments = tuple(f"{one.stance}: {one.reason} ({', '.join(one.places)})" for one in arguments_of(finding))
    said: dict[str, sarif.Property] = {
        "doubt": finding.doubt or None,
        "arguments": arguments or None,
        "origin": f"{origin_words(finding.origin)}, digest {finding.origin.digest}" if finding.origin else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _argued(finding: Finding, first: int) -> list[sarif.Location]:
    """The places that arguments rest on, each with the argument."""
    cited = [(evidence, argument) for argument in finding.arguments for evidence in argument.evidence]
    return [
        _location(evidence, index).model_copy(update={"message": _plain(f"a model, {argument.stance}: {argument.reason}")})
        for index, (evidence, argument) in enumerate(cited, first)
    ]


def _baseline(scan: Scan, finding: Finding) -> Literal["new", "unchanged", "absent"] | None:
    # Without an earlier scan everything is "new" and there is no baseline to speak of.
    if all(other.status in ("new", "accepted", "dismissed") for other in scan.findings):
        return None
    if finding.status in ("new", "reopened"):
        return "new"
    return "absent" if finding.status == "fixed" else "unchanged"


def _invocation(scan: Scan) -> sarif.Invocation:
    items: tuple[Failed | Skipped, ...] = (*scan.errors, *scan.skipped)
    notes = [_notification(item) for item in items]
    notes += [sarif.Notification(level="note", message=_plain(line.text)) for line in own_lines(scan)]
    return sarif.Invocation(execution_successful=not scan.errors, start_time_utc=scan.started_at, tool_execution_notifications=tuple(notes))


def _notification(item: Failed | Skipped) -> sarif.Notification:
    where = sarif.ArtifactLocation(uri=quote(item.path, errors="replace"), uri_base_id=ROOT)
    named = item.path.startswith("(") and item.path.endswith(")")  # `(llm)`: a part of the scan, and no file
    locations = None if named else (sarif.Location(physical_location=sarif.PhysicalLocation(artifact_location=where)),)
    if isinstance(item, Failed):
        return sarif.Notification(level="error", message=_plain(f"{item.path}: {item.error}"), locations=locations)
    return sarif.Notification(level="note", message=_plain(f"{item.path} was skipped: {item.reason}"), locations=locations)
