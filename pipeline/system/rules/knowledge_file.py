"""One knowledge file, read and validated: YAML into the model that says what such a file holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from ingest.errors import UnusableInput
from pipeline.system.rules.marked_yaml import Marked, Problem, Unreadable, read_marked

Model = TypeVar("Model", bound=BaseModel)
MOST_TOLD = 50  # problems of all files
KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


class KnowledgeError(UnusableInput):
    """Knowledge that cannot be used: what is wrong in which file, a line each; the places too, where they are known."""

    def __init__(self, said: str | Sequence[Problem]) -> None:
        self.problems = () if isinstance(said, str) else tuple(sorted(said))
        self.said = said if isinstance(said, str) else "\n".join(map(str, self.problems))
        super().__init__(self.said, "knowledge", "correct the file")

    def __str__(self) -> str:
        return self.said

    @property
    def lines(self) -> tuple[str, ...]:
        rest = len(self.problems) - MOST_TOLD
        more = (f"and {rest} more problems of knowledge",) if rest > 0 else ()
        return (*map(str, self.problems[:MOST_TOLD]), *more) or (self.said,)


def read_knowledge(path: Path | Traversable, model: type[Model], completed: Callable[[object], object] | None = None) -> Model:
    """What a file says; `completed` adds what its name says.

    Raises:
        KnowledgeError: it cannot be read or is not valid; the message says where.
    """
    try:
        value = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return model.model_validate(completed(value) if completed else value)
    except (OSError, UnicodeDecodeError) as problem:
        raise KnowledgeError(f"{path.name}: {problem}") from problem
    except (yaml.YAMLError, ValidationError) as problem:
        from pipeline.system.rules.wrong_fields import problems_of  # only what is wrong is read for its places

        try:
            where = f"{path.parent.name}/{path.name}" if isinstance(path, Path) else path.name
            marked = read_marked(where, path.read_bytes())
        except Unreadable as unreadable:
            raise KnowledgeError(unreadable.problems) from problem
        raise KnowledgeError(problems_of(marked, problem, model) if isinstance(problem, ValidationError) else str(problem)) from problem


def checked(marked: Marked, model: type[Model], value: object | None = None) -> Model:
    """A file that was read with its places, held against a model; `value` is given where it is not the file's own alone.

    Raises:
        KnowledgeError: it is not valid; every problem has its place.
    """
    from pipeline.system.rules.wrong_fields import problems_of

    try:
        return model.model_validate(marked.value if value is None else value)
    except ValidationError as failure:
        raise KnowledgeError(problems_of(marked, failure, model)) from failure
