"""What a threat file says: the schema of `pipeline/knowledge/threats/<stride>/<slug>.yaml`.

A threat is about one element at a time. Its conditions are read over the system model; each condition
that holds cites the evidence it held by. Words a condition may use are those of the system model.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from pipeline.system.model import ControlKind, ElementKind, Frozen, Label, RelationKind, SinkRole, Stride, Topic, Zone

Scalar = str | int | float | bool

Factor = Literal[
    "reached_from_internet",      # a flow or relation path leads here from the internet zone
    "unauthenticated",            # an entry point on the way has no authentication
    "any_user_reaches_it",        # an entry for others lies on the way, and no login is known to be asked there
    "asked_for_what_runs",        # and what the model answers there is executed as it is
    "source_is_public",           # what flows in can be written by anyone
    "path_is_user_controlled",    # the caller chooses the path, URL or name
    "runs_in_ci",                 # the evidence stands in a CI workflow
    "holds_secrets",              # the process holds credentials
    "moves_money",                # a tool or flow on the way pays, refunds or charges
    "changes_data",               # a tool or flow on the way writes or deletes
    "sends_messages",             # a tool or flow on the way mails or posts
    "executes_code",              # a flow on the way ends in an interpreter
    "about_people",               # decisions or data about people
    "has_tools",                  # the model at hand can act through tools
    "reads_private_data",         # a tool, retriever or store on the way returns private data
    "only_in_examples",           # all evidence stands in examples, notebooks or documentation
    "only_for_debugging",         # written where somebody has turned debugging on
    "has_untrusted_content",      # retrieved, scraped or uploaded content reaches the model
    "harms_only_the_caller",      # nothing of others reaches the model, it has no tools, and nothing uses its reply
    "only_for_development",       # composed by a file that is named for the machines of developers
    "password_of_own_service",    # a password of a service on the same machine, or that a composition or cluster gives to one of its own
    "by_a_message",               # whoever is taken for somebody hands in a message, and is told nothing
    "password_for_development",   # a password whose own words say that it is for development
    "one_persons_tool",           # the system is started at a command line and serves nobody
    "loaded_by_code",             # a file of the tree that code of the tree loads
    "published",                  # what listens there is given to addresses outside of its machine or network
    "port_of_composition",        # a store or server that a composition publishes a port of: behind the router of a home or an office
    "only_measures",              # what is opened shows figures of a running system, and changes nothing of it
    "address_in_settings",        # where it listens is told by settings; whether strangers reach it is not in the code
    "listens_here",            # its own code starts it on this machine only, as nobody wrote an address, and nothing else starts it
    "only_after_an_error",        # a page that is shown where something failed before
    "only_if_told",               # a credential that is read only where a person writes it into the conversation
    "deletes_data",               # a tool or flow on the way deletes: nobody can undo it
    "callers_data_is_kept",       # what a caller sends is kept, learned from or loaded, for all who ask later
    "nothing_learns_from_it",     # a dataset that reaches no model, where nothing is trained
    "readers_are_signed_in",      # the system has entries that ask who somebody is: a page acts as the person who reads it
    "changes_only_comments",      # what the job may write are comments, labels and the like, which can be undone
    "only_in_notebooks",          # all evidence stands in notebooks, which a person runs by hand
    "from_notebooks",             # a file that a notebook opens and that code of the same tree writes
    "promised_protection",        # an approval, a login, the removal of names, a record, a sign-off, a sandbox is missing
    "acts_on_the_world",          # money, access, safety or another party is affected by the verdict
]  # fmt: skip


Impact = Literal["H", "L", "N"]


class FlowPattern(Frozen):
    """A flow, seen from the element the threat is about."""

    into: Literal["the_element"] | None = None
    out_of: Literal["the_element"] | None = None
    carries: tuple[Label, ...] = ()
    role: tuple[SinkRole, ...] = ()
    from_kind: tuple[ElementKind, ...] = ()
    to_kind: tuple[ElementKind, ...] = ()
    from_zone: tuple[Zone, ...] = ()
    from_where: dict[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict)
    to_where: dict[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict)
    upstream: bool = Field(default=False, description="Also flows that arrive through other elements, hop by hop.")
    live: bool = Field(
        default=False,
        description="With upstream: not through stores, retrievers, memories or tools; what is asked now, not what was kept."
        " Requests that run a model go before those that do not.",
    )
    without: tuple[ControlKind, ...] = Field(default=(), description="Holds only for flows none of these controls lies on.")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.into is None) == (self.out_of is None):
            raise ValueError("a_flow needs exactly one of into: the_element, out_of: the_element")
        return self


class RelationPattern(Frozen):
    kind: tuple[RelationKind, ...] = ()
    to_kind: tuple[ElementKind, ...] = Field(default=(), description="The element is the relation's source.")
    from_kind: tuple[ElementKind, ...] = Field(default=(), description="The element is the relation's target.")
    where: dict[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict, description="Attributes of the other element.")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if bool(self.to_kind) == bool(self.from_kind):
            raise ValueError("a_relation needs exactly one of to_kind, from_kind")
        return self


class SystemPattern(Frozen):
    kind: tuple[ElementKind, ...]
    where: dict[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict)


class Condition(Frozen):
    """Exactly one of these."""

    the_element: dict[str, Scalar | tuple[Scalar, ...]] | None = Field(
        default=None,
        description="Attributes the element must have; `null`-like absence is written `attribute: absent`, any value `present`.",
    )
    a_flow: FlowPattern | None = None
    a_relation: RelationPattern | None = None
    system_has: SystemPattern | None = None
    lacks_control: tuple[ControlKind, ...] | None = Field(
        default=None, description="None of these controls covers the element; cited as what is missing."
    )
    any_of: tuple[Condition, ...] | None = None
    none_of: tuple[Condition, ...] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a condition is exactly one of " + ", ".join(type(self).model_fields))
        return self


class Scale(Frozen):
    base: Annotated[int, Field(ge=1, le=5)]
    raise_when: tuple[Factor, ...] = ()
    lower_when: tuple[Factor, ...] = ()


class SetScale(Scale):
    """A scale whose start somebody set by knowledge of their own."""

    because: str = Field(description="Who set it, what it was, and why.")


class ThreatTaxonomy(Frozen):
    owasp_llm: tuple[str, ...] = ()
    owasp_agentic: tuple[str, ...] = ()
    owasp_mcp: tuple[str, ...] = ()
    owasp_ml: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    nist_aml: tuple[str, ...] = ()
    cwe: tuple[str, ...] = ()


class ThreatMitigation(Frozen):
    text: Annotated[str, Field(min_length=10)]
    test: Annotated[str, Field(min_length=10)]


class CvssBase(Frozen):
    """Base metrics of CVSS 4.0 that the threat has wherever it is found; those left out are read from the system (AV, PR) or are none."""

    AV: Literal["N", "A", "L", "P"] | None = None
    AC: Literal["L", "H"]
    AT: Literal["N", "P"]
    PR: Literal["N", "L", "H"] | None = None
    UI: Literal["N", "P", "A"]
    VC: Impact = "N"
    VI: Impact = "N"
    VA: Impact = "N"
    SC: Impact = "N"
    SI: Impact = "N"
    SA: Impact = "N"


WHERE: Final = {
    "anywhere": "",
    "ai_system": "Reported in AI systems: where nothing of AI is found in a tree, and nobody says that it is part of an AI system, it is"
    " counted, and said not to be listed.",
}
"""Where threats apply, in words."""


class Threat(Frozen):
    """One entry of the catalog."""

    slug: str
    stride: Annotated[tuple[Stride, ...], Field(min_length=1, description="The folder's class first.")]
    title: str = Field(description="The pattern, in one line; no advice.")
    summary: str = Field(description="Who can do what, and why it works; one or two sentences.")
    sentence: str = Field(
        description="What a finding says of this system. May use {element}, {kind}, {source}, {target}, {other}, {symbol}, {names}, "
        "{held}, {instead}."
    )
    about: Annotated[tuple[ElementKind, ...], Field(min_length=1, description="The kinds of elements it is about; one at a time.")]
    when: Annotated[tuple[Condition, ...], Field(min_length=1, description="All must hold; each that holds is cited.")]
    removed_by: tuple[ControlKind, ...] = Field(default=(), description="With one of these it is not reported, but shown as mitigated.")
    lowered_by: tuple[ControlKind, ...] = Field(default=(), description="With one of these it is reported, and less likely.")
    group_by: Literal["element", "tools", "source", "sink", "file", "folder", "kind", "image", "system"] = Field(
        default="element",
        description="Matches with one remedy become one finding with its places; `image`: all that is started from images is one kind; "
        "`tools`: the tools of a system are one, every other element is by itself; `folder`: elements that are made in code of one folder.",
    )
    cites: tuple[Topic, ...] = Field(
        default=(), description="What the element's own places are cited for, where some of them are about that; the others are not shown."
    )
    shows: Literal["ways", "element"] = Field(
        default="ways",
        description="What the evidence begins with; `element`: how the element is set up is the fault, and the ways to it are left out.",
    )
    applies_where: Literal["anywhere", "ai_system"] = Field(
        default="anywhere",
        description="`ai_system`: it is about ordinary parts, and reported only in a tree that has an AI part or is said to belong to one;"
        " elsewhere it is counted, and said not to be listed. See `ai_parts.yaml`.",
    )
    not_in: tuple[Literal["test", "example", "documentation", "vendored", "generated"], ...] = Field(
        default=("test", "vendored", "generated", "documentation"), description="Purposes of files whose evidence does not count."
    )
    likelihood: Scale = Field(description="Where its likelihood starts, from 1 to 5, and what moves it by a step.")
    impact: Scale = Field(description="Where its impact starts, from 1 to 5, and what moves it by a step.")
    confidence: Literal["high", "medium", "low"] = Field(default="high", description="How sure a match is that it is so.")
    cvss: CvssBase | None = Field(default=None, description="Left out where the threat is no vulnerability: a missing record, a promise.")
    taxonomy: ThreatTaxonomy = ThreatTaxonomy()
    how_we_look: str = Field(description="What is looked at, and what that can miss.")
    not_a_threat_when: str = Field(description="What may be dismissed, and why.")
    mitigations: Annotated[
        tuple[ThreatMitigation, ...], Field(min_length=1, description="What to do, each with a way to see that it works.")
    ]
    references: tuple[str, ...] = Field(default=(), description="Addresses of what to read about it.")
    aliases: tuple[str, ...] = Field(default=(), description="Former slugs, under which people may have accepted it.")

    @field_validator("sentence")
    @classmethod
    def _known_placeholders(cls, text: str) -> str:
        try:
            text.format(element="", kind="", source="", target="", other="", symbol="", names="", held="", instead="")
        except (KeyError, IndexError, AttributeError) as problem:
            raise ValueError(f"sentence has no such placeholder: {problem}") from problem
        return text
