"""Small charts as SVG, drawn here and not by a script: bars of nights, a line of one system.

Takes figures, gives shapes with numbers for coordinates; the template writes them down. Colours come from classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.fleet.landscape.model import Night
from pipeline.reports.wording import plural
from pipeline.system.model import Severity

WIDTH, HEIGHT = 420, 132
_LEFT, _TOP, _BOTTOM = 34, 8, 20
_SHOWN: tuple[Severity, ...] = ("critical", "high", "medium", "low")
LINE_WIDTH, LINE_HEIGHT = 84, 20


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    severity: Severity
    said: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Trend:
    bars: tuple[Bar, ...]
    levels: tuple[Tick, ...]
    days: tuple[Tick, ...]
    said: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT


@dataclass(frozen=True, slots=True)
class Line:
    points: str
    end_x: float
    end_y: float
    said: str


def trend(nights: Sequence[Night]) -> Trend | None:
    """Open findings by night; None where there is but one."""
    if len(nights) < 2:
        return None
    most = max(max(sum(night.open[one] for one in _SHOWN) for night in nights), 1)
    top = _round_up(most)
    room, height = WIDTH - _LEFT - 6, HEIGHT - _TOP - _BOTTOM
    step = room / len(nights)
    bars: list[Bar] = []
    for number, night in enumerate(nights):
        y = float(_TOP + height)
        for severity in reversed(_SHOWN):
            count = night.open[severity]
            if not count:
                continue
            tall = count * height / top
            y -= tall
            said = f"{night.day}: {count} {severity}, {night.scanned} of {plural(night.systems, 'system')} scanned"
            wide = min(step * 0.72, 30.0)
            bars.append(Bar(_near(_LEFT + step * number + (step - wide) / 2), _near(y), _near(wide), _near(tall), severity, said))
    levels = tuple(Tick(_LEFT - 6, _near(_TOP + height - height * part / top), str(part)) for part in sorted({0, top // 2, top}))
    every = max(1, -(-len(nights) // 6))
    shown = [number for number in range(len(nights)) if (len(nights) - 1 - number) % every == 0]
    days = tuple(Tick(_near(_LEFT + step * (number + 0.5)), HEIGHT - 5, nights[number].day[5:]) for number in shown)
    first, last = (sum(nights[at].open[one] for one in _SHOWN) for at in (0, -1))
    return Trend(tuple(bars), levels, days, f"open findings from {nights[0].day} ({first}) to {nights[-1].day} ({last})")


def line(history: Sequence[int]) -> Line | None:
    """Critical and high findings of one system over its scans; None where there is but one scan."""
    if len(history) < 2:
        return None
    most = max(max(history), 1)
    step = (LINE_WIDTH - 8) / (len(history) - 1)
    points = [(_near(3 + step * at), _near(LINE_HEIGHT - 3 - value * (LINE_HEIGHT - 6) / most)) for at, value in enumerate(history)]
    said = f"critical and high: {', '.join(map(str, history))}"
    return Line(" ".join(f"{x},{y}" for x, y in points), *points[-1], said)


def _round_up(most: int) -> int:
    """The next number that halves well."""
    step = 2
    while most > step * 10:
        step *= 10
    return -(-most // step) * step


def _near(value: float) -> float:
    return round(value, 1)
