"""Which elements a sentence of a document is about.

Takes what is described so far and a `Told`, gives element ids: those it names, else those that its row or the headings above it name, else
what the sentence before it was about. A thing is named by its whole name, by the technology it is said to be, or by its last
word where no other thing ends in it: "the console" is the one console there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.system.assembly import Assembly
from pipeline.system.described_names import own_name
from pipeline.system.draft import Draft
from pipeline.system.drawn_words import technology_of
from pipeline.system.model import ElementKind
from pipeline.system.prose_names import key_of
from pipeline.system.told import Told

# Last words that many things share and texts use of anything.
_SHARED = frozenset({"system", "data", "user", "service", "server", "list", "file", "record", "result", "page", "network", "process"})
# What texts call the only thing of a kind.
_BY_KIND: dict[str, tuple[ElementKind, ...]] = {
    "agent": ("agent",), "assistant": ("agent",), "bot": ("agent",), "chatbot": ("agent",), "loop": ("agent",), "model": ("hosted_llm", "local_llm", "ml_model"),
    "llm": ("hosted_llm", "local_llm"), "classifier": ("ml_model",), "index": ("vector_store",), "endpoint": ("http_route",), "api": ("http_route",),
    "training": ("training_job",), "weight": ("training_job", "ml_model"), "prompt": ("agent", "hosted_llm", "local_llm"),
    "instruction": ("agent", "hosted_llm", "local_llm"), "memory": ("memory",), "log": ("log",), "tool": ("tool",),
    "decision": ("ml_model",), "score": ("ml_model",), "verdict": ("ml_model",), "prediction": ("ml_model",),
    "answer": ("agent", "hosted_llm", "local_llm"), "reply": ("agent", "hosted_llm", "local_llm"),
}  # fmt: skip
_BY_STEM = {part: kinds for word, kinds in _BY_KIND.items() for part in {*key_of(word), *key_of(f"{word}s")}}


class SpokenOf:
    """The described elements, by what they are called."""

    def __init__(self, assembly: Assembly) -> None:
        self._drafts = [
            draft
            for _, draft in sorted(assembly.drafts.by_id.items())
            if draft.attributes.get("stated_by") == "document" and key_of(own_name(draft.name))
        ]
        self._ends: dict[str, set[tuple[str, ...]]] = {}
        for draft in self._drafts:
            key = key_of(own_name(draft.name))
            self._ends.setdefault(key[-1], set()).add(key)

    def about(self, told: Told, kinds: Iterable[ElementKind], before: Sequence[str] = ()) -> list[str]:
        """What a sentence is about, of the given kinds."""
        wanted = frozenset(kinds)
        for text in (told.sentence, *told.heads):
            found = self.named(text, wanted)
            if found:
                return found
        kept = [draft.id for draft in self._drafts if draft.id in before and draft.kind in wanted]
        return kept or self._only(told.sentence, wanted)

    def named(self, text: str, kinds: frozenset[ElementKind]) -> list[str]:
        """Elements of the kinds that a text names."""
        words = key_of(text)
        among = [draft for draft in self._drafts if draft.kind in kinds]
        whole = [draft for draft in among if _stands(key_of(own_name(draft.name)), words) or _is_technology(draft, text)]
        if whole:
            return [draft.id for draft in whole]
        return [draft.id for draft in among if self._by_last_word(key_of(own_name(draft.name)), words)]

    def _by_last_word(self, key: tuple[str, ...], words: tuple[str, ...]) -> bool:
        return len(key) > 1 and key[-1] in words and key[-1] not in _SHARED and len(self._ends[key[-1]]) == 1

    def _only(self, sentence: str, kinds: frozenset[ElementKind]) -> list[str]:
        """The one element of a kind, where the sentence says the kind."""
        for word in key_of(sentence):
            of_kind = [draft.id for draft in self._drafts if draft.kind in kinds and draft.kind in _BY_STEM.get(word, ())]
            if len(of_kind) == 1:
                return of_kind
        return []


def _is_technology(draft: Draft, text: str) -> bool:
    """Whether a text names the product that a thing is said to be, and no other."""
    technology = draft.attributes.get("technology")
    return isinstance(technology, str) and technology_of(text) is not None and technology_of(text) == technology_of(technology)


def _stands(key: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(words[at : at + len(key)] == key for at in range(len(words) - len(key) + 1))
