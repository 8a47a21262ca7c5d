"""`python -m evals.variants`: how stable findings are over variants of the reference systems, and over repeated runs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.table import Table

from evals.labels import SYSTEMS
from evals.variants.measuring import measure
from evals.variants.model import KINDS, Kind, Report


def main(given: list[str] | None = None) -> int:
    """Exit code 1: under the bar that was given; 2: no such system."""
    arguments = _parser().parse_args(given)
    systems = systems_named(arguments.systems, arguments.folder)
    if not systems:
        sys.stderr.write("no system of that name\n")
        return 2

    def said(text: str) -> None:
        sys.stderr.write(text + "\n")

    report = measure(systems, arguments.seed, tuple(arguments.kinds or KINDS), arguments.repeat, said)
    if arguments.json:
        arguments.json.write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    show(report, Console())
    stable = all(one.equal_bytes for one in report.repeats)
    return 0 if report.total().jaccard >= arguments.min and stable else 1


def systems_named(patterns: Sequence[str], folder: Path = SYSTEMS) -> list[Path]:
    """The systems of a folder whose names fit one of the patterns; all where none is given."""
    known = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    return [path for path in known if not patterns or any(fnmatchcase(path.name, pattern) for pattern in patterns)]


def show(report: Report, console: Console) -> None:
    """The figures by kind, and each finding that differs."""
    table = Table("variant", "systems", "findings", "kept", "Jaccard", "least", "severity flips", title="Stability over variants")
    for kind in (*(kind for kind in KINDS if report.total(kind).variants), None):
        total = report.total(kind)
        table.add_row(
            kind or "all", str(total.variants), str(total.findings), str(total.kept), f"{total.jaccard:.3f}", f"{total.least:.3f}",
            str(total.flips),
        )  # fmt: skip
    console.print(table)
    for outcome in report.outcomes:
        for one in outcome.differences:
            what = f"{one.severity} -> {one.became}" if one.became else one.what
            console.print(
                f"{outcome.system} / {outcome.kind}: {what}: {one.threat} at {one.element} ({one.path}:{one.line})",
                markup=False,
                soft_wrap=True,
            )
    for left in report.unmade:
        if left.reason != "nothing to change":
            console.print(f"{left.system} / {left.kind}: not measured: {left.reason}", markup=False, soft_wrap=True)
    if report.repeats:
        same = sum(one.equal_bytes for one in report.repeats)
        least = min(one.jaccard for one in report.repeats)
        console.print(f"repeated runs: {same} of {len(report.repeats)} systems give the same bytes; least Jaccard {least:.3f}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.variants", description=__doc__)
    parser.add_argument("--systems", nargs="*", default=[], metavar="NAME", help="names or patterns (default: all)")
    parser.add_argument("--folder", type=Path, default=SYSTEMS, help="where the systems lie")
    parser.add_argument("--kinds", nargs="*", choices=get_args(Kind), help="kinds of variants (default: all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=0, metavar="N", help="runs of each original in fresh processes, to be compared")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the whole report there")
    parser.add_argument("--min", type=float, default=0.0, metavar="JACCARD", help="exit code 1 below this")
    return parser


if __name__ == "__main__":
    sys.exit(main())
