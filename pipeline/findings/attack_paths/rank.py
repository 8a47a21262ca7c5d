"""How dangerous a path is: how little its attacker needs, less what stands in the way, times what there is to get, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.purpose import in_samples
from pipeline.findings.attack_paths.knowledge import Knowledge
from pipeline.findings.attack_paths.takings import Taken
from pipeline.findings.attack_paths.walk import untold
from pipeline.system.model import Control
from pipeline.threats.view import View

MANY_FINDINGS = 3


@dataclass(frozen=True, slots=True)
class Rated:
    """A path with its likelihood and impact on the scale of findings."""

    path: Taken
    likelihood: int
    impact: int
    reasons: tuple[str, ...]
    controls: tuple[Control, ...]

    def order(self) -> tuple[object, ...]:
        """Most dangerous first; of equals what is worth more, what findings tell of, what rests on less, is shorter, at last the names."""
        names = tuple(leg.target for leg in self.path.legs)
        return (
            -self.likelihood * self.impact, -self.impact, untold(self.path.legs), len(self.path.seen), len(names), self.path.prize, names,
        )  # fmt: skip


def rate(view: View, known: Knowledge, path: Taken) -> Rated:
    """The danger of one path."""
    attacker, prize = path.attacker, known.prizes[path.prize]
    door = path.seen[0] if path.seen and path.seen[0].step.held == "nothing" else None
    likelihood = attacker.ease if door is None else min(attacker.ease, door.finding.likelihood)
    reasons = [f"likelihood starts at {likelihood} for {attacker.name}"]
    if door is not None and door.finding.likelihood < attacker.ease:
        reasons[0] += f", as that of {door.finding.threat}"
    controls = _on_the_way(path)
    if controls:
        likelihood -= 1
        first = controls[0].evidence[0]
        reasons.append(f"likelihood -1: {controls[0].kind.replace('_', ' ')} stands on the way ({first.path}:{first.start_line})")
    if len(path.seen) > MANY_FINDINGS:
        likelihood -= 1
        reasons.append(f"likelihood -1: {len(path.seen)} findings have to hold together")
    if any(seen.finding.confidence == "low" for seen in path.seen):
        likelihood -= 1
        reasons.append("likelihood -1: one of its findings is not sure")
    if any(all(in_samples(evidence.path) for evidence in leg.evidence) for leg in path.legs):
        likelihood -= 1
        reasons.append("likelihood -1: a hop stands in examples only")
    likelihood = max(1, likelihood)
    reasons.append(f"impact {prize.worth}: {path.attacker.name} {prize.says.format(asset=f'`{view.elements[path.asset].name}`')}")
    return Rated(path, likelihood, prize.worth, tuple(reasons), controls)


def _on_the_way(path: Taken) -> tuple[Control, ...]:
    """Controls that lower one of the path's findings, of those that cover a flow or an element of the path."""
    passed = {place for leg in path.legs for place in (leg.source, leg.target, leg.flow_id)}
    lowering = {control.id: control for seen in path.seen for match in seen.matches for control in match.lowered}
    return tuple(
        control for control in lowering.values() if control.kind not in path.attacker.has and not passed.isdisjoint(control.protects)
    )
