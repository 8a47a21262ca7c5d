"""The coverage ledger as text for a terminal and as a page of the documentation.

Takes a `Ledger`, gives text; computes nothing but sums of what it is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from pipeline.reports.escape import visible
from pipeline.threats.ledger import MOST_DAYS, Cases, Ledger, LedgerEdition, LedgerItem

WIDTH = 110
INTRODUCTION = (
    "Each item of each taxonomy that ships, the threats that cover it, and how many cases of their pages are reported, silent (near "
    "misses) and known gaps; or the reason why code, configuration and documents cannot show it. An item that has parts is covered by "
    "what covers them. CWE is left out: only weaknesses that threats end in ship, and no list is claimed."
)


def render_text(ledger: Ledger) -> str:
    """For a terminal: a block for each edition, its items, and at the end what is open."""
    lines: list[str] = []
    for edition in ledger.editions:
        lines += [_heading(edition), f"  {_counts(edition)}"]
        width = max(len(item.id) for item in edition.items)
        for item in edition.items:
            lines.append(f"  {visible(item.id):<{width}}  {visible(item.name)}")
            told = [line for part in _told(item) for line in wrap(part, WIDTH - width - 6, break_on_hyphens=False)]
            lines += [f"  {'':<{width}}    {line}" for line in told]
        lines.append("")
    open_items = [item.id for edition in ledger.editions for item in edition.items if item.is_open]
    lines.append(f"as of {ledger.as_of}; {len(open_items)} items with neither a threat nor a reason{_listed(open_items)}")
    return "\n".join(lines) + "\n"


def render_page(ledger: Ledger) -> str:
    """The same as Markdown, without what the day alone decides."""
    lines = ["# Coverage ledger", "", INTRODUCTION, ""]
    lines += [f"`threatloom threats --ledger` prints it and marks editions that are older than {MOST_DAYS} days on that day;", ""]
    lines[-2] += " `threatloom knowledge import` brings a newer edition of ATLAS."
    lines += [f"Old on {ledger.as_of}, when the reasons were last gone through: {_old(ledger)}.", ""]
    lines += ["| taxonomy | edition | published | items | covered | out of reach |", "|---|---|---|---|---|---|"]
    for edition in ledger.editions:
        covered, reasoned, _ = _sums(edition)
        cells = (edition.title, edition.edition, edition.published, str(len(edition.items)), str(covered), str(reasoned))
        lines.append("| " + " | ".join(cells) + " |")
    for edition in ledger.editions:
        lines += ["", f"## {' '.join(part for part in (edition.title, edition.edition) if part)}", ""]
        lines += ["| item | threats, or why none | reported | silent | known gaps |", "|---|---|---|---|---|"]
        lines += [_row(item) for item in edition.items]
    return "\n".join(lines) + "\n"


def _row(item: LedgerItem) -> str:
    name = item.name if item.id.replace("_", " ").capitalize() == item.name else f"{item.id} {item.name}"
    if not item.threats:
        return f"| {name} | {item.reason.replace('|', chr(92) + '|')} | | | |"
    cases = item.cases
    return f"| {name} | {', '.join(f'`{slug}`' for slug in item.threats)} | {cases.reported} | {cases.silent} | {cases.known_gaps} |"


def _heading(edition: LedgerEdition) -> str:
    name = " ".join(part for part in (visible(edition.title), visible(edition.edition)) if part)
    published = f", published {visible(edition.published)}" if edition.published else ""
    return name + published + (f" [older than {MOST_DAYS} days: look for a newer edition]" if edition.old else "")


def _counts(edition: LedgerEdition) -> str:
    covered, reasoned, neither = _sums(edition)
    return f"{len(edition.items)} items: {covered} covered, {reasoned} out of reach, {neither} open"


def _sums(edition: LedgerEdition) -> tuple[int, int, int]:
    covered, open_items = sum(bool(item.threats) for item in edition.items), sum(item.is_open for item in edition.items)
    return covered, len(edition.items) - covered - open_items, open_items


def _told(item: LedgerItem) -> Iterator[str]:
    if item.threats:
        yield ", ".join(item.threats)
        yield _cases(item.cases)
    else:
        yield f"out of reach: {visible(item.reason)}" if item.reason else "open: neither a threat nor a reason"


def _cases(cases: Cases) -> str:
    return f"{cases.reported} reported, {cases.silent} silent, {cases.known_gaps} known gaps"


def _listed(identities: list[str]) -> str:
    return f": {', '.join(visible(identity) for identity in identities)}" if identities else ""


def _old(ledger: Ledger) -> str:
    return ", ".join(f"{edition.title} {edition.edition}" for edition in ledger.editions if edition.old) or "none"
