"""The words of a budget."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UnusableInput
from pipeline.agent.spending import Limits, limits_named


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("200k", Limits(tokens=200_000)),
        ("200K tokens", Limits(tokens=200_000)),
        ("1.5M", Limits(tokens=1_500_000)),
        ("10M", Limits(tokens=10_000_000)),
        ("250000", Limits(tokens=250_000)),
        ("1 token", Limits(tokens=1)),
        ("5 USD", Limits(money=Decimal(5))),
        ("5usd", Limits(money=Decimal(5))),
        ("$5", Limits(money=Decimal(5))),
        ("$ 0.50", Limits(money=Decimal("0.50"))),
        ("5$", Limits(money=Decimal(5))),
        ("USD 5", Limits(money=Decimal(5))),
        ("10m", Limits(seconds=600)),
        ("10 min", Limits(seconds=600)),
        ("90s", Limits(seconds=90)),
        ("90 sec", Limits(seconds=90)),
        ("1h", Limits(seconds=3600)),
        ("1h30m", Limits(seconds=5400)),
        ("1 hour 30 minutes", Limits(seconds=5400)),
        ("40 calls", Limits(calls=40)),
        ("1 call", Limits(calls=1)),
        ("200k, $5, 10m, 40 calls", Limits(tokens=200_000, money=Decimal(5), seconds=600, calls=40)),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, limits: Limits) -> None:
    assert limits_named([text]) == limits


def test_limits_are_told_in_one_line() -> None:
    assert str(limits_named(["200k, $5, 10m, 40 calls"])) == "200,000 tokens, 5 USD, 40 calls, 600 s"
    assert str(Limits()) == "no limit"


def test_several_texts_are_one_budget() -> None:
    assert limits_named(["200k", "10m,40 calls"]) == Limits(tokens=200_000, seconds=600, calls=40)
    assert limits_named([]) == Limits()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no amount"),
        (",", "is no amount"),
        ("200k,", "is no amount"),
        ("a lot", "is no amount"),
        ("10 m min", "is no amount"),
        ("-5 USD", "is no amount"),
        ("-200k", "is no amount"),
        ("1e9", "is no amount"),
        ("nan", "is no amount"),
        ("inf USD", "is no amount"),
        ("٢٠٠k", "is no amount"),
        ("200k" * 100, "is no amount"),
        ("9" * 400, "is no amount"),
        ("999999999M", "is too much"),
        ("0", "leaves nothing to spend"),
        ("$0", "leaves nothing to spend"),
        ("0s", "leaves nothing to spend"),
        ("1.5", "is no whole number of tokens"),
        ("0.0001k", "is no whole number of tokens"),
        ("200,000", "has commas inside of a number"),
        ("5EUR", "is in EUR"),
        ("€5", "is in EUR"),
        ("5 xyz", "is in XYZ"),
        ("10m, 1h", "names time twice"),
        ("200k, 100k", "names tokens twice"),
    ],
)
def test_what_could_mean_something_else_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        limits_named([text])
    assert said in str(refused.value)
    assert len(str(refused.value)) < 400 and str(refused.value).isprintable()


def test_the_two_meanings_of_m_are_told_to_who_errs() -> None:
    with pytest.raises(UnusableInput, match="10m are minutes, 10M are tokens"):
        limits_named(["ten m"])


@given(st.text())
def test_any_text_is_a_budget_or_refused(text: str) -> None:
    try:
        limits = limits_named([text])
    except UnusableInput as refused:
        assert str(refused).isprintable()
    else:
        assert limits != Limits() and all(
            value is None or value > 0 for value in (limits.tokens, limits.money, limits.calls, limits.seconds)
        )
