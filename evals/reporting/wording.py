"""How numbers of a run are said, in every report alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from evals.labels import SPLITS
from evals.result import FALSE, BarCheck, Cell, Compared, Comparison, EvalResult, FindingOutcome, Score, SystemResult
from evals.scoring.scores import CLAIMED, HEADLINE, MEASURES, NAMED, Measure, is_claimed

OUTCOMES: dict[FindingOutcome, str] = {
    "label": "serve a label", "right": "judged right", "trap": "sprang a trap", "twin": "mended on this twin", "wrong": "judged wrong",
    "generic": "generic", "duplicate": "duplicate", "unjudged": "not judged",
}  # fmt: skip
TIERS = {0: "missed", 1: "at the element", 2: "in the file", 3: "at the lines"}
NOT_CLAIMED = f"* fewer than {CLAIMED} cases: shown, not claimed"
# Scores that are no share, with the places they are written with.
_PLACES = {
    "severity_kappa": 2,
    "seconds": 1,
    "memory": 0,
    "calls": 1,
    "input_tokens": 0,
    "output_tokens": 0,
    "cost": 3,
    "tokens_per_won": 0,
    "cost_per_won": 3,
}


def number(name: str, value: float | None) -> str:
    """A value as its score is written: a share in per cent, others as they are."""
    if value is None:
        return "–"
    return f"{value:.{_PLACES[name]}f}" if name in _PLACES else percent(value)


def percent(value: float) -> str:
    """Whole per cents where that says all; neither 0 nor 100 where it is not quite."""
    shown = f"{100 * value:.1f}".removesuffix(".0")
    if shown in ("0", "100") and value not in (0, 1):
        return "<0.1 %" if shown == "0" else ">99.9 %"
    return f"{shown} %"


def said(score: Score | None) -> str:
    """A score with its interval; a star where it stands on too little."""
    if score is None or score.value is None:
        return "–"
    star = "" if is_claimed(score) else "*"
    return f"{number(score.name, score.value)}{star}{around(score.name, score.low, score.high)}"


def around(name: str, low: float | None, high: float | None) -> str:
    if low is None or high is None or low == high:
        return ""
    if name in _PLACES:
        return f" [{low:.{_PLACES[name]}f}, {high:.{_PLACES[name]}f}]"
    return f" [{100 * low:.0f}, {100 * high:.0f}]"


def counts(score: Score | None) -> str:
    if score is None or score.of is None or score.hits is None:
        return ""
    return f"{score.hits:g} of {score.of:g}"


def shown_measures(result: EvalResult, *, all_of_them: bool = False) -> Iterator[Measure]:
    """Those that have a value, or that a reader would look for."""
    for measure in MEASURES:
        score = result.score(measure.name)
        if score is not None and (score.value is not None or (all_of_them and measure.name in HEADLINE)):
            yield measure


def parts(result: EvalResult) -> tuple[str, ...]:
    """All, and the splits where there are both."""
    splits = tuple(split for split in SPLITS if split in result.scores)
    return ("all", *splits) if len(splits) > 1 else ("all",)


def head(result: EvalResult) -> str:
    labels = sum(len(one.labels) for one in result.systems)
    traps = sum(len(one.traps) for one in result.systems)
    return f"{len(result.systems)} systems, {labels} labels, {traps} traps; suite {result.suite}"


def made_by(result: EvalResult) -> str:
    where = f" at {result.commit}" if result.commit else ""
    if result.model is None:
        return f"threatloom {result.version}{where}, offline, without a model"
    within = f" within {', '.join(result.budget)} for each scan" if result.budget else ""
    return f"threatloom {result.version}{where}, model {result.model}{within}, prompts {', '.join(result.prompts)}"


def old_run(found: Comparison) -> str:
    """What a run is compared with."""
    return f"{found.old_commit or 'the old run'}{f', {found.old_analyst}' if found.old_analyst else ''}"


def met(system: SystemResult) -> tuple[int, int, int, int]:
    """Labels that could be judged, and those met at tier 1, 2 and 3."""
    tiers = [label.tier for label in system.labels if label.tier is not None]
    return len(tiers), sum(tier >= 1 for tier in tiers), sum(tier >= 2 for tier in tiers), sum(tier >= 3 for tier in tiers)


def outcomes(system: SystemResult) -> tuple[int, int, int]:
    """Findings that are right, false alarms, and not judged."""
    found = Counter(one.outcome for one in system.findings)
    return found["label"] + found["right"], sum(found[one] for one in FALSE), found["unjudged"]


def sprung(system: SystemResult) -> int:
    return sum(bool(trap.sprung_by) for trap in system.traps)


def not_judged(result: EvalResult) -> Iterator[str]:
    """What is in no score, each with its reason."""
    for one in result.systems:
        if not one.judged:
            yield f"{one.name}: {one.outcome.replace('_', ' ')}, {one.problem}; its {len(one.labels)} labels are in no score"
            continue
        if one.outcome == "incomplete":
            yield f"{one.name}: scanned in part, {one.problem}"
        yield from (f"{one.name}: label {label.id} could not be judged, {label.problem}" for label in one.labels if label.tier is None)
    for one in result.systems:
        yield from (f"{one.name}: {problem}" for problem in one.unmeasured)
        if one.variants is not None:
            yield from (f"{one.name}: no variant, {reason}" for reason in one.variants.unmade)
        if one.attacks is not None:
            yield from (f"{one.name}: an attack ended the scan, {line}" for line in one.attacks.crashed)
    if open_ones := sum(one.outcome == "unjudged" for system in result.systems for one in system.findings):
        yield f"{open_ones} findings serve no label and nobody judged them: they are in strict precision only"


def effects(result: EvalResult) -> Iterator[str]:
    """What variants and attacks changed."""
    for one in result.systems:
        yield from (f"{one.name}: attack, {effect}" for effect in (one.attacks.effects if one.attacks else ()))
        yield from (f"{one.name}: attack on the model, {effect}" for effect in (one.attacks.swayed if one.attacks else ()))
        yield from (f"{one.name}: variant, {what}" for what in (one.variants.differences if one.variants else ()))


def cell_recall(cell: Cell) -> str:
    if not cell.labels:
        return "no label"
    star = "" if cell.labels >= CLAIMED else "*"
    return f"{cell.met[2]} of {cell.labels} ({percent(cell.met[2] / cell.labels)}{star})"


def cell_findings(cell: Cell) -> tuple[int, int, int]:
    right = cell.findings.get("label", 0) + cell.findings.get("right", 0)
    return right, sum(cell.findings.get(one, 0) for one in FALSE), cell.findings.get("unjudged", 0)


def verdict(one: Compared) -> str:
    """Whether a difference is more than chance."""
    if one.low is None or one.high is None:
        return "too few systems to tell"
    if one.low <= 0 <= one.high:
        return "no clear difference" if one.difference else "same"
    better = (one.difference > 0) == NAMED[one.name].higher
    return "better" if better else "worse"


def bar_line(one: BarCheck) -> str:
    plain = one.name.rpartition(".")[2]
    if plain not in NAMED:
        return one.name
    value = "could not be worked out" if one.value is None else number(plain, one.value)
    return f"{one.name}: {value}, the bar is {'at least' if one.bound == 'min' else 'at most'} {number(plain, one.bar)}"


def unreached(checks: Sequence[BarCheck]) -> tuple[BarCheck, ...]:
    return tuple(one for one in checks if not one.reached)
