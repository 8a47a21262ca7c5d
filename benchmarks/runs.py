"""The values of a session: one run of one tool over one tree, and everything a session writes down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

Kind = Literal["raw", "cold", "same", "one", "twenty", "bandit", "semgrep"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Outcome = Literal["done", "out of time", "failed"]
TITLES: Mapping[Kind, str] = {
    "raw": "raw parse, one thread",
    "cold": "threatloom, cold",
    "same": "threatloom, nothing changed",
    "one": "threatloom, 1 file changed",
    "twenty": "threatloom, 20 files changed",
    "bandit": "bandit",
    "semgrep": "semgrep, local rules",
}
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Run:
    size: str
    kind: Kind
    wall_s: float  # the median where it was taken more than once; a lower bound where it did not end
    cpu_s: float
    peak_mb: float
    peak_resident_mb: float
    most_processes: int
    outcome: Outcome
    note: str = ""  # why it counts as not done, or what the tool itself said went wrong
    walls_s: tuple[float, ...] = ()  # every taking
    files: int | None = None  # as the tool itself counts them
    findings: int | None = None


@dataclass(frozen=True, slots=True)
class Measurements:
    taken: str  # UTC, to the minute
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    corpus_sha256: str  # of corpus.yaml
    limit_s: float
    trees: Mapping[str, Mapping[str, int]]  # size -> files, lines, bytes, ai_lines
    runs: tuple[Run, ...]

    def find(self, size: str, kind: Kind) -> Run | None:
        """The run of one kind at one size."""
        return next((run for run in self.runs if (run.size, run.kind) == (size, kind)), None)

    def to_json(self) -> str:
        """As it is kept in a file."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1, sort_keys=True) + "\n"


def read_measurements(path: Path) -> Measurements:
    """A session written by `to_json`; another schema is refused."""
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))  # Any: JSON of mixed shapes
    if data.pop("schema", None) != SCHEMA:
        raise ValueError(f"{path} was written by another version of the benchmarks: take the figures anew")
    known = {field.name for field in fields(Run)}
    runs = [{key: value for key, value in run.items() if key in known} for run in data.pop("runs")]
    data["trees"] = dict(sorted(data["trees"].items(), key=lambda item: item[1]["lines"]))  # JSON keeps them by name
    return Measurements(runs=tuple(Run(**{**run, "walls_s": tuple(run["walls_s"])}) for run in runs), **data)
