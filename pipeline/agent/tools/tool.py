"""The form of a tool: a name, what it is for, its arguments, and a function from a bench to an answer.

Takes one of these and a bench, gives a tool as LangChain has them. The arguments' schema is written in the strict subset of
structured outputs, for every provider alike; what a model sends is read with more patience than that, because not every endpoint
holds its model to the schema. Nothing a tool meets becomes an exception: a model cannot catch one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from langchain_core.tools import BaseTool
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, model_validator

from pipeline.agent.tools.answer import Answer
from pipeline.agent.tools.bench import Bench

logger = logging.getLogger(__name__)
Fence = Callable[[str, str], str]
"""A label of ours and text of others -> the text, fenced as untrusted."""
_NOTHING = frozenset({"", "null", "none", "nil", "undefined"})
_OF_A_SCHEMA = ("type", "enum", "anyOf", "items", "description")


class Arguments(BaseModel):
    """Arguments of a tool. All are named in the schema as required; those that may be null may also be left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_null(cls, data: Any) -> Any:  # whatever a model sent
        if not isinstance(data, dict):
            return data
        return {name: None if name in cls.model_fields and cls._says_nothing(name, value) else value for name, value in data.items()}

    @classmethod
    def _says_nothing(cls, name: str, value: object) -> bool:
        return not cls.model_fields[name].is_required() and isinstance(value, str) and value.strip().lower() in _NOTHING


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Tool(Generic[A]):
    name: str
    description: str
    arguments: type[A]
    answer: Callable[[Bench, A], Answer]

    @cached_property
    def schema(self) -> dict[str, Any]:
        """Written once: it takes longer than all else a question's tools need."""
        return strict_schema(self.arguments)

    def of(self, bench: Bench, fence: Fence) -> BaseTool:
        """The tool for one question: its fence has that question's nonce."""
        made = _BenchTool(name=self.name, description=self.description, args_schema=self.schema)
        made._ask = lambda given: self._asked(bench, fence, given)
        return made

    def _asked(self, bench: Bench, fence: Fence, given: dict[str, Any]) -> str:
        try:
            arguments = self.arguments.model_validate(given)
        except ValidationError as problem:
            return f"Not a use of {self.name}: {'; '.join(map(_said, problem.errors(include_input=False)))}."
        try:
            with bench.lock:
                answer = self.answer(bench, arguments)
            parts = (answer.said, fence(self.name, bench.hide(answer.found)) if answer.found else "")
        except Exception as problem:  # around one call: what a file does to a reader must not end the analysis
            logger.debug("tool %s failed", self.name, exc_info=True)
            return f"{self.name} failed ({type(problem).__name__}); other tools may still answer."
        return "\n".join(part for part in parts if part) or "Nothing."


class _BenchTool(BaseTool):
    """What LangChain calls. Arguments come as keywords of any name, which a signature of names could collide with."""

    _ask: Callable[[dict[str, Any]], str] = PrivateAttr()

    def _run(self, /, **given: Any) -> str:
        return self._ask(given)

    async def _arun(self, /, **given: Any) -> str:
        return await asyncio.to_thread(self._ask, given)


def strict_schema(arguments: type[Arguments]) -> dict[str, Any]:
    """JSON Schema in the strict subset: all properties required, null instead of optional, nothing beside them."""
    properties = arguments.model_json_schema()["properties"]
    return {
        "type": "object",
        "properties": {name: {key: of[key] for key in _OF_A_SCHEMA if key in of} for name, of in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }


def _said(error: Any) -> str:  # pydantic's own dictionary of an error
    return f"{'.'.join(map(str, error['loc'])) or 'arguments'}: {error['msg'][0].lower()}{error['msg'][1:200]}"
