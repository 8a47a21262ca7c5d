"""The difference as Markdown, for a pull request or a job's page: the story first, then the findings by what became of them."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.findings.comparing import CHANGE_KINDS, Change, ChangeKind
from pipeline.findings.difference import Difference
from pipeline.findings.story_lines import Story
from pipeline.reports.difference.words import HEADS, SIGNS, counted, shown_at, side
from pipeline.reports.escape import markdown as text
from pipeline.reports.escape import markdown_code as code
from pipeline.reports.wording import headline, place, plural

MOST = 40
_FOLDED: frozenset[ChangeKind] = frozenset({"fixed", "unknown"})


def render(difference: Difference) -> str:
    return "\n".join(_lines(difference)).rstrip() + "\n"


def _lines(difference: Difference) -> Iterator[str]:
    yield f"## What changed in {code(difference.target.name)}"
    yield ""
    yield f"{code(side(difference.old))} → {code(side(difference.new))} · **{text(counted(difference))}**"
    yield ""
    yield from story_lines(difference.story)
    for kind in CHANGE_KINDS:
        changes = [change for change in difference.changes if change.kind == kind]
        if changes:
            yield from _changes(kind, changes)
    for note in difference.notes:
        yield f"> {text(note)}"


def story_lines(story: Story) -> Iterator[str]:
    """The story as a list."""
    for line in story.lines:
        where = shown_at(line)
        at = f" {code(where)}{' before' if line.gone else ''}" if where else ""
        yield f"- {SIGNS[line.tone]} {text(line.text)}{at}"
    if story.left_out:
        yield f"- and {plural(story.left_out, 'thing')} of less importance"
    if story.lines:
        yield ""


def _changes(kind: ChangeKind, changes: list[Change]) -> Iterator[str]:
    if kind in _FOLDED:
        yield f"<details><summary>{HEADS[kind]}: {len(changes)}</summary>"
    else:
        yield f"### {HEADS[kind]}"
    yield ""
    yield "| | Finding | Where |" + ("" if kind == "new" else " Why |")
    yield "|---|---|---|" + ("" if kind == "new" else "---|")
    for change in changes[:MOST]:
        finding = change.finding
        why = "" if kind == "new" else f" {text(change.reason)} |"
        yield f"| {finding.severity} | {text(finding.title)} | {code(place(headline(finding)))} |{why}"
    yield ""
    if len(changes) > MOST:
        yield f"{plural(len(changes) - MOST, 'more')}: see the JSON."
        yield ""
    if kind in _FOLDED:
        yield "</details>"
        yield ""
