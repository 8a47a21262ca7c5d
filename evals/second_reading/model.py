"""What a second reader wrote: own threats first, then a verdict on each shuffled statement of the first."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from evals.labels import LabelledFile
from evals.yaml_file import read_yaml
from pipeline.system.model import Frozen, Severity, Stride

FOLDER = Path(__file__).parent / "systems"
SETTLED = Path(__file__).parent / "settled.yaml"


class Verdict(Frozen):
    holds: bool = Field(description="Whether the statement is a threat that is really there.")
    severity: Severity | None = Field(default=None, description="By the second reader, where it holds.")
    why: str


class OfLabel(Verdict):
    severity_then: Severity = Field(description="What the label said when it was read; it may have been settled otherwise since.")


class OfTrap(Verdict):
    claim: str


class Seen(Frozen):
    """A threat the second reader saw by themselves."""

    threat: str
    stride: tuple[Stride, ...]
    file: str
    lines: str | None = None
    severity: Severity

    @property
    def place(self) -> LabelledFile:
        return LabelledFile(path=self.file, lines=self.lines)


class Reading(Frozen):
    system: str
    labels: dict[str, OfLabel]
    traps: tuple[OfTrap, ...]
    own: tuple[Seen, ...]


class Settled(Frozen):
    """A dispute and its end, in writing."""

    system: str
    label: str
    first: str
    second: str
    settled: str
    why: str


def read_readings(folder: Path = FOLDER) -> tuple[Reading, ...]:
    """All readings in the order of their files; a pydantic error names what is wrong with one."""
    return tuple(Reading.model_validate(read_yaml(path)) for path in sorted(folder.glob("*.yaml")))


def read_settled(file: Path = SETTLED) -> tuple[Settled, ...]:
    return tuple(Settled.model_validate(row) for row in read_yaml(file))
