"""What the words of a diagram mean: `knowledge/drawn.yaml`, and how a label is read.

Gives the kind of a box by its name, and what an arrow carries and does at its end. Words are looked for whole, as they stand and with
camel case cut ("OpenAI" is `openai`, "VectorStore" is `vector store`); the head of a name is the last word of its first part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pydantic import Field

from pipeline.system.model import ElementKind, Frozen, Label, SinkRole
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.words import words_of

_FILE = KNOWLEDGE / "drawn.yaml"
_TOKEN = re.compile(r"[^\W_]+")
_PART = re.compile(
    r"\s*(?:[,;:/|()\[\]{}\u2013\u2014\uff08\uff09\u3001\n&+]|\s-\s|\bor\b|\band\b|\bwith\b|\bfor\b|\bof\b|\bin\b|\bon\b)\s*", re.IGNORECASE
)

_SPLIT = re.compile(r"\s*[:/|()\[\]{}\u2013\u2014\uff08\uff09\n]\s*|\s+-\s+")  # where a name ends and its explanation begins
_PEOPLE: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public"})


class KindWords(Frozen):
    """How boxes of one kind are called."""

    kind: ElementKind
    anywhere: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    not_heads: tuple[str, ...] = ()
    called_by: bool = Field(default=False, description="A name that ends in one of `beside` is of something that calls it.")


class DrawnWords(Frozen):
    kinds: tuple[KindWords, ...]
    beside: tuple[str, ...]
    generic: tuple[str, ...]
    technologies: tuple[str, ...]
    aliases: dict[str, str]
    carries: dict[Label, tuple[str, ...]]
    asked: tuple[str, ...]
    written: tuple[str, ...]
    writers: tuple[str, ...]


@lru_cache(maxsize=1)
def load_drawn_words() -> DrawnWords:
    return read_knowledge(_FILE, DrawnWords)


@lru_cache(maxsize=1 << 12)
def kind_of(label: str) -> ElementKind:
    """The kind of box a label names; `component` where its words tell nothing.

    What explains a name tells its kind only where the name itself does not, and only one kind: "Orders (Postgres)" is a store,
    "Backend (Postgres, Ollama)" is not.
    """
    first, *apart = _SPLIT.split(label.strip(), maxsplit=1) or [""]
    first = first.partition(",")[0]
    kind = _kind_of_name(first, label)
    if kind != "component" or not apart:
        return kind
    told = {_kind_of_name(part, part) for part in _PART.split(apart[0]) if part} - {"component"} - _PEOPLE
    return next(iter(told)) if len(told) == 1 else "component"


def _kind_of_name(name: str, label: str) -> ElementKind:
    words = load_drawn_words()
    head = head_of(name)
    whole = " ".join(_tokens(label))
    for entry in words.kinds:
        if head in entry.not_heads or says(name, entry.unless):
            continue
        if whole in entry.labels or head in entry.heads:
            return entry.kind
        if says(name, entry.anywhere) and not (entry.called_by and head in words.beside):
            return entry.kind
    return "component"


def head_of(label: str) -> str:
    """The last word of the first part of a name: of `Orders DB (Postgres)` it is `db`; numbers that only count are passed over."""
    for part in parts_of(label):
        tokens = [token for token in words_of(part) if not token.isdecimal()]
        plain = [token for token in _tokens(part) if not token.isdecimal()]
        if tokens:
            # `GitHub` is one name, and no hub; `OrderStore` is a store.
            return plain[-1] if plain and len(plain[-1]) <= len(tokens[-1]) + 3 else tokens[-1]
    return ""


def parts_of(label: str) -> list[str]:
    """A name cut where it begins to explain itself: `Orders DB (Postgres)`, `User / Web UI`."""
    return [part for part in _PART.split(label) if part]


def says(text: str, wanted: Iterable[str]) -> bool:
    """Whether one of the words or phrases stands in the text."""
    plain, cut = f" {' '.join(_tokens(text))} ", f" {' '.join(words_of(text))} "
    return any(f" {phrase} " in plain or f" {phrase} " in cut for phrase in wanted)


def technology_of(*texts: str) -> str | None:
    """The one technology that texts name; None where they name none or several."""
    words = load_drawn_words()
    found = {words.aliases.get(token, token) for text in texts for token in (*_tokens(text), *words_of(text))} & set(words.technologies)
    return next(iter(found)) if len(found) == 1 else None


def carried_by(label: str, source: ElementKind, target: ElementKind) -> frozenset[Label]:
    """What the words of an arrow say it carries; a prompt that no person sends and no model gets is a text like any other."""
    found = frozenset(name for name, phrases in load_drawn_words().carries.items() if says(label, phrases))
    return found if source in _PEOPLE or target in _MODELS else found - {"user_input"}


def is_asking(label: str) -> bool:
    """Whether the words of an arrow say that something is asked for, and nothing is put in."""
    return says(label, load_drawn_words().asked) and not says(label, load_drawn_words().written)


def role_at(source: str, source_kind: ElementKind, target: str, target_kind: ElementKind, label: str) -> SinkRole | None:
    """What data becomes at the end of an arrow, as far as the two boxes and the label tell."""
    words = load_drawn_words()
    if target_kind in ("vector_store", "data_store"):
        asked, written = says(label, words.asked), says(label, words.written)
        if target_kind == "data_store":
            return None if asked and not written else "store_write"
        if asked != written:
            return "index_query" if asked else "index_write"
        if source_kind in _ASKERS:
            return "index_query"
        return "index_write" if source_kind in _FEEDERS or says(source, words.writers) else None
    if target_kind == "interpreter" and says(f"{target} {label}", ("sandbox", "sandboxed")):
        return None
    return BECOMES.get(target_kind)


_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})
_ASKERS: frozenset[ElementKind] = frozenset({"agent", "hosted_llm", "local_llm", "retriever", "end_user", "anonymous_public", "tool"})
_FEEDERS: frozenset[ElementKind] = frozenset({"web_content", "dataset", "embedding_model", "external_service", "data_store", "queue"})
BECOMES: dict[ElementKind, SinkRole] = {
    "hosted_llm": "prompt", "local_llm": "prompt", "agent": "prompt", "training_job": "training_data", "ml_model": "features",
    "memory": "memory_write", "log": "log", "interpreter": "code", "vector_store": "index_write", "data_store": "store_write",
}  # fmt: skip
"""What data mostly becomes at a thing of a kind, where no words say otherwise."""
CARRIED: dict[ElementKind, Label] = {
    "web_content": "web_content", "end_user": "user_input", "anonymous_public": "user_input", "dataset": "dataset_records",
    "vector_store": "retrieved_text", "retriever": "retrieved_text", "data_store": "stored_data", "memory": "stored_data",
    "hosted_llm": "model_reply", "local_llm": "model_reply", "agent": "model_reply", "ml_model": "prediction",
    "model_registry": "model_artifact", "tool": "tool_result", "mcp_server": "tool_result",
}  # fmt: skip
"""What mostly comes out of a thing of a kind."""


def _tokens(text: str) -> list[str]:
    return [token.lower() for token in _TOKEN.findall(text)]
