"""How messages of other services come into a program, and how it knows them: `knowledge/believed_messages.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache

from pipeline.system.model import Frozen
from pipeline.system.rules.framework import Argument
from pipeline.system.rules.knowledge import Known, NameTable
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge


class Door(Frozen):
    """Calls that listen for the updates of a bot, or make what a route runs for them."""

    call: tuple[str, ...]
    secret: Argument | None = None
    path: Argument | None = None
    registered_at: Argument | None = None  # the path is an argument of `register`, called on what this call makes


class BelievedMessages(Frozen):
    doors: tuple[Door, ...]
    bots: tuple[str, ...]
    takes: frozenset[str]
    makes: frozenset[str]
    updates: frozenset[str]
    proofs: frozenset[str]
    options_of_proof: frozenset[str]
    paid: frozenset[str]
    asked_again: frozenset[str]
    asked_at: tuple[str, ...]

    @cached_property
    def _table(self) -> NameTable[Door]:
        return NameTable((name, Known(door, "doors")) for door in self.doors for name in door.call)

    def door(self, names: Iterable[str]) -> Door | None:
        """The rule of a call by the names it may mean."""
        return next((known.rule for name in names for known in self._table.find(name)), None)

    def is_of_provider(self, text: str) -> bool:
        """Whether a text holds the address of a provider's interface."""
        return any(host in text for host in self.asked_at)

    def is_of_bots(self, imported: str) -> bool:
        """Whether an import is of a package for bots."""
        return any(imported == name or imported.startswith((f"{name}.", f"{name}/")) for name in self.bots)


@lru_cache(maxsize=1)
def load_believed_messages() -> BelievedMessages:
    """The file's content.

    Raises:
        KnowledgeError: it is not valid.
    """
    return read_knowledge(KNOWLEDGE / "believed_messages.yaml", BelievedMessages)
