"""The ledger keeps to its limits, whatever the order of things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import UnusableInput
from pipeline.agent.spending import Ledger, Limits, Price, Reservation, Spent, Total, Usage, usage_of
from pipeline.agent.spending.prices import LOCAL, LongRates, Rates

PRICE = Price(rates=Rates(input=Decimal(2), output=Decimal(10), cached=Decimal("0.2"), written=Decimal("2.5")), source="a test")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def ledger(
    price: Price | None = PRICE,
    clock: Callable[[], float] | None = None,
    tokens: int | None = None,
    money: Decimal | None = None,
    calls: int | None = None,
    seconds: float | None = None,
) -> Ledger:
    return Ledger(Limits(tokens=tokens, money=money, calls=calls, seconds=seconds), price, clock or Clock())


def test_a_call_reserves_the_most_it_can_spend_and_settles_for_less() -> None:
    book = ledger(tokens=1_000)
    one = book.reserve(300, 200)
    with pytest.raises(Spent) as spent:
        book.reserve(300, 201)
    assert (spent.value.which, spent.value.in_flight) == ("tokens", True)
    book.settle(one, Usage(280, 20))
    assert book.total == Total(calls=1, input_tokens=280, output_tokens=20, cost=Decimal("0.00076"))
    book.reserve(400, 300)


def test_a_call_that_would_never_fit_is_told_apart_from_one_that_waits() -> None:
    book = ledger(tokens=1_000)
    with pytest.raises(Spent) as spent:
        book.reserve(900, 101)
    assert not spent.value.in_flight


@pytest.mark.parametrize(
    ("limits", "which"),
    [(Limits(tokens=99), "tokens"), (Limits(calls=1), "calls"), (Limits(money=Decimal("0.0001")), "money")],
)
def test_each_limit_says_which_it_is(limits: Limits, which: str) -> None:
    book = Ledger(limits, PRICE, Clock())
    if which == "calls":
        book.settle(book.reserve(10, 10), None)
    with pytest.raises(Spent) as spent:
        book.reserve(50, 50)
    assert spent.value.which == which


def test_time_runs_out_for_new_calls() -> None:
    clock = Clock()
    book = ledger(clock=clock, seconds=60.0)
    assert book.seconds_left == 60.0
    clock.now += 59
    one = book.reserve(10, 10)
    assert book.seconds_left == 1.0
    clock.now += 2
    assert book.seconds_left == 0.0
    with pytest.raises(Spent) as spent:
        book.reserve(10, 10)
    assert (spent.value.which, spent.value.in_flight) == ("time", False)
    book.settle(one, Usage(10, 3))
    assert book.total.calls == 1


def test_without_limits_nothing_is_refused_and_an_unknown_price_is_no_cost() -> None:
    book = ledger(price=None)
    book.settle(book.reserve(10**9, 10**9), Usage(10**9, 5))
    assert book.total.cost is None and book.seconds_left is None
    assert ledger(price=LOCAL).total.cost == 0


def test_a_budget_of_money_needs_a_price_in_its_currency() -> None:
    with pytest.raises(UnusableInput, match="THREATLOOM_LLM_PRICE"):
        ledger(price=None, money=Decimal(5))
    with pytest.raises(UnusableInput, match="EUR"):
        ledger(price=PRICE.model_copy(update={"currency": "EUR"}), money=Decimal(5))


def test_a_released_call_was_never_made() -> None:
    book = ledger(calls=1)
    one = book.reserve(10, 10)
    book.release(one)
    book.release(one)
    assert book.total == Total(cost=Decimal(0)) and book.in_flight == 0
    two = book.reserve(10, 10)
    book.settle(two, None)
    book.release(two)
    with pytest.raises(ValueError, match="once"):
        book.settle(two, None)
    assert book.total.calls == 1


def test_without_usage_the_estimate_counts() -> None:
    book = ledger()
    book.settle(book.reserve(100, 4_000), None)
    book.settle(book.reserve(100, 4_000), None, output_estimate=50)
    assert (book.total.input_tokens, book.total.output_tokens) == (200, 4_050)
    assert book.doubts == ()


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        (Usage(-5, 10), (1_000, 10)),
        (Usage(0, 0), (1_000, 400)),
        (Usage(99, 400), (1_000, 400)),
        (Usage(1_000, -1), (1_000, 400)),
        (Usage(1_000, 39), (1_000, 400)),
        (Usage(10**18, 400), (11_000, 400)),
        (Usage(1_000, 10**5_000), (1_000, 21_000)),
    ],
)
def test_numbers_that_cannot_be_are_not_believed_and_said(usage: Usage, counted: tuple[int, int]) -> None:
    book = ledger()
    book.settle(book.reserve(1_000, 2_000), usage, output_estimate=400 if usage.output_tokens != 10 else 50)
    assert (book.total.input_tokens, book.total.output_tokens) == counted
    assert book.doubts and all(len(doubt) < 150 for doubt in book.doubts)


@pytest.mark.parametrize("usage", [Usage(100, 40), Usage(3_000, 6_000), Usage(1_000, 400, cached_tokens=1_000)])
def test_numbers_that_can_be_are_believed(usage: Usage) -> None:
    book = ledger()
    book.settle(book.reserve(1_000, 2_000), usage, output_estimate=400)
    assert (book.total.input_tokens, book.total.output_tokens) == (usage.input_tokens, usage.output_tokens)
    assert book.doubts == ()


def test_cached_and_written_input_have_their_own_price() -> None:
    book = ledger()
    book.settle(book.reserve(1_000_000, 0), Usage(1_000_000, 0, cached_tokens=500_000, written_tokens=100_000))
    assert book.total.cost == Decimal("0.8") + Decimal("0.1") + Decimal("0.25")
    assert book.total.cached_tokens == 500_000
    book.settle(book.reserve(100, 0), Usage(100, 0, cached_tokens=101))
    assert book.total.cached_tokens == 500_000 and len(book.doubts) == 1


def test_an_endpoint_that_takes_more_than_it_was_asked_for_is_counted_and_asked_no_more() -> None:
    book = ledger(tokens=1_000, money=Decimal("0.01"))
    book.settle(book.reserve(400, 400), Usage(500, 3_000))
    assert (book.total.input_tokens, book.total.output_tokens, book.total.cost) == (500, 3_000, Decimal("0.031"))
    for limits in (1, 0):
        with pytest.raises(Spent):
            book.reserve(limits, limits)


def test_doubts_are_bounded() -> None:
    book = ledger()
    for _ in range(1_000):
        book.settle(book.reserve(100, 100), Usage(-1, -1))
    assert len(book.doubts) == 101 and book.doubts[-1] == "1900 more usage numbers were not believed"


def test_hits_are_counted_and_cost_nothing() -> None:
    book = ledger(calls=1, tokens=1)
    book.hit()
    book.hit()
    assert book.total == Total(cost=Decimal(0), cache_hits=2, kept_cost=Decimal(0))


def test_long_input_has_its_own_price() -> None:
    price = PRICE.model_copy(update={"long": LongRates(above=1_000, input=Decimal(4), output=Decimal(20))})
    assert price.cost(1_000, 1_000) == Decimal("0.012") and price.cost(1_001, 0) == Decimal("0.004004")
    assert price.most(1_001, 1_000) > price.most(1_000, 1_000)


@pytest.mark.parametrize(
    ("said", "usage"),
    [
        (None, None),
        ({}, None),
        ({"input_tokens": 5}, None),
        ({"input_tokens": "5", "output_tokens": 1}, None),
        ({"input_tokens": True, "output_tokens": 1}, None),
        ({"input_tokens": 5, "output_tokens": 1, "input_token_details": None}, Usage(5, 1)),
        ({"input_tokens": -5, "output_tokens": 1}, Usage(-5, 1)),
        (
            {"input_tokens": 9, "output_tokens": 1, "input_token_details": {"cache_read": 4, "cache_creation": 2}},
            Usage(9, 1, cached_tokens=4, written_tokens=2),
        ),
        (
            {"input_tokens": 9, "output_tokens": 1, "input_token_details": {"cache_creation": 0, "ephemeral_5m_input_tokens": 3}},
            Usage(9, 1, written_tokens=3),
        ),
    ],
)
def test_usage_is_read_from_messages(said: dict[str, object] | None, usage: Usage | None) -> None:
    assert usage_of(said) == usage


# Whatever the order


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.integers(0, 400), st.integers(0, 400)),
        st.tuples(st.just("settle"), st.integers(0, 30), st.floats(0, 1)),
        st.tuples(st.just("settle without usage"), st.integers(0, 30), st.floats(0, 3)),
        st.tuples(st.just("release"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("lie"), st.integers(0, 30), st.integers(-(10**9), 0)),
    ),
    max_size=60,
)


@settings(max_examples=300)
@given(STEPS, st.integers(1, 2_000), st.integers(1, 12), st.integers(1, 10_000))
def test_what_is_spent_and_reserved_never_passes_a_limit(steps: list[tuple[str, int, float]], tokens: int, calls: int, micros: int) -> None:
    money = Decimal(micros) / 1_000_000
    book = ledger(tokens=tokens, calls=calls, money=money)
    in_flight: list[Reservation] = []
    for step, which, how in steps:
        if step == "reserve":
            try:
                in_flight.append(book.reserve(which, int(how)))
            except Spent:
                continue
        elif in_flight:
            one = in_flight.pop(which % len(in_flight))
            if step == "release":
                book.release(one)
            elif step == "lie":
                book.settle(one, Usage(int(how), int(how)), output_estimate=-int(how))
            elif step == "settle":
                book.settle(one, Usage(int(one.input_tokens * how), int(one.output_tokens * how)))
            else:
                book.settle(one, None, output_estimate=int(one.output_tokens * how))
        total = book.total
        assert total.input_tokens + total.output_tokens + sum(one.input_tokens + one.output_tokens for one in in_flight) <= tokens
        assert total.calls + len(in_flight) <= calls
        assert total.cost is not None and total.cost + sum(one.cost for one in in_flight) <= money
        assert total.input_tokens >= 0 and total.output_tokens >= 0
    assert book.in_flight == len(in_flight)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 300), st.integers(0, 3)), max_size=40), st.integers(1, 4_000))
def test_calls_that_wait_come_in_turn_and_none_waits_for_ever(calls: list[tuple[int, int, int]], tokens: int) -> None:
    book = ledger(tokens=tokens)
    admitted: list[int] = []

    async def call(number: int, taken: int, given: int, steps: int) -> bool:
        try:
            one = await book.reserve_in_turn(taken, given)
        except Spent as spent:
            assert spent.which == "tokens" and not spent.in_flight
            return False
        admitted.append(number)
        for _ in range(steps):
            await asyncio.sleep(0)
        book.settle(one, Usage(taken, given // 2))
        return True

    async def all_calls() -> list[bool]:
        return await asyncio.wait_for(asyncio.gather(*(call(number, *one) for number, one in enumerate(calls))), 5)

    done = asyncio.run(all_calls())
    assert admitted == sorted(admitted) and len(admitted) == sum(done)
    assert book.total.input_tokens + book.total.output_tokens <= tokens and book.in_flight == 0


def test_a_call_that_is_cancelled_while_it_waits_lets_the_next_in() -> None:
    async def run() -> None:
        book = ledger(calls=1)
        one = await book.reserve_in_turn(1, 1)
        waiting = [asyncio.create_task(book.reserve_in_turn(1, 1)) for _ in range(2)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        book.release(one)
        assert await asyncio.wait_for(waiting[1], 5)

    asyncio.run(run())


def test_room_that_is_set_aside_is_there_for_the_last_call_alone() -> None:
    account = ledger(tokens=10_000)
    assert account.set_aside(1_000, 500, share=0.2)
    account.settle(account.reserve(8_000, 500), Usage(8_000, 500))
    with pytest.raises(Spent) as spent:
        account.reserve(100, 100)
    assert not spent.value.in_flight  # nobody waits for it
    account.use_aside()
    account.settle(account.reserve(1_000, 500), Usage(1_000, 500))
    assert account.total.input_tokens + account.total.output_tokens == 10_000


@pytest.mark.parametrize("limits", [{"calls": 4}, {"tokens": 7_000}, {"money": Decimal("0.03")}])
def test_room_for_the_last_call_is_not_kept_where_it_takes_more_than_its_share(limits: dict[str, int]) -> None:
    account = ledger(**limits)  # type: ignore[arg-type]  # one of them
    assert not account.set_aside(1_000, 500, share=0.2)
    account.reserve(1_000, 500)


def test_room_is_kept_where_nothing_is_bounded() -> None:
    account = ledger()
    assert account.set_aside(1_000, 500, share=0.2)
    account.reserve(10**6, 10**6)


def test_what_kept_replies_once_took_is_counted_apart() -> None:
    book = ledger(tokens=1_000)
    book.hit(100, 10)
    book.hit(50, -3)
    total = book.total
    assert (total.cache_hits, total.kept_input_tokens, total.kept_output_tokens) == (2, 150, 10)
    assert (total.calls, total.input_tokens, total.cost, total.kept_cost) == (0, 0, Decimal(0), Decimal("0.0004"))
