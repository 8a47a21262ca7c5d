"""Prices: known ones with their day and source, and none that is guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ingest.errors import UnusableInput
from pipeline.agent.spending import price_named, price_of
from pipeline.agent.spending.prices import load_prices

DAY = date(2026, 11, 29)


def test_a_known_price_says_when_and_where_it_was_found() -> None:
    price = price_of("openai", "gpt-5.5", on=DAY)
    assert price is not None and price.as_of == date(2026, 11, 10) and price.source.startswith("https://")
    assert (price.rates.input, price.rates.cached, price.rates.output, price.currency) == (Decimal(5), Decimal("0.5"), Decimal(30), "USD")
    assert price.cost(100_000, 10_000) == Decimal("0.8") and price.cost(100_000, 10_000, cached_tokens=50_000) == Decimal("0.575")
    assert price.cost(300_000, 0) == Decimal(3)  # a long request


@pytest.mark.parametrize(
    ("provider", "model", "host"),
    [
        ("openai", "gpt-5.5-2099-01-01", None),
        ("openai", "gpt-5.5-mini", None),
        ("openai", "GPT-5.5", None),
        ("openai", "", None),
        ("openai", "gpt-5.5", "llm.example.com"),
        ("openai", "gpt-5.5", "eu.api.openai.com"),
        ("azure", "gpt-5.5", None),
        ("ollama", "gpt-5.5", None),
        ("anthropic", "gpt-5.5", None),
    ],
)
def test_no_price_is_guessed(provider: str, model: str, host: str | None) -> None:
    assert price_of(provider, model, on=DAY, host=host) is None


def test_a_model_on_this_machine_costs_nothing() -> None:
    price = price_of("ollama", "qwen3:32b", on=DAY, host="localhost:11434", local=True)
    assert price is not None and price.cost(10**9, 10**9) == 0


def test_the_providers_own_host_has_its_prices() -> None:
    assert price_of("openai", "gpt-5.5", on=DAY, host="api.openai.com") == price_of("openai", "gpt-5.5", on=DAY, host="API.openai.com:443")
    assert price_of("openai", "gpt-5.5", on=DAY, host="api.openai.com") is not None


def test_a_price_that_ends_is_followed_by_the_next() -> None:
    before, after = price_of("google", "gemini-4-argon", on=date(2026, 11, 30)), price_of("google", "gemini-4-argon", on=date(2026, 12, 1))
    assert before is not None and after is not None and after.rates.input == 2 * before.rates.input


def test_the_list_is_sound() -> None:
    prices = load_prices()
    assert [one.provider for one in prices.lists] == ["openai", "anthropic", "google", "mistral"]
    for one in prices.lists:
        for known in one.models:
            rates = (known,) if known.long is None else (known, known.long)
            for each in rates:
                assert 0 < each.input <= each.output < 1_000
                assert each.cached is None or each.cached < each.input
                assert each.written is None or each.input < each.written < 2 * each.input
            if known.long is not None:
                assert (
                    known.long.input > known.input
                    and known.long.output > known.output
                    and (known.long.cached is None) == (known.cached is None)
                )
        days = [date(2020, 1, 1), *(day for known in one.models for day in (known.since, known.until) if day), date(2099, 1, 1)]
        for day in days:
            names = [name for known in one.models if known.holds(day) for name in known.names]
            assert len(names) == len(set(names)), "two prices of one name on one day"


@pytest.mark.parametrize(("text", "rates"), [("1.25/10", ("1.25", "10")), (" 0 / 0 ", ("0", "0")), ("3/15.5", ("3", "15.5"))])
def test_a_price_can_be_said(text: str, rates: tuple[str, str]) -> None:
    price = price_named(text)
    assert (price.rates.input, price.rates.output) == tuple(map(Decimal, rates)) and price.as_of is None


@pytest.mark.parametrize("text", ["", "5", "5/", "/5", "-1/5", "1e3/5", "nan/inf", "1/2/3", "$5/$6", "9" * 100 + "/1"])
def test_what_is_no_price_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UnusableInput, match=r"1\.25/10") as refused:
        price_named(text)
    assert str(refused.value).isprintable() and len(str(refused.value)) < 250
