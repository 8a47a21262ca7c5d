"""What makes a tree part of an AI system: what `knowledge/ai_parts.yaml` says, validated."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field

from pipeline.system.model import ElementKind, Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "ai_parts.yaml"
_Wanted = str | bool


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ValueError(f"is no regular expression: {problem}") from problem
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class PartRule(Frozen):
    """Elements that are AI parts, by their kind and what is known of them."""

    kind: Annotated[tuple[ElementKind, ...], Field(min_length=1)]
    where: dict[str, _Wanted | tuple[_Wanted, ...]] = Field(default_factory=dict, description="Attributes, as in a threat's condition.")
    unless: dict[str, _Wanted | tuple[_Wanted, ...]] = Field(default_factory=dict, description="Attributes by which it is none after all.")
    files: Pattern = Field(default="", description="Every place of the element lies in a file of such a path.")


class AiPartRules(Frozen):
    parts: tuple[PartRule, ...]
    tools_of_developers: tuple[PartRule, ...] = Field(description="What helps to write the software; it outweighs `parts`.")
    files: tuple[Pattern, ...] = Field(description="Paths of files that only an AI system has.")
    imports: dict[str, tuple[str, ...]] = Field(description="Modules by language; a name covers what lies below it.")
    also_ordinary: tuple[str, ...] = Field(description="AI packages of manifests that are no AI part by themselves.")

    @cached_property
    def file_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.files))

    @cached_property
    def modules(self) -> dict[str, frozenset[str]]:
        """Modules by language; notebooks are Python."""
        return {language: frozenset(names) for language, names in self.imports.items()}


@lru_cache(maxsize=1)
def load_ai_part_rules() -> AiPartRules:
    return read_knowledge(_FILE, AiPartRules)
