"""The landscape as one page: what a security lead must know this morning on the first screen, the rest below and folded.

One file without network and without script: its style is the only one that its own Content-Security-Policy lets apply, by hash, and charts
are drawn here. All text of scanned files and of the fleet file is made visible and escaped by the template engine.
"""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from pipeline.findings.model import SEVERITIES, STRIDE
from pipeline.fleet.landscape.model import THING_KINDS, Cause, HeatCell, Landscape
from pipeline.fleet.rendering import charts
from pipeline.fleet.rendering.words import (
    THING_WORDS,
    changed,
    direction_word,
    failed_words,
    headline,
    open_words,
    risk_where,
    to_begin_with,
)  # fmt: skip
from pipeline.reports.html import named
from pipeline.reports.inline import environment, source_hash
from pipeline.reports.wording import plural, words

TEMPLATES = Path(__file__).with_name("templates")
MOST_CHANGED = 10  # systems on the first screen
MOST_BEGINNING = 6
MOST_ROWS = 40  # of a table before the rest is folded
MOST_NAMED = 60  # systems named at one thing
MOST_THINGS = 60  # of one kind


def render(landscape: Landscape) -> str:
    style = (TEMPLATES / "landscape.css").read_text(encoding="utf-8")
    failed = {one.system for one in landscape.failed}
    told = [view for view in changed(landscape) if view.name not in failed]
    things = [(kind, [thing for thing in landscape.inventory if thing.kind == kind]) for kind in THING_KINDS]
    templates = environment(TEMPLATES)
    templates.filters["named"] = named
    return (
        templates.get_template("landscape.html.j2")
        .render(
            page=landscape, summary=landscape.summary, style=Markup(style), style_hash=source_hash(style), headline=headline(landscape),
            open_words=open_words(landscape), changed=told, begin=to_begin_with(landscape, MOST_BEGINNING), most_changed=MOST_CHANGED,
            most_rows=MOST_ROWS, most_named=MOST_NAMED, most_things=MOST_THINGS, severities=SEVERITIES, stride=STRIDE,
            heat_class=_heat_class, heat_text=_heat_text, heat_said=_heat_said, trend=charts.trend(landscape.trend), line=charts.line,
            line_width=charts.LINE_WIDTH, line_height=charts.LINE_HEIGHT, words=words, plural=plural, direction_word=direction_word,
            thing_words=THING_WORDS, failed_words=failed_words, things=[one for one in things if one[1]], moves=_moves, where=risk_where,
            cells=_share(landscape),
        )
    )  # fmt: skip


def _heat_class(cell: HeatCell) -> str:
    if cell.worst is not None:
        return cell.worst
    return "clear" if cell.examined else "blind"


def _heat_text(cell: HeatCell) -> str:
    if cell.worst is not None:
        return str(cell.findings)
    return "·" if cell.examined else "?"


def _heat_said(cell: HeatCell) -> str:
    found = f"{plural(cell.findings, 'open finding')}, the worst {cell.worst}" if cell.worst else "nothing found"
    looked = f"{plural(cell.examined, 'element')} examined" if cell.examined else "nothing of it was examined"
    left = f", {cell.not_examined} not" if cell.not_examined else ""
    return f"{words(cell.stride)}: {found}; {looked}{left}"


def _moves(cause: Cause) -> list[tuple[str, str, tuple[object, ...]]]:
    """The lists of a cause, each with its sign and what it means."""
    lists = (
        ("+", "came", cause.came), ("−", "went", cause.went), ("↑", "more severe", cause.heavier), ("↓", "less severe", cause.lighter),
        ("?", "not looked for", cause.unseen),
    )  # fmt: skip
    return [(sign, said, listed) for sign, said, listed in lists if listed]


def _share(landscape: Landscape) -> dict[str, int]:
    """Cells of the matrices: how many were examined, how many there was something to look for in."""
    cells = landscape.examined.cells
    examined = sum(count for state, count in cells.items() if state != "not_examined")
    wanted = examined + cells.get("not_examined", 0) - landscape.examined.no_threat_known
    return {"examined": examined, "wanted": wanted, "percent": round(100 * examined / wanted) if wanted else 0}
