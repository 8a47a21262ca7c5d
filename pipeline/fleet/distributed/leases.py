"""Signs of life, kept in the broker for seconds: which orders are being scanned, which workers are there, which night was stopped.

A worker that is killed cannot say so, and a message it had taken would come back after a day. So who scans holds a lease and renews it;
where it has run out, nobody scans. A lease is a sign and decides nothing that must be right: two scans of one order are one in the record.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

import redis

from pipeline.fleet.distributed.broker import DAY

logger = logging.getLogger(__name__)
LEASE: Final = 15.0  # seconds after which a worker that says nothing is taken for lost
_OURS: Final = "threatloom:"
# Renewed or given up by whoever holds it, not by another that came later.
_RENEW: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
_GIVE_UP: Final = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Leases:
    """What the broker knows of who is alive."""

    def __init__(self, client: redis.Redis, seconds: float = LEASE) -> None:
        self._client, self.seconds = client, seconds
        self._milliseconds = int(seconds * 1000)

    @contextmanager
    def taken(self, order: str, run: str) -> Iterator[Lease | None]:
        """Holds the lease of an order as long as the block runs; None where another holds it."""
        name, mine = f"{_OURS}lease:{order}", secrets.token_hex(8)
        if not self._client.set(name, mine, nx=True, px=self._milliseconds):
            yield None
            return
        lease = Lease(self._client, name, mine, f"{_OURS}stopped:{run}", self.seconds)
        lease.begin()
        try:
            yield lease
        finally:
            lease.end()

    def held(self, orders: Collection[str]) -> frozenset[str]:
        """Which of these orders somebody is scanning."""
        names = tuple(orders)
        values = self._client.mget([f"{_OURS}lease:{name}" for name in names]) if names else []
        return frozenset(name for name, value in zip(names, values, strict=True) if value is not None)

    def is_empty(self, queue: str) -> bool:
        """Whether no message waits there; those that a worker has taken do not count."""
        return int(self._client.llen(queue)) == 0

    def begin_try(self, order: str) -> int:
        """How often an order was begun and not ended, this time included."""
        name = f"{_OURS}tries:{order}"
        with self._client.pipeline() as both:
            both.incr(name)
            both.expire(name, DAY)
            return int(both.execute()[0])

    def end_try(self, order: str) -> None:
        self._client.delete(f"{_OURS}tries:{order}")

    def stop(self, run: str) -> None:
        """Nobody wants the rest of a night: what is scanned is ended, what waits is not begun."""
        self._client.set(f"{_OURS}stopped:{run}", "yes", ex=DAY)

    def go_on(self, run: str) -> None:
        self._client.delete(f"{_OURS}stopped:{run}")

    def is_stopped(self, run: str) -> bool:
        return bool(self._client.exists(f"{_OURS}stopped:{run}"))

    def show_worker(self, name: str, every: float) -> None:
        """A worker says that it is there; what it said holds for three times as long as it takes to say it again."""
        self._client.set(f"{_OURS}worker:{name}", "here", px=int(every * 3000))

    def hide_worker(self, name: str) -> None:
        self._client.delete(f"{_OURS}worker:{name}")

    def has_worker(self, name: str | None = None) -> bool:
        """Whether a worker is there: this one, or any."""
        if name is not None:
            return bool(self._client.exists(f"{_OURS}worker:{name}"))
        return next(iter(self._client.scan_iter(f"{_OURS}worker:*", count=1000)), None) is not None


class Lease:
    """One order of ours; a thread renews it, and hears whether anybody still wants the order."""

    def __init__(self, client: redis.Redis, name: str, mine: str, stopped: str, seconds: float) -> None:
        self._client, self._name, self._mine, self._stopped, self._seconds = client, name, mine, stopped, seconds
        self._unwanted, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    @property
    def is_unwanted(self) -> bool:
        return self._unwanted.is_set()

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()
        try:
            self._client.eval(_GIVE_UP, 1, self._name, self._mine)
        except redis.RedisError:
            logger.warning("the broker is gone; a lease was not given up and runs out by itself")

    def _renew(self) -> None:
        while not self._over.wait(self._seconds / 3):
            try:
                self._client.eval(_RENEW, 1, self._name, self._mine, str(int(self._seconds * 1000)))
                if self._client.exists(self._stopped):
                    self._unwanted.set()
            except redis.RedisError:
                logger.debug("the broker does not answer; the scan goes on")
