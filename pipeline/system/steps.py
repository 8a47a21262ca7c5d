"""Steps of building the system model, each of which may fail alone.

Scanned code decides what a step meets, so a shape that nobody thought of may break one. What it had added until then stays, the others
go on, and the failure becomes a note: the scan is incomplete and says which step is missing, never silent about it. Knowledge that is
wrong is the user's to mend and is not caught.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from pipeline.system.rules.knowledge_file import KnowledgeError

logger = logging.getLogger(__name__)
FAILED = "a step of the system model failed"

Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(slots=True)
class Steps:
    """Runs steps and keeps what failed, in order."""

    failed: list[tuple[str, str]] = field(default_factory=list)  # (path, what could not be done)

    def run(self, step: Callable[Given, object], *args: Given.args, **kwargs: Given.kwargs) -> None:
        """A step that adds to what it is given."""
        self.instead(None, step, *args, **kwargs)

    def instead(self, default: Made, step: Callable[Given, Made], *args: Given.args, **kwargs: Given.kwargs) -> Made:
        """What a step gives, `default` where it fails."""
        try:
            return step(*args, **kwargs)
        except KnowledgeError:
            raise
        except Exception as problem:
            name = getattr(step, "__name__", "step")
            logger.exception("%s failed", name)
            said = f"{type(problem).__name__}: {str(problem)[:200]}"
            self.failed.append((".", f"{FAILED}, what it finds and the controls it sees are missing: {name}: {said}"))
            return default
