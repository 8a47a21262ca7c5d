"""Answers out of passages: where no kind of question fits, the lines of the files that say it, or nothing.

Takes a question and a search over the scanned files; gives an answer of cited lines where these account for most of what the question
asks, else None. Nothing is put into other words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.chat.model import Answer
from pipeline.chat.questions import Asked
from pipeline.retrieval import Hit

Search = Callable[[str], Sequence[Hit]]


def said_in(asked: Asked, search: Search | None, instead: Answer) -> Answer | None:
    """What passages say; None where they do not say enough."""
    return None
