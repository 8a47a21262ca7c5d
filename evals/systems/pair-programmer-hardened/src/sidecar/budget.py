"""Tokens per session, person and day."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date

from sidecar.config import settings


class BudgetError(RuntimeError):
    pass


class Budget:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day = date.today()
        self._used: Counter[str] = Counter()

    def check(self, person: str, session_tokens: int) -> None:
        with self._lock:
            if date.today() != self._day:
                self._day, self._used = date.today(), Counter()
            if session_tokens >= settings.session_tokens:
                raise BudgetError("the budget of this session is used; begin another one")
            if self._used[person] >= settings.person_tokens_a_day or self._used.total() >= settings.service_tokens_a_day:
                raise BudgetError("the budget of today is used")

    def add(self, person: str, tokens: int) -> None:
        with self._lock:
            self._used[person] += tokens
