"""What lies in what, for notations that draw a frame around boxes and say no more.

Takes rectangles, gives the innermost frame around each. Left out: frames of other shapes, boxes that lie across the edge of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_MAX_COMPARED = 4_000_000  # pairs; a picture of a thousand boxes in a thousand frames is below it


@dataclass(frozen=True, slots=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height

    def holds(self, other: Rectangle) -> bool:
        """Whether the other lies wholly inside and is the smaller."""
        inside = self.x <= other.x and self.y <= other.y
        ends = other.x + other.width <= self.x + self.width and other.y + other.height <= self.y + self.height
        return inside and ends and other.area < self.area

    def holds_point(self, x: float, y: float, margin: float = 0.0) -> bool:
        across = self.x - margin <= x <= self.x + self.width + margin
        return across and self.y - margin <= y <= self.y + self.height + margin


def innermost_frames(boxes: Mapping[str, Rectangle], frames: Mapping[str, Rectangle]) -> dict[str, str]:
    """Box to the smallest frame around it; boxes in none are left out."""
    if len(boxes) * len(frames) > _MAX_COMPARED:
        return {}
    ordered = sorted(frames.items(), key=lambda item: (item[1].area, item[0]))
    found: dict[str, str] = {}
    for name, box in boxes.items():
        inside = next((frame for frame, rectangle in ordered if frame != name and rectangle.holds(box)), None)
        if inside is not None:
            found[name] = inside
    return found


def number(text: str) -> float:
    """A coordinate as written; what is none is zero."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if abs(value) < 1e9 else 0.0  # also refuses infinities and what is not a number
