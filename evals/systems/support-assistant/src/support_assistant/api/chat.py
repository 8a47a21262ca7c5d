"""Chat, intent preview and ticket feedback."""

import logging

import markdown
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy.orm import Session

from support_assistant.agent.knowledge import remember_answer
from support_assistant.api.deps import Visitor, database, optional_customer
from support_assistant.services.conversation import ConversationService
from support_assistant.storage.repository import ConversationRepository, FeedbackRepository

logger = logging.getLogger(__name__)
router = APIRouter()


class ChatRequest(BaseModel):
    message: str
    history: list[dict] = []
    page_title: str = ""


class ChatReply(BaseModel):
    conversation_id: int
    html: str


class FeedbackRequest(BaseModel):
    conversation_id: int
    helpful: bool
    intent: str | None = None
    comment: str = ""


@router.post("/chat")
def chat(
    body: ChatRequest,
    request: Request,
    visitor: Visitor | None = Depends(optional_customer),
    db: Session = Depends(database),
) -> ChatReply:
    logger.info("chat from %s: %s", visitor.email if visitor else "guest", body.message)
    service = ConversationService(db, request.app.state.intents)
    turn = service.reply(body.message, body.history, visitor, body.page_title)
    return ChatReply(conversation_id=turn.conversation_id, html=markdown.markdown(turn.answer))


@router.post("/intent")
def preview_intent(body: ChatRequest, request: Request) -> dict[str, float]:
    """Scores for the search box, which offers quick links while the customer types."""
    return request.app.state.intents.scores(body.message)


@router.post("/feedback", status_code=202)
def feedback(body: FeedbackRequest, db: Session = Depends(database)) -> dict[str, str]:
    turn = ConversationRepository(db).last_turn(body.conversation_id)
    if turn is None:
        return {"status": "ignored"}
    FeedbackRepository(db).add(turn.question, body.intent or turn.intent, body.helpful, body.comment)
    if body.helpful:
        remember_answer(turn.question, turn.answer, source=f"conversation-{body.conversation_id}")
    return {"status": "stored"}
