"""A router that no application takes in serves nobody; where that cannot be told, it is served."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

APP = """
from fastapi import FastAPI

from pages import PAGES, left, outer, taken

app = FastAPI()
"""
PAGES = """
from fastapi import APIRouter

taken = APIRouter()
outer = APIRouter()
left = APIRouter()
PAGES = [taken, left]


@taken.post("/taken")
def one(text: str) -> str:
    return text


@left.post("/left")
def two(text: str) -> str:
    return text
"""


@pytest.mark.parametrize(
    ("included", "routes"),
    [
        ("app.include_router(taken)", {"POST /taken"}),
        ("outer.include_router(taken)\napp.include_router(outer)", {"POST /taken"}),
        ("outer.include_router(taken)", set()),
        ("for page in PAGES:\n    app.include_router(page)", {"POST /taken", "POST /left"}),
        ("def install(app):\n    app.include_router(taken)", {"POST /taken"}),
        ("def install(app, router):\n    app.include_router(router)", {"POST /taken", "POST /left"}),
    ],
)
def test_only_what_an_application_takes_in_is_served(included: str, routes: set[str]) -> None:
    system = system_of({"app.py": APP + included + "\n", "pages.py": PAGES})
    assert {element.name for element in elements(system, "http_route")} == routes


def test_a_tree_that_makes_no_application_may_be_served_by_another() -> None:
    system = system_of({"pages.py": PAGES})
    assert {element.name for element in elements(system, "http_route")} == {"POST /taken", "POST /left"}


def test_a_blueprint_that_nothing_registers() -> None:
    system = system_of(
        """
        from flask import Blueprint, Flask, request

        app = Flask(__name__)
        pages, left = Blueprint("pages", __name__), Blueprint("left", __name__)
        old = Blueprint("old", __name__)


        @pages.route("/ask", methods=["POST"])
        def ask():
            return request.json["q"]


        @old.route("/old", methods=["POST"])
        def former():
            return request.json["q"]


        app.register_blueprint(pages)
        """
    )
    assert {element.name for element in elements(system, "http_route")} == {"POST /ask"}
