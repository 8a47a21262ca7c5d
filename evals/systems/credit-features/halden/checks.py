"""What must hold before features are used. A check that fails stops the run."""
from dataclasses import dataclass
from datetime import date

import pandas as pd

from halden import db


class CheckFailed(Exception):
    """Stops the DAG; nothing behind it runs."""


@dataclass(frozen=True)
class Range:
    column: str
    low: float
    high: float
    most_missing: float


RANGES = (
    Range("arrears_12m", 0, 400, 0.02),
    Range("max_days_late_24m", 0, 800, 0.02),
    Range("overdraft_days_90d", 0, 90, 0.05),
    Range("utilisation", 0, 5, 0.30),
    Range("months_of_history", 0, 720, 0.02),
)


def ranges(table: pd.DataFrame, wanted: tuple[Range, ...] = RANGES) -> None:
    wrong = []
    for one in wanted:
        column = table[one.column]
        missing = column.isna().mean()
        if missing > one.most_missing:
            wrong.append(f"{one.column}: {missing:.1%} missing")
        outside = (~column.dropna().between(one.low, one.high)).sum()
        if outside:
            wrong.append(f"{one.column}: {outside} outside {one.low}..{one.high}")
    if wrong:
        raise CheckFailed("; ".join(wrong))


def volume(day: date) -> None:
    """Rows of the night against the median of four weeks."""
    counts = db.frame(
        "SELECT as_of::date AS day, count(*) AS rows FROM features.payments_daily WHERE as_of > %(day)s::date - 29 GROUP BY 1",
        {"day": day},
    ).set_index("day")["rows"]
    today, usual = counts.get(day, 0), counts.drop(day, errors="ignore").median()
    if usual and not 0.8 <= today / usual <= 1.25:
        raise CheckFailed(f"{today} rows, usual are {usual:.0f}")


def payments(day: date) -> None:
    volume(day)
    ranges(db.frame("SELECT * FROM features.payments_daily WHERE as_of = %(day)s", {"day": day}))
