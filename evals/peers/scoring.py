"""What a tool says about the reference systems, held against their labels: by place alone, for every tool alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from evals.matching import score
from evals.peers.reading import ALL_CLASSES
from evals.suite import Reference
from pipeline.findings.model import Finding
from pipeline.system.model import Frozen


class SystemScore(Frozen):
    """One tool on one system."""

    system: str
    kind: str
    labels: int
    met: int = Field(description="Labels with a finding in one of their files, one finding each.")
    precise: int = Field(description="Of these, near its lines; how near stands in the table.")
    findings: int
    sprung: int = Field(description="Traps on whose lines lies a finding that serves no label; those that name our threats are left out.")
    traps: int
    seconds: float
    failure: str = Field(default="", description="Why there is no answer; its figures then count nothing.")


class ToolScore(Frozen):
    name: str
    packages: tuple[str, ...]
    about: str
    systems: tuple[SystemScore, ...]


class PeersTable(Frozen):
    commit: str = Field(description="Commit of threatloom that was measured beside them.")
    near: int = Field(description="Lines within which a finding lies at a label's place.")
    tools: tuple[ToolScore, ...]


def system_score(system: Reference, findings: Sequence[Finding], seconds: float, failure: str = "") -> SystemScore:
    """The figures of one run. Labels accept any threat here, and findings are of every class: no tool but ours knows the words."""
    labels = system.labels
    open_labels = labels.model_copy(
        update={
            "expected": tuple(label.model_copy(update={"accept": (), "uncatalogued": False}) for label in labels.expected),
            "must_not": tuple(trap for trap in labels.must_not if not trap.slugs),
        }
    )
    result = score(open_labels, tuple(finding.model_copy(update={"stride": ALL_CLASSES}) for finding in findings))
    return SystemScore(
        system=system.name,
        kind=labels.kind,
        labels=len(labels.expected),
        met=len(result.met),
        precise=len(result.precise),
        findings=len(findings),
        sprung=len({trap.claim for trap, finding in result.sprung if finding.id not in result.met.values()}),
        traps=len(open_labels.must_not),
        seconds=round(seconds, 1),
        failure=failure,
    )


def failed(system: Reference, seconds: float, why: str) -> SystemScore:
    """A run without an answer: nothing found is not what it says."""
    return system_score(system, (), seconds, why)


def total(scores: Sequence[SystemScore], kinds: Mapping[str, bool] | None = None) -> SystemScore:
    """The sum of the runs that gave an answer."""
    counted = [one for one in scores if not one.failure and (kinds is None or kinds.get(one.kind))]
    names = ("labels", "met", "precise", "findings", "sprung", "traps")
    sums = {name: sum(getattr(one, name) for one in counted) for name in names}
    return SystemScore(system="all", kind="all", seconds=round(sum(one.seconds for one in counted), 1), **sums)
