"""The landscape as a short message for a chat or a mail: what a security lead must know, and nothing that has to be scrolled for.

Text of scanned files, and names of systems, are escaped as in every Markdown report.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.findings.model import SEVERITIES
from pipeline.fleet.landscape.model import Landscape, SystemView
from pipeline.fleet.rendering.words import (
    THING_WORDS,
    changed,
    delta,
    direction_word,
    failed_words,
    headline,
    open_words,
    risk_where,
    risk_why,
)  # fmt: skip
from pipeline.reports.escape import markdown, markdown_code, markdown_prose
from pipeline.reports.wording import plural

MOST_SYSTEMS = 12
MOST_SHARED = 6
MOST_ENDING = 8


def render(landscape: Landscape) -> str:
    return "\n".join(_lines(landscape)).rstrip() + "\n"


def _lines(landscape: Landscape) -> Iterator[str]:
    summary = landscape.summary
    yield f"# {markdown(landscape.fleet)}, {landscape.at[:10]}"
    yield ""
    yield f"**{markdown(headline(landscape))}** {markdown(landscape.since.said[:1].upper() + landscape.since.said[1:])}."
    yield ""
    yield f"{open_words(landscape)} in {plural(summary.systems, 'system')}, {summary.scanned} scanned this night{_figures(landscape)}."
    failed = [f"- **{markdown(one.system)}**: {markdown(failed_words(one))}" for one in landscape.failed[:MOST_SYSTEMS]]
    yield from _part("Not scanned", failed, len(landscape.failed) - MOST_SYSTEMS)
    told = [view for view in changed(landscape) if not _failed(view, landscape)]
    yield from _part("What changed", [_system(view) for view in told[:MOST_SYSTEMS]], len(told) - MOST_SYSTEMS)
    risks = [
        f"{number}. **{risk.severity}** {markdown(risk.title)} ({markdown_code(risk.threat)}): {markdown(risk_where(risk))}. "
        f"{markdown(risk_why(risk))} **First:** {markdown_prose(risk.first)}"
        for number, risk in enumerate(landscape.risks, 1)
    ]
    yield from _part("The risks that matter", risks, 0)
    shared = [
        f"- {THING_WORDS[one.kind][0]} **{markdown(one.name)}** in {len(one.systems)} systems: "
        + ", ".join(f"{threat.severity} {markdown_code(threat.threat)}" for threat in one.threats[:3])
        for one in landscape.shared[:MOST_SHARED]
    ]
    yield from _part("Shared risk", shared, len(landscape.shared) - MOST_SHARED)
    ending = [
        f"- {one.until}: {one.kind} {markdown(one.title)} in **{markdown(one.system)}** ({markdown(one.reason)}"
        + (f", {markdown(one.by)})" if one.by else ")")
        for one in landscape.ending[:MOST_ENDING]
    ]
    yield from _part("Decisions about to end", ending, len(landscape.ending) - MOST_ENDING)
    overdue = [f"{row.overdue} {row.severity} older than {plural(row.deadline_days or 0, 'day')}" for row in landscape.ages if row.overdue]
    if overdue:
        yield from _part("Overdue", [f"{', '.join(overdue)}."], 0)


def _figures(landscape: Landscape) -> str:
    summary = landscape.summary
    came = [f"{delta(summary.came[one], 0)} {one}" for one in SEVERITIES if summary.came[one]]
    gone = [f"{delta(0, summary.went[one])} {one}" for one in SEVERITIES if summary.went[one]]
    parts = [f"came: {', '.join(came)}"] if came else []
    parts += [f"went: {', '.join(gone)}"] if gone else []
    return f"; {'; '.join(parts)}" if parts else ""


def _failed(view: SystemView, landscape: Landscape) -> bool:
    return any(one.system == view.name for one in landscape.failed)


def _system(view: SystemView) -> str:
    return f"- **{markdown(view.name)}** {direction_word(view)}: {markdown(view.because)}"


def _part(title: str, lines: list[str], more: int) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"## {title}"
    yield ""
    yield from lines
    if more > 0:
        yield f"- and {more} more"
