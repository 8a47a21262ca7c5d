"""What was measured at former versions: one line per recorded run, scores of different labels kept apart."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from evals.result import EvalResult
from evals.scoring.scores import HEADLINE
from ingest.errors import UnusableInput
from pipeline.system.model import Frozen


class Recorded(Frozen):
    measured_at: str
    commit: str | None
    version: str
    suite: str = Field(description="Hash of the labels.")
    systems: int
    labels: int
    model: str | None = None
    prompts: tuple[str, ...] = ()
    budget: tuple[str, ...] = ()
    scores: dict[str, dict[str, float]] = Field(description="By part (all, a split) and name.")


History = tuple[Recorded, ...]
_HISTORY = TypeAdapter(History)


def read_history(file: Path) -> History:
    """Oldest first; nothing where there is no such file.

    Raises:
        UnusableInput: it is no history.
    """
    if not file.exists():
        return ()
    try:
        return _HISTORY.validate_json(file.read_bytes())
    except (OSError, ValidationError) as failure:
        raise UnusableInput("the history cannot be read", str(file), " ".join(str(failure).split())[:160]) from None


def with_run(history: History, result: EvalResult) -> History:
    """With this run; one of the same commit, labels, model, prompts and budget takes its place."""
    entry = Recorded(
        measured_at=result.measured_at, commit=result.commit, version=result.version, suite=result.suite, systems=len(result.systems),
        labels=sum(len(one.labels) for one in result.systems), model=result.model, prompts=result.prompts, budget=result.budget,
        scores={
            part: {name: found.value for name in HEADLINE if (found := result.score(name, part)) is not None and found.value is not None}
            for part in result.scores
        },
    )  # fmt: skip
    return (*(one for one in history if _key(one) != _key(entry)), entry)


def history_json(history: History) -> str:
    return _HISTORY.dump_json(history, indent=1, exclude_defaults=True).decode() + "\n"


def analyst_of(one: Recorded) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Runs of different models, prompts or budgets are never drawn on one line, nor with those of rules alone."""
    return one.model, one.prompts, one.budget


def _key(one: Recorded) -> tuple[object, ...]:
    return one.commit, one.suite, *analyst_of(one)
