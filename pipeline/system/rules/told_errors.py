"""How the text of an error leaves a program by an answer: `knowledge/told_errors.yaml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, lru_cache

from pipeline.system.model import Frozen
from pipeline.system.rules.framework import Argument
from pipeline.system.rules.knowledge import Known, NameTable
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge


class Refusal(Frozen):
    """Calls that refuse a request in place of an answer."""

    call: tuple[str, ...]
    text: Argument


class Handlers(Frozen):
    """How a function is registered that answers for errors of every route."""

    decorators: frozenset[str]
    calls: frozenset[str]


class ToldErrors(Frozen):
    refusals: tuple[Refusal, ...]
    answers: frozenset[str]
    streams: frozenset[str]
    sends: frozenset[str]
    connections: frozenset[str]
    handlers: Handlers
    writes_out: frozenset[str]
    own_text: frozenset[str]
    any_kind: frozenset[str]
    of_input: frozenset[str]

    @cached_property
    def _table(self) -> NameTable[Refusal]:
        return NameTable((name, Known(rule, "refusals")) for rule in self.refusals for name in rule.call)

    def refusal(self, names: Iterable[str]) -> Refusal | None:
        """The rule of a call by the names it may mean."""
        return next((known.rule for name in names for known in self._table.find(name)), None)


@lru_cache(maxsize=1)
def load_told_errors() -> ToldErrors:
    """The file's content.

    Raises:
        KnowledgeError: it is not valid.
    """
    return read_knowledge(KNOWLEDGE / "told_errors.yaml", ToldErrors)
