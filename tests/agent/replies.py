"""The schemas of replies that tests walk, compile and ask engines for: the product's, and two examples of our own."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Literal

from langchain.agents.structured_output import ProviderStrategy
from pydantic import BaseModel, ConfigDict, Field


class Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Quoted(Reply):
    path: str = Field(description="Path of the file.")
    line: int


class Claims(Reply):
    """An example of what the walk and the engine let through: nesting, a union with null, values, an array of models."""

    title: str
    certain: bool
    share: float
    severity: Literal["low", "high"]
    near: Quoted | None = Field(description="Null if there is none.")
    quotes: list[Quoted] = Field(description="What proves it.")


class Empty(Reply):
    answer: Literal["nothing"]


def replies() -> tuple[type[BaseModel], ...]:
    """What the product asks for, and two examples of our own."""
    name = "pipeline.agent.schemas"
    if importlib.util.find_spec("pipeline.agent") is None or importlib.util.find_spec(name) is None:
        return (Claims, Empty)
    return (*importlib.import_module(name).SCHEMAS, Claims, Empty)


def sent(reply: type[BaseModel]) -> dict[str, Any]:
    """The schema as it goes to a provider."""
    return ProviderStrategy(reply).schema_spec.json_schema
