"""Bars: what a score must reach, from the command line or a file, so that no change lowers it unseen.

`recall=0.8` is of all systems of the run, `validation.recall=0.4` of a split, `tender-desk.recall=0.3` of one system. A file holds `min`,
`max` and `known_traps`: those that are sprung and why; one more, or one that no longer is, does not reach the bar.
`python -m evals.bars` prints what bars at the level of the kept result would be.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError

from evals.result import BarCheck, EvalResult, SystemResult
from evals.scoring.scores import NAMED, score
from evals.yaml_file import read_yaml
from ingest.errors import UnusableInput
from pipeline.system.model import Frozen

Bound = Literal["min", "max"]
AT_LEAST = (
    "recall", "recall_t2", "recall_t1", "recall_must", "traps", "twins", "negatives", "precision_strict", "precision", "evidence_e0",
    "evidence_e1", "evidence_e2", "evidence_e3", "evidence_e5", "severity_kappa", "diagram_nodes", "diagram_edges", "completed",
    "development.recall", "validation.recall", "development.precision", "validation.precision",
)  # fmt: skip
AT_MOST = ("generic", "duplicate", "mitigated", "invented")


class KnownTrap(Frozen):
    system: str
    claim: str
    reason: str = Field(min_length=10)


class Bars(Frozen):
    min: dict[str, float] = Field(default_factory=dict)
    max: dict[str, float] = Field(default_factory=dict)
    known_traps: tuple[KnownTrap, ...] | None = Field(default=None, description="None: traps are not looked at one by one.")


def parse_bars(texts: Iterable[str], bound: Bound) -> dict[str, float]:
    """`NAME=VALUE`, as on the command line.

    Raises:
        UnusableInput: one is not of this form, or there is no such score.
    """
    bars = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            bars[name.replace("-", "_") if name.replace("-", "_") in NAMED else name] = _number(value)
        except ValueError:
            raise UnusableInput("not a bar", text, f"write --{bound} recall=0.8") from None
        _check_name(name.replace("-", "_") if "." not in name else name)
    return bars


def read_bars(file: Path) -> Bars:
    """The bars of a file.

    Raises:
        UnusableInput: it cannot be used.
    """
    try:
        bars = Bars.model_validate(read_yaml(file) or {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as failure:
        raise UnusableInput("bars cannot be read", str(file), " ".join(str(failure).split())[:200]) from None
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        raise UnusableInput("bars cannot be used", str(file), f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    for name in (*bars.min, *bars.max):
        _check_name(name)
    return bars


def check_bars(result: EvalResult, bars: Bars) -> tuple[BarCheck, ...]:
    """Each bar held against the run. A score that could not be worked out does not reach its bar.

    Raises:
        UnusableInput: a bar is of a system or split that was not run.
    """
    checks = [_checked(result, name, "min", bar) for name, bar in bars.min.items()]
    checks += [_checked(result, name, "max", bar) for name, bar in bars.max.items()]
    if bars.known_traps is not None:
        checks += _traps_checked(result.systems, bars.known_traps)
    return tuple(checks)


def _traps_checked(systems: Sequence[SystemResult], known: Sequence[KnownTrap]) -> list[BarCheck]:
    run = {one.name for one in systems if one.judged}
    listed = {(one.system, one.claim) for one in known if one.system in run}
    sprung = {(one.name, trap.claim) for one in systems for trap in one.traps if trap.sprung_by}
    fresh = [(f"{name}: trap sprung and not known: {claim}", "max", 0.0, 1.0) for name, claim in sorted(sprung - listed)]
    gone = [(f"{name}: trap no longer sprung, take it off the list: {claim}", "min", 1.0, 0.0) for name, claim in sorted(listed - sprung)]
    return [BarCheck.model_validate({"name": n, "bound": b, "bar": x, "value": v, "reached": False}) for n, b, x, v in (*fresh, *gone)]


def _checked(result: EvalResult, name: str, bound: Bound, bar: float) -> BarCheck:
    value = _value(result, name)
    # A bar is written with fewer places than a score has: half of the last one is no difference.
    reached = value is not None and (value >= bar - 5e-5 if bound == "min" else value <= bar + 5e-5)
    return BarCheck(name=name, bound=bound, bar=bar, value=value, reached=reached)


def _value(result: EvalResult, name: str) -> float | None:
    part, _, plain = name.rpartition(".")
    if not part or part in result.scores:
        found = result.score(plain, part or "all")
        return found.value if found else None
    system = next((one for one in result.systems if one.name == part), None)
    if system is None:
        raise UnusableInput("a bar of something that was not run", name, "run it too, or leave the bar out")
    return score(NAMED[plain], (system,)).value


def _check_name(name: str) -> None:
    plain = name.rpartition(".")[2]
    if plain not in NAMED:
        alike = get_close_matches(plain, NAMED, 1, 0.5)
        hint = f"did you mean {alike[0]}?" if alike else f"one of {', '.join(NAMED)}"
        raise UnusableInput("no such score", plain, hint)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def levels(result: EvalResult) -> dict[str, dict[str, float]]:
    """Bars at what a result reaches: of all systems, of the splits, and of each system what is met in the file."""
    value = {name: _value(result, name) for name in (*AT_LEAST, *AT_MOST)}
    least = {name: _down(found) for name in AT_LEAST if (found := value[name]) is not None}
    by_system = {f"{one.name}.recall_t2": score(NAMED["recall_t2"], (one,)).value for one in result.systems if one.judged}
    least |= {name: _down(found) for name, found in by_system.items() if found}
    return {"min": least, "max": {name: -_down(-found) or 0.0 for name in AT_MOST if (found := value[name]) is not None}}


def _down(value: float) -> float:
    return math.floor(1000 * value) / 1000


def main() -> None:
    from evals.kept import read_kept
    from evals.labels import SYSTEMS
    from evals.suite import RESULTS

    sys.stdout.write(yaml.safe_dump(levels(read_kept(SYSTEMS / RESULTS)), sort_keys=False))


if __name__ == "__main__":
    main()
