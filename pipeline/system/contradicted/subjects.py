"""What data a sentence, a setting or a table is about: the things that are counted in it, as one form of each word.

Takes a phrase ("comments of drivers, summaries") or a name (`keep_events_days`), gives the nouns that stand for the data: the last word of
each item before what is said about it. Two that share one may be about the same data, also where no list of sorts has the word.
"""

from __future__ import annotations

import re

from pipeline.system.rules.words import words_of

_ITEM = re.compile(r"[,;/&]|\band\b|\bor\b", re.IGNORECASE)
_SAID_ABOUT = re.compile(r"\([^)]*\)?|\b(?:of|from|for|about|on|in|with|by|per|that|which|who|whose|at|to)\b.*$", re.IGNORECASE)
_OF_SETTINGS = frozenset(
    {
        *(
            "keep",
            "kept",
            "retention",
            "retain",
            "retained",
            "ttl",
            "expire",
            "expires",
            "expiry",
            "expiration",
            "max",
            "age",
            "old",
            "older",
        ),
        *("years", "year", "months", "month", "weeks", "week", "days", "day", "hours", "hour", "minutes", "seconds", "period", "time"),
        *("for", "after", "than", "in", "up", "delete", "purge", "prune", "cleanup", "clean", "default", "limit", "policy", "data"),
    }
)
_SHORT = 4
_NO_DATA = frozenset(
    {"data", "information", "all", "everything", "other", "rest", "thing", "row", "record", "token", "key", "value", "item"}
)


def subjects_of(phrase: str) -> frozenset[str]:
    """The things a phrase counts: "listening events (account, time)" are events, "comments of drivers" comments."""
    found = set[str]()
    for item in _ITEM.split(re.sub(r"\([^)]*\)?", " ", phrase)):
        words = words_of(_SAID_ABOUT.sub("", item.strip()))
        if words:
            found.add(_form(words[-1]))
    return frozenset(found) - _NO_DATA


def subject_of_name(name: str) -> frozenset[str]:
    """The thing that a setting keeps or a table holds: `keep_events_days`, `retention.closed-claim-months`."""
    words = [word for word in words_of(name) if word not in _OF_SETTINGS and not word.isdigit()]
    return frozenset({_form(words[-1])} if words else ()) - _NO_DATA


def _form(word: str) -> str:
    """A noun as it is counted once: "entries" and "entry", "messages" and "message"."""
    lowered = word.lower()
    if lowered.endswith("ies") and len(lowered) > _SHORT:
        return f"{lowered[:-3]}y"
    return lowered[:-1] if lowered.endswith("s") and not lowered.endswith("ss") and len(lowered) > _SHORT else lowered
