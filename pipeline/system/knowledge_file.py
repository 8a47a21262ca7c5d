"""One knowledge file, read and validated: YAML into the model that says what such a file holds."""

from __future__ import annotations

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
KNOWLEDGE = Path(__file__).parent.parent / "knowledge"


class KnowledgeError(Exception):
    """A knowledge file that cannot be used. The message names the file and what is wrong with it."""


def read_knowledge(path: Path | Traversable, model: type[Model]) -> Model:
    """What a file says.

    Raises:
        KnowledgeError: it cannot be read or is not valid; the message says where.
    """
    try:
        return model.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (OSError, yaml.YAMLError, ValidationError) as problem:
        raise KnowledgeError(f"{path.name}: {problem}") from problem
