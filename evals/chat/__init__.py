"""Questions about reference systems, with references that were written by reading these; and how well answers meet them."""

from evals.chat.model import QuestionSet, Reference, read_questions

__all__ = ["QuestionSet", "Reference", "read_questions"]
