"""What `serve` is told: who may come in, by which names it is called, and who decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_BODY = 64 * 1024


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Everything the pages depend on beside the record."""

    token: str | None = None  # what a login, or a program's `Authorization: Bearer`, has to give; None: everyone who can connect may read
    names: tuple[str, ...] = LOOPBACK  # hosts that a request may name, without port; others are refused (DNS rebinding)
    any_address: bool = False  # whether IP addresses are accepted as host names too: a rebound name is never one
    decides: str = ""  # name that is proposed for who decides
    files: bool = True  # whether lines around quotes are shown, where the tree is still on this machine
    clock: Callable[[], datetime] = _now
    session_hours: int = 12
    failures_a_minute: int = 5  # wrong tokens from one address
