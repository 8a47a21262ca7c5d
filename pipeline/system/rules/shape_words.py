"""What models, agents and tools look like where their library is not known: `knowledge/shapes.yaml`."""

from __future__ import annotations

from functools import lru_cache

from pydantic import Field

from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.words import words_of

_FILE = KNOWLEDGE / "shapes.yaml"


class ShapeWords(Frozen):
    """Names of calls, arguments and classes; see the comments of the file."""

    asks: frozenset[str]
    may_ask: frozenset[str]
    collections: frozenset[str]
    only_handles: frozenset[str]
    told_the_answer: frozenset[str]
    model_arguments: tuple[str, ...]
    sampling_arguments: tuple[str, ...]
    message_arguments: tuple[str, ...]
    prompt_arguments: tuple[str, ...]
    system_arguments: tuple[str, ...]
    roles: frozenset[str]
    message_classes: frozenset[str]
    model_classes: str = Field(description="Regular expression: ends of class names of libraries.")
    declared_classes: str = Field(description="Regular expression: names of abstract classes of the project.")
    model_methods: frozenset[str]
    model_names: tuple[str, ...]
    address: str = Field(description="Regular expression: how the address of a model's interface ends.")
    own_machine: str = Field(description="Regular expression: hosts that are one's own machine.")
    requests: frozenset[str]
    senders: frozenset[str]
    forms: frozenset[str]
    other_services: frozenset[str]
    bodies: tuple[str, ...]
    agent_models: tuple[str, ...]
    agent_words: frozenset[str]
    no_agents: frozenset[str]
    agent_methods: frozenset[str]
    no_work: frozenset[str]
    tool_schemas: frozenset[str]
    tool_functions: tuple[str, ...]
    tool_words: frozenset[str]
    no_tools: frozenset[str]


@lru_cache(maxsize=1)
def load_shapes() -> ShapeWords:
    return read_knowledge(_FILE, ShapeWords)


def verbs_of(name: str, known: frozenset[str]) -> set[str]:
    """Words of a call's name; `acomplete` counts as `complete`."""
    found = set(words_of(name))
    return found | {word[1:] for word in found if word.startswith("a") and word[1:] in known}
