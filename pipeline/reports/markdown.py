"""The scan as Markdown: a summary for a job page or a pull-request comment.

Everything that comes from scanned files is escaped, and fenced where it is code. Long scans are cut with the
number of what was left out, since comments have a size limit.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.findings.model import STRIDE, AttackPath, AttackRoute, CoverageState, Finding, Scan
from pipeline.reports.against import against, fixed, unlisted
from pipeline.reports.asked import (
    FIRST_PAGE_NOTE,
    about_words,
    account,
    arguments_of,
    asked_in_short,
    explain_command,
    first_page,
    origin_words,
    seen_by,
)
from pipeline.reports.decided import about, decided, decision_words, stale
from pipeline.reports.escape import markdown as text
from pipeline.reports.escape import markdown_block, markdown_html, shorten
from pipeline.reports.escape import markdown_code as code
from pipeline.reports.escape import markdown_prose as prose
from pipeline.reports.own import own_lines, own_of
from pipeline.reports.paths import counted, cut_words, ends_of, hop_places, open_paths, threats_of, tree_text
from pipeline.reports.stated import drawn_not_found, found_not_drawn, state_counts, state_name, stated_threats
from pipeline.reports.wording import (
    built,
    closed_counts,
    coverage_counts,
    headline,
    hops,
    listed_findings,
    names,
    path_names,
    pictures_read,
    place,
    plural,
    sentence,
    severity_counts,
    skipped_by_reason,
    skipped_count,
    span,
    unseen,
    verdict,
    words,
)  # fmt: skip
from pipeline.system.model import Severity

MOST_FINDINGS = 40
MOST_ROWS = 30
MARKS: dict[Severity, str] = {"critical": "🟥", "high": "🟧", "medium": "🟨", "low": "🟦", "info": "⬜"}
_CELLS: dict[CoverageState, str] = {"finding": "●", "mitigated": "✓", "not_applicable": "·", "not_examined": "?"}


def render(scan: Scan) -> str:
    return "\n".join(_lines(scan)).rstrip() + "\n"


def _lines(scan: Scan) -> Iterator[str]:
    found = listed_findings(scan)
    revision = f" at {code(scan.target.revision[:12])}" if scan.target.revision else ""
    yield f"## Threat model of {code(scan.target.name)}{revision}"
    yield ""
    yield f"**{text(verdict(scan))}.**"
    yield ""
    counts = [f"{MARKS[severity]} {count} {severity}" for severity, count in severity_counts(found)]
    sizes = (("element", len(scan.system.elements)), ("flow", len(scan.system.flows)), ("file", scan.summary.files))
    yield " · ".join([*counts, *(plural(count, noun) for noun, count in sizes)])
    yield ""
    if said := against(scan):
        yield f"{text(said[0].upper() + said[1:])}."
        yield ""
    yield from _first_page(scan)
    if found:
        if scan.llm:
            yield "### Findings"
            yield ""
        yield "| | Finding | Where | Confidence |" + (" Status |" if scan.baseline else "") + (" Seen by |" if scan.llm else "")
        yield "|---|---|---|---|" + ("---|" if scan.baseline else "") + ("---|" if scan.llm else "")
        for finding in found[:MOST_FINDINGS]:
            mark = f"{MARKS[finding.severity]} {finding.severity}"
            seen = (f" {finding.status} |" if scan.baseline else "") + (f" {seen_by(scan, finding)} |" if scan.llm else "")
            yield f"| {mark} | {text(finding.title)} | {code(place(headline(finding)))} | {finding.confidence} |{seen}"
        yield ""
    for finding in found[:MOST_FINDINGS]:
        yield from _finding(scan, finding)
    if len(found) > MOST_FINDINGS:
        yield f"{len(found) - MOST_FINDINGS} more findings are in the JSON and HTML reports."
        yield ""
    yield from _before(scan)
    yield from _paths(scan)
    yield from _coverage(scan)
    yield from _stated(scan)
    yield from _drawn(scan)
    yield from _asked(scan)
    yield from _decided(scan)
    yield from _left_out(scan)


def _before(scan: Scan) -> Iterator[str]:
    """What is fixed, and what is not listed because it was there before."""
    if gone := fixed(scan):
        yield f"<details><summary>Fixed: {len(gone)}</summary>"
        yield ""
        for finding in gone[:MOST_FINDINGS]:
            yield f"- {finding.severity}: {text(finding.title)} {code(place(headline(finding)))}, {text(finding.status_reason)}"
        if len(gone) > MOST_FINDINGS:
            yield f"- and {len(gone) - MOST_FINDINGS} more"
        yield ""
        yield "</details>"
        yield ""
    if said := unlisted(scan):
        yield f"{said}."
        yield ""


def _first_page(scan: Scan) -> Iterator[str]:
    page = first_page(scan)
    if page is None:
        return
    yield "### First page"
    yield ""
    yield f"**{text(page.headline)}**"
    yield ""
    for paragraph in page.paragraphs:
        yield f"<p>{markdown_html(paragraph)}</p>"  # as HTML: no first character of it can make it a list or a title
        yield ""
    for action in page.actions:
        yield f"1. **Do:** {text(action.text)}" + "".join(f" {code(named.label)}" for named in action.findings)
    yield ""
    yield f"In the words of {code(page.by)}. {FIRST_PAGE_NOTE}"
    yield ""


def _finding(scan: Scan, finding: Finding) -> Iterator[str]:
    shown = headline(finding)
    said = f"{markdown_html(sentence(finding))}{_seen(scan, finding)}"
    yield f"<details><summary>{MARKS[finding.severity]} <b>{finding.severity}</b>: {said}</summary>"
    yield ""
    yield code(span(shown))
    yield ""
    yield markdown_block("\n".join(shorten(line, 200) for line in shown.quote.split("\n")[:8]), language(shown.path))
    yield ""
    if finding.attack_path:
        yield "- **Path:** " + " → ".join(code(shorten(name, 80)) for name in path_names(scan, finding))
    steps = hops(finding)
    if len(steps) > 1:
        rest = f" and {len(steps) - 8} more" if len(steps) > 8 else ""
        yield "- **Steps:** " + " → ".join(code(place(step)) for step in steps[:8]) + rest
    if finding.missing_controls:
        yield "- **Missing:** " + ", ".join(text(words(control)) for control in finding.missing_controls)
    if finding.doubt:
        yield f"- **Doubt:** {text(finding.doubt)}"
    for one in arguments_of(finding)[:MOST_ROWS]:
        yield f"- **Model, {one.stance}:** {text(one.reason)} " + ", ".join(code(where) for where in one.places)
    for reason in finding.risk_reasons:
        yield f"- **Why this severe:** {text(reason)}"
    for score in finding.scores:
        yield f"- **{score.system} {score.edition}:** {score.score:g}, {code(score.vector)}"
    for mitigation in finding.mitigations:
        yield f"- **Do:** {prose(mitigation.text)}"
        yield f"  - **Test:** {prose(mitigation.test)}"
    ids = [item for group in finding.taxonomy.model_dump().values() for item in group]
    if ids:
        yield "- **Known as:** " + ", ".join(code(item) for item in ids)
    classes = ", ".join(words(name) for name in finding.stride)
    own = f"; own threat of {code(name)}" if (name := own_of(scan, finding)) else ""
    origin = f"; {text(origin_words(finding.origin))}" if finding.origin else ""
    yield f"- {classes}; confidence {finding.confidence}{own}{origin}; finding {code(finding.id)}; more: {code(explain_command(finding))}"
    yield ""
    yield "</details>"
    yield ""


def _seen(scan: Scan, finding: Finding) -> str:
    return f" <b>({seen})</b>" if (seen := seen_by(scan, finding)) not in ("", "rule") else ""


def _paths(scan: Scan) -> Iterator[str]:
    paths = open_paths(scan)
    if not paths:
        return
    yield "### Attack paths"
    yield ""
    if said := counted(scan, len(paths)):
        yield f"{said[:1].upper()}{said[1:]}."
        yield ""
    for path in paths:
        yield from _path(scan, path)


def _path(scan: Scan, path: AttackPath) -> Iterator[str]:
    yield f"<details><summary>{MARKS[path.severity]} <b>{path.severity}</b>: {markdown_html(path.title)}</summary>"
    yield ""
    yield from _hops(scan, path.routes[0])
    if path.also:
        yield "- **Besides:** " + "; ".join(text(item) for item in path.also)
    for route in path.routes[1:]:
        yield f"- **Or:** {text(route.attacker)}, by {code(names(scan).get(route.entry, route.entry))}"
    for reason in path.reasons:
        yield f"- **Why this dangerous:** {text(reason)}"
    for cut in ends_of(path):
        yield f"- **Ends it** ({code(threats_of(scan).get(cut.finding, cut.finding))}): {text(cut_words(cut))}"
    yield ""
    yield markdown_block(tree_text(scan, path), "mermaid")
    yield ""
    yield "</details>"
    yield ""


def _hops(scan: Scan, route: AttackRoute) -> Iterator[str]:
    known, threats = names(scan), threats_of(scan)
    for number, hop in enumerate(route.hops, 1):
        cited = "".join(f" [{code(threats.get(item, item))}]" for item in hop.findings)
        between = code(shorten(known.get(hop.source, hop.source), 80))
        if hop.source != hop.target:
            between += " → " + code(shorten(known.get(hop.target, hop.target), 80))
        yield f"{number}. {between}: {text(hop.does)}{cited} " + ", ".join(code(where) for where in hop_places(hop))


def language(path: str) -> str:
    """What hosts colour a file of that name as."""
    suffix = path.rpartition(".")[2].lower()
    return {"py": "python", "ipynb": "python", "yml": "yaml", "yaml": "yaml", "toml": "toml", "js": "javascript"}.get(suffix, "text")


def _coverage(scan: Scan) -> Iterator[str]:
    if not scan.coverage:
        return
    cells = {(cell.element, cell.stride): cell for cell in scan.coverage}
    known = names(scan)
    elements = list(dict.fromkeys(cell.element for cell in scan.coverage))
    elements.sort(key=lambda item: -sum(cell.element == item and cell.state == "finding" for cell in scan.coverage))
    counts = ", ".join(f"{count} {words(state)}" for state, count in coverage_counts(scan))
    yield f"<details><summary>Coverage: {counts}</summary>"
    yield ""
    yield "| Element | " + " | ".join(words(name) for name in STRIDE) + " |"
    yield "|---|" + ":-:|" * len(STRIDE)
    for element in elements[:MOST_ROWS]:
        marks = [_CELLS[cells[element, name].state] if (element, name) in cells else "?" for name in STRIDE]
        yield f"| {code(shorten(known.get(element, element), 60))} | " + " | ".join(marks) + " |"
    yield ""
    rest = f" {len(elements) - MOST_ROWS} more elements are in the JSON and HTML reports." if len(elements) > MOST_ROWS else ""
    yield f"● finding · ✓ mitigated · · not applicable · ? not examined.{rest}"
    yield ""
    closed = [cell for cell in scan.coverage if cell.state == "mitigated"]
    controls = {control.id: control for control in scan.system.controls}
    for cell in closed[:MOST_ROWS]:
        by = ", ".join(
            f"{text(words(controls[item].kind))} {code(place(controls[item].evidence[0]))}" for item in cell.controls if item in controls
        )
        yield f"- ✓ {code(shorten(known.get(cell.element, cell.element), 60))}, {words(cell.stride)}: {text(cell.reason)}" + (
            f", {by}" if by else ""
        )
    if len(closed) > MOST_ROWS:
        yield f"- and {len(closed) - MOST_ROWS} more"
    if closed:
        yield ""
    yield "</details>"
    yield ""


def _stated(scan: Scan) -> Iterator[str]:
    threats = stated_threats(scan)
    if not threats:
        return
    known = names(scan)
    counts = ", ".join(f"{count} {state}" for state, count in state_counts(threats))
    yield f"<details><summary>Stated in threat models: {counts}</summary>"
    yield ""
    yield "Their authors' word: it makes no finding and closes none."
    yield ""
    yield "| State | Threat | About | Against it | Where |"
    yield "|---|---|---|---|---|"
    for claim in threats[:MOST_ROWS]:
        about = ", ".join(code(shorten(known.get(item, item), 40)) for item in claim.about[:3])
        against = "; ".join(text(shorten(measure, 120)) for measure in claim.mitigations[:3])
        state = state_name(claim) + (f", {text(shorten(claim.severity, 40))}" if claim.severity else "")
        yield f"| {state} | {text(shorten(claim.text, 200))} | {about} | {against} | {code(place(claim.evidence[0]))} |"
    yield ""
    if len(threats) > MOST_ROWS:
        yield f"{len(threats) - MOST_ROWS} more are in the JSON report."
        yield ""
    yield "</details>"
    yield ""


def _drawn(scan: Scan) -> Iterator[str]:
    missing, extra = drawn_not_found(scan), found_not_drawn(scan)
    if not missing and not extra:
        return
    yield f"<details><summary>Drawings: {len(missing)} drawn but not found, {len(extra)} found but not drawn</summary>"
    yield ""
    for name in missing[:MOST_ROWS]:
        yield f"- Drawn, not found: {text(shorten(name.name, 80))}, {code(place(name.evidence[0]))} ({text(name.reason)})"
    for element in extra[:MOST_ROWS]:
        yield f"- Found, not drawn: {text(shorten(element.name, 80))} ({words(element.kind)}), {code(place(element.evidence[0]))}"
    rest = max(0, len(missing) - MOST_ROWS) + max(0, len(extra) - MOST_ROWS)
    yield from [f"- {rest} more are in the JSON report"] if rest else []
    yield ""
    yield "</details>"
    yield ""


def _asked(scan: Scan) -> Iterator[str]:
    use = scan.llm
    if use is None:
        return
    known = names(scan)
    yield f"<details><summary>What was asked of a model: {markdown_html(asked_in_short(use))}</summary>"
    yield ""
    for row in account(scan):
        yield f"- **{row.label.capitalize()}:** {text(row.text)}"
    if use.prompts:
        yield "- **Prompts:** " + ", ".join(code(prompt) for prompt in use.prompts)
    if use.purpose:
        yield f"- **What the system is for, in its words:** {text(use.purpose)}"
    for one in use.corrections[:MOST_ROWS]:
        where = ", ".join(code(place(evidence)) for evidence in one.evidence[:3])
        yield f"- **Says of** {code(shorten(known.get(one.element, one.element), 80))}: {text(one.says)} {where}"
    for item in use.not_taken[:MOST_ROWS]:
        yield f"- **Dropped {text(item.what)}:** {text(shorten(about_words(scan, item), 160))} ({text(item.reason)})"
    if len(use.not_taken) > MOST_ROWS:
        yield f"- {len(use.not_taken) - MOST_ROWS} more dropped statements are in the JSON report"
    yield ""
    yield "</details>"
    yield ""


def _decided(scan: Scan) -> Iterator[str]:
    closed, unused = decided(scan), stale(scan)
    if not closed and not unused:
        return
    counts = ", ".join([*(f"{group.count} {group.reason}" for group in closed_counts(scan) if group.reason != "fixed")])
    said = " · ".join(part for part in (counts, f"{plural(len(unused), 'suppression')} without effect" if unused else "") if part)
    yield f"<details><summary>Decided: {said}</summary>"
    yield ""
    for finding, decision in closed[:MOST_ROWS]:
        yield (
            f"- {MARKS[finding.severity]} {finding.status} {code(finding.threat)} {code(place(headline(finding)))}: "
            f"{text(shorten(decision.reason, 300))} ({text(decision_words(decision))})"
        )
    for one in unused[:MOST_ROWS]:
        yield f"- **Closes nothing** {code(one.decision.where)}: {code(about(one))}: {text(one.stale)}"
    rest = max(0, len(closed) - MOST_ROWS) + max(0, len(unused) - MOST_ROWS)
    yield from [f"- {rest} more are in the JSON and HTML reports"] if rest else []
    yield ""
    yield "</details>"
    yield ""


def _left_out(scan: Scan) -> Iterator[str]:
    for line in own_lines(scan):
        yield f"- {text(shorten(line.text, 400))}"
    for group in closed_counts(scan):
        if group.reason == "fixed" or not any(finding.decision for finding in scan.findings if finding.status == group.reason):
            yield f"- {plural(group.count, 'finding')} {group.reason}, not shown"
    if scan.skipped:
        reasons = ", ".join(f"{group.count} {text(group.reason)}" for group in skipped_by_reason(scan)[:8])
        yield f"- {plural(skipped_count(scan), 'file')} skipped: {reasons}"
    for said in filter(None, (unseen(scan), built(scan), pictures_read(scan))):
        yield f"- {text(said)}"
    for error in scan.errors[:10]:
        yield f"- **Error** {code(error.path)}: {text(error.error)}"
    if len(scan.errors) > 10:
        yield f"- {len(scan.errors) - 10} more errors"
