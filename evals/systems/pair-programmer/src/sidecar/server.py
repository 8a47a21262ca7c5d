"""The same over HTTP."""

from __future__ import annotations

import itertools
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from sidecar.agent import Agent, Session
from sidecar.config import settings
from sidecar.workspace import Workspace

api = FastAPI(title="sidecar")
agent = Agent()
sessions: dict[int, Session] = {}
numbers = itertools.count(1)


class Begin(BaseModel):
    workspace: str
    edit: bool = True


class Say(BaseModel):
    text: str


@api.get("/", response_class=HTMLResponse)
def page() -> str:
    return files("sidecar.web").joinpath("index.html").read_text("utf-8")


@api.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@api.get("/workspaces")
def workspaces() -> list[str]:
    return sorted(folder.name for folder in settings.workspaces.iterdir() if (folder / ".git").exists())


@api.post("/sessions")
def begin(body: Begin) -> dict[str, int]:
    root = Path(settings.workspaces, body.workspace)
    if not root.is_dir():
        raise HTTPException(404, "no such workspace")
    number = next(numbers)
    sessions[number] = Session(str(number), Workspace(root), edit=body.edit)
    return {"id": number}


@api.get("/sessions/{number}")
def read(number: int) -> dict[str, Any]:
    session = _session(number)
    return {"id": number, "workspace": str(session.workspace.root), "tokens": session.tokens, "messages": session.messages}


@api.post("/sessions/{number}/messages")
def say(number: int, body: Say) -> dict[str, Any]:
    session = _session(number)
    answer = agent.say(session, body.text)
    changed = sorted(session.workspace.changed)
    session.workspace.changed.clear()
    return {"answer": answer, "changed": changed, "tokens": session.tokens}


def _session(number: int) -> Session:
    try:
        return sessions[number]
    except KeyError:
        raise HTTPException(404, "no such session") from None
