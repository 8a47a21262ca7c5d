"""`python -m evals.packages bring DIR`: brings the labelled packages there, and checks that the labels' lines exist in them.

Then `threatloom eval --systems DIR` measures on them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from evals.packages.bringing import NotBrought, bring, lay_verdicts
from evals.packages.model import faults, read_packages


def main(given: list[str] | None = None) -> int:
    """Exit code 2: a package could not be brought, or its labels do not fit it; one line each."""
    parser = argparse.ArgumentParser(prog="python -m evals.packages", description=__doc__)
    bringing = parser.add_subparsers(dest="command", required=True).add_parser("bring", help="bring the packages; what is there is kept")
    bringing.add_argument("folder", type=Path)
    arguments = parser.parse_args(given)
    failures: list[str] = []
    for labels in read_packages():
        try:
            root = bring(labels, arguments.folder)
        except NotBrought as problem:
            failures.append(str(problem))
            continue
        wrong = list(faults(labels, root))
        failures += wrong
        if not wrong:
            sys.stdout.write(f"{labels.system}: {root}\n")
    if arguments.folder.is_dir():
        lay_verdicts(arguments.folder)
    if not failures:
        sys.stdout.write(f"now: threatloom eval --systems {arguments.folder}\n")
    sys.stderr.writelines(f"{failure}\n" for failure in failures)
    return 2 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
