"""The decision table of a threat before anything was seen: where it starts, what moves it, and which severities can come out."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.findings.risk import CONTROLS_COUNTED, FACTOR_WORDS, severity_of, step_of
from pipeline.system.model import Severity
from pipeline.threats.schema import Scale, Threat


@dataclass(frozen=True, slots=True)
class Axis:
    name: str
    base: int
    raising: tuple[tuple[int, tuple[str, ...]], ...]  # steps up, and the factors that take them
    lowering: tuple[str, ...]
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Square:
    """One square of the table of severities."""

    severity: Severity
    starts: bool
    reached: bool


@dataclass(frozen=True, slots=True)
class Decision:
    likelihood: Axis
    impact: Axis
    squares: tuple[tuple[Square, ...], ...]  # by likelihood from 5 to 1, in it by impact from 1 to 5

    @property
    def lowest(self) -> Severity:
        return severity_of(self.likelihood.lowest, self.impact.lowest)

    @property
    def highest(self) -> Severity:
        return severity_of(self.likelihood.highest, self.impact.highest)


def decision_of(threat: Threat) -> Decision:
    """One step each way per axis for factors (code of the attacker: to the top), and one step of likelihood for each of two controls."""
    likelihood = _axis("likelihood", threat.likelihood, min(len(threat.lowered_by), CONTROLS_COUNTED))
    impact = _axis("impact", threat.impact, 0)
    squares = tuple(
        tuple(
            Square(
                severity_of(likely, bad),
                starts=(likely, bad) == (likelihood.base, impact.base),
                reached=likelihood.lowest <= likely <= likelihood.highest and impact.lowest <= bad <= impact.highest,
            )
            for bad in range(1, 6)
        )
        for likely in range(5, 0, -1)
    )
    return Decision(likelihood, impact, squares)


def _axis(name: str, scale: Scale, controls: int) -> Axis:
    steps = {factor: step_of(name, scale.base, 1, factor) for factor in scale.raise_when}
    return Axis(
        name,
        scale.base,
        tuple((step, tuple(FACTOR_WORDS[f] for f, one in steps.items() if one == step)) for step in sorted(set(steps.values()))),
        tuple(FACTOR_WORDS[factor] for factor in scale.lower_when),
        max(1, scale.base - bool(scale.lower_when) - controls),
        min(5, scale.base + max(steps.values(), default=0)),
    )
