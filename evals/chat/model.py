"""The form of the references: what is asked, and what a right answer cites, says and does not say.

One file for each system in `questions/`, apart from the systems, so that no scan can read them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from evals.yaml_file import read_yaml

Split = Literal["development", "held-out"]
Style = Literal["plain", "paraphrase", "typo", "follow-up"]
FOLDER = Path(__file__).parent / "questions"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(_Frozen):
    """One question. Places are `path`, a glob of paths, or `path:first-last`; `a|b` is met by either."""

    id: str
    style: Style = Field(description="In the words of the field, in those of ordinary people, with misspellings, or after other questions.")
    ask: str
    after: tuple[str, ...] = Field(default=(), description="Questions asked before it, in the same conversation.")
    answerable: bool = True
    wants: tuple[str, ...] = Field(default=(), description="Places that a whole answer cites.")
    about: tuple[str, ...] = Field(default=(), description="Files in which right citations lie.")
    says: tuple[str, ...] = Field(default=(), description="Regular expressions that the statements of a right answer all match.")
    refuses: tuple[str, ...] = Field(default=(), description="Regular expressions that no statement of a right answer matches.")


class QuestionSet(_Frozen):
    system: str
    split: Split
    questions: tuple[Reference, ...]


def read_questions(folder: Path = FOLDER) -> tuple[QuestionSet, ...]:
    """All sets, by the names of their systems."""
    return tuple(QuestionSet.model_validate(read_yaml(path)) for path in sorted(folder.glob("*.yaml")))
