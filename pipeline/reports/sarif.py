"""The scan as SARIF 2.1.0, for code-scanning services that show, track and close findings.

One rule per threat, one result per finding, its steps as a code flow, the attack paths it begins as further ones, its fingerprint
as the service's memory. Taxonomies carry the ids the findings name, no others. Skips, errors and suppressions without effect are
notifications. What is more than services take is left out and said (`sarif_limits.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from pipeline.findings.listing import in_order
from pipeline.findings.model import Failed, Finding, LLMUse, Scan, Skipped
from pipeline.reports import sarif_model as sarif
from pipeline.reports.asked import account
from pipeline.reports.decided import about, added, stale
from pipeline.reports.escape import model_json
from pipeline.reports.own import own_lines
from pipeline.reports.paths import open_paths
from pipeline.reports.sarif_limits import RESULTS, RULES, smaller, within
from pipeline.reports.sarif_results import ROOT, Around, around, result_of, uri
from pipeline.reports.sarif_rules import component, plain, rule_of, taxa_of, taxonomy_of
from pipeline.reports.wording import STATES, coverage_counts, coverage_words, without_ai


def render(scan: Scan) -> str:
    return written(log_of(scan, in_order(scan.findings)))


def written(log: sarif.Log) -> str:
    """The file as text; one that is too large for services with less in it, which it says."""
    text = _text(log)
    if within(text):
        return text
    for less in smaller(log):
        text = _text(less)
        if within(text):
            break
    return text


def _text(log: sarif.Log) -> str:
    return model_json(log, by_alias=True, exclude_none=True)


def log_of(scan: Scan, found: Sequence[Finding], left_out: tuple[str, ...] = ()) -> sarif.Log:
    """The file with these findings as results, worst first; `left_out` says which are not among them."""
    slugs = tuple(dict.fromkeys(finding.threat for finding in found))[:RULES]
    shown = [finding for finding in found if finding.threat in set(slugs)][:RESULTS]
    if len(shown) < len(found):
        left_out = (*left_out, f"{len(found) - len(shown)} of {len(found)} findings, the least severe: a service takes {RESULTS}")
    slugs = tuple(sorted({finding.threat for finding in shown}))
    taxa = taxa_of(shown)
    by_slug: dict[str, list[Finding]] = {slug: [] for slug in slugs}
    for finding in shown:
        by_slug[finding.threat].append(finding)
    files = _files(scan, shown)
    known = around(scan, taxa, slugs, {path: number for number, path in enumerate(files)}, open_paths(scan))
    driver = sarif.Component(
        name="threatloom",
        version=scan.tool.version,
        semantic_version=scan.tool.version if re.fullmatch(r"\d+\.\d+\.\d+", scan.tool.version) else None,
        rules=tuple(rule_of(scan, slug, findings, taxa) for slug, findings in by_slug.items()),
        supported_taxonomies=tuple(component(name, taxa) for name in taxa) or None,
        properties={"knowledge": scan.tool.knowledge},
    )
    run = sarif.Run(
        tool=sarif.Tool(driver=driver, extensions=(_analyst(scan, scan.llm),) if scan.llm else None),
        automation_details=sarif.AutomationDetails(id=_category(scan)),
        invocations=(_invocation(scan, left_out),),
        version_control_provenance=_provenance(scan),
        original_uri_base_ids={ROOT: sarif.ArtifactLocation(description=sarif.Message(text="The root of the scanned tree."))},
        artifacts=tuple(_artifact(scan, path) for path in files) or None,
        taxonomies=tuple(taxonomy_of(name, ids) for name, ids in taxa.items()) or None,
        results=tuple(result_of(finding, known) for finding in shown),
        properties=_properties(scan, known),
    )
    return sarif.Log(runs=(run,))


def _properties(scan: Scan, known: Around) -> dict[str, sarif.Property]:
    said: dict[str, sarif.Property] = {
        "target": scan.target.name,
        "revision": scan.target.revision,
        "dirty": scan.target.dirty,
        "coverage": _coverage(scan),
    }
    if scan.baseline is not None:
        said |= {"baseline": scan.baseline.name, "baselineRevision": scan.baseline.revision, "baselineKnowledge": scan.baseline.knowledge}
    if known.has_baseline:
        said["suppressionsAdded"] = tuple(f"{one.decision.where}: {about(one)}: {one.decision.reason}" for one in added(scan)) or None
    return said | (_asked(scan, scan.llm) if scan.llm else {})


def _category(scan: Scan) -> str:
    """`threatloom/NAME/REVISION`: services keep what differs in all but the last part apart."""
    return f"threatloom/{quote(scan.target.name, safe='', errors='replace')[:100]}/{scan.target.revision or ''}"


def _provenance(scan: Scan) -> tuple[sarif.VersionControlDetails, ...] | None:
    if scan.target.repository is None:
        return None
    return (sarif.VersionControlDetails(repository_uri=scan.target.repository, revision_id=scan.target.revision),)


def _files(scan: Scan, found: Iterable[Finding]) -> tuple[str, ...]:
    """What was read, and whatever else results point at."""
    cited = {evidence.path for finding in found for evidence in finding.evidence}
    return tuple(sorted({*scan.examined, *cited}))


def _artifact(scan: Scan, path: str) -> sarif.Artifact:
    # A document that lies outside of the tree has no place below its root.
    inside = path not in scan.given_documents
    where = sarif.ArtifactLocation(uri=uri(path), uri_base_id=ROOT if inside else None)
    return sarif.Artifact(location=where, roles=("analysisTarget",) if inside else ("analysisTarget", "referencedOnCommandLine"))


def _analyst(scan: Scan, use: LLMUse) -> sarif.Component:
    """The model that was asked, as a part of the tool."""
    return sarif.Component(
        name="threatloom LLM analyst",
        version=scan.tool.version,
        short_description=plain(f"{use.model}, asked beside the rules; results say by `source` who saw them."),
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


def _invocation(scan: Scan, left_out: Sequence[str]) -> sarif.Invocation:
    items: tuple[Failed | Skipped, ...] = (*scan.errors, *scan.skipped)
    notes = [_notification(item) for item in items]
    notes += [sarif.Notification(level="note", message=plain(line.text)) for line in own_lines(scan)]
    if missing := without_ai(scan):
        notes.append(sarif.Notification(level="note", message=plain(f"{missing}.")))
    for said in stale(scan):
        text = f"{said.decision.where}: {about(said)} closes nothing: {said.stale}"
        notes.append(sarif.Notification(level="warning", message=plain(text)))
    notes += [sarif.Notification(level="warning", message=plain(f"Left out: {what}.")) for what in left_out]
    return sarif.Invocation(execution_successful=not scan.errors, start_time_utc=scan.started_at, tool_execution_notifications=tuple(notes))


def _notification(item: Failed | Skipped) -> sarif.Notification:
    where = sarif.ArtifactLocation(uri=uri(item.path), uri_base_id=ROOT)
    named = item.path.startswith("(") and item.path.endswith(")")  # `(llm)`: a part of the scan, and no file
    locations = None if named else (sarif.Location(physical_location=sarif.PhysicalLocation(artifact_location=where)),)
    if isinstance(item, Failed):
        return sarif.Notification(level="error", message=plain(f"{item.path}: {item.error}"), locations=locations)
    return sarif.Notification(level="note", message=plain(f"{item.path} was skipped: {item.reason}"), locations=locations)
