"""What a change does to the threat model, as a comment for its pull request.

Takes a scan that was held against a baseline; gives Markdown that begins with a mark by which the comment is found again and written
anew in its place. The first screen says whether anybody has to act; the rest is folded. It is shorter than any host allows, whatever the
scan holds, and says how much it leaves out. Names, paths, quotes and reasons were written by others: none of them can become markup, a
mention, a reference or a link; places link to the file in the repository itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ingest.exclusion import is_by_tree
from pipeline.findings.listing import in_order
from pipeline.findings.model import Finding, Scan, Suppression
from pipeline.findings.story_lines import Tone
from pipeline.reports.asked import explain_command
from pipeline.reports.decided import about, added, stale
from pipeline.reports.escape import markdown as text
from pipeline.reports.escape import markdown_block, markdown_html, shorten
from pipeline.reports.escape import markdown_code as code
from pipeline.reports.escape import markdown_prose as prose
from pipeline.reports.linked import link
from pipeline.reports.markdown import MARKS, language
from pipeline.reports.own import own_lines
from pipeline.reports.wording import (
    headline,
    open_findings,
    path_names,
    place,
    plural,
    sentence,
    severity_counts,
    skipped_by_reason,
    without_ai,
    words,
)  # fmt: skip
from pipeline.system.model import Evidence, Severity

MARKER = "<!-- threatloom:pull-request -->"
MOST_BYTES = 62_000  # GitHub takes 65,536 characters, and whoever posts it may add a line
MOST_ROWS, MOST_LINES = 25, 12
_ROOM = 600  # for what is said of the rest
_WAS = "was "
_TONES: dict[Tone, str] = {"worse": "🔺", "better": "✅", "neutral": "▪"}


def render(scan: Scan) -> str:
    first = "\n".join(_first(scan))
    more = f"\n\n{_more(scan)}\n"
    rest: list[str] = []
    size, left = len((first + more).encode()) + _ROOM, 0
    for part in _details(scan):
        size += len(part.encode()) + 2
        if size > MOST_BYTES:
            left += 1
        else:
            rest.append(part)
    said = [f"{plural(left, 'more detail')} did not fit; the other reports have all of them."] if left else []
    return "\n\n".join([first, *rest, *said]).rstrip() + more


def _first(scan: Scan) -> Iterator[str]:
    """What everybody reads; its size is bounded by the number and the length of its lines."""
    yield MARKER
    yield f"## Threat model of {code(shorten(scan.target.name, 80))}: {text(_headline(scan))}"
    yield ""
    if scan.baseline is None:
        yield "There is no baseline to compare with, so that everything counts as new."
        yield ""
    if said := without_ai(scan):
        yield f"{text(said)}."
        yield ""
    for error in scan.errors[:3]:
        yield f"- ⚠ **The scan is incomplete:** {code(shorten(error.path, 120))}: {text(shorten(error.error, 200))}"
    if len(scan.errors) > 3:
        yield f"- ⚠ and {plural(len(scan.errors) - 3, 'more error')}"
    if scan.errors:
        yield ""
    yield from _left_out_by_tree(scan)
    yield from _suppressions_added(scan)
    yield from _story(scan)
    yield from _table(scan, "Threats added", _of(scan, "new", "reopened"))
    yield from _table(scan, "Threats that weigh more or less now", _changed(scan))
    yield from _resolved(scan)


def _headline(scan: Scan) -> str:
    fresh, gone = _of(scan, "new", "reopened"), _of(scan, "fixed")
    added_counts = ", ".join(f"{count} {severity}" for severity, count in severity_counts(fresh))
    parts = [f"{plural(len(fresh), 'threat')} added ({added_counts})"] if fresh else ["no threat added"]
    parts += [f"{len(gone)} resolved"] if gone else []
    if told := added(scan):
        closed = {finding for said in told for finding in said.findings}
        parts += [f"{plural(len(told), 'suppression')} added" + (f" that close {plural(len(closed), 'finding')}" if closed else "")]
    return ", ".join(parts)


def _of(scan: Scan, *statuses: str) -> tuple[Finding, ...]:
    return in_order(finding for finding in scan.findings if finding.status in statuses)


def _changed(scan: Scan) -> tuple[Finding, ...]:
    return tuple(finding for finding in _of(scan, "open") if finding.status_reason.startswith(_WAS))


def _suppressions_added(scan: Scan) -> Iterator[str]:
    found = added(scan)
    if not found:
        return
    yield f"### ⚠ {plural(len(found), 'suppression')} added by this change"
    yield ""
    for said in found[:MOST_ROWS]:
        yield f"- {_suppression(scan, said)}"
    yield from _and_more(len(found), "suppressions")
    yield ""


def _left_out_by_tree(scan: Scan) -> Iterator[str]:
    """What the tree's own settings keep out of sight: a change may have added it."""
    groups = [group for group in skipped_by_reason(scan) if is_by_tree(group.reason)]
    for group in groups[:MOST_LINES]:
        yield f"- ⚠ {plural(group.count, 'file')} {text(shorten(group.reason, 200))}"
    if groups:
        yield ""


def _story(scan: Scan) -> Iterator[str]:
    """What changed in the system, the most important first."""
    lines = [line for line in scan.story.lines if line.kind != "suppression_added"] if scan.story else []
    if not lines or scan.story is None:
        return
    yield "### What this change does"
    yield ""
    for line in lines[:MOST_LINES]:
        places = ", ".join(_place(scan, evidence) for evidence in line.evidence[:2]) if not line.gone else ""
        gone = ", ".join(code(shorten(place(evidence), 160)) for evidence in line.evidence[:2]) if line.gone else ""
        where = f" ({places or f'was at {gone}'})" if places or gone else ""
        yield f"- {_TONES[line.tone]} {prose(shorten(line.text, 300))}{where}"
    if rest := max(0, len(lines) - MOST_LINES) + scan.story.left_out:
        yield f"- and {plural(rest, 'thing')} of less importance"
    yield ""


def _suppression(scan: Scan, said: Suppression) -> str:
    closes = f"closes {plural(len(said.findings), 'finding')}" if said.findings else f"closes nothing: {text(shorten(said.stale, 200))}"
    who = f"by {text(shorten(said.decision.by, 80))}" if said.decision.by else "by nobody who is named"
    until = f", until {said.decision.until}" if said.decision.until else ""
    return f"{_where(scan, said)} {code(shorten(about(said), 160))} {who}{until}: {text(shorten(said.decision.reason, 200))} ({closes})"


def _where(scan: Scan, said: Suppression) -> str:
    path, _, line = said.decision.where.rpartition(":")
    number = int(line) if line.isdecimal() and len(line) < 9 else None
    return link(scan.target, path if number else said.decision.where, number, said.decision.where)


def _place(scan: Scan, evidence: Evidence) -> str:
    number = evidence.start_line if evidence.unit == "line" and evidence.page is None else None
    return link(scan.target, evidence.path, number, place(evidence))


def _table(scan: Scan, title: str, findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        return
    yield f"### {title}"
    yield ""
    yield "| | What can go wrong | Where | What to do |"
    yield "|---|---|---|---|"
    for finding in findings[:MOST_ROWS]:
        was = f" ({finding.status_reason})" if finding.status_reason.startswith(_WAS) else ""
        again = " (again)" if finding.status == "reopened" else ""
        unsure = "" if finding.confidence == "high" else f" <sub>{finding.confidence} confidence</sub>"
        do = prose(shorten(finding.mitigations[0].text, 160)) if finding.mitigations else code(explain_command(finding))
        said = prose(shorten(sentence(finding), 240))
        where = _place(scan, headline(finding))
        yield f"| {_severity(finding.severity)}{text(was)}{again} | {said}{unsure} | {where} | {do} |"
    yield from _and_more(len(findings), "findings")
    yield ""


def _severity(severity: Severity) -> str:
    return f"{MARKS[severity]} {severity}"


def _resolved(scan: Scan) -> Iterator[str]:
    gone, unseen = _of(scan, "fixed"), _of(scan, "unknown")
    if gone:
        yield "### Resolved"
        yield ""
        for finding in gone[:MOST_ROWS]:
            why = f": {text(shorten(finding.status_reason, 160))}" if finding.status_reason else ""
            yield f"- ✅ {finding.severity} {code(shorten(finding.threat, 80))} {code(shorten(place(headline(finding)), 160))}{why}"
        yield from _and_more(len(gone), "findings")
        yield ""
    if unseen:
        yield "### Not looked for this time"
        yield ""
        yield "They were there before, and nobody looked: they may be there still."
        yield ""
        for finding in unseen[:MOST_LINES]:
            yield (
                f"- ❔ {finding.severity} {code(shorten(finding.threat, 80))} {code(shorten(place(headline(finding)), 160))}: "
                f"{text(shorten(finding.status_reason, 200))}"
            )
        yield from _and_more(len(unseen), "findings", MOST_LINES)
        yield ""


def _and_more(count: int, noun: str, most: int = MOST_ROWS) -> Iterator[str]:
    if count > most:
        yield ""
        yield f"And {count - most} more {noun}, which stand in the other reports."


# What is folded


def _details(scan: Scan) -> Iterator[str]:
    for finding in (*_of(scan, "new", "reopened"), *_changed(scan)):
        yield "\n".join(_detail(scan, finding))
    unused = stale(scan)
    if unused:
        listed = [f"- {_suppression(scan, said)}" for said in unused[:MOST_ROWS]]
        summary = f"{plural(len(unused), 'suppression')} without effect"
        yield _folded(summary, [*listed, *_and_more(len(unused), "suppressions")])
    decided = _of(scan, "accepted", "dismissed")
    if decided:
        lines = [
            f"- {finding.status} {finding.severity} {code(shorten(finding.threat, 80))} {_place(scan, headline(finding))}"
            + (
                f": {text(shorten(finding.decision.reason, 200))} ({code(finding.decision.where or 'the record')})"
                if finding.decision
                else ""
            )
            for finding in decided[:MOST_ROWS]
        ]
        yield _folded(f"{plural(len(decided), 'finding')} accepted or dismissed", [*lines, *_and_more(len(decided), "findings")])
    silenced = [f"- {text(shorten(line.text, 300))}" for line in own_lines(scan) if line.silences]
    if silenced:
        yield _folded("Own knowledge that switches threats off or replaces them", silenced[:MOST_ROWS])


def _folded(summary: str, lines: Iterable[str]) -> str:
    return "\n".join([f"<details><summary>{markdown_html(summary)}</summary>", "", *lines, "", "</details>"])


def _detail(scan: Scan, finding: Finding) -> Iterator[str]:
    shown = headline(finding)
    said = markdown_html(shorten(sentence(finding), 300))
    yield f"<details><summary>{MARKS[finding.severity]} <b>{finding.severity}</b>: {said}</summary>"
    yield ""
    yield _place(scan, shown)
    yield ""
    yield markdown_block("\n".join(shorten(line, 160) for line in shown.quote.split("\n")[:8]), language(shown.path))
    yield ""
    if finding.attack_path:
        yield "- **Way:** " + " → ".join(code(shorten(name, 60)) for name in path_names(scan, finding)[:10])
    if finding.missing_controls:
        yield "- **Missing:** " + ", ".join(text(shorten(words(control), 60)) for control in finding.missing_controls[:8])
    for reason in finding.risk_reasons[:5]:
        yield f"- **Why this severe:** {text(shorten(reason, 200))}"
    for item in finding.mitigations[:4]:
        yield f"- **Do:** {prose(shorten(item.text, 300))}"
        yield f"  - **Test:** {prose(shorten(item.test, 300))}"
    if finding.doubt:
        yield f"- **Doubt of a model:** {text(shorten(finding.doubt, 300))}"
    yield f"- {code(shorten(finding.threat, 100))}, confidence {finding.confidence}; more: {code(shorten(explain_command(finding), 200))}"
    comment = f"threatloom: accept {shorten(finding.threat, 100)} -- why"
    yield f"- To accept it: a comment {code(comment)} beside the line, or `suppress` in `.threatloom.yaml`"
    yield ""
    yield "</details>"


def _more(scan: Scan) -> str:
    still = len(open_findings(scan))
    against = f", against {code(shorten(scan.baseline.name, 80))}" if scan.baseline else ""
    at = f" at {code(scan.target.revision[:12])}" if scan.target.revision else ""
    left = f", {plural(sum(item.count for item in scan.skipped), 'file')} skipped" if scan.skipped else ""
    return f"<sub>{plural(still, 'open finding')} in all{at}{against}{left}. threatloom {text(shorten(scan.tool.version, 40))}</sub>"
