"""`threatloom explain THREAT`: one threat on the terminal, from what it is to the examples that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.interfaces.cli.own import own_words
from pipeline.interfaces.cli.page import Page

if TYPE_CHECKING:
    from pipeline.handbook.decision import Axis
    from pipeline.handbook.model import ThreatEntry
    from pipeline.threats.catalog import Catalog
    from pipeline.threats.pages import Case

MOST_LINES = 40  # of a file of an example, unless all is asked for


def print_threat(page: Page, catalog: Catalog, threat: ThreatEntry, *, whole: bool) -> None:
    """The page of a threat; of its examples the first reported and the first silent one, or all."""
    from pipeline.reports.wording import words
    from pipeline.threats.pages import introduction
    from pipeline.threats.schema import WHERE

    markdown = catalog.page(threat.slug)
    page.title(threat.slug, ", ".join(words(name) for name in threat.stride), threat.title)
    for line in own_words(catalog, threat):
        page.prose(line, "yellow")
    page.console.print()
    page.prose(threat.summary)
    if story := introduction(markdown):
        page.console.print()
        page.prose(story.replace("`", ""))
    if threat.leads_to:
        page.console.print()
        page.prose(f"In an attack path: {threat.leads_to}.")
    page.heading("How we look")
    page.prose(threat.how_we_look)
    page.heading("Not a threat when")
    page.prose(threat.not_a_threat_when)
    if WHERE[threat.applies_where]:
        page.heading("Where it applies")
        page.prose(WHERE[threat.applies_where])
    page.heading("What to do, and how to test it")
    for item in threat.mitigations:
        page.bullet(item.text, "green")
        page.beneath("test:", item.test)
    for title, controls in (("Removed by", threat.removed_by), ("Lowered by", threat.lowered_by)):
        if controls:
            page.heading(title)
            page.prose(", ".join(words(control) for control in controls))
    _severity(page, threat)
    _known_as(page, threat)
    _examples(page, threat.slug, markdown, whole=whole)
    if threat.references:
        page.heading("Read more")
        for reference in threat.references:
            page.prose(reference)


def _severity(page: Page, threat: ThreatEntry) -> None:
    from pipeline.handbook.decision import decision_of

    decision, severity = decision_of(threat), threat.severity
    moved = f", between {severity.lowest} and {severity.highest}" if severity.lowest != severity.highest else ""
    page.heading(f"Severity: {severity.starts} to start with{moved}; confidence {threat.confidence}")
    page.pairs((axis.name, _told(axis, threat.lowered_by)) for axis in (decision.likelihood, decision.impact))


def _told(axis: Axis, controls: tuple[str, ...]) -> str:
    said = [f"starts at {axis.base} of 5"]
    said += [f"{step:+d} if {', or '.join(factors)}" for step, factors in axis.raising]
    said += [f"-1 if {', or '.join(axis.lowering)}"] if axis.lowering else []
    said += ["-1 for each of at most two controls that lower it"] if axis.name == "likelihood" and controls else []
    return "; ".join(said)


def _known_as(page: Page, threat: ThreatEntry) -> None:
    ids = [identity for _field, listed in threat.taxonomy for identity in listed]
    if ids:
        page.heading("Known as")
        page.pairs((identity, threat.names.get(identity, "")) for identity in ids)


def _examples(page: Page, slug: str, markdown: str, *, whole: bool) -> None:
    from pipeline.threats.pages import GAPS, REPORTED, SILENT, read_cases

    cases = read_cases(slug, markdown)
    left: list[str] = []
    for section, title in ((REPORTED, "Reported"), (SILENT, "Silent"), (GAPS, "Known gap")):
        found = [case for case in cases if case.section == section]
        shown = found if whole else found[:1] if section != GAPS else []
        for case in shown:
            _example(page, title, case, whole=whole)
        if len(found) > len(shown):
            left.append(f"{len(found) - len(shown)} {'known gaps' if section == GAPS else section.lower()}")
    if left:
        page.more(f"more examples ({', '.join(left)}): threatloom explain {slug} --all")


def _example(page: Page, section: str, case: Case, *, whole: bool) -> None:
    from pipeline.handbook.examples import MARKS

    page.heading(f"{section}: {case.title.replace('`', '')}" if case.title else section)
    if case.prose:
        page.prose(case.prose.replace("`", ""))
    marks = {(mark.path, mark.line): MARKS[mark.expectation] for mark in case.marks if mark.slug == case.slug}
    for path, text in case.files:
        page.prose(path, "cyan")
        lines = text.rstrip("\n").split("\n")
        wanted = range(1, len(lines) + 1)
        if not whole and len(lines) > MOST_LINES:  # what matters stands around the marks
            marked = [line for (of, line) in marks if of == path] or [1]
            first = max(1, min(marked) - MOST_LINES // 2)
            wanted = range(first, min(len(lines), first + MOST_LINES) + 1)
        page.code((number, lines[number - 1], marks.get((path, number), "")) for number in wanted)
