"""What the page draws: a heat map, bars and lines, as plain numbers that the template turns into SVG and cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from evals.reporting.history import History, Recorded, analyst_of
from evals.reporting.wording import cell_findings
from evals.result import EvalResult, SystemResult
from pipeline.findings.model import STRIDE

BAR_WIDTH, CHART_WIDTH, CHART_HEIGHT = 240, 560, 160
DRAWN = ("recall", "recall_t1", "precision", "precision_strict", "traps")
_SHADES = 5


@dataclass(frozen=True, slots=True)
class HeatCell:
    met: int
    of: int
    shade: int  # 0 (nothing) to 5 (all)
    link: str  # the first miss of it


@dataclass(frozen=True, slots=True)
class Heat:
    system: SystemResult
    cells: tuple[HeatCell | None, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A threat: widths of what was met at lines, in the file, at the element, and not."""

    name: str
    labels: int
    met: tuple[int, int, int]
    widths: tuple[int, int, int, int]
    right: int
    false: int
    unjudged: int


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    points: str
    last: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The runs on one set of labels, with one model or by rules alone."""

    suite: str
    model: str | None
    runs: tuple[Recorded, ...]
    lines: tuple[Line, ...]


def heat_rows(result: EvalResult) -> tuple[Heat, ...]:
    return tuple(Heat(one, tuple(_heat(one, stride) for stride in STRIDE)) for one in result.systems if one.judged)


def _heat(system: SystemResult, stride: str) -> HeatCell | None:
    labels = [label for label in system.labels if label.tier is not None and stride in label.stride]
    if not labels:
        return None
    met = sum(label.tier == 3 for label in labels)
    missed = next((label.id for label in labels if label.tier != 3), "")
    shade = _SHADES if met == len(labels) else min(int(_SHADES * met / len(labels)), _SHADES - 1)
    return HeatCell(met, len(labels), shade, f"m-{system.name}-{missed}" if missed else "")


def threat_bars(result: EvalResult) -> tuple[Bar, ...]:
    """Threats that labels accept or findings name; those that miss most first."""
    cells = [cell for cell in result.cells if cell.by == "threat"]
    most = max((cell.labels for cell in cells), default=0)
    bars = []
    for cell in sorted(cells, key=lambda cell: (cell.met[2] - cell.labels, -cell.labels, cell.name)):
        one, two, three = cell.met
        widths = tuple(_width(count, most) for count in (three, two - three, one - two, cell.labels - one))
        bars.append(Bar(cell.name, cell.labels, cell.met, (widths[0], widths[1], widths[2], widths[3]), *cell_findings(cell)))
    return tuple(bars)


def _width(count: int, most: int) -> int:
    return round(BAR_WIDTH * count / most) if most else 0


def charts(history: History) -> tuple[Chart, ...]:
    """Runs in the order they were made; a chart for each stretch with the same labels, the newest first. Those with a model come after
    those by rules alone, and no two models share one."""
    by_analyst: dict[tuple[object, ...], list[Recorded]] = {}
    for one in history:
        by_analyst.setdefault(analyst_of(one), []).append(one)
    made = []
    for runs in sorted(by_analyst.values(), key=lambda runs: runs[0].model is not None):
        stretches = [(suite, tuple(some)) for suite, some in groupby(runs, key=lambda one: one.suite)]
        made += [Chart(suite, some[0].model, some, tuple(_lines(some))) for suite, some in reversed(stretches) if len(some) > 1]
    return tuple(made)


def _lines(runs: Sequence[Recorded]) -> Iterable[Line]:
    step = CHART_WIDTH / (len(runs) - 1)
    for name in DRAWN:
        values = [(number * step, run.scores.get("all", {}).get(name)) for number, run in enumerate(runs)]
        known = [(x, value) for x, value in values if value is not None]
        if len(known) > 1:
            points = " ".join(f"{x:.1f},{CHART_HEIGHT * (1 - value):.1f}" for x, value in known)
            yield Line(name, points, known[-1][1], CHART_HEIGHT * (1 - known[-1][1]))
