"""One HTML page: scores, a heat map per system and class, bars per threat, every miss and false alarm with its lines, the history.

In the style of a scan's report; self-contained, nothing from elsewhere, and complete without script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from evals.reporting import model, wording
from evals.reporting.charts import Bar, Chart, Heat, charts, heat_rows, threat_bars
from evals.reporting.excerpts import Excerpt, Excerpts
from evals.reporting.history import History
from evals.result import FALSE, EvalResult, FindingResult, LabelResult, SystemResult
from evals.scoring.scores import NAMED
from pipeline.findings.model import SEVERITIES, STRIDE
from pipeline.reports.html import TEMPLATES as OF_SCANS
from pipeline.reports.inline import environment, source_hash
from pipeline.reports.wording import plural, words

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Miss:
    """A label that was not met at its lines."""

    anchor: str
    system: str
    label: LabelResult
    stands: str
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding that is wrong, or that nobody judged."""

    anchor: str
    system: str
    finding: FindingResult
    stands: str
    excerpt: Excerpt | None


def render(result: EvalResult, history: History | None = None, folder: Path | None = None) -> str:
    style = "\n".join((place / name).read_text(encoding="utf-8") for place, name in ((OF_SCANS, "report.css"), (TEMPLATES, "eval.css")))
    templates = environment(TEMPLATES)
    templates.filters["words"] = words
    excerpts = Excerpts(folder)
    misses = [miss for system in result.systems if system.judged for miss in _misses(system, excerpts)]
    alarms = [alarm for system in result.systems for alarm in _alarms(system, excerpts)]
    heat: Sequence[Heat] = heat_rows(result)
    bars: Sequence[Bar] = threat_bars(result)
    drawn: Sequence[Chart] = charts(history or ())
    return templates.get_template("eval.html.j2").render(
        result=result, style=Markup(style), style_hash=source_hash(style), wording=wording, parts=wording.parts(result),
        measures=tuple(wording.shown_measures(result, all_of_them=True)), stride=STRIDE, heat=heat, bars=bars, misses=misses,
        alarms=alarms, not_judged=tuple(wording.not_judged(result)), charts=drawn, effects=tuple(wording.effects(result)),
        model=model,
        history=tuple(reversed(history or ())),
        plural=plural, tiers=wording.TIERS, named=NAMED, cells=[cell for cell in result.cells if cell.by not in ("stride", "threat")],
    )  # fmt: skip


def _misses(system: SystemResult, excerpts: Excerpts) -> Iterator[Miss]:
    """The worst first; of equals, what was not found at all."""
    missed = [label for label in system.labels if label.tier in (0, 1, 2)]
    for label in sorted(missed, key=lambda one: (not one.must, SEVERITIES.index(one.severity), one.tier or 0, one.id)):
        shown = tuple(found for place in label.places[:2] if (found := excerpts.of(system.name, place)) is not None)
        yield Miss(f"m-{system.name}-{label.id}", system.name, label, excerpts.line_of_label(system.name, label.id), shown)


def _alarms(system: SystemResult, excerpts: Excerpts) -> Iterator[Alarm]:
    for one in sorted(system.findings, key=lambda one: (one.outcome == "unjudged", SEVERITIES.index(one.severity), one.id)):
        if one.outcome in (*FALSE, "unjudged"):
            trap = next((trap.claim for trap in system.traps if one.id in trap.sprung_by), "")
            stands = excerpts.line_of_trap(system.name, trap) if trap else ""
            yield Alarm(f"a-{system.name}-{one.id}", system.name, one, stands, excerpts.of(system.name, one.place))
