"""The webhook: the helpdesk says that a ticket is new or was moved. Nothing of its text is taken from here."""

import hashlib
import hmac
import logging
import time

from pydantic import BaseModel, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import db
from .classify import Queue
from .settings import settings

log = logging.getLogger("triage.intake")
LARGEST = 20_000


class Event(BaseModel):
    event: str = Field(max_length=40)
    ticket: int = Field(gt=0)
    queue: Queue | None = None
    by: str = Field(default="", max_length=80)


def genuine(request: Request, body: bytes) -> bool:
    key = settings().hook_secret.get_secret_value().encode()
    stamp = request.headers.get("x-helpdesk-time", "")
    if len(key) < 32 or not (stamp.isascii() and stamp.isdigit()) or abs(time.time() - int(stamp)) > 300:
        return False
    mine = hmac.new(key, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(mine, request.headers.get("x-helpdesk-signature", ""))


def keep(event: Event) -> None:
    with db.connect() as connection:
        if event.event == "ticket.created":
            db.add_job(connection, event.ticket)
        elif event.event == "ticket.moved" and event.queue:
            db.add_move(connection, event.ticket, event.queue, event.by)


async def hook(request: Request) -> Response:
    body = b""
    async for block in request.stream():
        body += block
        if len(body) > LARGEST:
            return Response(status_code=413)
    if not genuine(request, body):
        return Response(status_code=401)
    try:
        event = Event.model_validate_json(body)
    except ValidationError:
        return Response(status_code=422)
    await run_in_threadpool(keep, event)
    return Response(status_code=202)


async def health(_: Request) -> Response:
    return JSONResponse({"ok": True})


app = Starlette(routes=[Route("/hooks/helpdesk", hook, methods=["POST"]), Route("/health", health)])
