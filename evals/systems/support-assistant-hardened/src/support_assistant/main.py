"""The web application: `uvicorn support_assistant.main:app`."""

import subprocess
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from slowapi import _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.middleware import SlowAPIMiddleware

from support_assistant.api import admin, chat, claims, orders
from support_assistant.api.limits import limiter
from support_assistant.config import get_settings
from support_assistant.intent.classifier import IntentClassifier
from support_assistant.logs import configure_logging
from support_assistant.storage.db import create_tables

configure_logging()


def build_revision() -> str:
    try:
        done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, timeout=5)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


@asynccontextmanager
async def lifespan(app: FastAPI):
    create_tables()
    app.state.intents = IntentClassifier.load(get_settings())
    app.state.revision = build_revision()
    yield


app = FastAPI(title="Fjordkit support assistant", lifespan=lifespan)
app.state.limiter = limiter
app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
app.add_middleware(SlowAPIMiddleware)
app.include_router(chat.router)
app.include_router(orders.router)
app.include_router(claims.router)
app.include_router(admin.router)
app.mount("/widget", StaticFiles(packages=[("support_assistant", "web")]), name="widget")


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok", "revision": app.state.revision}
