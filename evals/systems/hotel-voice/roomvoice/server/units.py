"""What units ask for over HTTP: what they kept while the backend was away, and new models."""

import io
from uuid import UUID

import numpy as np
from msgspec import json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from roomvoice.server import settings
from roomvoice.server.identity import unit_only
from roomvoice.server.repositories import Place, Release
from roomvoice.server.services import Services


async def _limited_body(request: Request, limit: int) -> bytes | None:
    body = bytearray()
    async for chunk in request.stream():
        body.extend(chunk)
        if len(body) > limit:
            return None
    return bytes(body)


@unit_only
async def offline_batch(request: Request) -> Response:
    services: Services = request.app.state.services
    unit = request.state.unit
    room = await services.house.room_of(unit.hotel, unit.serial)
    body = await _limited_body(request, settings.BATCH_LIMIT)
    if room is None or body is None:
        return PlainTextResponse("unknown unit, or too much at once", 413 if room else 404)
    utterances = np.load(io.BytesIO(body), allow_pickle=True)["utterances"]
    for one in utterances:
        pcm = one["pcm"].astype("<i2").tobytes()
        heard = await run_in_threadpool(services.asr.transcribe, pcm, one["language"])
        guess = await run_in_threadpool(services.intents.classify, pcm)
        await services.archive.keep(UUID(one["id"]), Place(unit.hotel, room), unit.serial, pcm, heard.text, guess)
    return JSONResponse({"kept": len(utterances)})


@unit_only
async def current_model(request: Request) -> Response:
    release = await request.app.state.services.releases.current()
    if release is None:
        return PlainTextResponse("no model yet", 404)
    return JSONResponse({"version": release.version, "url": release.url, "sha256": release.sha256})


async def release_model(request: Request) -> Response:
    services: Services = request.app.state.services
    release = json.decode(await request.body(), type=Release)
    await services.releases.add(release)
    await services.intents.refresh()
    return JSONResponse({"current": release.version}, 201)


routes = [
    Route("/units/batch", offline_batch, methods=["POST"]),
    Route("/models/intent", current_model, methods=["GET"]),
    Route("/models/intent", release_model, methods=["POST"]),
]
