"""The part of CycloneDX 1.6 that threatloom writes, as frozen models with the standard's own names.

Apart from the inner models, so that a rename inside never changes a byte outside. The classes of cyclonedx-python-lib have no
`modelCard` and no `data` of components, which is what makes a bill of materials one of AI; its schema proves what is written here.
See https://cyclonedx.org/docs/1.6/json/.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"


class CycloneDX(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Property(CycloneDX):
    name: str
    value: str


class Organisation(CycloneDX):
    name: str


class Hash(CycloneDX):
    alg: Literal["SHA-256"] = "SHA-256"
    content: str


class LicenceName(CycloneDX):
    id: str | None = None
    name: str | None = None


class Licence(CycloneDX):
    license: LicenceName


class Occurrence(CycloneDX):
    location: str
    line: Annotated[int, Field(ge=0)] | None = None
    additional_context: str | None = None


class Seen(CycloneDX):
    """`evidence` of a component."""

    occurrences: tuple[Occurrence, ...]


class DataReference(CycloneDX):
    ref: str


class ModelParameters(CycloneDX):
    task: str | None = None
    model_architecture: str | None = None
    datasets: tuple[DataReference, ...] | None = None


class ModelCard(CycloneDX):
    model_parameters: ModelParameters


class Data(CycloneDX):
    type: Literal["dataset", "definition"]
    name: str


class Component(CycloneDX):
    type: Literal["application", "library", "machine-learning-model", "data"]
    bom_ref: str = Field(alias="bom-ref")
    supplier: Organisation | None = None
    name: str
    version: str | None = None
    scope: Literal["required", "optional", "excluded"] | None = None
    hashes: tuple[Hash, ...] | None = None
    licenses: tuple[Licence, ...] | None = None
    purl: str | None = None
    evidence: Seen | None = None
    model_card: ModelCard | None = None
    data: tuple[Data, ...] | None = None
    properties: tuple[Property, ...] | None = None


class Service(CycloneDX):
    bom_ref: str = Field(alias="bom-ref")
    provider: Organisation | None = None
    name: str
    endpoints: tuple[str, ...] | None = None
    x_trust_boundary: bool | None = Field(default=None, alias="x-trust-boundary")
    properties: tuple[Property, ...] | None = None


class Dependency(CycloneDX):
    ref: str
    depends_on: tuple[str, ...] | None = None


class Composition(CycloneDX):
    aggregate: Literal["incomplete"]
    assemblies: tuple[str, ...]


class Tools(CycloneDX):
    components: tuple[Component, ...]


class Metadata(CycloneDX):
    timestamp: str
    tools: Tools
    component: Component
    properties: tuple[Property, ...] | None = None


class Bom(CycloneDX):
    schema_uri: str = Field(default=SCHEMA, alias="$schema")
    bom_format: Literal["CycloneDX"] = "CycloneDX"
    spec_version: Literal["1.6"] = "1.6"
    serial_number: str
    version: int = 1
    metadata: Metadata
    components: tuple[Component, ...]
    services: tuple[Service, ...]
    dependencies: tuple[Dependency, ...]
    compositions: tuple[Composition, ...]
