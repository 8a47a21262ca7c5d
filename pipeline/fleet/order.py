"""What is asked of whoever scans a system, what they have to do it with, and what came of it.

An order says everything about one system of one night and nothing about a machine, so that it can be sent to another one: it holds no
credentials and no address of the record. A workplace is what a machine has: the record, a cache, tokens for private repositories. It is
never part of an order, and what is secret in it is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from pipeline.system.model import Frozen

Criticality = Literal["low", "medium", "high", "critical"]
CRITICALITIES: tuple[Criticality, ...] = ("critical", "high", "medium", "low")
OutcomeKind = Literal["kept", "known", "failed", "timed_out", "too_large", "stopped"]
GOOD: frozenset[OutcomeKind] = frozenset({"kept", "known"})


class Limits(Frozen):
    """What one system may take; beyond it, its processes are ended and it counts as failed."""

    seconds: Annotated[int, Field(ge=1, le=86_400)] = 1800
    memory_mb: Annotated[int, Field(ge=128)] = Field(default=4096, description="Of all processes of the scan together.")
    clone_mb: Annotated[int, Field(ge=1)] = Field(default=2048, description="What git may fetch at most, packed.")


class GitSource(Frozen):
    """A revision of a repository, read from git's objects; nothing is checked out."""

    repository: str = Field(description="An https, ssh or file URL without credentials, or the path of a local repository.")
    rev: str = Field(default="HEAD", description="Branch, tag or commit.")
    folder: str = Field(default="", description="Folder of the repository that is the system; empty: all of it.")

    @property
    def is_remote(self) -> bool:
        return "://" in self.repository


class ScanOrder(Frozen):
    """One system, one night. The same order twice gives one scan in the record, which knows a scan by its system's key and the run."""

    run: str = Field(description="The night: one for all orders of a fleet that belong together.")
    fleet: str
    name: str = Field(description="As the fleet file calls the system.")
    key: str = Field(description="What the system's history in the record hangs on.")
    source: str | GitSource = Field(description="A folder, or a revision of a repository.")
    docs: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = Field(default=(), description="Folders of own knowledge, as whoever starts the scan names them.")
    owner: str = ""
    tags: tuple[str, ...] = ()
    criticality: Criticality | Literal[""] = ""
    at: AwareDatetime = Field(description="The moment the night began.")
    limits: Limits = Limits()


class Outcome(Frozen):
    """What came of an order. Only `kept` and `known` are scans that the record holds."""

    name: str
    key: str
    kind: OutcomeKind = Field(description="kept: scanned and kept now; known: kept earlier in this run; the others: not scanned.")
    reason: str = Field(default="", description="Of what is not scanned: why, in one line.")
    scan_id: int | None = Field(default=None, description="In the record.")
    errors: int = Field(default=0, description="What the scan could not read: it is incomplete by that.")
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        return self.kind in GOOD


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a machine scans with; given to `scan_system` by whoever runs it, never sent with an order."""

    record: str | None = field(default=None, repr=False)  # URL; may hold a password. None: the user's own record
    cache: Path | None = None  # kept results and clones; None: results are not kept, and clones last as long as a scan
    processes: int = 1  # that one scan may parse with
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)  # host -> token for https
    ssh_agent: str | None = None  # socket of the agent that holds keys for ssh
    entry: str = "pipeline.fleet.child"  # module of ours whose `main` a child process runs
