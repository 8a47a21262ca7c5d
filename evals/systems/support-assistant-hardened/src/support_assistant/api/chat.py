"""Chat, intent preview and ticket feedback."""

import logging

import markdown
import nh3
from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from support_assistant.api.deps import Visitor, current_customer, database
from support_assistant.api.limits import CHAT_LIMIT, limiter
from support_assistant.services.conversation import ConversationService
from support_assistant.storage.repository import ConversationRepository, FeedbackRepository

logger = logging.getLogger(__name__)
router = APIRouter()

REPLY_TAGS = {"p", "strong", "em", "ul", "ol", "li", "br"}


class ChatRequest(BaseModel):
    message: str = Field(min_length=1, max_length=2000)
    conversation_id: int | None = None


class ChatReply(BaseModel):
    conversation_id: int
    html: str


class FeedbackRequest(BaseModel):
    conversation_id: int
    helpful: bool
    comment: str = Field(default="", max_length=1000)


@router.post("/chat")
@limiter.limit(CHAT_LIMIT)
def chat(
    body: ChatRequest,
    request: Request,
    visitor: Visitor = Depends(current_customer),
    db: Session = Depends(database),
) -> ChatReply:
    service = ConversationService(db, request.app.state.intents)
    turn = service.reply(body.message, body.conversation_id, visitor)
    logger.info("chat in conversation %d, %d characters", turn.conversation_id, len(body.message))
    safe = nh3.clean(markdown.markdown(turn.answer), tags=REPLY_TAGS, attributes={})
    return ChatReply(conversation_id=turn.conversation_id, html=safe)


@router.post("/intent")
@limiter.limit("30/minute")
def preview_intent(
    body: ChatRequest, request: Request, visitor: Visitor = Depends(current_customer)
) -> dict[str, str]:
    """Name of the intent for the search box, which offers quick links while the customer types."""
    return {"intent": request.app.state.intents.best(body.message)}


@router.post("/feedback", status_code=202)
@limiter.limit("20/minute")
def feedback(
    body: FeedbackRequest,
    request: Request,
    visitor: Visitor = Depends(current_customer),
    db: Session = Depends(database),
) -> dict[str, str]:
    turn = ConversationRepository(db).last_turn(body.conversation_id, visitor.customer_id)
    if turn is None:
        raise HTTPException(404, "no such conversation")
    FeedbackRepository(db).add(visitor.customer_id, turn.question, turn.intent, body.helpful, body.comment)
    return {"status": "waiting for review"}
