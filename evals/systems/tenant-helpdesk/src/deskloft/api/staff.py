"""For the staff of a tenant."""
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, UploadFile
from pydantic import BaseModel

from deskloft import store
from deskloft.api.signin import Db, Who
from deskloft.knowledge import ingest

router = APIRouter(prefix="/staff")
MAX_DOCUMENT = 10 * 1024 * 1024


class Waiting(BaseModel):
    id: int
    subject: str
    body: str


class Decision(BaseModel):
    approved: bool


@router.get("/tickets")
async def tickets(who: Who, session: Db) -> list[Waiting]:
    return [Waiting(id=t.id, subject=t.subject, body=t.body) for t in await store.waiting(session, who.tenant)]


@router.post("/tickets/{number}/close", status_code=204)
async def close(number: Annotated[int, Path(gt=0)], who: Who, session: Db) -> None:
    """Staff answers from their own mailbox, then closes."""
    if not await store.close(session, who.tenant, number):
        raise HTTPException(404)


@router.post("/proposals/{number}")
async def decide(number: Annotated[int, Path(gt=0)], given: Decision, who: Who, session: Db) -> dict:
    done = await store.decide(session, who.tenant, number, who.name, given.approved)
    if done is None:
        raise HTTPException(404)
    return {"id": done.id, "approved": done.approved}


@router.post("/documents", status_code=201)
async def upload(file: UploadFile, who: Who, session: Db) -> dict:
    content = await file.read(MAX_DOCUMENT + 1)
    if len(content) > MAX_DOCUMENT:
        raise HTTPException(413)
    try:
        document = await ingest.add(session, who.tenant, file.filename or "document", content, file.content_type or "", who.name)
    except ingest.Unreadable:
        raise HTTPException(422, "PDF with text, or plain text") from None
    return {"id": document.id}
