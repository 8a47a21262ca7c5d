"""Night after night: when the next one begins, and what one that fails costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
import pytest

from ingest.errors import UnusableInput
from pipeline.interfaces.cli.every import Interval, repeated


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
        self.waited: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)


def test_the_next_night_begins_a_day_after_the_last_began() -> None:
    clock, begun = Clock(), list[tuple[datetime, bool]]()

    def night(now: datetime, another: bool) -> int:
        begun.append((now, another))
        clock.now += timedelta(hours=3)
        return len(begun)

    assert repeated(timedelta(hours=24), night, clock=clock, sleep=clock.sleep, nights=3) == 3
    assert [(now.day, now.hour, another) for now, another in begun] == [(1, 2, False), (2, 2, False), (3, 2, False)]


def test_a_second_night_of_a_day_is_a_run_of_its_own_and_a_long_night_is_not_made_up_for() -> None:
    clock, begun = Clock(), list[tuple[int, bool]]()

    def night(now: datetime, another: bool) -> int:
        begun.append((now.hour, another))
        clock.now += timedelta(hours=5 if len(begun) == 1 else 1)
        return 0

    repeated(timedelta(hours=2), night, clock=clock, sleep=clock.sleep, nights=3)
    assert begun == [(2, False), (7, True), (9, True)]


def test_a_night_that_cannot_begin_costs_itself_alone(capsys: pytest.CaptureFixture[str]) -> None:
    clock, begun = Clock(), 0

    def night(now: datetime, another: bool) -> int:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise UnusableInput("the broker does not answer", "redis://host", "start it")
        return 0

    assert repeated(timedelta(hours=24), night, clock=clock, sleep=clock.sleep, nights=2) == 0
    assert capsys.readouterr().err.splitlines()[0] == "threatloom: error: the broker does not answer: redis://host (start it)"


@pytest.mark.parametrize("text", ["", "0h", "4m", "24", "h", "-1d", "1.5h", "999999d", "24h\n"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="five minutes"):
        Interval().convert(text, None, None)
