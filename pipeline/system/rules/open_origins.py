"""How programs say which pages of the web may call them: `knowledge/open_origins.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Self

from pydantic import Field, model_validator

from pipeline.system.model import Frozen
from pipeline.system.rules.framework import Argument, Pattern
from pipeline.system.rules.knowledge import Known, NameTable
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge


class OriginRule(Frozen):
    """Calls that say which origins are let in."""

    call: tuple[str, ...] = ()
    member: tuple[str, ...] = ()
    given: dict[Argument, Pattern] = Field(
        default_factory=dict, description="Argument -> regular expression that one of its names matches."
    )
    origins: Argument | None = None
    open: bool = False

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.call and not self.member:
            raise ValueError("a rule needs call: or member:")
        return self


class OpenOrigins(Frozen):
    rules: tuple[OriginRule, ...]
    headers: frozenset[str]
    settings: frozenset[str]

    @cached_property
    def _table(self) -> NameTable[OriginRule]:
        return NameTable((name, Known(rule, "open_origins")) for rule in self.rules for name in rule.call)

    @cached_property
    def _members(self) -> dict[str, OriginRule]:
        return {name: rule for rule in self.rules for name in rule.member}

    def of_call(self, names: Iterable[str], member: str) -> Iterator[OriginRule]:
        """The rules of a call by the names it may mean, and by the last part of its own."""
        for name in names:
            yield from (known.rule for known in self._table.find(name))
        if member in self._members:
            yield self._members[member]

    def is_any(self, text: str) -> bool:
        """Whether a text stands for any origin: `*`, `https://*`, `.*`."""
        return re.fullmatch(r"(?:https?://)?\*|\^?(?:https\?://)?\.[*+]\$?", text.strip()) is not None


@lru_cache(maxsize=1)
def load_open_origins() -> OpenOrigins:
    """The file's content.

    Raises:
        KnowledgeError: it is not valid.
    """
    return read_knowledge(KNOWLEDGE / "open_origins.yaml", OpenOrigins)
