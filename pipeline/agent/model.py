"""Values of the LLM analyst: what it is given, what it proposes, and the account of what it did. No reply of a model is in here unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pipeline.system.model import Evidence, Severity, Stride, System
from pipeline.threats.schema import Factor


@dataclass(frozen=True, slots=True)
class Known:
    """A rule finding, as far as the analyst may know it."""

    id: str
    threat: str
    title: str
    severity: Severity
    element: str
    description: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """The words a proposal comes from: prompt, its version and hash, and the model that answered."""

    model: str
    prompt: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threat that a model sees and whose quotes stand in the files."""

    threat: str  # slug of the catalog, or custom/<slug>
    element: str
    stride: tuple[Stride, ...]
    title: str
    description: str
    path: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    factors: Mapping[Factor, Evidence]
    mitigations: tuple[tuple[str, str], ...]  # what to do, how to test it
    origin: Origin
    doubt: str = ""  # why the second reading could not prove it


@dataclass(frozen=True, slots=True)
class Argument:
    """What a model says for or against a rule finding. It changes nothing about it."""

    finding: str
    stance: Literal["for", "against"]
    reason: str
    evidence: tuple[Evidence, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something a model said that is not reported, and why."""

    what: Literal["threat", "contradiction", "opinion", "element", "flow", "correction", "factor", "action", "verdict"]
    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One element and one class of STRIDE."""

    element: str
    stride: Stride


@dataclass(frozen=True, slots=True)
class Steering:
    """A text that imitates the marks between which a model is shown untrusted text; or one `in_sight` that tells a reader what to find."""

    text: str
    evidence: Evidence
    in_sight: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The words for a decision maker; actions name findings by their id."""

    headline: str
    paragraphs: tuple[str, ...]
    actions: tuple[tuple[str, tuple[str, ...]], ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Account:
    """What was asked, and what it took."""

    model: str
    sent_to: str  # host; empty where it is this machine
    calls: int
    input_tokens: int
    output_tokens: int
    cost: Decimal | None  # None: unknown
    currency: str
    cache_hits: int
    prompts: tuple[str, ...]  # name@version
    doubts: tuple[str, ...] = ()  # usage numbers that were not believed
    kept_input_tokens: int = 0  # what kept replies took when they were first given
    kept_output_tokens: int = 0
    kept_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that got no usable reply."""

    about: str
    why: str
    by_budget: bool = False  # it was not asked, because the budget ended: the user's own choice, and no error
    too_much: bool = False  # fewer words may be answered


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything the analyst gives."""

    proposals: tuple[Proposal, ...]
    arguments: tuple[Argument, ...]
    completed: System
    summary: Summary | None
    dropped: tuple[Dropped, ...]
    looked_at: frozenset[Cell]  # cells that were examined
    not_reached: Mapping[Cell, str]  # and why
    unanswered: tuple[Unanswered, ...]
    steering: tuple[Steering, ...] = ()
    purpose: str = ""
    corrections: tuple[tuple[str, str, tuple[Evidence, ...]], ...] = field(default=())  # element, what is said of it, where
