"""Somebody says yes before something changes."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import Protocol

WAIT = 900


class Approver(Protocol):
    def asks(self, tool: str, shown: str) -> str | None:
        """Who said yes, or None."""


class Nobody:
    """For sessions that only read."""

    def asks(self, tool: str, shown: str) -> str | None:
        return None


@dataclass
class Throwaway:
    """For a checkout that is thrown away, of which a reviewer sees the patch."""

    def asks(self, tool: str, shown: str) -> str | None:
        return "throwaway checkout" if tool in {"apply_patch", "run_tests"} else None


@dataclass
class Pending:
    tool: str
    shown: str
    done: threading.Event = field(default_factory=threading.Event)
    yes: bool = False


@dataclass
class OwnerOnPage:
    """The owner of an HTTP session; a runner that was confirmed once in a session is not asked for again."""

    owner: str
    pending: dict[str, Pending] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)

    def asks(self, tool: str, shown: str) -> str | None:
        runner = shown.split(" ", 1)[0] if tool == "run_tests" else ""
        if runner and runner in self.confirmed:
            return self.owner
        key, one = secrets.token_urlsafe(16), Pending(tool, shown)
        self.pending[key] = one
        try:
            one.done.wait(WAIT)
        finally:
            del self.pending[key]
        if one.yes and runner:
            self.confirmed.add(runner)
        return self.owner if one.yes else None

    def answer(self, key: str, yes: bool) -> bool:
        one = self.pending.get(key)
        if one is None:
            return False
        one.yes = yes
        one.done.set()
        return True
