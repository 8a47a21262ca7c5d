"""The coordinator: orders what a night needs, takes outcomes as they come, and orders again what got lost.

An order that has no outcome is waiting in the queue, or somebody holds its lease. Where neither is so, for longer than it takes from one to
the other, it is lost: the record is asked whether it was scanned, and if not it is ordered anew, a few times. So neither the queue nor its
results need to survive anything; what is kept in the record stands.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import redis
from celery import Celery
from kombu.exceptions import OperationalError
from pydantic import ValidationError

from ingest.errors import UnusableInput
from pipeline.fleet.child import kept_in_run
from pipeline.fleet.distributed.broker import DAY, QUEUE, TASK, application, client_of, require, shown
from pipeline.fleet.distributed.leases import LEASE, Leases
from pipeline.fleet.order import Outcome, OutcomeKind, ScanOrder
from pipeline.record import open_record
from pipeline.reports.escape import shorten, visible

MOST_ORDERED: Final = 5  # times one order is sent
_MARGIN: Final = 60  # seconds that Celery's limits lie behind those of the task
_LATER: Final = 300.0  # seconds an order may be held back by a worker
_BROKEN: Final = (redis.RedisError, OperationalError, OSError)


def _nothing(_: str) -> None:
    return


def task_id(order: ScanOrder) -> str:
    """The name of an order in the queue: the same for the same system in the same run."""
    return hashlib.sha256(f"{order.run}\0{order.key}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class DistributedExecutor:
    """Lets workers scan, wherever they are."""

    broker: str = field(repr=False)
    record: str | None = field(default=None, repr=False)  # where workers keep their scans; None: the user's own record
    say: Callable[[str], None] = _nothing  # one line about what is waited for
    patience: float = 600.0  # seconds without a broker, or without a worker, after which the rest is given up
    lease: float = LEASE
    look: float = 0.5  # seconds between two looks

    def run(self, orders: Sequence[ScanOrder]) -> Iterator[Outcome]:
        """An outcome for each order, as they come.

        Raises:
            UnusableInput: the broker or the record cannot be used at the beginning.
        """
        require(self.broker)
        with client_of(self.broker) as client:
            yield from _Night(self, application(self.broker), Leases(client, self.lease)).outcomes(orders)


@dataclass(slots=True)
class _Waiting:
    """An order without an outcome."""

    order: ScanOrder
    ordered: int = 0
    missed_since: float | None = None
    comes_later: bool = False  # a worker holds it back for a while


class _Night:
    def __init__(self, executor: DistributedExecutor, app: Celery, leases: Leases) -> None:
        self._executor, self._app, self._leases = executor, app, leases
        self._waiting: dict[str, _Waiting] = {}
        self._said = ""
        self._nobody, self._look_again = False, 0.0

    def outcomes(self, orders: Sequence[ScanOrder]) -> Iterator[Outcome]:
        runs = sorted({order.run for order in orders})
        self._waiting = {task_id(order): _Waiting(order) for order in orders}
        try:
            yield from self._kept(self._waiting)
            for run in runs:
                self._leases.go_on(run)
            yield from self._awaited()
        finally:
            if self._waiting:  # interrupted, or nobody reads on
                self._stop(runs)

    def _awaited(self) -> Iterator[Outcome]:
        alone_since: float | None = None
        began = False
        while self._waiting:
            try:
                if not began:
                    self._begin()
                    began = True
                yield from self._answered()
                yield from self._found_again()
                why = self._alone()
            except _BROKEN as problem:
                why = f"the broker at {shown(self._executor.broker)} does not answer ({type(problem).__name__})"
            except UnusableInput as problem:
                why = f"{problem.what}: {problem.where}"  # the record, which is away for a while
            alone_since = (alone_since if alone_since is not None else time.monotonic()) if why else None
            self._tell(why)
            if alone_since is not None and time.monotonic() - alone_since > self._executor.patience:
                yield from self._given_up(why)
                return
            if self._waiting:
                time.sleep(self._executor.look)

    def _alone(self) -> str:
        """Said where no worker shows itself; looked for now and then, since it takes a walk over all keys."""
        if time.monotonic() >= self._look_again:
            self._look_again = time.monotonic() + self._executor.lease / 3
            self._nobody = not self._leases.has_worker()
        return "no worker is there: start `threatloom worker` with the same broker and record" if self._nobody else ""

    def _begin(self) -> None:
        """Orders all that nobody scans already: an earlier coordinator of the same run may have been lost."""
        held = self._leases.held(self._waiting)
        for name, waiting in self._waiting.items():
            if name not in held and not waiting.ordered:
                self._app.backend.forget(name)  # what came of it in an earlier try
                self._order(name, waiting)

    def _order(self, name: str, waiting: _Waiting) -> None:
        seconds = waiting.order.limits.seconds
        self._app.send_task(
            TASK, args=[waiting.order.model_dump(mode="json")], task_id=name, queue=QUEUE, expires=DAY,
            soft_time_limit=seconds + _MARGIN, time_limit=seconds + 2 * _MARGIN,
        )  # fmt: skip
        waiting.ordered += 1
        waiting.missed_since = None

    def _answered(self) -> Iterator[Outcome]:
        backend = self._app.backend
        names = tuple(self._waiting)
        for name, answer in zip(names, backend.mget([backend.get_key_for_task(name) for name in names]), strict=True):
            meta: dict[str, Any] = backend.decode_result(answer) if answer else {}
            self._waiting[name].comes_later = meta.get("status") == "RETRY"
            if meta.get("status") in ("SUCCESS", "FAILURE", "REVOKED"):
                yield _outcome(self._waiting.pop(name).order, meta)

    def _found_again(self) -> Iterator[Outcome]:
        """Orders what got lost anew; outcomes of what was scanned all the same, or lost too often."""
        lost = self._lost()
        yield from self._kept(lost)
        for name in sorted(lost & self._waiting.keys()):
            if self._waiting[name].ordered < MOST_ORDERED:
                self._order(name, self._waiting[name])
            else:
                yield _not_scanned(self._waiting.pop(name).order, "failed", f"it was ordered {MOST_ORDERED} times, and nobody finished it")

    def _lost(self) -> set[str]:
        """Orders that neither wait in the queue nor are scanned, for longer than it takes from one to the other."""
        missed = self._waiting.keys() - self._leases.held(self._waiting) if self._leases.is_empty(QUEUE) else set()
        now, lost = time.monotonic(), set()
        for name, waiting in self._waiting.items():
            if name not in missed:
                waiting.missed_since = None
            elif waiting.missed_since is None:
                waiting.missed_since = now
            elif now - waiting.missed_since > (_LATER if waiting.comes_later else self._executor.lease / 3):
                lost.add(name)
        return lost

    def _kept(self, names: Collection[str]) -> Iterator[Outcome]:
        """Those of them that the record has of their run."""
        with open_record(self._executor.record) as record:
            for name in sorted(names):
                order = self._waiting[name].order
                if (scan_id := kept_in_run(record, order.key, order.run)) is not None:
                    del self._waiting[name]
                    yield Outcome(name=order.name, key=order.key, kind="known", scan_id=scan_id)

    def _given_up(self, why: str) -> Iterator[Outcome]:
        """What is not scanned by now; the record may know of some whose outcome never came."""
        with suppress(UnusableInput):
            yield from self._kept(tuple(self._waiting))
        self._stop(sorted({waiting.order.run for waiting in self._waiting.values()}))
        while self._waiting:
            yield _not_scanned(self._waiting.popitem()[1].order, "failed", why)

    def _stop(self, runs: Sequence[str]) -> None:
        try:
            for run in runs:
                self._leases.stop(run)
        except _BROKEN:
            self._executor.say("the broker does not answer: workers finish what they have begun")

    def _tell(self, why: str) -> None:
        if why and why != self._said:
            self._executor.say(why)
        self._said = why


def _outcome(order: ScanOrder, meta: dict[str, Any]) -> Outcome:
    """What a worker answered; it may be of another version, and the broker is not ours alone."""
    if meta["status"] == "REVOKED":
        return _not_scanned(order, "stopped", "it waited for a worker for longer than a day")
    if meta["status"] == "FAILURE":
        return _not_scanned(order, "failed", f"its worker failed: {type(meta.get('result')).__name__}")
    try:
        outcome = Outcome.model_validate(meta.get("result"))
    except ValidationError:
        return _not_scanned(order, "failed", "its worker answered something else; is it of another version?")
    return outcome.model_copy(update={"name": order.name, "key": order.key, "reason": shorten(visible(outcome.reason), 300)})


def _not_scanned(order: ScanOrder, kind: OutcomeKind, reason: str) -> Outcome:
    return Outcome(name=order.name, key=order.key, kind=kind, reason=reason)
