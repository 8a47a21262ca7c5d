"""Pages and actions for the support team."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, BackgroundTasks, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from support_assistant.agent.knowledge import add_documents
from support_assistant.api.deps import Staff, current_staff, database
from support_assistant.ingest.wiki import reindex_wiki
from support_assistant.services.claims import ClaimService
from support_assistant.services.conversation import decide_approval
from support_assistant.storage.audit import record
from support_assistant.storage.repository import ApprovalRepository, ConversationRepository, FeedbackRepository

router = APIRouter(prefix="/admin", dependencies=[Depends(current_staff)])
templates = Jinja2Templates(directory=Path(__file__).parent.parent / "templates")


class Article(BaseModel):
    title: str = Field(max_length=200)
    text: str = Field(max_length=50_000)


class Decision(BaseModel):
    decision: Literal["approve", "reject"]
    reason: str = Field(min_length=5, max_length=500)


@router.post("/reindex", status_code=202)
def reindex(background: BackgroundTasks, staff: Staff = Depends(current_staff)) -> dict[str, str]:
    record(staff.staff_id, "reindex", {})
    background.add_task(reindex_wiki)
    return {"status": "started"}


@router.post("/knowledge", status_code=201)
def add_article(article: Article, staff: Staff = Depends(current_staff)) -> dict[str, int]:
    record(staff.staff_id, "add_article", {"title": article.title})
    return {"chunks": add_documents([article.text], source=f"admin:{article.title}", reviewed_by=staff.staff_id)}


@router.get("/approvals")
def approvals(db: Session = Depends(database)) -> list[dict]:
    return [
        {"id": item.id, "customer": item.customer_id, "actions": item.actions}
        for item in ApprovalRepository(db).waiting()
    ]


@router.post("/approvals/{approval_id}")
def approve(
    approval_id: int, body: Decision, staff: Staff = Depends(current_staff), db: Session = Depends(database)
) -> dict[str, str]:
    record(staff.staff_id, "approval", {"approval": approval_id, **body.model_dump()})
    return {"answer": decide_approval(db, approval_id, body.decision, body.reason, staff.staff_id)}


@router.post("/claims/{claim_id}")
def decide_claim(
    claim_id: int, body: Decision, staff: Staff = Depends(current_staff), db: Session = Depends(database)
) -> dict[str, str]:
    claim = ClaimService(db).decide(claim_id, body.decision, body.reason, staff.staff_id)
    return {"claim": str(claim.id), "status": claim.status}


@router.post("/feedback/{feedback_id}")
def review_feedback(
    feedback_id: int, body: Decision, staff: Staff = Depends(current_staff), db: Session = Depends(database)
) -> dict[str, str]:
    record(staff.staff_id, "review_feedback", {"feedback": feedback_id, **body.model_dump()})
    FeedbackRepository(db).review(feedback_id, accepted=body.decision == "approve", reviewer=staff.staff_id)
    return {"status": "reviewed"}


@router.get("/stats")
def stats(days: int = 7, db: Session = Depends(database)) -> dict[str, int]:
    since = datetime.now(timezone.utc) - timedelta(days=days)
    return ConversationRepository(db).counts_by_intent(since)


@router.get("/conversations/{conversation_id}", response_class=HTMLResponse)
def conversation_page(conversation_id: int, request: Request, db: Session = Depends(database)) -> HTMLResponse:
    turns = ConversationRepository(db).turns(conversation_id)
    return templates.TemplateResponse(request, "conversation.html", {"number": conversation_id, "turns": turns})
