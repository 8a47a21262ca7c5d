"""Night after night: what `landscape --every 24h` does between its nights, which is to wait.

A night that fails costs itself alone. One that took longer than the time between two is followed by the next at once; none is made up for.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import click

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SHORTEST = timedelta(minutes=5)


class Interval(click.ParamType[timedelta]):
    """A time such as 24h, 30m or 7d."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([1-9]\d{0,4})([mhdw])", str(value))
        interval = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else timedelta()
        if interval < SHORTEST:
            self.fail(f"{value!r} is no time of five minutes or more (give 24h, 30m or 7d)", param, ctx)
        return interval


def repeated(
    every: timedelta, night: Callable[[datetime, bool], int], *, clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep, nights: int | None = None,
) -> int:  # fmt: skip
    """Runs nights until it is interrupted; the code of the last one. A night is told when it begins, and whether its day had one before."""
    from ingest.errors import UnusableInput
    from pipeline.reports.escape import visible

    code, before = 0, None
    while nights is None or nights > 0:
        began = clock()
        try:
            code = night(began, before is not None and before.date() == began.date())
        except UnusableInput as problem:
            code = 3
            for line in problem.lines:
                click.echo(f"threatloom: error: {visible(' '.join(line.split()))}", err=True)
        before, nights = began, None if nights is None else nights - 1
        wait = (began + every - clock()).total_seconds()
        if wait > 0 and nights != 0:
            click.echo(f"threatloom: the next night begins at {began + every:%Y-%m-%d %H:%M} UTC", err=True)
            sleep(wait)
    return code
