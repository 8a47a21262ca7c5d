"""How much a scan may spend: words of a budget into limits.

A budget is written as people write amounts: `200k` tokens, `5 USD`, `10m`, `40 calls`, several of them separated by commas. Case tells
two letters apart: `10m` is ten minutes, `10M` ten million tokens. Nothing is guessed: an amount that could mean two things, a limit that is
named twice and money in a currency that no price is known in are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ingest.errors import UnusableInput

CURRENCY = "USD"  # all known prices are in it, and exchange rates would need a network
MOST_TOKENS = 10**12
MOST_MONEY = Decimal(10**9)
MOST_CALLS = 10**9
MOST_SECONDS = 366 * 24 * 3600.0
_LONGEST = 200
_FORMS = "write 200k or 1.5M tokens, 5 USD, 90s, 10m or 1h, 40 calls, several separated by commas; 10m are minutes, 10M are tokens"
_NUMBER = r"([0-9]{1,15}(?:\.[0-9]{1,9})?)"
_TOKENS = re.compile(_NUMBER + r"\s?([kKM]?)(?:\s?[Tt]okens?)?")
_CALLS = re.compile(r"([0-9]{1,12})\s?[Cc]alls?")
_MONEY = re.compile(rf"{_NUMBER}\s?(?P<after>\$|€|£|¥|[A-Za-z]{{3}})|(?P<before>\$|€|£|¥|[A-Z]{{3}})\s?{_NUMBER}")
_SPAN = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s?(seconds?|secs?|s|minutes?|mins?|m|hours?|h)\s?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_WORDS = frozenset({"sec", "min"})  # three letters that are no currency
_SCALES = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000}
_UNITS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a scan may spend at most; None is no limit. Money is in `currency`."""

    tokens: int | None = None
    money: Decimal | None = None
    currency: str = CURRENCY
    calls: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        said = (
            None if self.tokens is None else f"{self.tokens:,} tokens",
            None if self.money is None else f"{self.money:f} {self.currency}",
            None if self.calls is None else f"{self.calls:,} calls",
            None if self.seconds is None else f"{self.seconds:g} s",
        )
        return ", ".join(part for part in said if part) or "no limit"


def limits_named(texts: Sequence[str], where: str = "--budget") -> Limits:
    """The limits that texts name; `where` is told to whoever wrote them.

    Raises:
        UnusableInput: a part is no amount, is nothing at all, or names what another part has named.
    """
    limits, named = Limits(), set[str]()
    for text in texts:
        if _THOUSANDS.search(text):
            raise _refused(
                text, "has commas inside of a number", where, "commas separate limits: write 200000 or 200k, and a space between two limits"
            )
        for part in text.split(","):
            kind, limits = _with(limits, part.strip(), where)
            if kind in named:
                raise UnusableInput(f"the budget names {kind} twice", where, "name each limit once")
            named.add(kind)
    return limits


def _with(limits: Limits, part: str, where: str) -> tuple[str, Limits]:
    if len(part) > _LONGEST:
        raise _refused(part, "is no amount", where, _FORMS)
    if found := _TOKENS.fullmatch(part):
        tokens = Decimal(found[1]) * _SCALES[found[2]]
        if tokens != int(tokens):
            raise _refused(part, "is no whole number of tokens", where, _FORMS)
        return "tokens", replace(limits, tokens=int(_bounded(part, tokens, Decimal(MOST_TOKENS), where)))
    if found := _CALLS.fullmatch(part):
        return "calls", replace(limits, calls=int(_bounded(part, Decimal(found[1]), Decimal(MOST_CALLS), where)))
    if (found := _MONEY.fullmatch(part)) and (unit := found["after"] or found["before"]).lower() not in _WORDS:
        currency = _SIGNS.get(unit, unit.upper())
        if currency != CURRENCY:
            raise _refused(part, f"is in {currency}", where, f"prices are known in {CURRENCY} alone: write 5 {CURRENCY}")
        return "money", replace(limits, money=_bounded(part, Decimal(found[1] or found[4]), MOST_MONEY, where))
    if part and not _SPAN.sub("", part):
        total = sum((Decimal(amount) * _UNITS[unit[0]] for amount, unit in _SPAN.findall(part)), Decimal(0))
        return "time", replace(limits, seconds=float(_bounded(part, total, Decimal(MOST_SECONDS), where)))
    raise _refused(part, "is no amount", where, _FORMS)


def _bounded(part: str, amount: Decimal, most: Decimal, where: str) -> Decimal:
    if amount <= 0:
        raise _refused(part, "leaves nothing to spend", where, "leave --llm out to ask no model")
    if amount > most:
        raise _refused(part, "is too much", where, f"write at most {most:,f}")
    return amount


def _refused(part: str, why: str, where: str, mend: str) -> UnusableInput:
    shown = ascii(part) if len(part) <= 60 else f"{part[:59]!a}..."
    return UnusableInput(f"the budget {shown} {why}", where, mend)
