"""What the words of the catalog mean: kinds of controls (`controls.yaml`), kinds of elements and classes of STRIDE (`glossary.yaml`).

Every word of the system model has its sentence; a word that is missing or unknown is refused when the file is read.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from pipeline.system.model import ElementKind, Frozen, ShippedControl, Stride
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

SeenIn = Literal["code", "configuration", "model files", "documents"]


class ControlWord(Frozen):
    """A kind of control."""

    is_: str = Field(alias="is", min_length=20, description="What it is.")
    counts_when: str = Field(min_length=20, description="What has to be so for it to lower or remove a threat.")
    not_when: str = Field(min_length=20, description="What looks like it and does not count.")
    seen_in: tuple[SeenIn, ...] = Field(description="Where it is recognised; empty: nowhere yet.")


class ControlWords(Frozen):
    controls: dict[ShippedControl, ControlWord]

    @model_validator(mode="after")
    def _all(self) -> Self:
        _whole(self.controls, get_args(ShippedControl), "controls")
        return self


class Glossary(Frozen):
    stride: dict[Stride, str]
    elements: dict[ElementKind, str]

    @model_validator(mode="after")
    def _all(self) -> Self:
        _whole(self.stride, get_args(Stride), "stride")
        _whole(self.elements, get_args(ElementKind), "elements")
        return self


def _whole(given: object, wanted: tuple[str, ...], name: str) -> None:
    assert isinstance(given, dict)
    if missing := [word for word in wanted if word not in given]:
        raise ValueError(f"{name}: nothing is said of {', '.join(missing)}")


@lru_cache(maxsize=2)
def load_control_words(path: Path = KNOWLEDGE / "controls.yaml") -> ControlWords:
    """The kinds of controls; raises `KnowledgeError` where one is missing or unknown."""
    return read_knowledge(path, ControlWords)


@lru_cache(maxsize=2)
def load_glossary(path: Path = KNOWLEDGE / "glossary.yaml") -> Glossary:
    """The kinds of elements and the classes of STRIDE; raises `KnowledgeError` where one is missing or unknown."""
    return read_knowledge(path, Glossary)
