import datetime as dt

import pytest
from triage.classify import Priority, Queue, Sorting
from triage.worker import priority_to_set

DAY = dt.datetime(2026, 10, 14, 10, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 10, 14, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("TRIAGE_OPENAI_API_KEY", "sk-not-a-key")


def urgent() -> Sorting:
    return Sorting(queue=Queue.DISPLAYS, priority=Priority.URGENT, summary="dark", sure=0.9)


def test_by_day_it_is_proposed():
    assert priority_to_set(urgent(), 0, DAY) == (Priority.HIGH, "proposed urgent")


def test_at_night_it_pages():
    assert priority_to_set(urgent(), 0, NIGHT) == (Priority.URGENT, "paged")


def test_three_times():
    assert priority_to_set(urgent(), 3, NIGHT)[0] is Priority.HIGH
