"""The same over HTTP."""

from __future__ import annotations

import threading
import uuid
from importlib.resources import files
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from sidecar.agent import Agent, Session
from sidecar.approval import OwnerOnPage
from sidecar.budget import BudgetError
from sidecar.config import settings
from sidecar.login import Person
from sidecar.workspace import Workspace

api = FastAPI(title="sidecar", docs_url=None, redoc_url=None, openapi_url=None)
agent = Agent()
sessions: dict[uuid.UUID, Session] = {}
working: set[uuid.UUID] = set()
lock = threading.Lock()
MOST_SESSIONS = 5
POLICY = "default-src 'none'; script-src 'self' https://cdn.jsdelivr.net; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"


class Begin(BaseModel):
    workspace: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    edit: bool = True


class Say(BaseModel):
    text: Annotated[str, Field(max_length=20_000)]


class Answer(BaseModel):
    yes: bool


@api.get("/", response_class=HTMLResponse)
def page() -> HTMLResponse:
    return HTMLResponse(files("sidecar.web").joinpath("index.html").read_text("utf-8"), headers={"content-security-policy": POLICY})


@api.get("/page.js")
def script() -> Response:
    return Response(files("sidecar.web").joinpath("page.js").read_text("utf-8"), media_type="text/javascript")


@api.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@api.get("/workspaces")
def workspaces(who: Person) -> list[str]:
    own = settings.workspaces / who
    return sorted(folder.name for folder in own.iterdir() if (folder / ".git").is_dir()) if own.is_dir() else []


@api.post("/sessions")
def begin(body: Begin, who: Person) -> dict[str, str]:
    root = settings.workspaces / who / body.workspace
    if not root.is_dir() or root.is_symlink():
        raise HTTPException(404, "no such workspace")
    if sum(session.person == who for session in sessions.values()) >= MOST_SESSIONS:
        raise HTTPException(429, "end another session first")
    number = uuid.uuid4()
    sessions[number] = Session(str(number), Workspace(root), who, OwnerOnPage(who), edit=body.edit)
    return {"id": str(number)}


@api.get("/sessions/{number}")
def read(number: uuid.UUID, who: Person) -> dict[str, Any]:
    session = _session(number, who)
    asked = {key: {"tool": one.tool, "shown": one.shown} for key, one in session.approver.pending.copy().items()}
    return {"id": str(number), "tokens": session.tokens, "busy": number in working, "asked": asked, "messages": session.messages}


@api.delete("/sessions/{number}", status_code=204)
def end(number: uuid.UUID, who: Person) -> None:
    _session(number, who)
    del sessions[number]


@api.post("/sessions/{number}/messages", status_code=202)
def say(number: uuid.UUID, body: Say, who: Person) -> dict[str, str]:
    session = _session(number, who)
    with lock:
        if number in working:
            raise HTTPException(409, "still at work")
        working.add(number)
    threading.Thread(target=_work, args=(number, session, body.text), daemon=True).start()
    return {"status": "at work"}


@api.post("/sessions/{number}/asked/{key}", status_code=204)
def answer(number: uuid.UUID, key: str, body: Answer, who: Person) -> None:
    if not _session(number, who).approver.answer(key, body.yes):
        raise HTTPException(404, "nothing is asked")


def _work(number: uuid.UUID, session: Session, text: str) -> None:
    try:
        agent.say(session, text)
    except BudgetError as full:
        session.messages.append({"role": "assistant", "content": str(full)})
    finally:
        working.discard(number)


def _session(number: uuid.UUID, who: str) -> Session:
    session = sessions.get(number)
    if session is None or session.person != who:
        raise HTTPException(404, "no such session")
    return session
