"""Two runs of the suite, paired: over the systems whose labels are the same in both, what changed, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from evals.result import FALSE, Compared, Comparison, EvalResult, SystemResult
from evals.scoring.bootstrap import difference_interval, total
from evals.scoring.scores import MEASURES, Measure
from ingest.errors import UnusableInput


def read_result(file: Path) -> EvalResult:
    """A result that `--format json` or `--record` wrote.

    Raises:
        UnusableInput: it is none.
    """
    try:
        return EvalResult.model_validate_json(file.read_bytes())
    except OSError as failure:
        raise UnusableInput("no result to read", str(file), failure.strerror or "cannot be opened") from None
    except ValidationError:
        raise UnusableInput("not a result of eval", str(file), "give what `threatloom eval --format json=FILE` wrote") from None


def compare(old: EvalResult, new: EvalResult) -> Comparison:
    before = {one.name: one for one in old.systems}
    pairs = [(before[one.name], one) for one in new.systems if one.name in before and _alike(before[one.name], one)]
    left_out = tuple(_left_out(before, new.systems))
    return Comparison(
        old_commit=old.commit, old_analyst="" if old.analyst == new.analyst else said_analyst(old),
        systems=tuple(one.name for _, one in pairs), left_out=left_out,
        scores=tuple(one for measure in MEASURES if (one := _compared(measure, pairs)) is not None),
        gained=tuple(name for was, now in pairs for name in sorted(_met(now) - _met(was))),
        lost=tuple(name for was, now in pairs for name in sorted(_met(was) - _met(now))),
        mended=tuple(name for was, now in pairs for name in sorted(_false(was) - _false(now))),
        raised=tuple(name for was, now in pairs for name in sorted(_false(now) - _false(was))),
    )  # fmt: skip


def said_analyst(result: EvalResult) -> str:
    """What a run was made with, in words."""
    if result.model is None:
        return "rules alone"
    within = f" within {', '.join(result.budget)}" if result.budget else ""
    return f"{result.model}{within} ({', '.join(result.prompts)})"


def _alike(was: SystemResult, now: SystemResult) -> bool:
    return was.judged and now.judged and was.labels_digest == now.labels_digest


def _left_out(before: dict[str, SystemResult], systems: Sequence[SystemResult]) -> Iterator[str]:
    for one in systems:
        was = before.get(one.name)
        if was is None:
            yield f"{one.name}: not in the old run"
        elif was.labels_digest != one.labels_digest:
            yield f"{one.name}: its labels changed"
        elif not one.judged or not was.judged:
            yield f"{one.name}: {'now' if not one.judged else 'before'} {(was if one.judged else one).outcome.replace('_', ' ')}"
    names = {one.name for one in systems}
    yield from (f"{name}: not in this run" for name in before if name not in names)


def _compared(measure: Measure, pairs: Sequence[tuple[SystemResult, SystemResult]]) -> Compared | None:
    counted = [(measure.counts(was), measure.counts(now)) for was, now in pairs]
    vectors = [(was, now) for was, now in counted if was is not None and now is not None]
    if not vectors:
        return None
    old, new = [was for was, _ in vectors], [now for _, now in vectors]
    before, after = measure.value(total(old)), measure.value(total(new))
    if before is None or after is None:
        return None
    around = difference_interval(old, new, measure.value)
    return Compared(
        name=measure.name, old=round(before, 4), new=round(after, 4), difference=round(after - before, 4),
        low=round(around[0], 4) if around else None, high=round(around[1], 4) if around else None,
    )  # fmt: skip


def _met(system: SystemResult) -> set[str]:
    return {f"{system.name}/{label.id}" for label in system.labels if label.tier == 3}


def _false(system: SystemResult) -> set[str]:
    return {f"{system.name} {one.threat} {one.place}" for one in system.findings if one.outcome in FALSE}
