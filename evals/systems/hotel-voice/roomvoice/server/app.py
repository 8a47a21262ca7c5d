import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import asyncpg
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute

from roomvoice.server import settings, staff, units
from roomvoice.server.services import Services
from roomvoice.server.stream import stream

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")


async def _keep_model_fresh(services: Services) -> None:
    while True:
        await services.intents.refresh()
        await asyncio.sleep(300)


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(str(settings.DATABASE_URL)) as pool:
        app.state.services = Services(pool)
        refresher = asyncio.create_task(_keep_model_fresh(app.state.services))
        yield
        refresher.cancel()


async def healthz(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


app = Starlette(
    routes=[
        Route("/healthz", healthz),
        WebSocketRoute("/v1/stream", stream),
        Mount("/v1", routes=units.routes),
        Mount("/staff", routes=staff.routes),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=str(settings.STAFF_SECRET), same_site="strict", max_age=8 * 3600)],
    lifespan=lifespan,
)
