"""What the reports say of a model that was asked beside the rules: who saw a finding, what was said of it, and the account of the asking.

Takes a scan, gives words without markup; each report escapes them, as all that a model says was steered by who wrote what was scanned.
Where no model was asked, everything here is empty, and the reports are those of the rules alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.findings.model import Argument, Finding, LLMUse, NotTaken, Origin, Scan
from pipeline.reports.escape import shorten
from pipeline.reports.wording import CLOSED, names, open_findings, place, plural

CUSTOM = "custom/"  # what the slugs of threats outside of the catalog begin with
FIRST_PAGE_NOTE = "The findings it names are of this scan; its sentences were not checked."
MOST_PLACES, MOST_SAID, MOST_QUOTED = 3, 400, 160  # of one argument; characters


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the account."""

    label: str
    text: str
    warns: bool = False  # something is missing, or was not believed


@dataclass(frozen=True, slots=True)
class Said:
    """An argument, with the places it rests on."""

    stance: Literal["for", "against"]
    reason: str
    places: tuple[str, ...]
    quotes: tuple[str, ...]  # the first line of each

    @property
    def line(self) -> str:
        more = f" and {len(self.places) - MOST_PLACES} more" if len(self.places) > MOST_PLACES else ""
        return f"{self.stance}: {shorten(self.reason, MOST_SAID)}" + (
            f" ({', '.join(self.places[:MOST_PLACES])}{more})" if self.places else ""
        )


@dataclass(frozen=True, slots=True)
class Named:
    """A finding that the first page names."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class PageAction:
    text: str
    findings: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class FirstPage:
    """The summary of a model, and whose it is."""

    headline: str
    paragraphs: tuple[str, ...]
    actions: tuple[PageAction, ...]
    by: str


def seen_by(scan: Scan, finding: Finding) -> Literal["", "rule", "model", "rule and model"]:
    """Who saw a finding; empty where only rules looked, so that there is nothing to tell apart."""
    if finding.source == "llm":
        return "model"
    if finding.source == "both":
        return "rule and model"
    return "rule" if scan.llm is not None else ""


def arguments_of(finding: Finding) -> tuple[Said, ...]:
    """What was said of a finding, what speaks against it first."""
    ordered = sorted(finding.arguments, key=lambda one: one.stance)
    return tuple(_said(one) for one in ordered)


def _said(argument: Argument) -> Said:
    quoted: dict[str, str] = {}
    for evidence in argument.evidence:
        quoted.setdefault(place(evidence), shorten(evidence.quote.strip().split("\n")[0], MOST_QUOTED))
    return Said(argument.stance, argument.reason, tuple(quoted), tuple(quoted.values()))


def origin_words(origin: Origin) -> str:
    """The words of ours that were answered, and by whom."""
    return f"{origin.model}, asked with {origin.prompt}@{origin.version}"


def explain_command(finding: Finding) -> str:
    """What shows more of a finding: the page of its threat, or where the threat is a model's own, the finding in the scan's JSON report."""
    if finding.threat.startswith(CUSTOM):
        return f"threatloom explain {finding.id} --scan REPORT.json"
    return f"threatloom explain {finding.threat}"


def first_page(scan: Scan) -> FirstPage | None:
    """The summary, with the findings that its actions name; None where no model gave one."""
    if scan.llm is None or scan.llm.summary is None:
        return None
    summary, known = scan.llm.summary, _labels(scan)
    actions = tuple(
        PageAction(action.text, tuple(Named(item, known[item]) for item in action.findings if item in known)) for action in summary.actions
    )
    return FirstPage(summary.headline, summary.paragraphs, actions, summary.origin.model)


def about_words(scan: Scan, item: NotTaken) -> str:
    """What a dropped statement is about; an id of a finding in words."""
    return _labels(scan).get(item.about, item.about) if item.what == "opinion" else item.about


def _labels(scan: Scan) -> dict[str, str]:
    """Findings in words, by their ids."""
    known = names(scan)
    closed = {finding.id: f", {finding.status}" for finding in scan.findings if finding.status in CLOSED}
    return {f.id: f"{f.threat} ({shorten(known.get(f.element, f.element), 60)}{closed.get(f.id, '')})" for f in scan.findings}


def account(scan: Scan) -> tuple[Row, ...]:
    """Model, costs, and all that is missing: what a reader needs to judge what the model's part is worth."""
    return tuple(_rows(scan, scan.llm)) if scan.llm is not None else ()


def dropped_by_reason(use: LLMUse) -> tuple[Row, ...]:
    """What of the replies is not reported, in counts: the reason, and how many of what."""
    counted: dict[str, Counter[str]] = {}
    for item in use.not_taken:
        # What comes behind a colon is the model's own reason and differs each time.
        counted.setdefault(item.reason.partition(": ")[0], Counter())[item.what] += 1
    order = sorted(counted, key=lambda reason: (-counted[reason].total(), reason))
    return tuple(Row(reason, ", ".join(plural(count, what) for what, count in sorted(counted[reason].items()))) for reason in order)


def unreached_by_reason(use: LLMUse) -> tuple[Row, ...]:
    """What the model did not get to: the reason, how many cells of how many elements, and how many questions."""
    cells: Counter[str] = Counter()
    elements: dict[str, set[str]] = {}
    questions: Counter[str] = Counter()
    for item in use.unreached:
        if item.stride:
            cells[item.reason] += len(item.stride)
            elements.setdefault(item.reason, set()).add(item.element)
        else:
            questions[item.reason] += 1

    def said(reason: str) -> str:
        asked = plural(questions[reason], "question") if questions[reason] else ""
        if not cells[reason]:
            return asked
        return f"{plural(cells[reason], 'cell')} of {plural(len(elements[reason]), 'element')}" + (f", {asked}" if asked else "")

    order = sorted({*cells, *questions}, key=lambda reason: (-cells[reason], -questions[reason], reason))
    return tuple(Row(reason, said(reason)) for reason in order)


def cost_words(use: LLMUse) -> str:
    if use.cost is None:
        return "cost unknown"
    if use.cost == 0:
        return "no cost"
    return f"less than 0.01 {use.currency}" if use.cost < 0.005 else f"{use.cost:.2f} {use.currency}"


def asked_in_short(use: LLMUse) -> str:
    """The account in one line, for the title of what is folded."""
    return f"{plural(use.calls, 'call')}, {plural(use.input_tokens + use.output_tokens, 'token')}, {cost_words(use)}"


def _rows(scan: Scan, use: LLMUse) -> Iterator[Row]:
    yield Row("model", f"{use.model}, {f'sent to {use.sent_to}' if use.sent_to else 'on this machine'}")
    tokens = f"{plural(use.input_tokens, 'token')} in and {plural(use.output_tokens, 'token').split(' token')[0]} out"
    yield Row("took", f"{plural(use.calls, 'call')}, {tokens}, {cost_words(use)}")
    if use.cache_hits:
        yield Row("kept", f"{plural(use.cache_hits, 'question')} answered by replies of earlier runs, at no cost")
    yield Row("findings", _findings(scan))
    if use.kept_back:
        yield Row("kept back", f"{plural(use.kept_back, 'file')}, whose words were not to be sent")
    for row in unreached_by_reason(use):
        yield Row("not reached", f"{row.text}: {row.label}", warns=True)
    for row in dropped_by_reason(use):
        yield Row("dropped", f"{row.text}: {row.label}")
    for doubt in use.doubts:
        yield Row("doubtful", doubt, warns=True)


def _findings(scan: Scan) -> str:
    found = open_findings(scan)
    seen = Counter(seen_by(scan, finding) for finding in found)
    counts = [(seen["rule"], "by rules alone"), (seen["model"], "by the model alone"), (seen["rule and model"], "by both")]
    argued = sum(len(finding.arguments) for finding in found)
    doubted = sum(bool(finding.doubt) for finding in found)
    parts = [f"{count} {who}" for count, who in counts if count] or ["none"]
    return ", ".join(parts) + (f"; {doubted} in doubt" if doubted else "") + (f"; {plural(argued, 'argument')}" if argued else "")
