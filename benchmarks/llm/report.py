"""What a session with a model says: the targets, and a row for each scan, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.llm.session import Session, Taken
from benchmarks.report import table

BEGIN = '<!-- figures of the model: begin; written by `make bench BENCH="--only llm --publish"`, do not edit -->'
END = "<!-- figures of the model: end -->"
MOST_TOKENS, MOST_OWN, FLOOR_LINES = 20_000, 0.05, 2_000


def render(session: Session) -> str:
    """Everything, from the targets down to the single scans."""
    machine = ", ".join(f"{key}: {value}" for key, value in sorted(session.machine.items()))
    taken = f"Taken {session.taken}; the model answers in {session.seconds:g} s. Machine: {machine}. threatloom {session.version}."
    return "\n".join([taken, "", *_targets(session.runs), "", *_tokens(session.runs), "", *_times(session.runs)])


def _targets(runs: Sequence[Taken]) -> Iterator[str]:
    large = [run for run in runs if run.depth == "default" and run.lines > FLOOR_LINES]
    longest = max(runs, key=lambda run: run.calls, default=None)
    rows = []
    if large:
        most = max(run.per_thousand_lines for run in large)
        said = f"{most:,.0f}"
        rows.append(
            (
                "tokens for 1,000 lines at default depth, of systems of more than 2,000",
                f"at most {MOST_TOKENS:,}",
                said,
                most <= MOST_TOKENS,
            )
        )
    if longest is not None:
        own = longest.own_cpu_s / (longest.calls * longest.model_s)
        rows.append((f"processor time of ours, of the time of {longest.calls} calls", "under 5 %", f"{own:.1%}", own < MOST_OWN))
        asking = longest.own_asking_share
        rows.append(("wall time of ours while scenes are asked about", "under 5 %", f"{asking:.1%}", asking < MOST_OWN))
        rows.append(
            ("of 16 calls at once that could be in flight, are", "at least 95 %", f"{longest.busy_share:.1%}", longest.busy_share >= 0.95)
        )
    yield from table(("target", "wanted", "measured", "verdict"), "lrrl", [(*row[:3], "met" if row[3] else "missed") for row in rows])


def _tokens(runs: Sequence[Taken]) -> Iterator[str]:
    heads = ("system", "lines", "elements", "depth", "scenes", "calls", "input", "output", "for 1,000 lines", "known to a cache")
    yield from table(
        heads,
        "lrrlrrrrrr",
        [
            (
                run.system, f"{run.lines:,}", f"{run.elements:,}", run.depth, f"{run.scenes}", f"{run.calls}", f"{run.input_tokens:,}",
                f"{run.output_tokens:,}", f"{run.per_thousand_lines:,.0f}", f"{run.cached_tokens / max(run.input_tokens, 1):.0%}",
            )
            for run in runs
        ],
    )  # fmt: skip


def _times(runs: Sequence[Taken]) -> Iterator[str]:
    heads = (
        "system", "depth", "wall s", "ideal s", "without a model s", "own CPU s", "ms for a call", "busy", "start s", "planning s", "end s",
        "peak MB", "without",
    )  # fmt: skip
    yield from table(
        heads,
        "llrrrrrrrrrrr",
        [
            (
                run.system, run.depth, f"{run.wall_s:.2f}", f"{run.ideal_s:.1f}", f"{run.rules_wall_s:.2f}", f"{run.own_cpu_s:.2f}",
                f"{1000 * run.own_cpu_per_call_s:.0f}", f"{run.busy_share:.1%}", f"{run.first_call_s - run.rules_wall_s:+.2f}",
                f"{run.between_s:.2f}", f"{run.after_s:.2f}", f"{run.peak_mb:.0f}", f"{run.rules_peak_mb:.0f}",
            )
            for run in runs
        ],
    )  # fmt: skip
