"""What the record of the model's server says of who waited for whom.

Takes when requests arrived and were answered, gives how long the same calls would take if nobody but the model took time, and in which
share of the time fewer were in flight than could have been.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as the server saw it; times are of one clock."""

    asked: str  # name of the reply's schema
    turn: int  # how often the model had spoken in it already
    arrived: float
    finished: float
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Busy:
    """How the scenes were asked about."""

    seconds: float  # from the answer to the survey to the question for the summary
    in_flight: float  # call seconds
    could_be: float  # call seconds, with every scene that was not done yet asking, up to the most at once

    @property
    def share(self) -> float:
        return self.in_flight / self.could_be if self.could_be else 1.0


def phase(calls: Sequence[Call], asked: str) -> list[Call]:
    return [call for call in calls if call.asked == asked]


def surveying(calls: Sequence[Call]) -> list[Call]:
    """The survey, which is over before the first question about a scene; the check of what it says goes along with the scenes."""
    return phase(calls, "SystemSurvey")


def about_scenes(calls: Sequence[Call]) -> list[Call]:
    before = surveying(calls)
    return [call for call in calls if call.asked in ("ElementThreats", "Verdicts") and call not in before]


def busy(calls: Sequence[Call], at_once: int = AT_ONCE) -> Busy:
    """How many calls about scenes were in flight, of those that could have been."""
    scenes = about_scenes(calls)
    if not scenes:
        return Busy(0.0, 0.0, 0.0)
    begun = max((call.finished for call in surveying(calls)), default=min(call.arrived for call in scenes))
    ended = max(call.finished for call in scenes)
    left = sum(call.turn == 0 for call in phase(scenes, "ElementThreats"))
    ends = sorted(call.finished for call in phase(scenes, "Verdicts"))
    left = max(left, len(ends))
    could, at = 0.0, begun
    for number, end in enumerate(ends):
        could += min(at_once, left - number) * max(0.0, end - at)
        at = max(at, end)
    could += min(at_once, left - len(ends)) * max(0.0, ended - at)
    return Busy(ended - begun, sum(call.finished - call.arrived for call in scenes), could)


def ideal(calls: Sequence[Call], seconds: float, at_once: int = AT_ONCE) -> float:
    """Seconds that the same calls take one after the other where they must and at once where they may, with nothing between."""
    one_by_one = len(surveying(calls)) + len(phase(calls, "ExecutiveSummary"))
    return seconds * one_by_one + ideal_of_scenes(calls, seconds, at_once)


def ideal_of_scenes(calls: Sequence[Call], seconds: float, at_once: int = AT_ONCE) -> float:
    """The same for the calls about scenes alone."""
    rest = len(about_scenes(calls))
    scenes = max(1, sum(call.turn == 0 for call in phase(calls, "ElementThreats")))
    return seconds * _rounds(list(_chains(scenes, rest)), at_once)


def _chains(scenes: int, calls: int) -> Iterator[int]:
    """Lengths of the chains: as even as their number allows, longer ones first."""
    for number in range(scenes):
        yield calls // scenes + (number < calls % scenes)


def _rounds(chains: Sequence[int], at_once: int) -> int:
    """Rounds of calls until all chains are done; the longest that is left goes first."""
    left = [-length for length in chains if length]
    heapq.heapify(left)
    rounds = 0
    while left:
        rounds += 1
        asked = [heapq.heappop(left) + 1 for _ in range(min(at_once, len(left)))]
        for length in asked:
            if length:
                heapq.heappush(left, length)
    return rounds
