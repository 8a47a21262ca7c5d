"""The questions: one YAML file per system, in the half that settings may be chosen on, in the one held out, or among the fresh ones.

Held-out questions were asked whenever settings had been chosen; the fresh ones were written after that, and nothing was changed by
what they gave.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evals.yaml_file import read_yaml

FOLDER = Path(__file__).parent / "questions"
Half = Literal["development", "held-out", "fresh"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Package(_Frozen):
    """A wheel of a public index: brought when wanted, never kept in the tree."""

    name: str
    version: str
    file: str
    sha256: str = Field(pattern=r"[0-9a-f]{64}")


class Question(_Frozen):
    ask: str
    answers: tuple[str, ...] = Field(min_length=1, description="`path:first-last` or `path::symbol` of each passage that answers.")


class QuestionSet(_Frozen):
    system: str
    half: Half
    sample: str | None = Field(default=None, description="Folder below `evals/systems`.")
    package: Package | None = None
    questions: tuple[Question, ...]

    @model_validator(mode="after")
    def _one_source(self) -> QuestionSet:
        if (self.sample is None) == (self.package is None):
            raise ValueError("name a sample or a package")
        return self


class Passage(_Frozen):
    """Lines that answer a question."""

    path: str
    start: int
    end: int


def read_questions(folder: Path = FOLDER) -> tuple[QuestionSet, ...]:
    """All sets, by system."""
    return tuple(QuestionSet.model_validate(read_yaml(file)) for file in sorted(folder.glob("*.yaml")))


def passage_of(answer: str, root: Path) -> Passage:
    """The lines an answer names; of a symbol those of its definition, decorators included.

    Raises:
        ValueError: the file has no such symbol or lines.
    """
    path, colons, symbol = answer.partition("::")
    if colons:
        return Passage(path=path, **_lines_of(symbol, (root / path).read_text(encoding="utf-8"), path))
    path, _, lines = answer.rpartition(":")
    start, _, end = lines.partition("-")
    return Passage(path=path, start=int(start), end=int(end))


def _lines_of(symbol: str, text: str, path: str) -> dict[str, int]:
    if not path.endswith(".py"):
        return _function_of_script(symbol, text, path)
    nodes: list[ast.AST] = [ast.parse(text)]
    for name in symbol.split("."):
        nodes = [
            child
            for node in nodes
            for child in ast.walk(node)
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and child.name == name
        ]
    if not nodes:
        raise ValueError(f"{path} has no {symbol}")
    found = nodes[0]
    assert isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return {"start": min([found.lineno, *(one.lineno for one in found.decorator_list)]), "end": found.end_lineno or found.lineno}


def _function_of_script(symbol: str, text: str, path: str) -> dict[str, int]:
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if f"function {symbol}(" in line:
            return {"start": number, "end": next(later for later, text in enumerate(lines[number:], number + 1) if text.startswith("}"))}
    raise ValueError(f"{path} has no {symbol}")
