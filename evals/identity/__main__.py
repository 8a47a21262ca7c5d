"""`python -m evals.identity`, run by `make docs`: write `docs/identity.md`; with `draft`, a data file of scans, to be judged."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evals.identity.drafting import draft
from evals.identity.model import UnusablePairs, read_pairs
from evals.identity.page import page
from pipeline.findings.model import Scan

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "identity.md"


def main(given: list[str] | None = None) -> int:
    """Exit code 2: a file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m evals.identity", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    drafting = commands.add_parser("draft", help="write a draft with empty verdicts to stdout")
    drafting.add_argument("package")
    drafting.add_argument("scans", type=Path, help="folder with PACKAGE-VERSION.json, from `threatloom scan --format json`")
    drafting.add_argument("versions", nargs="+", help="in their order")
    drafting.add_argument("--source", required=True, help="pypi:NAME, npm:NAME")
    drafting.add_argument("--at", required=True, help="commit of threatloom that made the scans")
    arguments = parser.parse_args(given)
    if arguments.command == "draft":
        scans = {version: _scan(arguments.scans / f"{arguments.package}-{version}.json") for version in arguments.versions}
        pairs = [(before, scans[before], after, scans[after]) for before, after in zip(scans, [*scans][1:], strict=False)]
        sys.stdout.write(draft(arguments.package, arguments.source, arguments.at, pairs))
        return 0
    try:
        text = page(read_pairs())
    except UnusablePairs as failure:
        sys.stderr.write(f"{failure}\n")
        return 2
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"written: {PAGE.relative_to(ROOT).as_posix()}\n")
    return 0


def _scan(file: Path) -> Scan:
    return Scan.model_validate_json(file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
