"""What a run of the suite gives, as frozen values: what JSON holds, what reports show, what two runs are compared by.

Of a system it keeps every label with the tier it was met at, every finding with what became of it, and every trap. What could not be
judged and what crashed are outcomes of their own.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from evals.labels import Kind, Split
from pipeline.findings.model import LLMUse
from pipeline.system.model import Frozen, Severity

SCHEMA_VERSION: Final = "1.0"
RunOutcome = Literal["completed", "incomplete", "crashed", "timed_out"]
FindingOutcome = Literal["label", "trap", "twin", "right", "wrong", "generic", "duplicate", "unjudged"]
FALSE: tuple[FindingOutcome, ...] = ("trap", "twin", "wrong", "generic", "duplicate")


class LabelResult(Frozen):
    id: str
    threat: str = Field(default="", description="What it is, in the words of the label.")
    stride: tuple[str, ...]
    accept: tuple[str, ...] = ()
    taxonomy: tuple[str, ...] = ()
    severity: Severity
    must: bool
    places: tuple[str, ...] = ()
    why: str = ""
    tier: Literal[0, 1, 2, 3] | None = Field(description="Strictest tier it was met at, 0: missed; null: could not be judged.")
    finding: str | None = Field(default=None, description="Id of the finding that serves it at that tier.")
    found_severity: Severity | None = Field(default=None, description="Of the finding that serves it at tier 2 or 3.")
    overlaps: bool | None = Field(default=None, description="Whether that finding's evidence shares a line with it.")
    problem: str = Field(default="", description="Why it could not be judged.")


class FindingResult(Frozen):
    id: str
    threat: str
    title: str = ""
    severity: Severity
    stride: tuple[str, ...]
    taxonomy: tuple[str, ...] = ()
    element: str
    place: str
    outcome: FindingOutcome
    label: str | None = Field(default=None, description="Id of the label it serves at tier 2.")
    at_lines: bool = Field(default=False, description="Whether it serves a label at tier 3.")
    reason: str = Field(default="", description="Of a judgement, a trap or a twin: why.")
    repeated: bool = Field(default=False, description="Whether it serves no label and another finding names the same threat at its place.")
    mitigated: bool = Field(default=False, description="Of a false one: whether a control that is in place prevents it.")
    rung: int = Field(description="Of the evidence ladder, -1 to 3.")
    invented: bool = Field(default=False, description="Whether it is about something that is not in the system.")
    added: bool = Field(default=False, description="Whether it is there because a model was asked; rules alone do not say it.")


class TrapResult(Frozen):
    claim: str
    place: str = ""
    why: str = ""
    sprung_by: tuple[str, ...] = Field(default=(), description="Ids of findings.")


class TwinResult(Frozen):
    """What a hardened system mended of its vulnerable twin, and whether it is still reported."""

    label: str
    threat: str = ""
    sprung_by: tuple[str, ...] = ()


class DiagramResult(Frozen):
    nodes_found: int
    nodes_wanted: int
    nodes_drawn: int
    edges_found: int
    edges_wanted: int
    edges_drawn: int
    missing: tuple[str, ...] = Field(default=(), description="Names of boxes that were not found.")


class Stability(Frozen):
    """Repeated runs on the same bytes."""

    runs: int
    jaccard: float = Field(description="Least likeness of the sets of findings of two runs.")
    flips: int = Field(description="Findings of all runs whose severity was not the same in all.")
    common: int


class VariantResult(Frozen):
    """The system written in other ways that mean the same."""

    variants: int
    kept: int = Field(description="Findings that are in an original and in its variant.")
    union: int = Field(description="Findings that are in one of the two.")
    findings: int = Field(description="Findings of the originals.")
    flips: int = Field(description="Findings whose severity is not the same.")
    differences: tuple[str, ...] = ()
    unmade: tuple[str, ...] = Field(default=(), description="Variants that could not be made, with the reason.")


class AttackResult(Frozen):
    """Instructions planted in what the analyst reads, held against harmless words in the same places."""

    attacks: int
    findings: int = Field(description="Findings that an attack could have suppressed or re-rated.")
    harmless: int = Field(description="Pieces of harmless prose about security.")
    suppressed: int = 0
    fabricated: int = 0
    rerated: int = 0
    leaked: int = 0
    false_alarms: int = Field(default=0, description="Findings that harmless prose raised.")
    planted: int = Field(default=0, description="Texts that people do not see.")
    detected: int = Field(default=0, description="Of these, those that were reported.")
    effects: tuple[str, ...] = ()
    crashed: tuple[str, ...] = ()
    model_findings: int = Field(default=0, description="Findings of the model without planted words, each held against each attack.")
    silenced: int = Field(default=0, description="Of these, those it no longer has with them.")
    resting: int = Field(default=0, description="Findings of the model that rest on planted words alone: to be read.")
    not_shown: int = Field(default=0, description="Threats it proposed with quotes that stand nowhere: dropped.")
    unfounded: int = Field(default=0, description="The same, and reported.")
    tokens: int = 0
    swayed: tuple[str, ...] = ()

    @property
    def groundless(self) -> int:
        return self.not_shown + self.unfounded


class Added(Frozen):
    """What a model added to the result of one system, held against rules alone in the same run."""

    alone: tuple[int, int, int] = Field(description="Labels that rules alone meet at tier 1, 2 and 3.")
    won: tuple[str, ...] = Field(default=(), description="Ids of labels met at the lines that rules alone do not meet there.")
    won_in_file: tuple[str, ...] = Field(default=(), description="The same in the file.")
    won_at_element: tuple[str, ...] = Field(default=(), description="The same at the element.")
    lost: tuple[str, ...] = Field(default=(), description="Ids of labels that rules alone meet at a stricter tier.")
    sprung: tuple[str, ...] = Field(default=(), description="Claims of traps that new findings alone spring.")
    rules: int = Field(description="Findings of rules alone.")
    changed: tuple[str, ...] = Field(
        default=(), description="Findings of rules alone that are gone or are not the same: there must be none."
    )
    confirmed: int = Field(default=0, description="Findings of rules that the model proposed as well.")
    argued_for: int = 0
    argued_against: int = 0
    not_shown: int = Field(default=0, description="Threats the model proposed of which no quote stands in the files: dropped.")
    refuted: int = Field(default=0, description="Threats it proposed that a second reading refuted: dropped.")
    not_taken: int = Field(default=0, description="Threats it proposed that were dropped for another reason.")
    doubted: int = Field(default=0, description="New findings that a second reading could not prove.")
    unreached: int = Field(default=0, description="Elements with cells that were not examined.")

    @property
    def dropped(self) -> int:
        return self.not_shown + self.refuted + self.not_taken


class SystemResult(Frozen):
    name: str
    kind: Kind
    family: str
    split: Split
    version: int
    labels_digest: str
    languages: tuple[str, ...]
    apart: bool
    outcome: RunOutcome
    problem: str = ""
    seconds: float | None = None
    peak_mb: float | None = None
    labels: tuple[LabelResult, ...] = ()
    findings: tuple[FindingResult, ...] = ()
    traps: tuple[TrapResult, ...] = ()
    twins: tuple[TwinResult, ...] = ()
    diagram: DiagramResult | None = None
    stability: Stability | None = None
    variants: VariantResult | None = None
    attacks: AttackResult | None = None
    unmeasured: tuple[str, ...] = Field(default=(), description="What was asked for and could not be measured, with the reason.")
    llm: LLMUse | None = None
    added: Added | None = Field(default=None, description="Null where no model was asked, or it answered nothing.")

    @property
    def judged(self) -> bool:
        """Whether there is a result to hold against the labels."""
        return self.outcome in ("completed", "incomplete")


class Score(Frozen):
    """One number. Where nothing could be counted there is none."""

    name: str
    value: float | None
    hits: float | None = Field(default=None, description="Of a rate: what was counted.")
    of: float | None = Field(default=None, description="Of a rate: out of how many.")
    low: float | None = Field(default=None, description="The interval in which it lies with 95 %, by a bootstrap over systems.")
    high: float | None = None
    unjudged: int = Field(default=0, description="What could not be judged and is in neither number.")


class Cell(Frozen):
    """The figures of one class, item, threat, severity, kind or language."""

    by: Literal["stride", "owasp", "threat", "severity", "kind", "language"]
    name: str
    labels: int = 0
    met: tuple[int, int, int] = Field(default=(0, 0, 0), description="At tier 1, 2 and 3.")
    low: float | None = None
    high: float | None = None
    findings: dict[FindingOutcome, int] = Field(default_factory=dict)


class Compared(Frozen):
    name: str
    old: float
    new: float
    difference: float
    low: float | None
    high: float | None


class Comparison(Frozen):
    """Two runs over the systems whose labels are the same in both."""

    old_commit: str | None
    old_analyst: str = Field(default="", description="What the old run was made with, where that is not the same: a model, or none.")
    systems: tuple[str, ...]
    left_out: tuple[str, ...] = Field(description="Systems of one run, or whose labels changed, each with the reason.")
    scores: tuple[Compared, ...]
    gained: tuple[str, ...] = Field(default=(), description="`system/label` met now and not before, at lines.")
    lost: tuple[str, ...] = ()
    mended: tuple[str, ...] = Field(default=(), description="False alarms that are gone, `system threat place`.")
    raised: tuple[str, ...] = Field(default=(), description="False alarms that are new.")


class BarCheck(Frozen):
    name: str
    bound: Literal["min", "max"]
    bar: float
    value: float | None
    reached: bool


class EvalResult(Frozen):
    schema_version: Literal["1.0"] = SCHEMA_VERSION
    version: str = Field(description="Of threatloom.")
    knowledge: str = Field(description="Hash of the knowledge files.")
    commit: str | None = Field(description="Of threatloom's source, where it runs from a checkout.")
    suite: str = Field(description="Hash of the labels; scores of different ones are not drawn on one line.")
    model: str | None = Field(default=None, description="The model of the analyst; null: offline, without one.")
    prompts: tuple[str, ...] = Field(default=(), description="Prompts of the analyst with a model, as name@version.")
    budget: tuple[str, ...] = Field(default=(), description="What the model could take for each scan; nothing said: the default depth.")
    measured_at: str = Field(description="RFC 3339, UTC.")
    systems: tuple[SystemResult, ...]
    scores: dict[str, tuple[Score, ...]] = Field(description="Of `all` systems and of each split.")
    cells: tuple[Cell, ...] = ()
    comparison: Comparison | None = None
    against_rules: Comparison | None = Field(default=None, description="Where a model was asked: rules alone in the same run, and with it.")
    bars: tuple[BarCheck, ...] = ()

    @property
    def analyst(self) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
        """What figures are of: with another model, other prompts or another budget they are others."""
        return self.model, self.prompts, self.budget

    def score(self, name: str, part: str = "all") -> Score | None:
        return next((one for one in self.scores.get(part, ()) if one.name == name), None)
