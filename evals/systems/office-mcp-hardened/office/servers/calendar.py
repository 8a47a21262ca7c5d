"""Appointments of the sales people."""
import os
from datetime import datetime, timedelta

import caldav
from dateutil import parser
from fastmcp import FastMCP
from fastmcp.exceptions import ToolError

from office.servers.signin import person as caller
from office.servers.signin import verifier

mcp = FastMCP("calendar", auth=verifier("office-calendar"))
PEOPLE = ("jens", "aylin", "petra", "leitung")

WORKDAY = (8, 18)


def _calendar(person: str) -> caldav.Calendar:
    if person.lower() not in PEOPLE:
        raise ToolError("no such person")
    client = caldav.DAVClient(
        url=os.environ["CALDAV_URL"],
        username=os.environ.get("CALDAV_USER", "office"),
        password=os.environ.get("CALDAV_PASSWORD", ""),
    )
    return client.calendar(url=f"{os.environ['CALDAV_URL']}{person.lower()}/termine/")


def _span(event: caldav.Event) -> tuple[datetime, datetime]:
    component = event.icalendar_component
    return component["dtstart"].dt, component["dtend"].dt


@mcp.tool
def appointments(person: str, day: str, days: int = 1) -> list[dict]:
    """Appointments of a sales person from a day on."""
    start = parser.parse(day)
    found = []
    for event in _calendar(person).search(start=start, end=start + timedelta(days=min(days, 31)), event=True, expand=True):
        begin, end = _span(event)
        component = event.icalendar_component
        found.append({
            "id": str(component.get("uid")),
            "begin": str(begin),
            "end": str(end),
            "title": str(component.get("summary", "")) if person.lower() == caller() else "taken",
            "place": str(component.get("location", "")) if person.lower() == caller() else "",
        })
    return found


@mcp.tool
def free(person: str, day: str, minutes: int = 60) -> list[str]:
    """When a sales person has time on a day."""
    start = parser.parse(day).replace(hour=WORKDAY[0], minute=0)
    close = start.replace(hour=WORKDAY[1])
    taken = [_span(e) for e in _calendar(person).search(start=start, end=close, event=True, expand=True)]
    slots = []
    while start + timedelta(minutes=minutes) <= close:
        end = start + timedelta(minutes=minutes)
        if all(end <= begin.replace(tzinfo=None) or start >= stop.replace(tzinfo=None) for begin, stop in taken):
            slots.append(start.strftime("%H:%M"))
        start += timedelta(minutes=30)
    return slots


@mcp.tool
def book(begin: str, minutes: int, title: str, place: str = "", notes: str = "") -> str:
    """Put an appointment into the calendar of the person in the conversation."""
    start = parser.parse(begin)
    event = _calendar(caller()).save_event(
        dtstart=start,
        dtend=start + timedelta(minutes=min(minutes, 480)),
        summary=title,
        location=place,
        description=notes,
    )
    return str(event.icalendar_component["uid"])


if __name__ == "__main__":
    mcp.run(transport="http", host="0.0.0.0", port=8102)
