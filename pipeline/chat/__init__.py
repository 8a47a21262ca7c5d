"""Conversation: questions about a scan become answers of which every statement is cited.

`answer` answers one question, `Conversation` many that go on from each other. Offline and deterministic; `pipeline/chat/asking` lets a
model answer with the same evidence.
"""

from pipeline.chat.answer import answer
from pipeline.chat.conversation import Conversation
from pipeline.chat.model import Answer, Citation, Piece, Statement, Subject

__all__ = ["Answer", "Citation", "Conversation", "Piece", "Statement", "Subject", "answer"]
