"""The landscape of a fleet: frozen values that say what a security lead has to know of all systems on one morning.

Everything is computed from the record by the functions beside this file, and nothing of it by those that draw it. The JSON Schema of
`Landscape` ships with the package.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from pipeline.findings.model import Status
from pipeline.fleet.order import Criticality
from pipeline.system.model import Confidence, Frozen, Severity, Stride

SCHEMA_VERSION: Final = "1.0"

Direction = Literal["worse", "mixed", "unknown", "first", "better", "reassessed", "same"]
DIRECTIONS: tuple[Direction, ...] = ("worse", "mixed", "unknown", "better", "reassessed", "first", "same")
"""In the order in which somebody has to look at them. Of `mixed` some got worse and some better; `reassessed` is one of which threatloom
knows more, or less, while nothing of it changed; `unknown` one that was not scanned, or of which something was not looked for."""
CauseKind = Literal["code", "decision", "ended", "knowledge", "either", "analysis", "unseen"]
ThingKind = Literal["model", "provider", "mcp_server", "package", "image", "action", "prompt", "tool", "service", "dataset", "agent"]
THING_KINDS: tuple[ThingKind, ...] = (
    "model", "provider", "mcp_server", "package", "image", "action", "prompt", "tool", "agent", "dataset", "service",
)  # fmt: skip
Figures = dict[Severity, int]


class Moved(Frozen):
    """A finding that came, went, or became more or less severe."""

    finding: str
    threat: str
    title: str
    severity: Severity
    place: str = Field(default="", description="Where its main evidence stands, as path:line.")
    why: str = Field(default="", description="What the record says of the change.")


class Cause(Frozen):
    """Why a system is not what it was: one kind of cause with the findings that came and went by it."""

    kind: CauseKind = Field(
        description="code: what is scanned changed; decision: somebody accepted, dismissed or reopened; ended: the last day of a decision"
        " passed; knowledge: threatloom's own knowledge changed and the code did not; either: both changed and cannot be told apart;"
        " analysis: it was scanned otherwise (another model, other settings); unseen: nobody could look."
    )
    said: str = Field(description="In one sentence.")
    came: tuple[Moved, ...] = ()
    went: tuple[Moved, ...] = ()
    heavier: tuple[Moved, ...] = Field(default=(), description="More severe than before.")
    lighter: tuple[Moved, ...] = ()
    unseen: tuple[Moved, ...] = Field(default=(), description="Held to be there still, but not looked for this time.")
    files: tuple[str, ...] = Field(default=(), description="Files in which these findings stand.")


class SystemView(Frozen):
    """One system on one line."""

    name: str
    key: str
    owner: str = ""
    tags: tuple[str, ...] = ()
    criticality: Criticality | Literal[""] = ""
    direction: Direction
    because: str = Field(description="Why, in a few words.")
    causes: tuple[Cause, ...] = ()
    open: Figures = Field(description="Findings that are held to be there now, by severity; those not looked for last time among them.")
    before: Figures | None = Field(default=None, description="The same at the moment compared with; null where there is none.")
    unseen: int = Field(default=0, description="Open findings that were not looked for in the last scan.")
    accepted: int = Field(default=0, description="Findings that are accepted or dismissed by a decision that holds.")
    oldest_days: int | None = Field(default=None, description="Age of the oldest open finding.")
    overdue: int = Field(default=0, description="Open findings that are older than the fleet's deadline for their severity.")
    scanned_at: str = Field(default="", description="When its last scan was made; empty: never.")
    compared_at: str = Field(default="", description="When the scan it is compared with was made.")
    revision: str | None = None
    failed: str = Field(default="", description="Why it was not scanned this night.")
    errors: int = Field(default=0, description="What the last scan could not read.")
    history: tuple[int, ...] = Field(default=(), description="Critical and high open findings over its last scans, oldest first.")


class RiskPlace(Frozen):
    """A finding that a risk stands for."""

    system: str
    criticality: Criticality | Literal[""] = ""
    finding: str
    severity: Severity
    confidence: Confidence
    status: Status
    element: str
    place: str = Field(description="path:line of its main evidence.")
    age_days: int
    exposed: bool = Field(description="Whether somebody outside reaches it.")
    paths: int = Field(description="Attack paths that rest on it.")
    overdue: bool = False


class Risk(Frozen):
    """One root cause: a threat, with all places of the fleet it stands in."""

    threat: str
    title: str
    severity: Severity = Field(description="Of its worst place.")
    stride: tuple[Stride, ...]
    score: int = Field(
        description="What it is ranked by; see docs/landscape.md. It compares risks of one landscape and means nothing else."
    )
    systems: int
    findings: int
    by_severity: Figures
    why: tuple[str, ...] = Field(description="Why it is among those that matter.")
    first: str = Field(description="What to do first.")
    test: str = Field(default="", description="How to see that it works.")
    along: tuple[str, ...] = Field(
        default=(),
        description="Threats that stand in this system on the same attack paths, in words; they are not among the ten by themselves.",
    )
    through: tuple[str, ...] = Field(default=(), description="Shared things it stands at in several systems.")
    places: tuple[RiskPlace, ...] = Field(description="The worst first; the worst of them alone where there are very many.")


class SharedThreat(Frozen):
    threat: str
    title: str
    severity: Severity
    systems: tuple[str, ...]
    findings: int


class SharedRisk(Frozen):
    """One thing that sits in several systems with the same threat."""

    kind: ThingKind
    name: str
    severity: Severity
    systems: tuple[str, ...]
    versions: tuple[str, ...] = ()
    threats: tuple[SharedThreat, ...]
    places: tuple[RiskPlace, ...]


class HeatCell(Frozen):
    stride: Stride
    worst: Severity | None = None
    findings: int = 0
    examined: int = Field(default=0, description="Elements for which the class was examined.")
    not_examined: int = Field(default=0, description="Elements for which it was not.")


class HeatRow(Frozen):
    system: str
    cells: tuple[HeatCell, ...] = Field(description="In the order of STRIDE; empty where the system was never scanned.")


class AgeRow(Frozen):
    severity: Severity
    open: int
    median_days: int
    oldest_days: int
    oldest_system: str
    deadline_days: int | None = None
    overdue: int = 0


class NotLookedAt(Frozen):
    """Something that is not examined, in how many systems and how often."""

    reason: str
    systems: int
    count: int


class Examined(Frozen):
    """How much of the fleet was looked at."""

    files: int = 0
    lines: int = 0
    cells: dict[str, int] = Field(default_factory=dict, description="Cells of all coverage matrices, by state.")
    no_threat_known: int = Field(default=0, description="Of the cells that are not examined: those the catalog has no threat for.")
    never: tuple[str, ...] = Field(default=(), description="Systems that have never been scanned.")
    incomplete: tuple[str, ...] = Field(default=(), description="Systems whose last scan could not read everything.")
    not_examined: tuple[NotLookedAt, ...] = Field(default=(), description="Why cells are not examined, the most frequent first.")
    skipped: tuple[NotLookedAt, ...] = Field(default=(), description="Why files were not read, the most frequent first.")


class Thing(Frozen):
    """Something of the inventory, in all systems that have it."""

    kind: ThingKind
    name: str
    versions: tuple[str, ...] = ()
    systems: tuple[str, ...]
    ai: bool = Field(default=True, description="Of a package: whether AI systems are built with it.")


class Night(Frozen):
    """A day of the fleet: each system as it was last known on it."""

    day: str
    open: Figures
    systems: int = Field(description="Systems that were known on that day.")
    scanned: int = Field(description="Systems that were scanned on that day.")


class EndingDecision(Frozen):
    system: str
    finding: str
    title: str
    severity: Severity | None
    kind: Literal["accepted", "dismissed"]
    reason: str
    by: str
    until: str
    days: int = Field(description="Days that are left; 0: today is the last one.")


class FailedSystem(Frozen):
    system: str
    kind: str = Field(description="failed, timed_out, too_large, stopped, or missing: it was not asked for.")
    reason: str
    last_scanned: str = Field(default="", description="When it was last scanned; empty: never.")


class Since(Frozen):
    """What the morning is compared with."""

    asked: str = Field(description="As it was asked for.")
    said: str = Field(description="In words.")


class Summary(Frozen):
    systems: int
    scanned: int = Field(description="Systems of which this night has a scan.")
    directions: dict[Direction, int]
    open: Figures
    before: Figures = Field(description="Over the systems that can be compared.")
    compared: int = Field(description="Systems that can be compared.")
    came: Figures
    went: Figures
    overdue: int = 0
    unseen: int = 0
    accepted: int = 0


class Landscape(Frozen):
    """All systems of a fleet on one morning."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    fleet: str
    run: str
    at: str = Field(description="When the night began; RFC 3339, UTC.")
    version: str = Field(description="Of threatloom.")
    knowledge: tuple[str, ...] = Field(description="Hashes of the knowledge that the last scans were made with.")
    since: Since
    summary: Summary
    systems: tuple[SystemView, ...] = Field(description="Those that somebody has to look at first.")
    risks: tuple[Risk, ...] = Field(description="The ten that matter, or fewer.")
    risks_in_all: int = Field(description="Root causes there are.")
    shared: tuple[SharedRisk, ...]
    heat: tuple[HeatRow, ...]
    ages: tuple[AgeRow, ...]
    examined: Examined
    inventory: tuple[Thing, ...]
    trend: tuple[Night, ...]
    ending: tuple[EndingDecision, ...]
    failed: tuple[FailedSystem, ...]
