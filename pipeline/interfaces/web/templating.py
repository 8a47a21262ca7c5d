"""Templates of the pages: all text is made visible and escaped, words are said as in the reports."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from pipeline.handbook.site import anchor, named, spoken, titled
from pipeline.reports.escape import shorten, visible
from pipeline.reports.inline import environment
from pipeline.reports.wording import plural, sentence

FOLDER = Path(__file__).with_name("templates")
STATIC = Path(__file__).with_name("static")
STATUSES = {
    "new": "new", "open": "open", "reopened": "reopened", "unknown": "not looked for", "accepted": "accepted", "dismissed": "dismissed",
    "fixed": "fixed",
}  # fmt: skip
SOURCES = {"rule": "rule", "llm": "model", "both": "rule and model", "contradiction": "documents and code disagree"}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """The templates with their filters; compiled once, for they are files of ours that do not change."""
    from pipeline.interfaces.web.desk import digest

    made = environment(FOLDER)
    made.filters.update(
        words=spoken, titled=titled, named=named, told=told, anchor=anchor, brief=brief, ago=ago, day=day, moment=moment, said=sentence,
        digest=digest, part=part, status=lambda name: STATUSES.get(name, name), source=lambda name: SOURCES.get(name, name),
        element_name=lambda element: element.partition(":")[2] or element,
    )  # fmt: skip
    made.globals.update(plural=plural, stamps=_stamps(), statuses=STATUSES)
    return made


def render(template: str, **given: Any) -> str:  # Any: what the template asks for
    return _environment().get_template(f"{template}.html.j2").render(**given)


def brief(text: str, limit: int = 90) -> str:
    """The beginning of a text that may be long; of a path its end."""
    shown = visible(text)
    return shorten(shown, limit) if "/" not in shown or " " in shown else shown if len(shown) <= limit else f"…{shown[1 - limit :]}"


def told(text: str, limit: int) -> Markup:
    """The beginning of a sentence in which names stand between backticks, cut so that none of them is left open."""
    cut = shorten(text, limit)
    return named(cut + "`" if cut != text and cut.count("`") % 2 else cut)


def part(text: str) -> str:
    """A text as one segment of an address."""
    return quote(text.encode("utf-8", "replace"), safe="")


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was, in the largest unit that says enough."""
    seconds = max(int((_aware(now) - _aware(then)).total_seconds()), 0)
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{plural(seconds // size, unit)} ago"
    return "just now"


def day(then: datetime) -> str:
    return f"{_aware(then):%Y-%m-%d}"


def moment(then: datetime) -> str:
    return f"{_aware(then):%Y-%m-%d %H:%M} UTC"


def _aware(then: datetime) -> datetime:
    return then.replace(tzinfo=UTC) if then.tzinfo is None else then.astimezone(UTC)


def _stamps() -> dict[str, str]:
    """What stands behind the name of a file of ours in its address, so that a new one is never taken from a cache."""
    from hashlib import sha256

    return {file.name: sha256(file.read_bytes()).hexdigest()[:10] for file in sorted(STATIC.iterdir()) if file.is_file()}
