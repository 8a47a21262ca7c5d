"""What a name in a model file means: `knowledge/model_files.yaml`, and how a name is judged by it.

Takes a name as a pickle spells it, gives its standing. A name that no list knows is the project's own where the project has such a
module, of a package where the manifests declare one, and unknown otherwise; for modules of the standard library that stand in
none of our lists, fickling's are asked.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Literal

from pydantic import Field

from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "model_files.yaml"
Standing = Literal["runs_code", "brings_code", "ordinary", "own", "declared", "unknown"]


class ChatTemplate(Frozen):
    attributes: tuple[str, ...] = Field(description="Attributes that lead out of a template's sandbox, besides those with underscores.")
    names: tuple[str, ...] = Field(description="Objects of Jinja and of web frameworks through which templates reach the interpreter.")
    texts: tuple[str, ...] = Field(description="Names of attributes, where they stand in texts.")
    instructions: tuple[str, ...] = Field(description="Regular expressions over lower-cased text.")


class ModelKnowledge(Frozen):
    runs_code: tuple[str, ...]
    anywhere: tuple[str, ...] = Field(description="Modules that are the standard library's wherever they stand in a name.")
    brings_code: tuple[str, ...]
    ordinary: tuple[str, ...]
    models_of: tuple[str, ...] = Field(description="Packages whose objects are models.")
    renamed: dict[str, str] = Field(description="Modules of older Pythons -> what they are called now.")
    graph_operations: tuple[str, ...]
    chat_template: ChatTemplate


@lru_cache(maxsize=1)
def load_model_knowledge() -> ModelKnowledge:
    return read_knowledge(_FILE, ModelKnowledge)


def standing_of(name: str, own: Collection[str] = (), declared: Collection[str] = ()) -> Standing:
    """What it means that a file looks a name up; `own` and `declared` are the first parts of module names."""
    known = load_model_knowledge()
    first, dot, rest = name.partition(".")
    name = f"{known.renamed.get(first, first)}{dot}{rest}"
    first = name.partition(".")[0]
    if _listed(name, known.runs_code) or any(part in known.anywhere for part in name.split(".")[1:-1]):
        return "runs_code"
    if _listed(name, known.brings_code):
        return "brings_code"
    if _listed(name, known.ordinary):
        return "ordinary"
    if first in own or first == "__main__":
        return "own"
    if first in declared:
        return "declared"
    return "ordinary" if _harmless_elsewhere(first) else "unknown"


def _listed(name: str, patterns: tuple[str, ...]) -> bool:
    exact, prefixes = _table(patterns)
    if name in exact:
        return True
    parts = name.split(".")
    return any(".".join(parts[:end]) in prefixes for end in range(1, len(parts)))


@lru_cache(maxsize=8)
def _table(patterns: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(pattern for pattern in patterns if not pattern.endswith(".*")),
        frozenset(pattern[:-2] for pattern in patterns if pattern.endswith(".*")),
    )


@lru_cache(maxsize=1024)
def _harmless_elsewhere(module: str) -> bool:
    """Whether fickling knows a module as one of the standard library's that is of no use to an attacker."""
    from fickling.fickle import UNSAFE_IMPORTS, is_std_module

    return is_std_module(module) and module not in UNSAFE_IMPORTS
