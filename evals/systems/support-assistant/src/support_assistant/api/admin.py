"""Pages and actions for the support team."""

from datetime import datetime, timedelta, timezone

from fastapi import APIRouter, BackgroundTasks, Depends
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from support_assistant.agent.knowledge import add_documents
from support_assistant.api.deps import database
from support_assistant.ingest.wiki import reindex_wiki
from support_assistant.storage.repository import ConversationRepository

router = APIRouter(prefix="/admin")


class Article(BaseModel):
    title: str
    text: str


@router.post("/reindex", status_code=202)
def reindex(background: BackgroundTasks) -> dict[str, str]:
    background.add_task(reindex_wiki)
    return {"status": "started"}


@router.post("/knowledge", status_code=201)
def add_article(article: Article) -> dict[str, int]:
    return {"chunks": add_documents([article.text], source=f"admin:{article.title}")}


@router.get("/stats")
def stats(days: int = 7, db: Session = Depends(database)) -> dict[str, int]:
    since = datetime.now(timezone.utc) - timedelta(days=days)
    return ConversationRepository(db).counts_by_intent(since)


@router.get("/conversations/{conversation_id}", response_class=HTMLResponse)
def conversation_page(conversation_id: int, db: Session = Depends(database)) -> str:
    rows = ""
    for turn in ConversationRepository(db).turns(conversation_id):
        rows += f"<tr><td>{turn.created_at:%d.%m. %H:%M}</td><td>{turn.question}</td><td>{turn.answer}</td></tr>"
    return f"<html><body><h1>Conversation {conversation_id}</h1><table>{rows}</table></body></html>"
