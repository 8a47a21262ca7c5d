"""HTTP API of Lorebook."""

from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from . import chat, ingest, memory
from .auth import CurrentUser
from .store import wiki

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


class Question(BaseModel):
    conversation: str
    text: str


@app.get("/")
def page() -> FileResponse:
    return FileResponse(WEB / "index.html")


@app.post("/api/conversations")
def new_conversation(user: CurrentUser) -> dict[str, str]:
    conversation, greeting = memory.start()
    return {"conversation": conversation, "greeting": greeting}


@app.get("/api/conversations/{conversation}")
def read_conversation(conversation: str, user: CurrentUser) -> list[dict[str, str]]:
    return memory.history(conversation)


@app.post("/api/ask")
def ask(question: Question, user: CurrentUser) -> dict:
    return chat.answer(user, question.conversation, question.text)


@app.get("/internal/search")
def raw_search(q: str, tenant: str | None = None, k: int = 20) -> list[dict]:
    hits = wiki.similarity_search_with_score(q, k=k, filter={"tenant": tenant} if tenant else None)
    return [{"score": score, "text": d.page_content, **d.metadata} for d, score in hits]


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
