"""Time against size as an SVG: both axes logarithmic, one line per kind of run, named at its end.

Takes points, gives text, the same for the same points. A run that did not end is drawn hollow, at its limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from benchmarks.runs import KINDS, TITLES, Kind, Measurements

_WIDTH, _HEIGHT = 860, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 230, 50, 60
_NEAREST_LABELS = 16
_COLOURS: Mapping[Kind, str] = {  # Okabe and Ito's, told apart by most eyes
    "raw": "#000000",
    "cold": "#d55e00",
    "same": "#0072b2",
    "one": "#56b4e9",
    "twenty": "#009e73",
    "bandit": "#cc79a7",
    "semgrep": "#8a6d00",
}


@dataclass(frozen=True, slots=True)
class Point:
    lines: float
    seconds: float
    ended: bool


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float  # logarithms of the values at its ends
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        steps = [step * 10.0**power for power in range(floor(self.low), ceil(self.high) + 1) for step in (1, 3)]
        return [step for step in steps if self.low <= log10(step) <= self.high]


def plot(measurements: Measurements) -> str:
    """The whole picture."""
    series = {kind: _points(measurements, kind) for kind in KINDS}
    return draw({kind: points for kind, points in series.items() if points})


def _points(measurements: Measurements, kind: Kind) -> tuple[Point, ...]:
    runs = [run for run in measurements.runs if run.kind == kind and run.outcome != "failed" and run.wall_s > 0]
    points = [Point(measurements.trees[run.size]["lines"], run.wall_s, run.outcome == "done") for run in runs]
    return tuple(sorted(points, key=lambda point: point.lines))


def draw(series: Mapping[Kind, Sequence[Point]]) -> str:
    """The picture of these series."""
    every = [point for points in series.values() for point in points]
    if not every:
        raise ValueError("there is nothing to draw")
    across = _axis([point.lines for point in every], _LEFT, _WIDTH - _RIGHT)
    up = _axis([point.seconds for point in every], _HEIGHT - _BOTTOM, _TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="28" font-size="16">Wall time against size of the tree</text>',
        *_grid(across, up),
        *(_line(kind, points, across, up) for kind, points in series.items()),
        *_labels({kind: up.at(points[-1].seconds) for kind, points in series.items()}),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    low, high = log10(min(values)), log10(max(values))
    room = max(0.06 * (high - low), 0.25 if high - low < 0.5 else 0)  # so that points keep off the edges, and one point has an axis too
    return _Axis(low - room, high + room, start, end)


def _grid(across: _Axis, up: _Axis) -> list[str]:
    parts = []
    for value in across.ticks():
        x = across.at(value)
        parts.append(f'<line x1="{x:.1f}" y1="{up.end}" x2="{x:.1f}" y2="{up.start}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{up.start + 20}" text-anchor="middle">{value:,.0f}</text>')
    for value in up.ticks():
        y = up.at(value)
        parts.append(f'<line x1="{across.start}" y1="{y:.1f}" x2="{across.end}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{across.start - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g} s</text>')
    middle = (across.start + across.end) / 2
    parts.append(f'<text x="{middle:.1f}" y="{up.start + 44}" text-anchor="middle">lines of Python</text>')
    return parts


def _line(kind: Kind, points: Sequence[Point], across: _Axis, up: _Axis) -> str:
    places = [(across.at(point.lines), up.at(point.seconds), point.ended) for point in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
    colour = _COLOURS[kind]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour if ended else "#ffffff"}" stroke="{colour}"/>' for x, y, ended in places
    )
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'


def _labels(ends: Mapping[Kind, float]) -> list[str]:
    parts = []
    below = 0.0
    for kind, y in sorted(ends.items(), key=lambda pair: pair[1]):
        below = max(y, below + _NEAREST_LABELS)
        parts.append(f'<text x="{_WIDTH - _RIGHT + 12}" y="{below + 4:.1f}" fill="{_COLOURS[kind]}">{escape(TITLES[kind])}</text>')
    return parts
