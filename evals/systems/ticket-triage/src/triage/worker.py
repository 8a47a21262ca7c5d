"""Takes jobs, asks the model, writes back."""

import datetime as dt
import logging
import time
from zoneinfo import ZoneInfo

import httpx
from openai import OpenAIError

from . import db, helpdesk
from .classify import NoAnswer, Priority, Sorting, classify
from .settings import settings

log = logging.getLogger("triage.worker")
HOME = ZoneInfo("Europe/Vienna")


def office_hours(now: dt.datetime) -> bool:
    local = now.astimezone(HOME)
    return local.weekday() < 5 and 8 <= local.hour < 18


def priority_to_set(sorting: Sorting, paged_tonight: int, now: dt.datetime) -> tuple[Priority, str]:
    """`urgent` pages; by day it is only proposed (decision 1), at night three times at most (decision 6)."""
    if sorting.priority is not Priority.URGENT:
        return sorting.priority, "sorted"
    if office_hours(now):
        return Priority.HIGH, "proposed urgent"
    if paged_tonight >= settings().pages_per_night:
        return Priority.HIGH, "urgent, too many pages"
    return Priority.URGENT, "paged"


def handle(number: int) -> None:
    ticket = helpdesk.ticket(number)
    if ticket["queue"] != "inbox":  # somebody was faster
        with db.connect() as connection:
            db.finish(connection, number, {}, {}, "left alone")
        return
    sorting, call = classify(ticket["subject"], ticket["text"])
    if sorting.sure < settings().sure:
        helpdesk.note(number, f"Triage is not sure ({sorting.queue}?). {sorting.summary}")
        with db.connect() as connection:
            db.finish(connection, number, sorting.model_dump(mode="json"), call, "not sure")
        return
    with db.connect() as connection:
        priority, applied = priority_to_set(sorting, db.count(connection, "paged", 12), dt.datetime.now(dt.UTC))
        helpdesk.sort(number, sorting.queue, priority)
        helpdesk.note(number, f"Triage ({applied}): {sorting.summary}")
        db.finish(connection, number, sorting.model_dump(mode="json"), call, applied)


def step() -> bool:
    with db.connect() as connection:
        if db.count(connection, None, 1) >= settings().calls_per_hour:
            log.warning("hourly limit reached, tickets wait in the inbox")
            return False
        number = db.take_job(connection)
    if number is None:
        return False
    try:
        handle(number)
    except (OpenAIError, NoAnswer, httpx.HTTPError) as reason:
        log.warning("ticket %d stays in the inbox for now: %s", number, type(reason).__name__)
    return True


def main() -> None:
    logging.basicConfig(level=logging.INFO)
    with db.connect() as connection:
        connection.execute(db.SCHEMA)
    while True:
        if not step():
            time.sleep(5)


if __name__ == "__main__":
    main()
