"""`python -m evals.yardsticks`: measure by what others wrote down, from files given by path.

atlas ATLAS.yaml      case studies: does the step of an attack lead to its technique
models FILE...        threat models: is what their authors state found from their design
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.yardsticks.atlas import UnusableFile, measure, read_steps
from evals.yardsticks.models import ModelFigures
from evals.yardsticks.models import measure as measure_model


def main(given: Sequence[str] | None = None) -> int:
    """Exit code 2: a file that cannot be used, named in one line; the others are measured all the same."""
    arguments = _parser().parse_args(given)
    if arguments.command == "atlas":
        return _atlas(arguments.file, as_json=arguments.json)
    return _models(arguments.files, as_json=arguments.json)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.yardsticks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    atlas = commands.add_parser("atlas", help="ATLAS case studies")
    atlas.add_argument("file", type=Path, help="ATLAS.yaml, as MITRE publishes it (dist/ATLAS.yaml)")
    models = commands.add_parser("models", help="threat models")
    models.add_argument("files", type=Path, nargs="+", help="Threat Dragon, Threat Composer, OTM, CycloneDX or threat model library files")
    for command in (atlas, models):
        command.add_argument("--json", action="store_true", help="figures as JSON")
    return parser


def _atlas(file: Path, *, as_json: bool) -> int:
    try:
        figures = measure(read_steps(file))
    except UnusableFile as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    if as_json:
        sys.stdout.write(figures.model_dump_json(indent=1) + "\n")
        return 0
    sys.stdout.write(
        f"{figures.steps} steps of {figures.cases} case studies\n"
        f"technique is the first answer        {_rate(figures.first, figures.steps)}\n"
        f"technique among the first five       {_rate(figures.in_five, figures.steps)}\n"
        f"its family among the first five      {_rate(figures.family_in_five, figures.steps)}\n"
        f"steps the catalog has a threat for   {_rate(figures.covered, figures.steps)}\n"
        f"of these, family among the five      {_rate(figures.covered_in_five, figures.covered)}\n"
    )
    if figures.unknown:
        sys.stdout.write(f"not counted, unknown to the shipped edition: {', '.join(figures.unknown)}\n")
    return 0


def _models(files: Sequence[Path], *, as_json: bool) -> int:
    rows: list[ModelFigures] = []
    code = 0
    for file in files:
        try:
            rows.append(measure_model(file))
        except UnusableFile as problem:
            sys.stderr.write(f"{problem}\n")
            code = 2
    if as_json:
        sys.stdout.write("[" + ",\n".join(row.model_dump_json() for row in rows) + "]\n")
        return code
    for row in rows:
        sys.stdout.write(
            f"{row.file}: {row.stated} threats stated, {row.judged} with a class; class reported {_rate(row.by_class, row.judged)}, "
            f"at its element {_rate(row.by_element, row.placed)}; {row.findings} findings, {row.elements} elements\n"
        )
    return code


def _rate(some: int, of: int) -> str:
    return f"{some} of {of} ({some / of:.0%})" if of else "none"


if __name__ == "__main__":
    sys.exit(main())
