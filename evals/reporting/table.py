"""The table for a terminal: scores of all and of each split, a row per system and class, what could not be judged, bars, a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from evals.reporting import model
from evals.reporting.wording import (
    NOT_CLAIMED,
    around,
    bar_line,
    cell_findings,
    cell_recall,
    counts,
    effects,
    head,
    made_by,
    met,
    not_judged,
    number,
    old_run,
    outcomes,
    parts,
    said,
    shown_measures,
    sprung,
    unreached,
    verdict,
)  # fmt: skip
from evals.result import Comparison, EvalResult
from pipeline.reports.escape import visible

NARROWEST, WIDEST, MOST_LISTED = 100, 150, 12
TITLED = 125  # from this width on each score says what it is
_ASCII = str.maketrans({"–": "-", "…": "~", "●": "#", "·": "."})


def render(result: EvalResult, *, width: int = 140, colour: bool = False, ascii_only: bool = False) -> str:
    out = StringIO()
    console = Console(
        file=out, width=min(max(width, NARROWEST), WIDEST), force_terminal=colour, color_system="standard" if colour else None,
        no_color=not colour, legacy_windows=False, markup=False, highlight=False, emoji=False, soft_wrap=False, _environ={},
    )  # fmt: skip
    for part in _parts(result, console.width):
        console.print(part)
    text = "\n".join(line.rstrip() for line in out.getvalue().split("\n")).strip("\n") + "\n"
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode() if ascii_only else text


def _parts(result: EvalResult, width: int) -> Iterator[RenderableType]:
    yield Text.assemble(("threatloom eval ", "bold"), (head(result), "cyan"), (f"\n{made_by(result)}", "dim"))
    yield Text()
    yield _scores(result, titled=width >= TITLED)
    yield Text(f"[low, high]: where it lies with 95 %, systems drawn anew; {NOT_CLAIMED}", "dim")
    yield Text()
    yield _systems(result)
    yield Text()
    yield _classes(result)
    yield Text()
    for line in not_judged(result):
        yield Text(visible(line), "yellow")
    changed = tuple(effects(result))
    for line in changed[:MOST_LISTED]:
        yield Text(visible(line), "red")
    if len(changed) > MOST_LISTED:
        yield Text(f"… {len(changed) - MOST_LISTED} more in the json report", "dim")
    if result.model is not None:
        yield Text()
        yield from _added(result)
    if result.comparison is not None:
        yield Text()
        yield from _comparison(result.comparison, f"compared with {old_run(result.comparison)}")
    yield from _bars(result)


def _plain(title: str, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, show_header=True, header_style="bold")
    table.add_column(title, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _scores(result: EvalResult, *, titled: bool) -> Table:
    shown = parts(result)
    table = _plain("score", "counted", *(part if part != "all" else "all systems" for part in shown))
    if titled:
        table.add_column("what it says", overflow="fold", style="dim")
    for measure in shown_measures(result, all_of_them=True):
        whole = result.score(measure.name)
        said_here = (said(result.score(measure.name, part)) for part in shown)
        table.add_row(measure.name, counts(whole), *said_here, *((measure.title,) if titled else ()))
    return table


def _systems(result: EvalResult) -> Table:
    table = _plain("system", "kind", "split", "labels", "T1", "T2", "T3", "right", "false", "open", "traps", "s", "MB")
    for one in result.systems:
        if not one.judged:
            table.add_row(visible(one.name), one.kind, one.split, str(len(one.labels)), Text(one.outcome.replace("_", " "), "bold red"))
            continue
        labels, *tiers = met(one)
        right, false, open_ones = outcomes(one)
        taken = (f"{value:.0f}" if value is not None else "–" for value in (one.seconds, one.peak_mb))
        table.add_row(
            visible(one.name), one.kind, one.split[:3], *map(str, (labels, *tiers, right)), Text(str(false), "red" if false else ""),
            str(open_ones), f"{sprung(one)} of {len(one.traps)}", *taken,
        )  # fmt: skip
    return table


def _classes(result: EvalResult) -> Table:
    table = _plain("class", "labels met at the lines", "95 %", "right", "false", "open")
    for cell in result.cells:
        if cell.by == "stride":
            name = cell.name.replace("_", " ")
            table.add_row(name, cell_recall(cell), around("recall", cell.low, cell.high).strip(), *map(str, cell_findings(cell)))
    return table


def _added(result: EvalResult) -> Iterator[RenderableType]:
    for title, columns in (("what the model added", slice(0, model.TAKEN)), ("what it took", slice(model.TAKEN, None))):
        table = _plain(title, *model.COLUMNS[columns])
        for name, *figures in model.rows(result):
            table.add_row(visible(name), *figures[columns])
        yield table
        yield Text()
    yield Text(model.READ_AS, "dim")
    for line in model.changed_rules(result):
        yield Text(visible(line), "bold red")
    if result.against_rules is not None:
        yield Text()
        yield from _comparison(result.against_rules, "what that changes", "rules alone", "with the model")


def _comparison(found: Comparison, title: str, old: str = "old", new: str = "new") -> Iterator[RenderableType]:
    table = _plain(title, old, new, "difference", "")
    for one in found.scores:
        if one.difference:
            change = f"{100 * one.difference:+.1f}" if number(one.name, 1.0).endswith("%") else f"{one.difference:+.2f}"
            how = verdict(one)
            ink = {"better": "green", "worse": "red"}.get(how, "dim")
            bounds = around(one.name, one.low, one.high)
            table.add_row(one.name, number(one.name, one.old), number(one.name, one.new), f"{change}{bounds}", Text(how, ink))
    if table.row_count:
        yield table
    else:
        yield Text(f"{title}: no score differs", "dim")
    named = (
        ("met now", found.gained),
        ("no longer met", found.lost),
        ("false alarm gone", found.mended),
        ("new false alarm", found.raised),
    )
    for title, names in (*named, ("not compared", found.left_out)):
        for name in names[:MOST_LISTED]:
            yield Text(f"{title}: {visible(name)}")
        if len(names) > MOST_LISTED:
            yield Text(f"{title}: … {len(names) - MOST_LISTED} more in the json report", "dim")


def _bars(result: EvalResult) -> Iterator[RenderableType]:
    if not result.bars:
        return
    yield Text()
    missed = unreached(result.bars)
    for one in missed:
        yield Text(f"under its bar: {visible(bar_line(one))}", "bold red")
    yield Text(f"{len(result.bars) - len(missed)} of {len(result.bars)} bars reached", "red" if missed else "green")
