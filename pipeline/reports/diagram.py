"""A small, deterministic layout of the data-flow diagram, for the HTML report to draw.

Left stand the zones things come from, in the middle the application (where requests enter, what thinks, what
acts), right the stores and the services of others. Arrows that pass a lane get a slot of their own in it, so
that none runs through an element. It measures no fonts: labels are cut to what fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.findings.model import Scan
from pipeline.reports.escape import shorten, visible
from pipeline.reports.graph import Edge, Node, drawn_edges, drawn_nodes, folded_counts
from pipeline.reports.wording import ZONES
from pipeline.system.model import Zone

WIDTH, HEIGHT, ROW_GAP, LANE_GAP, PAD, HEAD, FOOT = 164, 46, 26, 112, 16, 32, 22
SLOT = 12  # height of the slot an arrow gets in a lane it passes
LABEL = 17  # characters that fit between two lanes
_SIDES: dict[Zone, int] = {"internet": 0, "user": 0, "supply_chain": 0, "build": 0, "data": 4, "third_party": 4}
_OUTWARD = {"tool", "interpreter", "renderer", "mcp_client", "external_service", "log", "retriever", "web_content"}
_ORDER = ("internet", "user", "supply_chain", "build", "application", "data", "third_party")


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place."""

    node: Node
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge with its curve and the place of its label."""

    edge: Edge
    curve: str
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A trust zone; `rest` counts what was folded in it."""

    zone: Zone
    name: str
    x: int
    y: int
    width: int
    height: int
    rest: int


@dataclass(frozen=True, slots=True)
class Diagram:
    width: int
    height: int
    frames: tuple[Frame, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    folded: int


@dataclass(frozen=True, slots=True)
class _Item:
    """What takes room in a lane: a node, or the slot of a passing edge."""

    key: str
    zone: Zone
    node: Node | None = None

    @property
    def height(self) -> int:
        return HEIGHT if self.node else SLOT


_Lanes = list[list[_Item]]


def draw(scan: Scan) -> Diagram:
    nodes = drawn_nodes(scan)
    edges = drawn_edges(scan, nodes)
    folded = folded_counts(scan, nodes)
    lanes, chains = _lanes(nodes, edges, folded)
    lanes = _sorted(lanes, chains)
    xs = _columns(lanes)
    frames, tops = _stacked(lanes, xs, folded)
    boxes = tuple(Box(item.node, xs[index], tops[item.key]) for index, lane in enumerate(lanes) for item in lane if item.node)
    lane_of = {item.key: index for index, lane in enumerate(lanes) for item in lane}
    arrows = _routed(edges, chains, lane_of, xs, tops)
    width = max((frame.x + frame.width for frame in frames), default=0) + PAD
    height = max((frame.y + frame.height for frame in frames), default=0) + PAD
    return Diagram(width, height, frames, boxes, arrows, sum(folded.values()))


def _lane_of(node: Node) -> int:
    if node.zone in _SIDES:
        return _SIDES[node.zone]
    return 1 if node.shape == "entry" else 3 if node.kind in _OUTWARD else 2


def _lanes(nodes: Sequence[Node], edges: Sequence[Edge], folded: Mapping[Zone, int]) -> tuple[_Lanes, list[tuple[str, ...]]]:
    """Items by lane, empty lanes left out, and for each edge the items it visits, from its source to its target."""
    wanted = {_lane_of(node) for node in nodes} | {_SIDES.get(zone, 2) for zone, count in folded.items() if count}
    dense = {lane: index for index, lane in enumerate(sorted(wanted))}
    lanes: _Lanes = [[] for _ in dense]
    place = {node.id: dense[_lane_of(node)] for node in nodes}
    for node in nodes:
        lanes[place[node.id]].append(_Item(node.id, node.zone, node))
    chains = []
    for number, edge in enumerate(edges):
        first, last = place[edge.source], place[edge.target]
        step = 1 if last > first else -1
        between = [(lane, f"\0{number}:{lane}") for lane in range(first + step, last, step)] if first != last else []
        for lane, key in between:
            lanes[lane].append(_Item(key, "application"))
        chains.append((edge.source, *(key for _, key in between), edge.target))
    return lanes, chains


def _sorted(lanes: _Lanes, chains: Sequence[tuple[str, ...]]) -> _Lanes:
    """Fewer crossings: each lane sorted by the mean row of its neighbours, in a fixed number of sweeps."""
    beside: dict[str, list[str]] = {}
    for chain in chains:
        for left, right in pairwise(chain):
            beside.setdefault(left, []).append(right)
            beside.setdefault(right, []).append(left)
    current = [sorted(lane, key=lambda item: (_ORDER.index(item.zone), item.key)) for lane in lanes]
    rows = {item.key: row - len(lane) / 2 for lane in current for row, item in enumerate(lane)}
    for sweep in range(8):
        for index in range(len(current)) if sweep % 2 == 0 else reversed(range(len(current))):
            current[index] = _sorted_lane(current[index], beside, rows)
            rows.update({item.key: row - len(current[index]) / 2 for row, item in enumerate(current[index])})
    return current


def _sorted_lane(lane: list[_Item], beside: Mapping[str, list[str]], rows: Mapping[str, float]) -> list[_Item]:
    inside = {item.key for item in lane}

    def mean(item: _Item) -> float:
        near = [rows[other] for other in beside.get(item.key, ()) if other not in inside]
        return sum(near) / len(near) if near else rows[item.key]

    return sorted(lane, key=lambda item: (_ORDER.index(item.zone), mean(item), item.key))


def _columns(lanes: _Lanes) -> list[int]:
    return [PAD * 2 + index * (WIDTH + LANE_GAP) for index in range(len(lanes))]


def _stack_height(items: Sequence[_Item]) -> int:
    return sum(item.height + (ROW_GAP if item.node else SLOT) for item in items) - (ROW_GAP if items else 0)


def _stacked(lanes: _Lanes, xs: Sequence[int], folded: Mapping[Zone, int]) -> tuple[tuple[Frame, ...], dict[str, int]]:
    """Frames of the zones, and the top of every item: zones of one lane below each other, the lanes centred."""
    blocks: dict[Zone, list[tuple[int, list[_Item]]]] = {}
    for index, lane in enumerate(lanes):
        for item in lane:
            parts = blocks.setdefault(item.zone, [])
            if not parts or parts[-1][0] != index:
                parts.append((index, []))
            parts[-1][1].append(item)
    for zone, count in folded.items():
        if count and zone not in blocks:
            blocks[zone] = [(0 if _SIDES.get(zone) == 0 else len(lanes) - 1 if zone in _SIDES else len(lanes) // 2, [])]
    heights = {zone: _frame_height(parts, folded.get(zone, 0)) for zone, parts in blocks.items()}
    sides = [[zone for zone in _ORDER if zone in blocks and _SIDES.get(zone, 2) == side] for side in (0, 2, 4)]
    tallest = max((sum(heights[zone] + ROW_GAP for zone in side) - ROW_GAP for side in sides if side), default=0)
    frames, tops = [], {}
    for side in sides:
        y = PAD + (tallest - (sum(heights[zone] + ROW_GAP for zone in side) - ROW_GAP)) // 2
        for zone in side:
            parts = blocks[zone]
            left, right = xs[parts[0][0]] - PAD, xs[parts[-1][0]] + WIDTH + PAD
            frames.append(Frame(zone, ZONES[zone], left, y, right - left, heights[zone], folded.get(zone, 0)))
            inner = heights[zone] - HEAD - PAD - (FOOT if folded.get(zone) else 0)
            for _, items in parts:
                top = y + HEAD + (inner - _stack_height(items)) // 2
                for item in items:
                    tops[item.key] = top
                    top += item.height + (ROW_GAP if item.node else SLOT)
            y += heights[zone] + ROW_GAP
    return tuple(frames), tops


def _frame_height(parts: Sequence[tuple[int, Sequence[_Item]]], rest: int) -> int:
    return HEAD + max(_stack_height(items) for _, items in parts) + PAD + (FOOT if rest else 0)


def _routed(
    edges: Sequence[Edge], chains: Sequence[tuple[str, ...]], lane_of: Mapping[str, int], xs: Sequence[int], tops: Mapping[str, int]
) -> tuple[Arrow, ...]:
    ports = _ports(chains, lane_of, tops, len(xs) - 1)
    taken = [(xs[lane_of[key]], top, xs[lane_of[key]] + WIDTH, top + HEIGHT) for key, top in tops.items() if not key.startswith("\0")]
    arrows = []
    for number, (edge, chain) in enumerate(zip(edges, chains, strict=True)):
        start, end = ports[number, 0], ports[number, 1]
        curve, x, y = _curve(chain, lane_of, xs, tops, start, end)
        label = shorten(visible(edge.label), LABEL)
        if label:
            y = _free_row(label, x, y, taken)
            taken.append(_label_box(label, x, y))
        arrows.append(Arrow(edge, curve, label, x, y))
    return tuple(arrows)


def _ports(chains: Sequence[tuple[str, ...]], lane_of: Mapping[str, int], tops: Mapping[str, int], last: int) -> dict[tuple[int, int], int]:
    """Where each edge touches its ends: spread over the side it uses, in the order of where it comes from."""
    touching: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for number, chain in enumerate(chains):
        for end, own, other in ((0, chain[0], chain[1]), (1, chain[-1], chain[-2])):
            side = "left" if lane_of[other] < lane_of[own] or lane_of[other] == lane_of[own] == last > 0 else "right"
            touching.setdefault((own, side), []).append((tops[other], number, end))
    return {
        (number, end): tops[own] + (index + 1) * HEIGHT // (len(touches) + 1)
        for (own, _), touches in touching.items()
        for index, (_, number, end) in enumerate(sorted(touches))
    }


def _curve(
    chain: tuple[str, ...], lane_of: Mapping[str, int], xs: Sequence[int], tops: Mapping[str, int], start: int, end: int
) -> tuple[str, int, int]:
    """The path, and the middle of its first gap for the label."""
    first, last = lane_of[chain[0]], lane_of[chain[-1]]
    if first == last:  # the same lane: a bow into the gap on its right, or on its left where there is none
        out = -1 if first == len(xs) - 1 > 0 else 1
        x, bow = xs[first] + (WIDTH if out > 0 else 0), out * min(46 + abs(end - start) // 14, LANE_GAP)
        return f"M{x},{start} C{x + bow},{start} {x + bow},{end} {x},{end}", x + out * (LANE_GAP // 2 - 4), (start + end) // 2
    forwards = last > first
    x, y = xs[first] + (WIDTH if forwards else 0), start
    path = f"M{x},{y}"
    middle = (0, 0)
    for key in chain[1:]:
        lane = lane_of[key]
        target_x = xs[lane] + (0 if forwards else WIDTH)
        target_y = end if key == chain[-1] else tops[key] + SLOT // 2
        bend = (target_x - x) // 2
        path += f" C{x + bend},{y} {target_x - bend},{target_y} {target_x},{target_y}"
        middle = middle if middle != (0, 0) else ((x + target_x) // 2, (y + target_y) // 2)
        x, y = target_x, target_y
        if key != chain[-1]:
            x = xs[lane] + (WIDTH if forwards else 0)
            path += f" H{x}"
    return path, *middle


def _label_box(label: str, x: int, y: int) -> tuple[int, int, int, int]:
    half = len(label) * 3 + 2
    return x - half, y - 7, x + half, y + 7


def _free_row(label: str, x: int, y: int, taken: Sequence[tuple[int, int, int, int]]) -> int:
    for shift in (0, -14, 14, -28, 28, -42, 42, -56, 56):
        left, top, right, bottom = _label_box(label, x, y + shift)
        if not any(left < r and right > le and top < b and bottom > t for le, t, r, b in taken):
            return y + shift
    return y
