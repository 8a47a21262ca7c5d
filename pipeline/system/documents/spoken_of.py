"""Which elements a sentence of a document is about.

Takes what is described so far and a `Told`, gives element ids: those it names, else those that its row or the headings above it name, else
what the sentence before it was about. A thing is named by its whole name, by the technology it is said to be, or by its last
word where no other thing ends in it: "the console" is the one console there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.system.assembly import Assembly
from pipeline.system.documents.described_names import own_name
from pipeline.system.documents.prose_names import key_of
from pipeline.system.documents.told import Told
from pipeline.system.model import ElementKind
from pipeline.system.rules.drawn_words import technology_of

# Last words that many things share and texts use of anything.
_SHARED = frozenset({"system", "data", "user", "service", "server", "list", "file", "record", "result", "page", "network", "process"})
# What texts call the only thing of a kind.
_BY_KIND: dict[str, tuple[ElementKind, ...]] = {
    "agent": ("agent",), "assistant": ("agent",), "bot": ("agent",), "chatbot": ("agent",), "loop": ("agent",),
    "model": ("hosted_llm", "local_llm", "ml_model"),
    "llm": ("hosted_llm", "local_llm"), "classifier": ("ml_model",), "index": ("vector_store",), "endpoint": ("http_route",),
    "api": ("http_route",),
    "training": ("training_job",), "weight": ("training_job", "ml_model"), "prompt": ("agent", "hosted_llm", "local_llm"),
    "instruction": ("agent", "hosted_llm", "local_llm"), "memory": ("memory",), "log": ("log",), "tool": ("tool",),
    "decision": ("ml_model",), "score": ("ml_model",), "verdict": ("ml_model",), "prediction": ("ml_model",),
    "answer": ("agent", "hosted_llm", "local_llm"), "reply": ("agent", "hosted_llm", "local_llm"),
}  # fmt: skip
_BY_STEM = {part: kinds for word, kinds in _BY_KIND.items() for part in {*key_of(word), *key_of(f"{word}s")}}


class SpokenOf:
    """The described elements, by what they are called."""

    def __init__(self, assembly: Assembly) -> None:
        named = [(draft, key_of(own_name(draft.name))) for _, draft in sorted(assembly.drafts.by_id.items())]
        self._drafts = [(draft, key) for draft, key in named if key and draft.attributes.get("stated_by") == "document"]
        self._ends: dict[str, list[int]] = {}
        self._products: dict[str, list[int]] = {}
        for index, (draft, key) in enumerate(self._drafts):
            self._ends.setdefault(key[-1], []).append(index)
            product = draft.attributes.get("technology")
            if isinstance(product, str) and (one := technology_of(product)) is not None:
                self._products.setdefault(one, []).append(index)

    def about(self, told: Told, kinds: Iterable[ElementKind], before: Sequence[str] = ()) -> list[str]:
        """What a sentence is about, of the given kinds."""
        wanted = frozenset(kinds)
        found = self.named(told.heads[0], wanted) if told.in_row else []
        found = found or self.named(told.sentence, wanted)
        for head in (*((told.asked,) if told.asked else ()), *told.heads) if not found else ():
            found = found or self.named(head, wanted) or self._headed(head, wanted)
        if found:
            return found
        kept = [draft.id for draft, _key in self._drafts if draft.id in before and draft.kind in wanted]
        return self._only(told.sentence, wanted) or kept

    def named(self, text: str, kinds: frozenset[ElementKind]) -> list[str]:
        """Elements of the kinds that a text names."""
        words = key_of(text)
        found = set(self._products.get(technology_of(text) or "", ()) if self._products else ())
        for word in set(words) & self._ends.keys():
            alone = word not in _SHARED and len({self._drafts[index][1] for index in self._ends[word]}) == 1
            found |= {index for index in self._ends[word] if alone or _stands(self._drafts[index][1], words)}
        return [self._drafts[index][0].id for index in sorted(found) if self._drafts[index][0].kind in kinds]

    def _headed(self, head: str, kinds: frozenset[ElementKind]) -> list[str]:
        """The one element whose name begins with a heading: "4.1 Triage" stands above what is told of the triage model."""
        words = tuple(word for word in key_of(head) if not word.isdecimal())
        found = [draft.id for draft, key in self._drafts if draft.kind in kinds and words and key[: len(words)] == words]
        return found if len(found) == 1 else []

    def _only(self, sentence: str, kinds: frozenset[ElementKind]) -> list[str]:
        """The one element of a kind, where the sentence says the kind."""
        for word in key_of(sentence):
            of_kind = [draft.id for draft, _key in self._drafts if draft.kind in kinds and draft.kind in _BY_STEM.get(word, ())]
            if len(of_kind) == 1:
                return of_kind
        return []


def _stands(key: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return any(words[at : at + len(key)] == key for at in range(len(words) - len(key) + 1))
