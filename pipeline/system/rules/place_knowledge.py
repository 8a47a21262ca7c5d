"""Calls that leave data at a place or take it from there: `knowledge/places.yaml`, and what a call is by it.

Takes the names a call may mean and the name it is written by, gives the rule; a rule names its place as a text with arguments in
braces (`s3://{Bucket}/{Key}`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Generic, Literal, TypeVar

from pydantic import Field

from pipeline.system.model import Frozen
from pipeline.system.rules.framework import Argument
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

Form = Literal["records", "pickled"]
_FILE = KNOWLEDGE / "places.yaml"
_GAP = re.compile(r"\{([^{}]+)\}")


class PlaceRule(Frozen):
    """Calls by their qualified names, or, where only their kind of object has it, by the name of a method."""

    call: tuple[str, ...] = ()
    method: tuple[str, ...] = ()


class OpenRule(PlaceRule):
    place: str
    mode: Argument


class KeepRule(PlaceRule):
    place: str
    data: Argument
    form: Form = "records"
    ends: str = Field(default="", description="What the library puts behind a name that does not end so.")


class TakeRule(PlaceRule):
    place: str
    form: Form = "records"


class MoveRule(PlaceRule):
    source: str = Field(alias="from")
    target: str = Field(alias="to")


class PlaceKnowledge(Frozen):
    opens: tuple[OpenRule, ...]
    keeps: tuple[KeepRule, ...]
    takes: tuple[TakeRule, ...]
    moves: tuple[MoveRule, ...]
    source_folders: frozenset[str] = Field(description="Folders that scripts live in, which are no projects of their own.")
    manifests: frozenset[str] = Field(description="Files beside which a project's scripts are started, in small letters.")


Rule = TypeVar("Rule", bound=PlaceRule)


class Named(Generic[Rule]):
    """Rules by the names of the calls they are about."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._calls = {name: rule for rule in rules for name in rule.call}
        self._methods = {name: rule for rule in rules for name in rule.method}

    @cached_property
    def last_names(self) -> frozenset[str]:
        """What a call is written as that any of the rules may be about."""
        return frozenset(name.rsplit(".", 1)[-1] for name in self._calls) | self._methods.keys()

    def find(self, names: Iterable[str], method: str) -> Rule | None:
        """The rule of a call that may mean these names; `method` is what it is written as on an object of unknown make."""
        found = next((self._calls[name] for name in names if name in self._calls), None)
        return found if found is not None else self._methods.get(method)


@lru_cache(maxsize=1)
def load_place_knowledge() -> PlaceKnowledge:
    return read_knowledge(_FILE, PlaceKnowledge)


def pieces(template: str) -> list[tuple[str, Argument]]:
    """A place's text in its order: what is written, and the argument that follows it, empty at the end."""
    parts = _GAP.split(template)
    return list(zip(parts[0::2], [*parts[1::2], ""], strict=True))
