"""HTTP API of Lorebook."""

from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field, UUID4

from . import chat, ingest, memory, pagewright
from .auth import CurrentUser
from .limits import within_limits

WEB = Path(__file__).parent / "web"


@asynccontextmanager
async def lifespan(_: FastAPI):
    memory.prepare()
    yield


app = FastAPI(title="Lorebook", lifespan=lifespan, docs_url=None)
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://lorebook.halden.example"],
    allow_credentials=True,
    allow_methods=["GET", "POST"],
    allow_headers=["content-type", "x-tenant"],
)
app.include_router(ingest.router)
app.mount("/static", StaticFiles(directory=WEB))


@app.middleware("http")
async def headers(request: Request, call_next):
    response = await call_next(request)
    response.headers["content-security-policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["x-content-type-options"] = "nosniff"
    return response


class Question(BaseModel):
    conversation: UUID4
    text: str = Field(max_length=2000)


@app.get("/")
def page() -> FileResponse:
    return FileResponse(WEB / "index.html")


@app.post("/api/conversations")
def new_conversation(user: CurrentUser) -> dict[str, str]:
    conversation, greeting = memory.start()
    return {"conversation": conversation, "greeting": greeting}


@app.get("/api/conversations/{conversation}")
def read_conversation(conversation: UUID4, user: CurrentUser) -> list[dict[str, str]]:
    return memory.history(str(conversation), user)


@app.post("/api/ask", dependencies=[Depends(within_limits)])
def ask(question: Question, user: CurrentUser) -> dict:
    return chat.answer(user, str(question.conversation), question.text)


class Confirmation(BaseModel):
    person_token: str = Field(max_length=4000)


@app.get("/api/edits/{edit}")
def read_edit(edit: UUID4, user: CurrentUser) -> dict[str, str]:
    found = memory.open_edit(user, str(edit))
    if found is None:
        raise HTTPException(404)
    return dict(zip(("page", "html", "reason"), found, strict=True))


@app.post("/api/edits/{edit}/confirm")
def confirm_edit(edit: UUID4, given: Confirmation, user: CurrentUser) -> dict[str, int]:
    """The person has seen the difference in the page; the wiki checks with their own token whether they may."""
    found = memory.open_edit(user, str(edit))
    if found is None:
        raise HTTPException(404)
    page_id, html, reason = found
    version = pagewright.write_page(given.person_token, user.tenant, page_id, html, f"{user.name} with Lorebook: {reason}")
    memory.close_edit(str(edit), version)
    return {"version": version}


@app.post("/api/notes/{note}/approve")
def approve_note(note: int, user: CurrentUser) -> dict[str, str]:
    if not user.admin or not memory.approve_note(user, note):
        raise HTTPException(403)
    return {"status": "approved"}


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
