"""Addresses of routes whose prefix stands where their router is made, included or mounted, in one file or another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

ASK = """
from openai import OpenAI
client = OpenAI()

def answer(text: str) -> str:
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}]).choices[0].message.content
"""
ROUTER = """
from fastapi import APIRouter
from api.ask import answer
router = APIRouter(%s)

@router.post("/ask")
def ask(text: str) -> str:
    return answer(text)
"""


def routes(tmp_path: Path, files: dict[str, str]) -> list[str]:
    return sorted(element.name for element in scan_of(tmp_path, files).system.elements if element.kind == "http_route")


@pytest.mark.parametrize(
    ("own", "included", "address"),
    [
        ("", 'prefix="/agent"', "POST /v1/agent/ask"),
        ('prefix="/chat"', 'prefix="/agent"', "POST /v1/agent/chat/ask"),
        ('prefix="/chat"', "", "POST /v1/chat/ask"),
        ("", "", "POST /v1/ask"),
        ("", "prefix=settings.PREFIX", "POST /v1/ask"),  # what only a setting knows is left out
    ],
)
def test_a_router_of_another_file_is_below_all_prefixes(tmp_path: Path, own: str, included: str, address: str) -> None:
    files = {
        "api/__init__.py": "",
        "api/ask.py": ASK,
        "api/agent/__init__.py": "from api.agent.views import router\n",
        "api/agent/views.py": ROUTER % own,
        "api/routers.py": f"from fastapi import APIRouter\nfrom api import agent, settings\nall_of_them = APIRouter()\nall_of_them.include_router(agent.router, {included})\n",
        "main.py": 'from fastapi import FastAPI\nfrom api.routers import all_of_them\napp = FastAPI()\napp.include_router(all_of_them, prefix="/v1")\n',
    }
    assert routes(tmp_path, files) == [address]


BLUEPRINT = """
from flask import Blueprint, Flask, request
from openai import OpenAI
client = OpenAI()
pages = Blueprint("pages", __name__, url_prefix="/own")

@pages.route("/ask", methods=["POST"])
def ask():
    return client.chat.completions.create(model="m", messages=[{"role": "user", "content": request.json["q"]}]).choices[0].message.content

app = Flask(__name__)
app.register_blueprint(pages%s)
"""


@pytest.mark.parametrize(("given", "address"), [("", "/own/ask"), (', url_prefix="/given"', "/given/ask")])
def test_what_a_blueprint_is_registered_with_stands_for_its_own_prefix(tmp_path: Path, given: str, address: str) -> None:
    assert [name.split(" ")[-1] for name in routes(tmp_path, {"app.py": BLUEPRINT % given})] == [address]


def test_an_application_that_is_mounted_is_below_its_place(tmp_path: Path) -> None:
    inner = ASK.replace("\nclient", "\nfrom fastapi import FastAPI\ninner = FastAPI()\nclient", 1)
    files = {"inner.py": inner + '\n\n@inner.post("/ask")\ndef ask(text: str) -> str:\n    return answer(text)\n'}
    files["main.py"] = 'from fastapi import FastAPI\nfrom inner import inner\napp = FastAPI()\napp.mount("/models", inner)\n'
    assert routes(tmp_path, files) == ["POST /models/ask"]


def test_a_route_behind_one_that_is_put_is_below_the_same_prefix(tmp_path: Path) -> None:
    views = ROUTER % 'prefix="/notes"' + (
        '\n@router.put("/tone")\ndef tone(text: str) -> str:\n    return answer(text)\n'
        '\n@router.post("/again")\ndef again(text: str) -> str:\n    return answer(text)\n'
    )
    files = {
        "api/__init__.py": "",
        "api/ask.py": ASK,
        "api/views.py": views,
        "main.py": 'from fastapi import FastAPI\nfrom api.views import router\napp = FastAPI()\napp.include_router(router, prefix="/v1")\n',
    }
    assert routes(tmp_path, files) == ["POST /v1/notes/again", "POST /v1/notes/ask", "PUT /v1/notes/tone"]
