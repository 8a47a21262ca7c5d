"""The service that ordering asks."""

import asyncio
import hashlib
import hmac
import logging
import time
from collections import defaultdict, deque
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import polars as pl
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from shelf import loading, train
from shelf.settings import HORIZON, settings

log = logging.getLogger("shelf.api")
EVERY = 600


class Held:
    """What is in memory."""

    release: loading.Release | None = None
    rows: pl.DataFrame | None = None


def refresh() -> None:
    """Takes a new release and snapshot; keeps what it has where one does not check."""
    try:
        found, rows = loading.current(), loading.snapshot()
    except Exception:
        log.exception("kept what is loaded")
        return
    if Held.release is None or Held.release.name != found.name:
        log.info("release %s", found.name)
    Held.release, Held.rows = found, rows


async def _keep_fresh() -> None:
    while True:
        await asyncio.to_thread(refresh)
        await asyncio.sleep(EVERY)


@asynccontextmanager
async def lifespan(_: FastAPI):
    task = asyncio.create_task(_keep_fresh())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


app = FastAPI(title="shelf", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
_calls: dict[str, deque[float]] = defaultdict(deque)


def client(x_api_key: Annotated[str, Header(max_length=200)]) -> str:
    """The name of the client whose key it is, if it has calls left."""
    given = hashlib.sha256(x_api_key.encode()).hexdigest()
    name = next((name for name, kept in settings.clients.items() if hmac.compare_digest(kept, given)), None)
    if name is None:
        raise HTTPException(401, "unknown key")
    calls, now = _calls[name], time.monotonic()
    while calls and calls[0] < now - 60:
        calls.popleft()
    if len(calls) >= settings.calls_a_minute:
        raise HTTPException(429, "slower")
    calls.append(now)
    return name


class Ask(BaseModel):
    shop: Annotated[int, Field(ge=1, le=9999)]
    articles: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=200)]
    days: Annotated[int, Field(ge=1, le=HORIZON)] = HORIZON


class Line(BaseModel):
    article: int
    day: str
    median: float
    p90: float


class Answer(BaseModel):
    release: str
    lines: list[Line]


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/readyz")
def readyz() -> dict[str, str]:
    if Held.release is None:
        raise HTTPException(503, "nothing loaded")
    return {"status": "ok"}


@app.post("/forecast")
def forecast(body: Ask, who: Annotated[str, Depends(client)]) -> Answer:
    if Held.release is None or Held.rows is None:
        raise HTTPException(503, "nothing loaded")
    first = Held.rows["day"].min()
    rows = Held.rows.filter(
        (pl.col("shop_id") == body.shop) & pl.col("article_id").is_in(body.articles) & ((pl.col("day") - first).dt.total_days() < body.days)
    )
    found = train.predict(Held.release.models, rows) if rows.height else {"median": [], "p90": []}
    lines = [
        Line(article=row["article_id"], day=str(row["day"]), median=round(float(low), 2), p90=round(float(high), 2))
        for row, low, high in zip(rows.iter_rows(named=True), found["median"], found["p90"], strict=True)
    ]
    log.info("%s: shop %d, %d lines, release %s", who, body.shop, len(lines), Held.release.name)
    return Answer(release=Held.release.name, lines=lines)
