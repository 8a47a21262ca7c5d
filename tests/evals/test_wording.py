"""How numbers are said: nothing is rounded into a promise, and little is never claimed."""

from __future__ import annotations

import pytest

from evals.reporting.wording import percent, said, verdict
from evals.result import Compared, Score


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1.0, "100 %"), (0.0, "0 %"), (0.9999, ">99.9 %"), (0.0001, "<0.1 %"), (0.5, "50 %"), (0.527, "52.7 %"), (1 / 3, "33.3 %")],
)
def test_what_is_not_quite_all_or_nothing_does_not_look_so(value: float, shown: str) -> None:
    assert percent(value) == shown


def test_a_rate_out_of_few_carries_a_star_and_none_is_no_zero() -> None:
    assert said(Score(name="recall", value=0.5, hits=5, of=10, low=0.2, high=0.8)) == "50 %* [20, 80]"
    assert said(Score(name="recall", value=0.5, hits=10, of=20)) == "50 %"
    assert said(Score(name="negatives", value=None, hits=0, of=0)) == "–" and said(None) == "–"
    assert said(Score(name="severity_kappa", value=0.289, low=-0.1, high=0.4)) == "0.29 [-0.10, 0.40]"


@pytest.mark.parametrize(
    ("name", "difference", "low", "high", "how"),
    [
        ("recall", 0.1, 0.02, 0.2, "better"), ("recall", -0.1, -0.2, -0.02, "worse"), ("invented", 0.1, 0.02, 0.2, "worse"),
        ("recall", 0.1, -0.02, 0.2, "no clear difference"), ("recall", 0.0, 0.0, 0.0, "same"), ("recall", 0.1, None, None, "too few systems to tell"),
    ],
)  # fmt: skip
def test_a_difference_is_claimed_where_its_interval_leaves_zero_out(
    name: str, difference: float, low: float, high: float, how: str
) -> None:
    assert verdict(Compared(name=name, old=0.5, new=0.5 + difference, difference=difference, low=low, high=high)) == how
