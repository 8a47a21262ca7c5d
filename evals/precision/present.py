"""What judged packages would be told today: the verdicts of the findings that a new scan still reports, kept for the page of figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import Field

from evals.judged.comparing import Compared
from evals.judged.model import JudgedFinding
from evals.precision.counting import NOTHING, Verdicts, verdict_of
from pipeline.system.model import Frozen

FILE = Path(__file__).parents[1] / "judged_present.json"
_GRAVE = ("critical", "high")


class Present(Frozen):
    commit: str = Field(description="Commit of threatloom that was run.")
    packages: int = Field(description="Judged packages that were scanned again.")
    still: Verdicts = Field(description="Judged findings that are still reported.")
    grave: Verdicts = Field(description="Of these, those that were critical or high when they were read.")
    gone: Verdicts = Field(description="Judged findings that are no longer reported.")
    unjudged: int = Field(description="Findings that nobody has read.")
    grave_unjudged: int = Field(description="Of these, critical and high ones.")


def read_present(file: Path = FILE) -> Present | None:
    """None where it was never measured."""
    return Present.model_validate_json(file.read_bytes()) if file.exists() else None


def present(commit: str, compared: Sequence[Compared]) -> Present:
    """The sums over packages."""
    still = [finding for one in compared for finding in one.still]
    new = [finding for one in compared for finding in one.unjudged]
    return Present(
        commit=commit,
        packages=len(compared),
        still=_told(still),
        grave=_told(finding for finding in still if finding.severity in _GRAVE),
        gone=_told(finding for one in compared for finding in one.gone),
        unjudged=len(new),
        grave_unjudged=sum(finding.severity in _GRAVE for finding in new),
    )


def _told(findings: Iterable[JudgedFinding]) -> Verdicts:
    return sum((verdict_of(finding) for finding in findings), NOTHING)
