"""Findings and scans: the JSON contract, as pydantic models."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from ingest.facts import Hidden
from pipeline.findings.story_lines import Story
from pipeline.system.model import Confidence, Evidence, Frozen, Severity, Stride, System

SCHEMA_VERSION: Final = "1.0"
Status = Literal["new", "open", "fixed", "reopened", "unknown", "accepted", "dismissed"]
CoverageState = Literal["finding", "mitigated", "not_applicable", "not_examined"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
STRIDE: tuple[Stride, ...] = (
    "spoofing", "tampering", "repudiation", "information_disclosure", "denial_of_service", "elevation_of_privilege",
)  # fmt: skip


class Taxonomy(Frozen):
    """Ids with their edition, per taxonomy."""

    owasp_llm: tuple[str, ...] = ()
    owasp_agentic: tuple[str, ...] = ()
    owasp_mcp: tuple[str, ...] = ()
    owasp_ml: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    nist_aml: tuple[str, ...] = ()
    cwe: tuple[str, ...] = ()


class Mitigation(Frozen):
    text: str
    test: str = Field(description="How to check that it works.")


class RiskRow(Frozen):
    """One row of the decision table that gave a finding's likelihood, impact and confidence."""

    axis: Literal["likelihood", "impact", "confidence"]
    asked: str = Field(description="The factor or control that was looked for.")
    answer: Literal["start", "yes", "no"]
    step: int = Field(
        description="What the answer adds; of the first row of an axis, where it starts. Zero where a step was taken already."
    )
    because: str = Field(default="", description="The element or control it was seen at, and the place.")


OF_THE_THREAT: Final = "of this threat, wherever it is"


class ScoreInput(Frozen):
    """One metric of a score and why it has its value."""

    metric: str
    value: str
    because: str = ""


class Score(Frozen):
    """A finding in the words of a public scoring system."""

    system: Literal["CVSS", "AIVSS"]
    edition: str
    vector: str
    score: Annotated[float, Field(ge=0, le=10)]
    inputs: tuple[ScoreInput, ...]

    @property
    def read_inputs(self) -> tuple[ScoreInput, ...]:
        """The inputs that were read from the system; those of the threat itself stand in the vector."""
        return tuple(given for given in self.inputs if given.because != OF_THE_THREAT)


class Origin(Frozen):
    """The words of ours that a model answered, so that what it said can be traced to them."""

    model: str
    prompt: str
    version: int
    digest: str = Field(description="First 16 hexadecimal digits of the SHA-256 of the prompt's file.")


class Argument(Frozen):
    """What a model says for or against a finding, with the texts it rests on. It changes neither the finding nor its severity."""

    stance: Literal["for", "against"]
    reason: str
    evidence: tuple[Evidence, ...]
    origin: Origin


DecisionKind = Literal["accepted", "dismissed"]


class Decision(Frozen):
    """That somebody accepts the risk of a finding, or says it is none, and why."""

    kind: DecisionKind
    reason: str = Field(description="Never empty: whoever makes one asks for it.")
    by: str = Field(default="", description="Who decided, where that is known.")
    at: str = Field(default="", description="RFC 3339, where that is known.")
    until: str = Field(default="", description="Last day it holds, as YYYY-MM-DD; empty: it has no end.")
    where: str = Field(default="", description="The place that says so, as path:line; empty: it stands in the record.")


class Suppression(Frozen):
    """A decision that stands in the scanned tree: in its settings file, or in a comment beside the code."""

    decision: Decision
    threat: str = Field(default="", description="Slug it is about; empty: any.")
    finding: str = Field(default="", description="Finding id it is about; empty: any.")
    path: str = Field(default="", description="File, or glob as in .gitignore, it is about; empty: any.")
    lines: tuple[int, int] | None = Field(default=None, description="Of a comment: the lines it stands beside.")
    page: int | None = Field(default=None, description="Of a comment in a notebook: its cell; the lines count inside it.")
    findings: tuple[str, ...] = Field(default=(), description="Ids of the findings of this scan that it closes.")
    added: bool = Field(default=False, description="Of a scan with a baseline: that one does not have it.")
    stale: str = Field(default="", description="Why it closes nothing: nothing like it was found, or its last day has passed.")


class Finding(Frozen):
    id: str = Field(description="Fingerprint; stable across commits while threat, element and symbol are.")
    threat: str = Field(description="Slug of the catalog; `custom/<slug>` outside of it.")
    title: str
    description: str
    stride: Annotated[tuple[Stride, ...], Field(min_length=1)]
    severity: Severity = Field(description="How bad it is if it happens here, from likelihood x impact.")
    likelihood: Annotated[int, Field(ge=1, le=5)]
    impact: Annotated[int, Field(ge=1, le=5)]
    risk_reasons: tuple[str, ...] = ()
    would_change_it: tuple[str, ...] = ()
    scores: tuple[Score, ...] = Field(default=(), description="CVSS 4.0 and AIVSS, where they apply; the severity does not come from them.")
    risk_table: tuple[RiskRow, ...] = Field(default=(), description="Each factor and control that was asked for, and what its answer did.")
    confidence: Confidence = Field(description="How sure we are that it is so.")
    status: Status = "new"
    status_reason: str = Field(default="", description="Why it has this status, where that takes words: why it is fixed, or unknown.")
    decision: Decision | None = Field(default=None, description="Of one that is accepted or dismissed: who said so, and why.")
    source: Literal["rule", "llm", "both", "contradiction"] = "rule"
    element: str
    attack_path: tuple[str, ...] = ()
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    taxonomy: Taxonomy = Taxonomy()
    mitigations: tuple[Mitigation, ...] = ()
    missing_controls: tuple[str, ...] = Field(default=(), description="Controls that would lower or remove it and were not seen.")
    arguments: tuple[Argument, ...] = Field(default=(), description="What a model said for or against it, where one was asked.")
    origin: Origin | None = Field(default=None, description="Of a finding that a model proposed or saw as well: what it was asked with.")
    doubt: str = Field(default="", description="Of a model's finding: why a second reading of its evidence could not prove it.")


class Coverage(Frozen):
    """One cell of the matrix: an element and a class of STRIDE."""

    element: str
    stride: Stride
    state: CoverageState
    reason: str
    findings: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()


class AttackHop(Frozen):
    """One hop of an attack path; it cites the flow it goes along, the findings that let it happen, or both."""

    source: str = Field(description="Element id; equal to target where the finding itself lets the attacker in.")
    target: str = Field(description="Element id.")
    does: str = Field(description="What happens there, in words.")
    flow: str | None = Field(
        default=None, description="Id of the flow it goes along; null where a relation or a finding alone joins the two."
    )
    findings: tuple[str, ...] = Field(default=(), description="Ids of the findings without which it would not happen.")
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]


class AttackRoute(Frozen):
    """One way from an attacker to what they are after."""

    attacker: str
    entry: str = Field(description="Id of the element where they come in.")
    likelihood: Annotated[int, Field(ge=1, le=5)]
    hops: Annotated[tuple[AttackHop, ...], Field(min_length=1)]
    findings: Annotated[tuple[str, ...], Field(min_length=1, description="Findings that all have to hold, in the order of the hops.")]
    controls: tuple[str, ...] = Field(default=(), description="Controls that stand on the way and make it harder, but do not end it.")


class PathCut(Frozen):
    """What would end a path: a control that removes one of its findings."""

    finding: str
    controls: tuple[str, ...] = Field(description="Kinds of controls that remove the finding; any of them is enough.")
    text: str = Field(description="What to do.")


class AttackPath(Frozen):
    """From an attacker to something worth having, along flows and findings of this scan alone."""

    id: str = Field(description="Fingerprint, from the prize and the element it is.")
    title: str
    prize: str = Field(description="What is taken, a word of the knowledge of attack paths.")
    asset: str = Field(description="Element id.")
    also: tuple[str, ...] = Field(default=(), description="What the same findings give them besides, in words.")
    severity: Severity
    likelihood: Annotated[int, Field(ge=1, le=5)]
    impact: Annotated[int, Field(ge=1, le=5)]
    reasons: tuple[str, ...]
    routes: Annotated[tuple[AttackRoute, ...], Field(min_length=1, description="The easiest first; the others end the same way.")]
    cut_by: tuple[PathCut, ...] = Field(default=(), description="For each finding that one of the routes rests on.")


class Skipped(Frozen):
    path: str
    reason: str
    count: int = Field(default=1, description="Files this entry stands for.")


class Failed(Frozen):
    path: str
    error: str


class ReadPicture(Frozen):
    """A picture whose text was read, because the user has set that up."""

    path: str
    where: str = Field(description="The place in words, and who read it.")
    reader: str = Field(description="With its edition.")
    sent_to: str | None = Field(description="The host the picture was sent to, now or when it was first read; null: it stayed here.")
    lines: int = Field(description="Lines that were read; 0 where there was no text.")


class Tool(Frozen):
    name: Literal["threatloom"] = "threatloom"
    version: str
    knowledge: str = Field(description="Hash of the knowledge files the scan was made with.")


class Target(Frozen):
    name: str
    root: str = "."
    revision: str | None = None
    dirty: bool = False
    repository: str | None = Field(default=None, description="Address of the repository's origin, without credentials.")


class KnownThreat(Frozen):
    """What the catalog says of a threat that is reported, as it was when the scan was made."""

    slug: str
    title: str
    summary: str
    how_we_look: str = Field(description="How it is recognised, and what that can miss.")
    not_a_threat_when: str = Field(description="What may be dismissed, and why.")
    references: tuple[str, ...] = ()


class Summary(Frozen):
    files: int = Field(description="Files read.")
    lines: int = Field(description="Lines of the files read.")
    by_severity: dict[Severity, int]
    by_stride: dict[Stride, int]
    new: int = 0
    fixed: int = 0
    attack_paths: int = Field(default=0, description="Attack paths that were found; the most dangerous are listed.")
    attack_paths_cut: bool = Field(default=False, description="Whether the search for attack paths ended at its bounds: there may be more.")
    hidden: dict[Hidden, int] = Field(
        default_factory=dict, description="Passages of documents in places a person does not see, by why; none of them counts as a promise."
    )
    built: int = Field(default=0, description="Files read that a build made, since what it made them of is not in the tree.")


class UnlistedRisk(Frozen):
    """An ordinary risk that is there and not listed, by what its finding would be."""

    id: str = Field(description="The id its finding would have.")
    threat: str
    element: str


class WithoutAi(Frozen):
    """That nothing of AI was found, and what is not listed therefore: threatloom is about AI systems, and judges ordinary parts in them."""

    files: int = Field(description="Files that were looked into.")
    developers_tools: bool = Field(
        default=False, description="Whether agents that help to write the software were found; they are no part of it."
    )
    risks: tuple[UnlistedRisk, ...] = ()


class OwnThreat(Frozen):
    """A threat that does not ship with threatloom."""

    slug: str
    replaces: str = Field(default="", description="Slug of the threat whose place it takes.")


class Adjusted(Frozen):
    """What own knowledge sets of a threat, and why."""

    threat: str
    likelihood: int | None = None
    impact: int | None = None
    switched_off: bool = False
    reason: str
    places: int = Field(default=0, description="Of a threat that is switched off: elements it holds for, none of them reported.")


class OwnKnowledge(Frozen):
    """A folder of a user's or an organisation's own knowledge that the scan was made with."""

    name: str = Field(description="Name of the folder.")
    digest: str = Field(description="SHA-256 over all of its files.")
    threats: tuple[OwnThreat, ...] = ()
    frameworks: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    adjusted: tuple[Adjusted, ...] = ()


class NotTaken(Frozen):
    """Something a model said that is not reported."""

    what: str = Field(description="threat, contradiction, opinion, element, flow, correction, factor ...")
    about: str
    reason: str


class NotReached(Frozen):
    """Cells of one element that a model was not asked about, or gave no answer to; or a whole question."""

    element: str = Field(description="Element id; of a question that is about no cell, what it was about.")
    stride: tuple[Stride, ...] = ()
    reason: str

    @property
    def told(self) -> str:
        return f"{self.element}: {self.reason}"


class SummaryAction(Frozen):
    text: str
    findings: tuple[str, ...] = Field(description="Ids of findings of this scan.")


class ExecutiveSummary(Frozen):
    """The first page, in a model's words. Its statements are not checked against the evidence; the findings it names are."""

    headline: str
    paragraphs: tuple[str, ...]
    actions: tuple[SummaryAction, ...]
    origin: Origin


class CorrectedElement(Frozen):
    """What a model says is wrong or missing in how an element is described."""

    element: str
    says: str
    evidence: tuple[Evidence, ...]


class LLMUse(Frozen):
    """What was asked of a model, what it took, and what of its replies was not used."""

    model: str
    sent_to: str = Field(default="", description="Host the questions were sent to; empty: they stayed on this machine.")
    calls: int = Field(default=0, description="Requests that were answered by the endpoint in this run.")
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = Field(default=None, description="In `currency`; null where the price of the model is not known.")
    currency: str = "USD"
    cache_hits: int = Field(default=0, description="Requests that were answered by kept replies of earlier runs.")
    kept_input_tokens: int = Field(default=0, description="What kept replies took when they were first given; not spent in this run.")
    kept_output_tokens: int = 0
    kept_cost: float | None = Field(default=None, description="The same at today's price; null where that is not known.")
    prompts: tuple[str, ...] = Field(default=(), description="Prompts that were used, as name@version.")
    kept_back: int = Field(default=0, description="Files whose words were not to be sent.")
    unreached: tuple[NotReached, ...] = Field(default=(), description="Cells of the matrix the model did not get to, and why.")
    not_taken: tuple[NotTaken, ...] = ()
    doubts: tuple[str, ...] = Field(default=(), description="Usage numbers of the endpoint that were not believed.")
    purpose: str = Field(default="", description="What the system is for, in the model's words.")
    corrections: tuple[CorrectedElement, ...] = ()
    summary: ExecutiveSummary | None = None


class Baseline(Frozen):
    """The earlier scan that statuses are told against."""

    given: Literal["revision", "file", "record"]
    name: str = Field(description="As it was named: a git revision, a file, a scan of the record.")
    revision: str | None = None
    started_at: str = Field(description="When that scan began; empty where it was made for this comparison.")
    version: str = Field(description="Of threatloom, as it made that scan.")
    knowledge: str = Field(description="Hash of the knowledge it was made with.")
    new_only: bool = Field(
        default=False, description="Whether only what is new against it was asked for; the others are here all the same."
    )


class Scan(Frozen):
    """A whole result: what was looked at, the system found in it, what can go wrong, and what was not looked at."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    tool: Tool
    target: Target
    started_at: str = Field(description="RFC 3339, UTC.")
    duration_s: float
    summary: Summary
    system: System
    findings: tuple[Finding, ...] = ()
    threats: tuple[KnownThreat, ...] = Field(default=(), description="Those of the catalog that findings are of, by slug.")
    coverage: tuple[Coverage, ...] = ()
    without_ai: WithoutAi | None = Field(
        default=None, description="Set where nothing of AI was found and nobody said that the tree is part of an AI system."
    )
    attack_paths: tuple[AttackPath, ...] = Field(default=(), description="The most dangerous first.")
    own_knowledge: tuple[OwnKnowledge, ...] = Field(default=(), description="What the scan knew beside what ships, in the order given.")
    pictures: tuple[ReadPicture, ...] = Field(default=(), description="Pictures that were read, and where they were sent for that.")
    examined: tuple[str, ...] = Field(default=(), description="Files that were read, sorted.")
    given_documents: tuple[str, ...] = Field(
        default=(), description="Those of them that lie outside of the tree, by the names they have here."
    )
    skipped: tuple[Skipped, ...] = ()
    errors: tuple[Failed, ...] = ()
    suppressions: tuple[Suppression, ...] = Field(default=(), description="Decisions that stand in the scanned tree, stale ones included.")
    baseline: Baseline | None = Field(default=None, description="What statuses are told against; null: everything is new.")
    story: Story | None = Field(default=None, description="What changed since the baseline, told as a story; null where there is none.")
    llm: LLMUse | None = None
