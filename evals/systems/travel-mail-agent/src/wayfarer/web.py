"""What is behind the link in the manager's mail."""

import logging
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Path
from fastapi.responses import PlainTextResponse

from wayfarer import graph, store

log = logging.getLogger("wayfarer.web")


@asynccontextmanager
async def lifespan(_: FastAPI):
    store.pool.open()
    yield
    store.pool.close()


app = FastAPI(title="wayfarer", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)


@app.get("/health", response_class=PlainTextResponse)
def health() -> str:
    return "ok"


@app.get("/approve/{thread}", response_class=PlainTextResponse)
def approve(thread: Annotated[str, Path(pattern="^[0-9a-f]{16}$")], answer: Literal["yes", "no"]) -> str:
    if not graph.go_on(thread, answer):
        raise HTTPException(404, "nothing waits here")
    store.audit(thread, None, "approval", {"answer": answer}, "by link")
    log.info("thread %s: %s", thread, answer)
    return "Thank you. Wayfarer goes on."
