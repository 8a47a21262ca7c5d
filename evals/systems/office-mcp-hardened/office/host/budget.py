"""Tokens of a person and a day."""
from collections import Counter
from datetime import date

from office.host.config import TOKENS_A_DAY

_used: Counter[tuple[str, date]] = Counter()


class Spent(Exception):
    """The day's tokens are used up."""


def check(person: str) -> None:
    if _used[person, date.today()] >= TOKENS_A_DAY:
        raise Spent


def add(person: str, tokens: int) -> None:
    _used[person, date.today()] += tokens
