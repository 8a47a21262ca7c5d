"""Who scans the systems of a night: an executor takes orders and gives their outcomes as they come.

The local one runs as many scans at a time as it is told, each in a child process (`task`). Others do the same on other machines; nothing
else differs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from pipeline.fleet.order import Outcome, ScanOrder, Workplace
from pipeline.fleet.task import scan_system


class Executor(Protocol):
    """Runs orders. Each order has one outcome; their sequence says nothing. Who stops reading, stops the rest."""

    def run(self, orders: Sequence[ScanOrder]) -> Iterator[Outcome]: ...


@dataclass(frozen=True, slots=True)
class LocalExecutor:
    """Scans on this machine, several at a time."""

    workplace: Workplace
    jobs: int = 1

    def run(self, orders: Sequence[ScanOrder]) -> Iterator[Outcome]:
        stop = threading.Event()
        waiting = iter(orders)
        with ThreadPoolExecutor(max_workers=self.jobs, thread_name_prefix="scan") as pool:
            try:
                running: set[Future[Outcome]] = set()
                while True:
                    while len(running) < self.jobs and (order := next(waiting, None)) is not None:
                        running.add(pool.submit(scan_system, order, self.workplace, stopped=stop.is_set))
                    if not running:
                        return
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from sorted((future.result() for future in done), key=lambda outcome: outcome.name)
            finally:
                stop.set()  # interrupted, or nobody reads on: what still runs is ended
