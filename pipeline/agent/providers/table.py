"""What `knowledge/providers.yaml` says: where models can be asked, in which protocol, and by which means an answer of a given form."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

FILE = KNOWLEDGE / "providers.yaml"
Protocol = Literal["openai", "azure", "anthropic", "google", "mistral", "bedrock", "ollama"]
Means = Literal["schema", "tools", "json"]
Api = Literal["chat", "responses", "own"]


class Family(Frozen):
    """Models of one provider that differ from its others."""

    match: tuple[str, ...] = Field(description="Patterns of names, `*` for anything; the whole name must fit.")
    structured: Means | None = None
    with_tools: Means | None = None
    api: Api | None = None
    temperature: bool | None = None
    seed: bool | None = None
    elsewhere: bool = Field(default=False, description="Whether an endpoint of this machine hands on what these models are asked.")
    why: str
    source: str
    as_of: date

    def fits(self, model: str) -> bool:
        return any(fnmatchcase(model.lower(), pattern.lower()) for pattern in self.match)


class Option(Frozen):
    """What one protocol needs beyond an address and a key."""

    variables: tuple[str, ...] = Field(min_length=1, description="Variables that may hold it; the first is named where it is missing.")
    default: str = Field(default="", description="What it is where none of them is set; empty: one must be.")


class Provider(Frozen):
    """One word before the colon of `--llm`."""

    title: str = Field(description="What it is called in a sentence.")
    protocol: Protocol
    address: str = Field(default="", description="Where it is asked unless an address is given, with {options}; empty: one must be given.")
    addresses: tuple[str, ...] = Field(default=(), description="Variables of its own that may hold the address.")
    keys: tuple[str, ...] = Field(default=(), description="Variables of its own that may hold the key.")
    key_needed: bool = Field(default=False, description="Whether it cannot be asked without.")
    options: dict[str, Option] = Field(default_factory=dict)
    extra: str = Field(default="", description="The extra of the package that brings its client; empty: none is needed.")
    structured: Means
    with_tools: Means
    api: Api = "chat"
    temperature: bool = False
    seed: bool = False
    note: str = Field(default="", description="What a user should know before asking it.")
    models: tuple[Family, ...] = ()
    why: str
    source: str
    as_of: date


class Hidden(Frozen):
    names: str = Field(description="A pattern of variables' names.")
    would: str = Field(description="What they would do if libraries saw them.")


class Table(Frozen):
    providers: dict[str, Provider]
    hidden: tuple[Hidden, ...]

    @model_validator(mode="after")
    def _has_a_place_for_any_endpoint(self) -> Self:
        if "compatible" not in self.providers:
            raise ValueError("there is no provider `compatible`, for models of an endpoint of which nothing is known")
        return self


@lru_cache(maxsize=1)
def load_table() -> Table:
    """The table; read once, it never changes.

    Raises:
        KnowledgeError: the file is not valid.
    """
    return read_knowledge(FILE, Table)
