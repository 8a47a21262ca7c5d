"""A worker: takes orders from the queue, runs the same task as the local executor, keeps what it finds in the record.

What is given twice is scanned once: an order that another worker holds waits, one that the record has of this run is known. What is no
fault of the system's (the record cannot be reached) is tried again a few times, later each time; an order whose process was lost three
times is given up. The soft and hard limits of Celery lie behind those of the task: they end what the task could not end itself.
"""

from __future__ import annotations

import logging
import os
import socket
import warnings
from dataclasses import dataclass
from typing import Any, Final

import redis
from celery import Celery, Task, bootsteps
from celery.exceptions import Ignore, SecurityWarning
from celery.signals import setup_logging
from pydantic import ValidationError

from ingest.errors import UnusableInput
from pipeline.fleet.distributed.broker import QUEUE, TASK, application, client_of, require
from pipeline.fleet.distributed.leases import LEASE, Leases
from pipeline.fleet.order import Outcome, ScanOrder, Workplace
from pipeline.fleet.task import scan_system
from pipeline.record import open_record
from pipeline.reports.escape import shorten, visible

logger = logging.getLogger(__name__)
MOST_LOST: Final = 3  # processes that one order may cost
_PULSE: Final = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what may come back."""

    lease: float = LEASE
    retries: int = 5
    first_retry: float = 5.0  # seconds; each next one waits twice as long


def work(broker: str, place: Workplace, *, concurrency: int, patience: Patience | None = None) -> int:
    """Takes orders until it is told to end; the exit code. SIGTERM lets running scans finish, SIGQUIT gives them back.

    Raises:
        UnusableInput: the broker or the record cannot be used.
    """
    for told_by_us in ("celery.app.trace", "celery.worker.strategy", "alembic"):
        logging.getLogger(told_by_us).setLevel(logging.WARNING)
    warnings.simplefilter("ignore", SecurityWarning)  # advises an option that we do not have
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        logger.warning("this worker runs as root; a user of its own is enough")
    require(broker)
    with open_record(place.record):
        pass
    app = _with_task(application(broker), place, Leases(client_of(broker), (patience or Patience()).lease), patience or Patience())
    app.steps["worker"].add(_Pulse)
    setup_logging.connect(_leave_logging)  # Celery would set it up anew
    worker = app.Worker(
        hostname=f"threatloom@{_name()}", concurrency=concurrency, pool="prefork", queues=[QUEUE], quiet=True,
        without_gossip=True, without_mingle=True, without_heartbeat=True,
    )  # fmt: skip
    logger.info("waiting for orders, %d at a time", concurrency)
    worker.start()
    return int(worker.exitcode or 0)


def is_alive(broker: str) -> bool:
    """Whether the worker of this machine has shown itself lately."""
    require(broker)
    with client_of(broker) as client:
        return Leases(client).has_worker(socket.gethostname())


def _leave_logging(**_: Any) -> None:
    return


def _name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class _Pulse(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Says now and then that this worker is there, from the loop that takes orders: one that hangs falls silent."""

    requires = frozenset({"celery.worker.components:Timer"})

    def __init__(self, parent: Any, **_: Any) -> None:
        self._timer: Any = None
        self._leases = Leases(client_of(parent.app.conf.broker_url))

    def start(self, parent: Any) -> None:
        self._show()
        self._timer = parent.timer.call_repeatedly(_PULSE, self._show)

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
        try:
            self._leases.hide_worker(socket.gethostname())
        except redis.RedisError:
            logger.debug("the broker does not answer")

    def _show(self) -> None:
        try:
            self._leases.show_worker(socket.gethostname(), _PULSE)
        except redis.RedisError:
            logger.debug("the broker does not answer")


def _with_task(app: Celery, place: Workplace, leases: Leases, patience: Patience) -> Celery:
    @app.task(name=TASK, bind=True, max_retries=None)  # type: ignore[untyped-decorator]
    def scan(task: Task, asked: dict[str, Any]) -> dict[str, Any]:
        return _answered(task, asked, place, leases, patience).model_dump(mode="json")

    return app


def _answered(task: Task, asked: dict[str, Any], place: Workplace, leases: Leases, patience: Patience) -> Outcome:
    """What came of what a message asks; `Ignore` and `Retry` are Celery's way of saying: nothing yet."""
    try:
        order = ScanOrder.model_validate(asked)
    except ValidationError as problem:
        logger.error("a message that is no order was thrown away: %s", shorten(visible(str(problem.errors()[0]["msg"])), 200))
        raise Ignore from None
    name = str(task.request.id)
    with leases.taken(name, order.run) as lease:
        if lease is None:  # its holder may be lost with it: look again when the lease would have run out
            raise task.retry(countdown=leases.seconds + 1, max_retries=None)
        if leases.is_stopped(order.run):
            raise Ignore
        if leases.begin_try(name) > MOST_LOST:
            return _failed(order, f"whoever scanned it was lost {MOST_LOST} times")
        if (gone := _missing(place)) is not None:
            return _again(task, order, gone, leases, patience)
        outcome = scan_system(order, place, stopped=lambda: lease.is_unwanted)
        if not outcome.is_good and (gone := _missing(place)) is not None:
            return _again(task, order, gone, leases, patience)
        leases.end_try(name)
        logger.info("%s: %s in %.1f s %s", visible(order.name), outcome.kind, outcome.seconds, visible(outcome.reason))
        return outcome


def _missing(place: Workplace) -> str | None:
    """Why the record cannot be used just now."""
    try:
        with open_record(place.record):
            return None
    except UnusableInput as problem:
        return f"{problem.what}: {problem.where}"


def _again(task: Task, order: ScanOrder, why: str, leases: Leases, patience: Patience) -> Outcome:
    """Later, for what is no fault of the system's; a few times."""
    leases.end_try(str(task.request.id))
    done = int((task.request.headers or {}).get("threatloom_tries", 0))
    if done >= patience.retries:
        return _failed(order, why)
    logger.warning("%s; tried again", why)
    raise task.retry(countdown=patience.first_retry * 2**done, headers={"threatloom_tries": done + 1}, max_retries=None)


def _failed(order: ScanOrder, reason: str) -> Outcome:
    return Outcome(name=order.name, key=order.key, kind="failed", reason=shorten(visible(" ".join(reason.split())), 300))
