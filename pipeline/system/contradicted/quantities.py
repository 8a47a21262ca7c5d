"""Quantities in sentences and in lines of code: rates, lengths, spans of time and amounts, in one unit each.

Takes a text, gives numbers that can be compared. Left out: numbers whose unit is not said, and amounts that a line computes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600, "d": 86_400, "day": 86_400,
    "w": 604_800, "week": 604_800, "month": 2_629_800, "year": 31_557_600,
}  # fmt: skip
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "twelve": 12, "fourteen": 14, "fifteen": 15,
    "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip
_NUMBER = rf"(\d[\d,_]{{0,14}}|{'|'.join(_NUMBERS)})"
_TIME = r"(seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_PER = re.compile(
    rf"\b{_NUMBER} (?:[a-z-]+ ){{1,3}}?(?:per|an?|each|every) (?:(?:user|ip|caller|client|session|tenant|key|customer|person|address)"
    rf"(?: (?:and|per|an?|each|every))? )?{_TIME}\b",
    re.IGNORECASE,
)
_SLASH = re.compile(r"\b(\d[\d_,]{0,14}) ?(?:/|r/|per) ?(\d{1,3} ?)?(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?)\b", re.IGNORECASE)
_RPM = re.compile(r"\b(\d[\d,_]{0,14}) ?(rpm|rps|qps)\b", re.IGNORECASE)
_TIMES = re.compile(r"\b(?:times|limit|points|max|maxRequests)\s*[=:]\s*(\d{1,12})")
_WINDOW = re.compile(r"\b(milliseconds|seconds|minutes|hours|days|windowMs|window_seconds|duration|period)\s*[=:]\s*([\d_ *]{1,60})")
_WINDOW_UNITS = {"milliseconds": 0.001, "windowMs": 0.001, "seconds": 1, "window_seconds": 1, "duration": 1, "period": 1, "minutes": 60,
                 "hours": 3600, "days": 86_400}  # fmt: skip
_SLIDING = re.compile(r"\b(?:slidingWindow|fixedWindow|tokenBucket)\((\d{1,12}), ?[\"'`](\d{1,6}) ?(s|m|h|d)[\"'`]")
_PERMITS = re.compile(r"\b(?:PermitLimit|TokenLimit)\s*=\s*(\d{1,12})")
_SPAN = re.compile(r"\bTimeSpan\.From(Seconds|Minutes|Hours|Days)\((\d{1,9})\)")
_CHARACTERS = re.compile(r"\b(\d[\d,]{0,14})(k?) ?(?:characters?|chars?)\b", re.IGNORECASE)
_LENGTH = re.compile(
    r"\b(?:max_?length|max_?len|max_?chars?|max_?characters|MaxLength)\b\W{1,4}(\d[\d_]{0,12})|\.max\((\d[\d_]{0,12})|@Size\([^)]{0,80}max\s*=\s*(\d{1,12})"
    r"|\bStringLength\((\d{1,12})|(?:\blen\([\w.]+\)|\.[lL]ength(?:\(\))?)\s*>=?\s*(\d[\d_]{0,12})|\[:(\d[\d_]{0,12})\]",
    re.IGNORECASE,
)
_SPELT = re.compile(rf"\b{_NUMBER}[ -]{_TIME}\b", re.IGNORECASE)
_SUM = r"(\d[\d,]{0,14}(?:\.\d{1,4})?)"
_MONEY = re.compile(
    rf"(?:[$\u20ac\u00a3] ?{_SUM}|\b{_SUM} ?(?:eur|usd|gbp|chf|euros?|dollars|pounds|\u20ac|\$))", re.IGNORECASE
)  # fmt: skip


def rates(text: str) -> list[float]:
    """Calls per second of every rate that a text names, in prose or as limiters are told."""
    told = [(match[1], "1", match[2]) for match in _PER.finditer(text)]
    told += [(match[1], match[2] or "1", match[3]) for match in _SLASH.finditer(text)]
    told += [(match[1], "1", "minute" if match[2].lower() == "rpm" else "second") for match in _RPM.finditer(text)]
    told += [(match[1], match[2], match[3]) for match in _SLIDING.finditer(text)]
    found = [_number(calls) / (_number(times) * _seconds(unit)) for calls, times, unit in told if _number(times)]
    return [*found, *_windows(text)]


def _windows(text: str) -> Iterator[float]:
    """`times=10, seconds=60`; `windowMs: 60 * 1000, max: 100`; `PermitLimit = 4, Window = TimeSpan.FromSeconds(12)`."""
    times, permits = _TIMES.findall(text), _PERMITS.findall(text)
    windows = [span for name, value in _WINDOW.findall(text) if (span := _product(value) * _WINDOW_UNITS[name]) > 0]
    spans = [_seconds(unit) * int(count) for unit, count in _SPAN.findall(text) if int(count)]
    if len(times) == 1 and len(windows) == 1:
        yield int(times[0]) / windows[0]
    if len(permits) == 1 and len(spans) == 1:
        yield int(permits[0]) / spans[0]


def lengths(text: str) -> list[int]:
    """Characters that a sentence allows."""
    return [_number(match[1]) * (1000 if match[2] else 1) for match in _CHARACTERS.finditer(text)]


def length_limits(text: str) -> list[int]:
    """Characters that a line of code allows."""
    return [_number(next(filter(None, match.groups()))) for match in _LENGTH.finditer(text)]


def spans(text: str) -> list[int]:
    """Seconds of every span of time that a sentence names."""
    return [_number(match[1]) * _seconds(match[2]) for match in _SPELT.finditer(text)]


def amounts(text: str) -> list[float]:
    """Sums of money that a sentence names, whatever the currency."""
    return [float((match[1] or match[2]).replace(",", "")) for match in _MONEY.finditer(text)]


def said_span(seconds: float) -> str:
    """A span in words, in the largest unit that counts it whole."""
    for unit in ("year", "month", "day", "hour", "minute"):
        count = seconds / _SECONDS[unit]
        if count >= 1 and count == int(count):
            return f"{int(count)} {unit}{'s' if count != 1 else ''}"
    return f"{seconds:g} seconds"


def said_rate(per_second: float) -> str:
    """A rate in words, in the smallest unit that counts it whole."""
    for unit in ("second", "minute", "hour", "day"):
        count = per_second * _SECONDS[unit]
        if count >= 1 and abs(count - round(count)) < 0.001:
            return f"{round(count)} per {unit}"
    return f"{per_second * 3600:.1f} per hour"


def _number(text: str) -> int:
    return _NUMBERS.get(text.lower()) or int(re.sub(r"\D", "", text) or 0)


def _seconds(unit: str) -> int:
    name = unit.lower()
    return _SECONDS.get(name) or _SECONDS[name.removesuffix("s")]


def _product(text: str) -> int:
    found = 1
    for part in text.split("*"):
        digits = re.sub(r"\D", "", part)
        found *= int(digits[:12]) if digits else 1
    return found
