"""What a session says: tables as Markdown, which read well on a terminal too, and the part of `docs/benchmarks.md` made of them.

Takes measurements, gives text. What was not measured has no row; a target nothing was measured for is not listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.comparison import Bound, Ratio, Result, against_raw, lines_per_second, results
from benchmarks.runs import KINDS, TITLES, Measurements, Run

BEGIN = "<!-- figures: begin; written by `make bench BENCH=--publish` from benchmarks/results.json, do not edit -->"
END = "<!-- figures: end -->"
_SIGNS: Mapping[Bound, str] = {"exactly": "", "at least": "> ", "at most": "< "}


def render(measurements: Measurements) -> str:
    """Everything, from the targets down to the single runs."""
    return "\n".join([*_circumstances(measurements), "", *_targets(results(measurements)), "", *_every_size(measurements)])


def with_figures(page: str, figures: str, marks: tuple[str, str] = (BEGIN, END)) -> str:
    """The page with its generated part replaced."""
    before, begin, rest = page.partition(marks[0])
    _, end, after = rest.partition(marks[1])
    if not begin or not end:
        raise ValueError("the page has no place for figures: it lost its marks")
    return f"{before}{begin}\n\n{figures.strip()}\n\n{end}{after}"


def in_words(result: Result) -> str:
    """The verdict, and by how much where it was missed."""
    if result.verdict == "not decided" or result.measured is None:
        return "not decided: a run did not end"
    words: str = result.verdict
    if result.verdict == "missed":
        value, limit = result.measured.value, result.limit
        times = limit / value if result.relation == "at least" and value else value / limit
        words = f"missed by a factor of {times:.3g}" + (" or more" if result.measured.bound != "exactly" else "")
    return words if result.as_asked else f"{words} (at {result.size}; the target speaks of 1m)"


def _circumstances(measurements: Measurements) -> Iterator[str]:
    machine = ", ".join(f"{key}: {value}" for key, value in sorted(measurements.machine.items()))
    versions = ", ".join(f"{key} {value}" for key, value in sorted(measurements.versions.items()))
    yield f"Taken {measurements.taken} in one session, at most {measurements.limit_s:g} s per run."
    yield f"Machine: {machine}. Versions: {versions}. Corpus: {measurements.corpus_sha256[:16]}."


def _targets(found: Sequence[Result]) -> Iterator[str]:
    if not found:
        return
    yield from table(
        ("target", "wanted", "measured", "verdict"),
        "lrrl",
        [(one.target, f"{one.relation} {_number(one.limit)}{one.unit}", _value(one.measured, one.unit), in_words(one)) for one in found],
    )


def _every_size(measurements: Measurements) -> Iterator[str]:
    rows = []
    for size in measurements.trees:
        for kind in KINDS:
            if run := measurements.find(size, kind):
                rows.append(_row(measurements, run))
    heads = ("size", "lines", "run", "wall s", "CPU s", "lines/s", "against raw", "peak MB", "resident MB", "files", "findings", "remarks")
    yield from table(heads, "lrlrrrrrrrrl", rows)


def _row(measurements: Measurements, run: Run) -> tuple[str, ...]:
    speed = lines_per_second(measurements, run)
    more = "" if run.outcome == "done" else "> "
    return (
        run.size,
        f"{measurements.trees[run.size]['lines']:,}",
        TITLES[run.kind],
        "" if run.outcome == "failed" else f"{more}{run.wall_s:.2f}",
        f"{run.cpu_s:.2f}" if run.outcome == "done" else "",
        f"{speed:,.0f}" if speed else "",
        "" if run.kind == "raw" else _value(against_raw(measurements, run), "x"),
        "" if run.outcome == "failed" else f"{more}{run.peak_mb:.0f}",
        "" if run.outcome == "failed" else f"{more}{run.peak_resident_mb:.0f}",
        "" if run.files is None else f"{run.files:,}",
        "" if run.findings is None else f"{run.findings:,}",
        ("failed: " if run.outcome == "failed" else "") + run.note,
    )


def _value(ratio: Ratio | None, unit: str) -> str:
    if ratio is None:
        return ""
    return f"{_SIGNS[ratio.bound]}{_number(ratio.value)}{unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(heads: Sequence[str], sides: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table with columns of even width; `sides` has l or r per column."""
    rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    widths = [max(3, *(len(row[index]) for row in [heads, *rows])) for index in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        padded = [cell.ljust(width) if side == "l" else cell.rjust(width) for cell, width, side in zip(cells, widths, sides, strict=True)]
        return f"| {' | '.join(padded)} |"

    yield line(heads)
    yield line(["-" * width if side == "l" else "-" * (width - 1) + ":" for width, side in zip(widths, sides, strict=True)])
    for row in rows:
        yield line(row)
