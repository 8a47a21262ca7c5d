"""`python -m evals.second_reading`: how well two readers of the reference systems agree."""

from __future__ import annotations

import sys

from evals.second_reading.agreement import agreement
from evals.second_reading.model import read_readings, read_settled


def main() -> int:
    one = agreement(read_readings())
    sys.stdout.write(
        f"{one.systems} systems, {one.statements} statements: both say that {one.both_hold} hold and {one.neither_holds} do not; "
        f"kappa {one.kappa}\nseverity of {one.severities}: {one.same_severity} the same, {one.one_apart} one level apart; "
        f"weighted kappa {one.severity_kappa}\n"
        f"of {one.labels} labels the second reader had written down {one.seen_by_both} alone (of {one.seen_by_second} threats)\n"
        f"settled in writing: {len(read_settled())}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
