"""What an LLM scan is started with; everything in it was named by the user, nothing by the scanned tree."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.agent.egress import EgressPolicy
from pipeline.agent.providers import Endpoint
from pipeline.agent.spending import Limits, Price


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """Which model, with what budget, and what may leave the machine."""

    endpoint: Endpoint
    limits: Limits
    price: Price | None
    policy: EgressPolicy
    personal: bool = False  # personal data is replaced as secrets are
    with_tools: bool = True
    proxy: str | None = None  # by which an endpoint of another machine is reached
    at_once: int = 16  # requests in flight
    seconds: float = 180.0  # of one request
    most_output: int = 8_192  # tokens of one reply
    replies: Path | None = None  # folder of kept replies; None: none are kept
    log: Path | None = None  # folder of egress logs; None: none is written
    secret: Path | None = None  # file of the key that nonces and placeholders are derived from; None: of this run alone
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep  # between attempts at one request; who tests waits less

    @property
    def has_budget(self) -> bool:
        """Whether the user said how much may be spent; else the default depth bounds it."""
        return any(limit is not None for limit in (self.limits.tokens, self.limits.money, self.limits.calls, self.limits.seconds))
