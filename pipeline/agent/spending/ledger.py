"""The ledger of a scan: what is spent, what is promised to calls in flight, and whether another call may be made.

A call first reserves the most it can spend, is then made, and settles for what it did spend. Both together never pass a limit, so no number
of calls at once spends more than was allowed; only an endpoint that gives more than it was asked for can, and then the next call is
refused. What an endpoint says of its usage is believed where it can be, and a doubt is kept where it cannot.
One event loop owns a ledger: it is not made for threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from ingest.errors import UnusableInput
from pipeline.agent.spending.limits import Limits
from pipeline.agent.spending.prices import Price

Which = Literal["tokens", "money", "calls", "time"]
BUDGET_ENDED = "the budget ended"  # how a note about what was not asked begins
BELIEVED = 10  # times the estimate, and no more; and a tenth of it, and no less
_SLACK = 1_000  # tokens that small numbers may be off by: templates, schemas, headers
_MOST_DOUBTS = 100
_WRITTEN = ("cache_creation", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")  # the first is 0 where the others say more


class Spent(Exception):
    """A limit leaves no room for a call; `in_flight` says whether there would be some if no other call were in flight."""

    def __init__(self, which: Which, in_flight: bool = False) -> None:
        super().__init__(f"the budget of {which} leaves no room for another call")
        self.which: Which = which
        self.in_flight = in_flight


@dataclass(frozen=True, slots=True)
class Usage:
    """What an endpoint says a reply took, unchecked; cached and written tokens are among the input."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    written_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reservation:
    """The most that a call in flight may take."""

    number: int
    input_tokens: int
    output_tokens: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Total:
    """What was spent; the cost is None where the price is not known."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    cache_hits: int = 0
    cached_tokens: int = 0  # of the input, those that the provider had kept
    kept_input_tokens: int = 0  # what replies of the store took when they were first given, as the endpoint said it
    kept_output_tokens: int = 0
    kept_cost: Decimal | None = None


def usage_of(said: Mapping[str, object] | None) -> Usage | None:
    """The usage in the form of LangChain's messages (`usage_metadata`); None where there is none that can be read."""
    if not said:
        return None
    details = said.get("input_token_details")
    details = details if isinstance(details, Mapping) else {}
    taken, given = _whole(said.get("input_tokens")), _whole(said.get("output_tokens"))
    if taken is None or given is None:
        return None
    return Usage(taken, given, _whole(details.get("cache_read")) or 0, sum(_whole(details.get(name)) or 0 for name in _WRITTEN))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class Ledger:
    """The account of one scan; it begins with the scan, and `clock` gives seconds."""

    def __init__(self, limits: Limits, price: Price | None, clock: Callable[[], float]) -> None:
        if limits.money is not None and price is None:
            raise UnusableInput(
                "a budget of money needs a price, and that of this model is not known",
                "--budget",
                "give one as llm_price IN/OUT, USD for a million tokens, such as THREATLOOM_LLM_PRICE=1.25/10, or a budget in tokens",
            )
        if limits.money is not None and price is not None and price.currency != limits.currency:
            raise UnusableInput(f"the price is in {price.currency}", "llm_price", f"give it in {limits.currency}")
        self._limits, self._price, self._clock = limits, price, clock
        self._began = clock()
        self._total = Total(cost=None if price is None else Decimal(0))
        self._open: dict[int, Reservation] = {}
        self._aside: Reservation | None = None
        self._number = 0
        self._turn, self._given_back = asyncio.Lock(), asyncio.Event()  # the lock lets in who came first
        self._doubts: list[str] = []
        self._doubted = 0

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def total(self) -> Total:
        """What was spent until now, without what is in flight."""
        return self._total

    @property
    def in_flight(self) -> int:
        """Calls that have reserved and not settled."""
        return len(self._open)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What endpoints said of their usage and was not believed."""
        more = self._doubted - len(self._doubts)
        return (*self._doubts, *((f"{more} more usage numbers were not believed",) if more else ()))

    @property
    def now(self) -> float:
        """Seconds, by the clock of this account."""
        return self._clock()

    @property
    def seconds_left(self) -> float | None:
        """The longest that a call may still take, None without a limit."""
        return None if self._limits.seconds is None else max(0.0, self._began + self._limits.seconds - self._clock())

    def reserve(self, input_tokens: int, max_output_tokens: int) -> Reservation:
        """Room for one call, or an exception at once.

        Raises:
            Spent: a limit leaves no room.
        """
        if input_tokens < 0 or max_output_tokens < 0:
            raise ValueError("no call takes less than no tokens")
        cost = Decimal(0) if self._price is None else self._price.most(input_tokens, max_output_tokens)
        asked = Reservation(self._number, input_tokens, max_output_tokens, cost)
        which = self._passed(asked, tuple(self._open.values()))
        if which is not None:
            raise Spent(which, in_flight=bool(self._open) and self._passed(asked, ()) is None)
        self._number += 1
        self._open[asked.number] = asked
        return asked

    async def reserve_in_turn(self, input_tokens: int, max_output_tokens: int) -> Reservation:
        """Room for one call; waits, first come first served, while calls in flight may still give some back.

        Raises:
            Spent: a limit leaves no room, whatever comes back.
        """
        async with self._turn:
            while True:
                try:
                    return self.reserve(input_tokens, max_output_tokens)
                except Spent as spent:
                    if not spent.in_flight:
                        raise
                self._given_back.clear()
                await self._given_back.wait()

    def set_aside(self, input_tokens: int, max_output_tokens: int, share: float) -> bool:
        """Keeps room for a call that comes last, unless it takes more than a share of what is left; says whether it is kept."""
        limits, total = self._limits, self._total
        cost = Decimal(0) if self._price is None else self._price.most(input_tokens, max_output_tokens)
        asked = Reservation(-1, input_tokens, max_output_tokens, cost)
        tokens_left = None if limits.tokens is None else limits.tokens - total.input_tokens - total.output_tokens
        money_left = None if limits.money is None or total.cost is None else limits.money - total.cost
        kept = (
            (limits.calls is None or (limits.calls - total.calls) * share >= 1)
            and (tokens_left is None or input_tokens + max_output_tokens <= tokens_left * share)
            and (money_left is None or cost <= money_left * Decimal(str(share)))
        )
        self._aside = asked if kept else None
        return kept

    def use_aside(self) -> None:
        """Gives back what was set aside: now is the last call."""
        self._aside = None
        self._given_back.set()

    def settle(self, reservation: Reservation, usage: Usage | None, output_estimate: int | None = None) -> None:
        """Counts what a call took; without usage the estimate counts, with `output_estimate` for what the reply was seen to hold.

        Settle too where it is not known what was charged (a time-out, a reply cut off); release only where nothing was.
        """
        if self._open.pop(reservation.number, None) is None:
            raise ValueError("a call is settled once")
        estimate = reservation.output_tokens if output_estimate is None else min(max(0, output_estimate), reservation.output_tokens)
        if usage is None:
            taken = Usage(reservation.input_tokens, estimate)
        else:
            taken = self._believed(reservation, usage, 0 if output_estimate is None else estimate)
        before = self._total
        self._total = replace(
            before,
            calls=before.calls + 1,
            input_tokens=before.input_tokens + taken.input_tokens,
            output_tokens=before.output_tokens + taken.output_tokens,
            cost=None if before.cost is None or self._price is None else before.cost + _cost(self._price, taken),
            cached_tokens=before.cached_tokens + taken.cached_tokens,
        )
        self._given_back.set()

    def release(self, reservation: Reservation) -> None:
        """Gives back what a call reserved, where it was not made or not charged; nothing happens if it was settled."""
        if self._open.pop(reservation.number, None) is not None:
            self._given_back.set()

    def hit(self, input_tokens: int = 0, output_tokens: int = 0) -> None:
        """Counts a reply that was in the store, and what it took when it was given; nothing of it is spent now."""
        before, taken = self._total, Usage(max(0, input_tokens), max(0, output_tokens))
        self._total = replace(
            before,
            cache_hits=before.cache_hits + 1,
            kept_input_tokens=before.kept_input_tokens + taken.input_tokens,
            kept_output_tokens=before.kept_output_tokens + taken.output_tokens,
            kept_cost=None if self._price is None else (before.kept_cost or Decimal(0)) + _cost(self._price, taken),
        )

    def _passed(self, asked: Reservation, in_flight: tuple[Reservation, ...]) -> Which | None:
        limits, total = self._limits, self._total
        in_flight = in_flight if self._aside is None else (*in_flight, self._aside)
        if self.seconds_left == 0.0:
            return "time"
        if limits.calls is not None and total.calls + len(in_flight) + 1 > limits.calls:
            return "calls"
        if limits.tokens is not None:
            promised = sum(one.input_tokens + one.output_tokens for one in (*in_flight, asked))
            if total.input_tokens + total.output_tokens + promised > limits.tokens:
                return "tokens"
        if limits.money is not None and total.cost is not None and total.cost + sum(one.cost for one in (*in_flight, asked)) > limits.money:
            return "money"
        return None

    def _believed(self, reservation: Reservation, usage: Usage, output_seen: int) -> Usage:
        taken = self._number_believed("input", usage.input_tokens, reservation.input_tokens, reservation.input_tokens)
        given = self._number_believed("output", usage.output_tokens, output_seen, reservation.output_tokens)
        cached, written = usage.cached_tokens, usage.written_tokens
        if taken != usage.input_tokens:
            cached = written = 0
        elif min(cached, written) < 0 or cached + written > taken:
            self._doubt(
                f"of {taken} input tokens, {_shown(cached)} cached and {_shown(written)} written were said: none is counted as such"
            )
            cached = written = 0
        return Usage(taken, given, cached, written)

    def _number_believed(self, name: str, said: int, least: int, most: int) -> int:
        if said < 0 or said * BELIEVED < least:
            self._doubt(f"{_shown(said)} {name} tokens were said where {least} were estimated: the estimate counts")
            return least
        if said > (bound := most * BELIEVED + _SLACK):
            self._doubt(f"{_shown(said)} {name} tokens were said where {most} were the most expected: {bound} count")
            return bound
        return said

    def _doubt(self, said: str) -> None:
        self._doubted += 1
        if len(self._doubts) < _MOST_DOUBTS:
            self._doubts.append(said)


def _cost(price: Price, taken: Usage) -> Decimal:
    return price.cost(taken.input_tokens, taken.output_tokens, taken.cached_tokens, taken.written_tokens)


def _shown(number: int) -> str:
    return str(number) if abs(number) < 10**15 else "absurdly many"
