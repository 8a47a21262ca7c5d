"""Intervals by drawing systems anew, and agreement beyond chance: against values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.scoring.agreement import kappa, table
from evals.scoring.bootstrap import DRAWS, bounds, difference_interval, draws, interval, total
from evals.scoring.scores import ratio

counts = st.lists(st.integers(0, 20).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), min_size=2, max_size=8)


@given(counts)
@settings(max_examples=50, deadline=None)
def test_the_interval_is_of_rates_and_holds_all_rates_of_equal_systems(vectors: list[tuple[int, int]]) -> None:
    found = interval(vectors, ratio)
    if found is not None:
        assert 0 <= found[0] <= found[1] <= 1
        rates = [hits / of for hits, of in vectors if of]
        assert min(rates) <= found[0] and found[1] <= max(rates)


@given(counts)
@settings(max_examples=20, deadline=None)
def test_the_same_counts_give_the_same_interval_and_no_difference_from_themselves(vectors: list[tuple[int, int]]) -> None:
    assert interval(vectors, ratio) == interval(vectors, ratio)
    assert difference_interval(vectors, vectors, ratio) in (None, (0.0, 0.0))


def test_systems_are_drawn_whole_and_as_many_as_there_are() -> None:
    assert len(draws(5)) == DRAWS
    assert all(sum(times for _, times in draw) == 5 for draw in draws(5))
    mean = sum(times for draw in draws(5) for number, times in draw if number == 0) / DRAWS
    assert mean == pytest.approx(1, abs=0.1)


def test_one_system_has_no_interval_and_equal_ones_a_point() -> None:
    assert interval([(3, 4)], ratio) is None
    assert interval([(3, 4), (3, 4), (6, 8)], ratio) == (0.75, 0.75)


def test_two_unlike_systems_lie_anywhere_between_them() -> None:
    assert interval([(0, 10), (10, 10)], ratio) == (0.0, 1.0)


def test_the_bounds_leave_a_fortieth_on_either_side() -> None:
    assert bounds([float(number) for number in range(1001)]) == (25.0, 975.0)


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    old = [(hits, 10) for hits in (1, 3, 5, 7, 9)]
    new = [(hits + 1, 10) for hits in (1, 3, 5, 7, 9)]
    found = difference_interval(old, new, ratio)
    assert found is not None and found == pytest.approx((0.1, 0.1))


def test_sums_of_nothing_are_nothing() -> None:
    assert total([]) == () and ratio(()) is None and ratio((0, 0)) is None


def test_kappa_is_the_published_one() -> None:
    # Quadratic weights on 2 categories are the plain kappa: 20 + 15 agree of 50, which is 0.4.
    # https://en.wikipedia.org/wiki/Cohen%27s_kappa#Simple_example
    pairs = [("high", "high")] * 20 + [("high", "medium")] * 5 + [("medium", "high")] * 10 + [("medium", "medium")] * 15
    assert kappa(table(pairs)) == pytest.approx(0.4)  # type: ignore[arg-type]


def test_kappa_weighs_far_disagreement_more_and_is_not_made_up() -> None:
    agreed = [("critical", "critical"), ("low", "low"), ("medium", "medium")]
    near, far = [*agreed, ("high", "critical")], [*agreed, ("critical", "info")]
    assert kappa(table(near)) > kappa(table(far))  # type: ignore[arg-type, operator]
    assert kappa(table(agreed)) == 1.0  # type: ignore[arg-type]
    assert kappa(table([])) is None and kappa(table([("high", "high")])) is None
