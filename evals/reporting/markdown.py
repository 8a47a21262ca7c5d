"""The same as Markdown, and the short table that the README shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evals.reporting import model
from evals.reporting.wording import (
    NOT_CLAIMED,
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
from evals.scoring.scores import HEADLINE, NAMED
from pipeline.reports.escape import markdown, visible


def render(result: EvalResult) -> str:
    lines = ["# Evaluation", "", f"{head(result)}. Made by {made_by(result)}, {result.measured_at}.", ""]
    lines += [
        *score_table(result),
        "",
        f"In brackets: where it lies with 95 %, systems drawn anew. {NOT_CLAIMED.replace('*', chr(92) + '*')}.",
    ]
    lines += ["", "## Systems", "", *_systems(result), "", "## Classes, items, severities", "", *_cells(result)]
    if open_ones := list(not_judged(result)):
        lines += ["", "## Could not be judged", "", *(f"- {markdown(line)}" for line in open_ones)]
    if changed := list(effects(result)):
        lines += ["", "## Changed by variants and attacks", "", *(f"- {markdown(line)}" for line in changed)]
    if result.model is not None:
        lines += ["", "## What the model added", "", *_added(result)]
    if result.comparison is not None:
        lines += ["", "## Compared", "", *_comparison(result.comparison, f"With {markdown(old_run(result.comparison))}")]
    if result.bars:
        lines += ["", "## Bars", "", f"{len(result.bars) - len(unreached(result.bars))} of {len(result.bars)} reached.", ""]
        lines += [f"- under its bar: {markdown(bar_line(one))}" for one in unreached(result.bars)]
    return "\n".join(lines).rstrip() + "\n"


def score_table(result: EvalResult, *, headline: bool = False) -> Iterator[str]:
    """Scores of all systems and of each split; `headline`: those a reader asks for first."""
    shown = parts(result)
    yield _row(("score", "counted", *("all systems" if part == "all" else part for part in shown)))
    yield "|---|--:|" + "--:|" * len(shown)
    measures = [NAMED[name] for name in HEADLINE] if headline else shown_measures(result, all_of_them=True)
    for measure in measures:
        values = (said(result.score(measure.name, part)).replace("*", "\\*") for part in shown)
        yield _row((measure.title if headline else f"{measure.title} (`{measure.name}`)", counts(result.score(measure.name)), *values))


def _systems(result: EvalResult) -> Iterator[str]:
    yield "| system | kind | split | labels | T1 | T2 | T3 | right | false | not judged | traps | seconds | MB |"
    yield "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    for one in result.systems:
        what = (markdown(one.name), one.kind, one.split)
        if not one.judged:
            yield _row((*what, str(len(one.labels)), one.outcome.replace("_", " "), *[""] * 8))
            continue
        taken = (number("seconds", one.seconds), number("memory", one.peak_mb))
        yield _row((*what, *map(str, (*met(one), *outcomes(one))), f"{sprung(one)} of {len(one.traps)}", *taken))


def _cells(result: EvalResult) -> Iterator[str]:
    yield "| by | name | labels met at the lines | right | false | not judged |"
    yield "|---|---|---|--:|--:|--:|"
    for cell in result.cells:
        met_there = cell_recall(cell).replace("*", "\\*")
        yield _row((cell.by, markdown(cell.name), met_there, *map(str, cell_findings(cell))))


def _added(result: EvalResult) -> Iterator[str]:
    yield _row(("system", *model.COLUMNS))
    yield "|---|" + "--:|" * len(model.COLUMNS)
    yield from (_row((markdown(name), *figures)) for name, *figures in model.rows(result))
    yield from ("", f"{model.READ_AS[0].upper()}{model.READ_AS[1:]}")
    yield from (f"- {markdown(line)}" for line in model.changed_rules(result))
    if result.against_rules is not None:
        yield from ("", *_comparison(result.against_rules, "Rules alone and with the model", "rules alone", "with the model"))


def _comparison(found: Comparison, title: str, old: str = "old", new: str = "new") -> Iterator[str]:
    yield f"{title}, over {len(found.systems)} systems with the same labels."
    yield from ("", f"| score | {old} | {new} | difference | |", "|---|--:|--:|--:|---|")
    for one in found.scores:
        bounds = "" if one.low is None or one.high is None else f" [{one.low:+.3f}, {one.high:+.3f}]"
        yield _row((one.name, number(one.name, one.old), number(one.name, one.new), f"{one.difference:+.4f}{bounds}", verdict(one)))
    yield ""
    named = (
        ("met now", found.gained),
        ("no longer met", found.lost),
        ("false alarm gone", found.mended),
        ("new false alarm", found.raised),
    )
    for title, names in (*named, ("not compared", found.left_out)):
        yield from (f"- {title}: {markdown(name)}" for name in names)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(visible(cell) for cell in cells) + " |"
