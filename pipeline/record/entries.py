"""What the record tells: systems, scans, findings with their life, decisions, events. Values, apart from the tables they come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pipeline.findings.model import STRIDE, CoverageState, Finding, Status
from pipeline.system.model import Severity, Stride

RecordedKind = Literal["accepted", "dismissed", "reopened"]
"""What somebody may decide; `reopened` ends what was decided before."""


@dataclass(frozen=True, slots=True)
class ScanEntry:
    """One scan in figures; the whole of it is kept for the newest ones alone."""

    id: int
    system: str  # key
    at: datetime
    previous: int | None  # the scan it was told against
    revision: str | None
    dirty: bool
    version: str  # of threatloom
    knowledge: str
    by_severity: dict[Severity, int]  # of the findings that were open
    counts: dict[Status, int]  # those that this scan found fixed among them
    errors: int
    duration_s: float
    model: str  # that was asked; empty: none
    run: str | None
    whole: bool  # whether `Record.scan` still gives it
    late: bool  # it was kept after a newer one, and changed nothing


@dataclass(frozen=True, slots=True)
class SystemEntry:
    """One system and its last scan."""

    key: str
    name: str
    root: str  # folder it was last scanned in; empty: not known
    owner: str
    tags: tuple[str, ...]
    criticality: str
    scans: int
    last: ScanEntry | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping a scan came to; findings by id."""

    scan_id: int
    previous: int | None
    new: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    doubled: bool = False  # the same run was kept before: nothing was written
    late: bool = False  # a newer scan was kept before: nothing changed but the history


@dataclass(frozen=True, slots=True)
class TrackedFinding:
    """A finding over all scans of its system: as last seen, with the status and the decision of now."""

    finding: Finding
    system: str  # key
    first_seen: datetime
    last_seen: datetime
    closed_at: datetime | None
    aliases: tuple[str, ...] = ()  # earlier ids


@dataclass(frozen=True, slots=True)
class RecordedDecision:
    """Who decided what about a finding, and how it ended."""

    finding: str  # id of now
    title: str
    kind: RecordedKind
    reason: str
    by: str
    at: datetime
    until: date | None
    ended_at: datetime | None  # None: it holds
    ended_why: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became of a finding. `was` equal to `became`: its severity changed."""

    at: datetime
    scan_id: int | None  # None: somebody decided it
    finding: str
    threat: str
    title: str
    severity: Severity
    was: Status | None
    became: Status
    why: str


@dataclass(frozen=True, slots=True)
class CoverageCount:
    """How many elements of a kind have a state in a class of STRIDE."""

    kind: str  # empty: all kinds together
    stride: Stride
    states: dict[CoverageState, int]


def stride_rank(stride: Stride) -> int:
    return STRIDE.index(stride)
