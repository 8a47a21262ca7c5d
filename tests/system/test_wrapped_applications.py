"""Middleware that is put around an application by hand runs before all its routes."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, elements, system_of

_HEAD = """
import os
import openai
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse
TOKEN = os.environ["TOKEN"].encode()
class SignedIn:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and dict(scope["headers"]).get(b"authorization") != TOKEN:
            await JSONResponse({}, status_code=401)(scope, receive, send)
            return
        await self.app(scope, receive, send)
class Timed:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        print(scope["path"])
        await self.app(scope, receive, send)
"""
_ROUTE = '\n@{}.post("/ask")\ndef ask(text: str):\n    return openai.OpenAI().responses.create(model="gpt-5", input=text).output_text\n'
WAYS = {
    "under its own name": ("app = FastAPI()" + _ROUTE.format("app") + "app = SignedIn(app)\n", True),
    "under another": ("api = FastAPI()" + _ROUTE.format("api") + "app = SignedIn(api)\n", True),
    "by its keyword": ("api = FastAPI()" + _ROUTE.format("api") + "app = SignedIn(app=api)\n", True),
    "where it is served": ("app = FastAPI()" + _ROUTE.format("app") + "uvicorn.run(SignedIn(app))\n", True),
    "in a factory": (
        "router = APIRouter()" + _ROUTE.format("router")
        + "def create():\n    app = FastAPI()\n    app.include_router(router)\n    return SignedIn(app)\napp = create()\n",
        True,
    ),
    "below another layer": ("api = FastAPI()" + _ROUTE.format("api") + "app = SignedIn(Timed(api))\n", True),
    "one that asks nobody": ("app = FastAPI()" + _ROUTE.format("app") + "app = Timed(app)\n", False),
    "around another application": ("app = FastAPI()" + _ROUTE.format("app") + "admin = SignedIn(FastAPI())\n", False),
}  # fmt: skip


@pytest.mark.parametrize(("app", "asks"), WAYS.values(), ids=WAYS.keys())
def test_what_is_put_around_an_application_runs_before_its_routes(app: str, asks: bool) -> None:
    system = system_of(_HEAD + app)
    (route,) = elements(system, "http_route")
    assert ("authentication" in controls_on(system, route.id)) is asks
