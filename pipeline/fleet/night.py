"""One night: which run it is, what of it is done already, and the rest by an executor.

A run is called after the fleet and the day. Started again on the same day it goes on where it was left: what the record has of the run is
not scanned again. A second run on one day is asked for, and called after its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from pipeline.fleet.executors import Executor
from pipeline.fleet.fleet_file import Fleet
from pipeline.fleet.order import Outcome, ScanOrder
from pipeline.record import Record

_MOST_SCANS = 20  # of a system that are looked through for a run


def run_of(fleet: Fleet, record: Record, day: date, *, again: bool = False) -> str:
    """The run to go on with on a day, or the next one."""
    first = f"{fleet.name}@{day.isoformat()}"
    taken = {entry.run for member in fleet.members for entry in record.scans(member.key, _MOST_SCANS) if entry.run}
    number = max((_number(run, first) for run in taken), default=0)
    number = number + 1 if again else max(number, 1)
    return first if number == 1 else f"{first}#{number}"


def last_run_of(fleet: Fleet, record: Record) -> str | None:
    """The newest run that scanned a system of the fleet; None where none did."""
    entries = [entry for member in fleet.members for entry in record.scans(member.key, _MOST_SCANS) if entry.run and not entry.late]
    return max(entries, key=lambda entry: (entry.at, entry.id)).run if entries else None


def _number(run: str, first: str) -> int:
    if run == first:
        return 1
    rest = run.removeprefix(f"{first}#")
    return int(rest) if rest != run and rest.isdecimal() and len(rest) < 6 else 0


def begun(fleet: Fleet, record: Record, run: str, now: datetime) -> datetime:
    """When a run began: with its first scan, or now."""
    return min((entry.at for member in fleet.members for entry in record.scans(member.key, _MOST_SCANS) if entry.run == run), default=now)


def divided(orders: Sequence[ScanOrder], record: Record) -> tuple[tuple[Outcome, ...], tuple[ScanOrder, ...]]:
    """What of a night is done already, and what is left to do."""
    known: list[Outcome] = []
    rest: list[ScanOrder] = []
    for order in orders:
        entry = next((one for one in record.scans(order.key, _MOST_SCANS) if one.run == order.run), None)
        if entry is None:
            rest.append(order)
        else:
            known.append(Outcome(name=order.name, key=order.key, kind="known", scan_id=entry.id, errors=entry.errors))
    return tuple(known), tuple(rest)


def outcomes_of(orders: Sequence[ScanOrder], executor: Executor) -> Iterator[Outcome]:
    """One outcome for each order, as they come; an executor that has none to tell is told so."""
    left = {order.key: order for order in orders}
    for outcome in executor.run(orders):
        if left.pop(outcome.key, None) is not None:
            yield outcome
    for order in left.values():
        yield Outcome(name=order.name, key=order.key, kind="failed", reason="nobody said what came of it")
