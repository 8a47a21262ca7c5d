"""The system model: what was built, as elements, flows, boundaries, controls and claims.

Everything here is a frozen value with evidence. The kinds are the vocabulary that framework files and
threat files share; a word that is not listed here is refused when knowledge is loaded.
"""

from __future__ import annotations

from typing import Annotated, Literal, NewType

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Role = Literal["source", "step", "sink", "missing", "claim"]
Unit = Literal["line", "paragraph", "entry", "transcript"]

ElementKind = Literal[
    # actors
    "end_user", "anonymous_public", "operator", "third_party",
    # entry points
    "http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "mcp_tool", "command_line", "scheduled_job", "file_drop",
    # AI assets
    "hosted_llm", "local_llm", "ml_model", "embedding_model", "agent", "tool", "prompt", "memory", "retriever", "vector_store",
    "dataset", "training_job", "model_file", "model_registry", "inference_server", "guardrail", "evaluator", "mcp_server", "mcp_client",
    # ordinary assets
    "data_store", "queue", "secret", "package", "ci_job", "container", "interpreter", "external_service", "web_content", "renderer",
    "log", "file_store", "component", "document",
]  # fmt: skip

Zone = Literal[
    "internet",      # anyone, or content anyone can write
    "user",          # authenticated users of the system
    "application",   # the system's own process
    "data",          # its stores
    "third_party",   # services of others, reached over the network
    "supply_chain",  # packages, models, images, datasets made by others
    "build",         # CI and developers' machines
]  # fmt: skip

Label = Literal[
    "user_input",        # text or fields a caller sends
    "uploaded_file",     # files a caller sends
    "web_content",       # pages, feeds, mails, tickets: written by outsiders
    "retrieved_text",    # what a retriever or vector store returns
    "model_reply",       # what a generative model wrote
    "tool_arguments",    # arguments a model chose for a tool
    "tool_result",       # what a tool gave back
    "prediction",        # what a classifier, regressor or ranker said
    "stored_data",       # what a database or file gave back
    "user_feedback",     # ratings, corrections, transcripts
    "dataset_records",   # records of a training set
    "model_artifact",    # weights or a model file
    "secret_value",      # credentials
    "identity",          # who the caller is, as the server established it
    "environment_value", # settings of the process
    "hidden_text",       # text a reader of the document does not see
]  # fmt: skip

SinkRole = Literal[
    "prompt",            # user-role or undivided prompt
    "system_prompt",     # system or developer role
    "conversation",      # the whole message list, roles included
    "code",              # evaluated as a program
    "shell",             # a command line
    "process_arguments", # an argument vector
    "query",             # SQL, Cypher or another query text
    "query_parameters",  # bound parameters: safe by construction
    "template",          # a template's source text
    "prompt_template",   # a prompt that is filled in first, and whose marks may call functions
    "html",              # rendered as markup
    "path",              # chooses a file
    "url",               # chooses a request's target
    "request_body",      # is sent to another party
    "model_source",      # chooses which model or model file is loaded
    "deserialised",      # bytes of a format that can run code
    "unpacked",          # a file that is parsed whole, or that more comes out of than went in
    "training_data",     # becomes training data
    "index_write",       # is written into a vector store or index
    "index_query",       # is searched for in a vector store
    "conversation_key",  # chooses which conversation is gone on with
    "memory_write",      # becomes an agent's or a conversation's memory
    "store_write",       # is written to a database or file
    "log",               # is written to a log
    "features",          # is what a predictive model decides on
    "parameters",        # becomes the weights of a model
    "response",          # leaves in a reply to the caller
    "payment", "message", "deletion",  # effects on the world
    "instructions",      # an agent's standing instructions
]  # fmt: skip

TOLD_OR_INDEXED: frozenset[SinkRole] = frozenset({"prompt", "system_prompt", "conversation", "instructions", "index_write", "memory_write"})
"""Where text is what a model is told, now or once it is found again"""

ShippedControl = Literal[
    "authentication", "authorisation", "session_identity", "human_approval", "allow_list", "sandbox", "egress_limit",
    "schema_validation", "output_encoding", "parameterised_query", "input_length_limit", "input_validation", "rate_limit",
    "output_token_limit",
    "loop_limit", "timeout", "guardrail", "content_separation", "safe_loader", "pinned_revision", "pinned_dependency", "digest_pin",
    "signature_check", "hash_check", "tenant_filter", "redaction", "text_withheld", "secret_store", "audit_log", "prompt_log",
    "explanation", "data_validation",
    "provenance_check", "review_before_use", "evaluation_gate", "drift_monitoring", "anomaly_monitoring", "differential_privacy",
    "output_perturbation", "confidence_threshold", "adversarial_testing", "non_root_user", "least_privilege", "read_only_access",
    "network_isolation", "tls", "type_cast", "resource_limit", "budget_limit", "deduplication", "model_lineage", "kill_switch",
    "memory_scope", "idempotency",
    "transport_security", "dependency_audit", "file_inspection", "liveness_check", "group_evaluation", "secure_aggregation",
]  # fmt: skip
OwnControl = NewType("OwnControl", str)
"""A control that the knowledge of a user or an organisation defines: `own/` and the name of its file."""
ControlKind = ShippedControl | Annotated[OwnControl, StringConstraints(pattern=r"^own/[a-z0-9]+(-[a-z0-9]+)*$")]
RelationKind = Literal["has_tool", "uses_model", "uses_memory", "uses_retriever", "uses_store", "has_prompt", "loads", "trained_on",
                       "derived_from", "produces", "serves", "runs_in", "calls", "stores_into", "embeds_with", "same_as"]  # fmt: skip

Topic = Literal[
    "the name that can move", "what outsiders write is acted on here", "who may start it", "what it may do to its host",
    "strangers' code runs here", "a search that asks nobody whose it is", "who may take part",
    "it is fetched here", "the text of an error is handed on here", "which pages may call it", "a credential stands in its words here",
    "the record goes out with it here", "it is done again here", "the code beside the weights may run here",
]  # fmt: skip
"""Notes of an element's own places that are about one thing alone; a threat that is about it cites these."""
MOVES: Topic = "the name that can move"
LEFT_OUT: Topic = "a search that asks nobody whose it is"
POWER: Topic = "what it may do to its host"
PARTIES: Topic = "who may take part"
UPDATED: Topic = "it is fetched here"
TOLD_HERE: Topic = "the text of an error is handed on here"
PAGES: Topic = "which pages may call it"
CREDENTIAL: Topic = "a credential stands in its words here"
DONE_AGAIN: Topic = "it is done again here"
BESIDE: Topic = "the code beside the weights may run here"
GOES_OUT: Topic = "the record goes out with it here"
DECIDED_HERE = "what happens next depends on it"
"""Note of the lines that act on a verdict; threats that do not ask what an element decides do not show them."""
DESCRIBED_HERE = "a column that describes a person"
"""Note of the lines of a settings file that say what a training learns from; likewise for threats that ask what it learns about."""
RELEASED_HERE = "the run puts it into use here"
"""Note of the lines of a run that release what it made; likewise for threats that ask whether it was released at once."""
KEPT_HERE = "what was learnt is kept here"
"""Note of the lines that save what a training made; likewise for threats that ask whether it is kept."""

Stride = Literal["spoofing", "tampering", "repudiation", "information_disclosure", "denial_of_service", "elevation_of_privilege"]
Severity = Literal["critical", "high", "medium", "low", "info"]
Confidence = Literal["high", "medium", "low"]

AttributeValue = str | int | float | bool | tuple[str, ...]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Frozen):
    """Lines of a file, quoted as the bytes say; of a file without lines what stands at a place. Made by `evidence.EvidenceBook` alone."""

    path: str = Field(description="Relative to the scanned root, with forward slashes.")
    start_line: Annotated[int, Field(ge=1)] = Field(description="First line, counted from 1; a paragraph where `unit` says so.")
    end_line: Annotated[int, Field(ge=1)] = Field(description="Last line, inclusive.")
    quote: str = Field(description="Exact text of these lines; secrets are masked.")
    role: Role = Field(description="What this place is in the argument: where it starts, passes, ends, what is missing, what was promised.")
    page: int | None = Field(
        default=None, description="Page of a PDF, slide, sheet, part of a mail or cell of a notebook; lines then count inside it."
    )
    unit: Unit = Field(
        default="line",
        description="What start_line and end_line count; entries are those of a binary file's listing. A transcript is what a reader of"
        " pictures made of one: its lines are quoted as read, no bytes of the file say them, and a person checks them by looking.",
    )
    where: str = Field(
        default="", description="The place in words: section and paragraph, slide, sheet and cell, `archive/data.pkl byte 12`."
    )
    note: str = Field(default="", description="Why this place matters, in a few words.")
    taken_by: str = Field(
        default="", exclude=True, description="Of a step where a named function takes what it is given: that function, by its line."
    )


class Element(Frozen):
    id: str = Field(description="`kind:name`, unique in the system, stable while kind and name are.")
    kind: ElementKind
    name: str
    zone: Zone
    attributes: dict[str, AttributeValue] = Field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


class Stated(Frozen):
    """What is written at an arrow of a diagram; what is not written is empty or null."""

    label: str = ""
    data: tuple[str, ...] = Field(default=(), description="Names of what is carried.")
    protocol: str = ""
    encrypted: bool | None = None
    authenticated: bool | None = None
    integrity: bool | None = None
    sensitive: bool | None = Field(default=None, description="Whether the data is said to be sensitive.")
    public_network: bool | None = None
    out_of_scope: bool | None = None


class Flow(Frozen):
    id: str
    source: str = Field(description="Element id.")
    target: str = Field(description="Element id.")
    carries: tuple[Label, ...] = Field(description="What the data is, by where it came from.")
    role: SinkRole | None = Field(default=None, description="What the data becomes at the target.")
    crosses: tuple[str, ...] = Field(default=(), description="Boundary ids between source and target.")
    steps: tuple[Evidence, ...] = Field(default=(), description="Every hop, from where the data enters to where it ends.")
    controls: tuple[str, ...] = Field(default=(), description="Ids of controls that lie on the way.")
    stated_by: Literal["code", "configuration", "document", "model"] = "code"
    stated: Stated | None = Field(default=None, description="What a diagram says of it, where one does.")
    fields: tuple[str, ...] = Field(
        default=(), exclude=True, description="Columns of a table that are written or read, where the code names them; empty: any may be."
    )
    fields_read: tuple[str, ...] = Field(
        default=(), exclude=True, description="Columns that are read where it begins in a table and ends in one; empty: any may be."
    )
    way: str = Field(default="", exclude=True, description="Which way through the code it is, whatever its elements come to be called.")
    answers_not: tuple[str, ...] = Field(
        default=(), exclude=True, description="Ways of questions to a model that came through other calls than this reply goes back to."
    )
    prints: int = Field(
        default=0,
        exclude=True,
        description="Of a line of a log: 0 where it writes a text whole, 1 where a part of it, 2 where its level is off as shipped.",
    )
    choices: int = Field(
        default=1, description="Most implementations that one call on the way may mean; which one runs is decided at run time."
    )


class Relation(Frozen):
    """A lasting tie between two elements: an agent has a tool, a route runs in an application."""

    source: str
    kind: RelationKind
    target: str
    evidence: tuple[Evidence, ...] = ()


class Boundary(Frozen):
    id: str
    name: str
    kind: Literal["zone", "process", "network", "drawn"]
    elements: tuple[str, ...] = ()


class Control(Frozen):
    id: str
    kind: ControlKind
    protects: tuple[str, ...] = Field(description="Element and flow ids it covers.")
    evidence: tuple[Evidence, ...]
    note: str = ""


ClaimKind = Literal[
    "promise", "denial", "threat", "intended_use", "limit", "amount", "retention", "destination", "model", "drawing", "drawn_control",
    "drawn_boundary",
]  # fmt: skip


class Claim(Frozen):
    """What a document says of the system, with its polarity and modality kept; or a threat that a threat model states.

    A denial says that a control is not there; it is told of systems that only documents describe.

    A stated threat is what its authors said: it neither makes nor closes a finding.
    """

    id: str
    text: str
    about: tuple[str, ...] = Field(default=(), description="Element ids, where the words could be matched to them.")
    promises: tuple[ControlKind, ...] = Field(default=(), description="Controls the sentence says are there; of a denial, that are not.")
    modality: Literal["does", "will", "must", "must_not", "does_not", "todo"] = "does"
    kept: bool | None = Field(default=None, description="Whether the code keeps it; null where that could not be told.")
    evidence: tuple[Evidence, ...]
    kind: ClaimKind = Field(
        default="promise",
        description="A control that is promised or denied, a threat that is stated, what a model or data is said to be for, or not for; "
        "how strict a control is, how long data is kept, where it goes, which model is used; what a diagram draws.",
    )
    drawn: bool = Field(default=False, description="Whether a diagram says it, by a box or a frame.")
    against: tuple[Evidence, ...] = Field(default=(), description="Places of code or configuration that do not keep it.")
    instead: str = Field(default="", description="What these places do, in a few words.")
    state: Literal["", "open", "mitigated", "accepted", "transferred", "not_applicable"] = Field(
        default="", description="Of a stated threat: what its authors say became of it; empty where they do not say."
    )
    category: str = Field(default="", description="Of a stated threat: its class, as written.")
    severity: str = Field(default="", description="Of a stated threat: its severity or priority, as written.")
    mitigations: tuple[str, ...] = Field(default=(), description="Of a stated threat: what is said to stand against it.")


class DrawnName(Frozen):
    """A box of a diagram, and the element it was taken for."""

    name: str
    element: str = Field(description="Element id.")
    found: bool = Field(description="Whether code or configuration has it; else the element is known from the drawing only.")
    reason: str = Field(description="Why the name was taken for that of the element, or why for none that was found.")
    evidence: tuple[Evidence, ...] = ()


class Package(Frozen):
    """A package that a manifest of the product declares."""

    name: str
    ecosystem: str = Field(description="Index it comes from: pypi, npm, nuget, go, maven ...")
    version: str = Field(default="", description="The version that is installed, where the manifest or a lock beside it says so.")
    specifiers: tuple[str, ...] = Field(default=(), description="What the manifests ask for, as written.")
    pin: str = Field(description="exact, hash, locked (by a lock file), range, none, git or url.")
    scope: Literal["required", "optional", "development"] = "required"
    ai: bool = Field(default=False, description="Whether it is one of those that AI systems are built with.")
    evidence: tuple[Evidence, ...] = ()


class AiPart(Frozen):
    """Something that makes the tree part of an AI system; what is about ordinary parts alone is reported only where there is one."""

    sort: Literal["element", "import", "package", "file", "development"] = Field(
        description="An element, an import of code, a package that is needed, a file; `development`: a tool that helps to write the"
        " software, which makes no AI system of it."
    )
    name: str
    element: str = Field(default="", description="Element id, where it is one.")
    path: str = ""
    line: int = 0


class System(Frozen):
    elements: tuple[Element, ...] = ()
    flows: tuple[Flow, ...] = ()
    relations: tuple[Relation, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    controls: tuple[Control, ...] = ()
    claims: tuple[Claim, ...] = ()
    packages: tuple[Package, ...] = Field(default=(), description="What the manifests declare, by ecosystem and name.")
    drawn: tuple[DrawnName, ...] = Field(default=(), description="Boxes of diagrams, with what each was taken for.")
    ai_parts: tuple[AiPart, ...] = Field(
        default=(), description="What makes it an AI system: the first few of each sort, tools of developers last."
    )

    @property
    def has_ai_part(self) -> bool:
        """Whether anything of AI was found that is a part of the system, and no tool of those who write it."""
        return any(part.sort != "development" for part in self.ai_parts)

    def as_told(self) -> System:
        """As a report says it and reads it back: without what only the matching of threats asks of a flow."""
        told = (flow.model_copy(update={"fields": (), "fields_read": (), "way": "", "answers_not": ()}) for flow in self.flows)
        return self.model_copy(update={"flows": tuple(told)})
