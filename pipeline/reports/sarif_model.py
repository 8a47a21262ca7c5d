"""The part of SARIF 2.1.0 that threatloom writes, as frozen models with the standard's own names.

Apart from the inner models, so that a rename inside never changes a byte outside. The library
sarif-pydantic does not fit: it has no `suppressions`, `baselineState`, `taxonomies`, `taxa` or
`toolExecutionNotifications`, and lets unknown keys pass, so that a typing error would be published.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
Level = Literal["none", "note", "warning", "error"]
Property = str | int | float | bool | tuple[str, ...] | None


class Sarif(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Message(Sarif):
    text: str
    markdown: str | None = None


class ArtifactLocation(Sarif):
    uri: str | None = None
    uri_base_id: str | None = None
    index: int | None = None
    description: Message | None = None


class Snippet(Sarif):
    text: str


class Region(Sarif):
    start_line: Annotated[int, Field(ge=1)]
    end_line: Annotated[int, Field(ge=1)]
    snippet: Snippet | None = None


class PhysicalLocation(Sarif):
    artifact_location: ArtifactLocation
    region: Region | None = None


class LogicalLocation(Sarif):
    name: str
    fully_qualified_name: str
    kind: str


class Location(Sarif):
    id: int | None = None
    physical_location: PhysicalLocation
    logical_locations: tuple[LogicalLocation, ...] | None = None
    message: Message | None = None


class ThreadFlowLocation(Sarif):
    location: Location
    importance: Literal["essential", "important", "unimportant"] = "important"


class ThreadFlow(Sarif):
    locations: Annotated[tuple[ThreadFlowLocation, ...], Field(min_length=1)]


class CodeFlow(Sarif):
    message: Message | None = None
    thread_flows: Annotated[tuple[ThreadFlow, ...], Field(min_length=1)]


class ComponentReference(Sarif):
    name: str
    index: int
    guid: str


class DescriptorReference(Sarif):
    id: str
    index: int | None = None
    tool_component: ComponentReference | None = None


class Relationship(Sarif):
    target: DescriptorReference
    kinds: tuple[str, ...] = ("relevant",)


class Configuration(Sarif):
    level: Level


class Rule(Sarif):
    id: str
    name: str | None = None
    short_description: Message
    full_description: Message | None = None
    help_uri: str | None = None
    help: Message | None = None
    default_configuration: Configuration | None = None
    relationships: tuple[Relationship, ...] | None = None
    properties: dict[str, Property] | None = None


class Component(Sarif):
    name: str
    guid: str | None = None
    organization: str | None = None
    short_description: Message | None = None
    version: str | None = None
    semantic_version: str | None = None
    rules: tuple[Rule, ...] | None = None
    taxa: tuple[Rule, ...] | None = None
    is_comprehensive: bool | None = None
    supported_taxonomies: tuple[ComponentReference, ...] | None = None
    properties: dict[str, Property] | None = None


class Tool(Sarif):
    driver: Component
    extensions: tuple[Component, ...] | None = None


class Suppression(Sarif):
    kind: Literal["inSource", "external"]
    status: Literal["accepted", "underReview", "rejected"]
    justification: str | None = None
    location: Location | None = None


class Result(Sarif):
    rule_id: str
    rule_index: int
    level: Level
    message: Message
    locations: tuple[Location, ...]
    related_locations: tuple[Location, ...] | None = None
    code_flows: tuple[CodeFlow, ...] | None = None
    partial_fingerprints: dict[str, str]
    baseline_state: Literal["new", "unchanged", "updated", "absent"] | None = None
    suppressions: tuple[Suppression, ...] | None = None
    taxa: tuple[DescriptorReference, ...] | None = None
    rank: float | None = None
    properties: dict[str, Property]


class Notification(Sarif):
    level: Level
    message: Message
    locations: tuple[Location, ...] | None = None


class Invocation(Sarif):
    execution_successful: bool
    start_time_utc: str
    tool_execution_notifications: tuple[Notification, ...]


class AutomationDetails(Sarif):
    id: str


class VersionControlDetails(Sarif):
    repository_uri: str
    revision_id: str | None = None


class Artifact(Sarif):
    location: ArtifactLocation
    roles: tuple[Literal["analysisTarget", "referencedOnCommandLine"], ...]


class Run(Sarif):
    tool: Tool
    automation_details: AutomationDetails
    invocations: tuple[Invocation, ...]
    version_control_provenance: tuple[VersionControlDetails, ...] | None = None
    original_uri_base_ids: dict[str, ArtifactLocation]
    artifacts: tuple[Artifact, ...] | None = None
    taxonomies: tuple[Component, ...] | None = None
    results: tuple[Result, ...]
    column_kind: Literal["unicodeCodePoints"] = "unicodeCodePoints"
    properties: dict[str, Property]


class Log(Sarif):
    schema_uri: str = Field(default=SCHEMA, alias="$schema")
    version: Literal["2.1.0"] = "2.1.0"
    runs: tuple[Run, ...]
