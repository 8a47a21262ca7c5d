"""Data that is refused where a pattern matches, quotes that are doubled, keys that are passed on, addresses that stand in."""

from __future__ import annotations

import pytest

from pipeline.system.controls.refused_text import keeps_out
from pipeline.system.model import SinkRole
from tests.system.small import controls_on, elements, flows, only, system_of
from tests.system.test_flows import route

DATABASE = "import re, sqlite3\ndb = sqlite3.connect('x.db')\n"


def controls_of_query(body: str) -> set[str]:
    system = system_of(route(body, DATABASE))
    found = flows(system, "query", "user_input")
    assert found
    return set().union(*(controls_on(system, flow.id) for flow in found))


@pytest.mark.parametrize(
    ("body", "control"),
    [
        ("name = text.replace(\"'\", \"''\")\ndb.execute(f\"SELECT 1 FROM t WHERE name = '{name}'\")", "output_encoding"),
        ("db.execute(\"SELECT 1 FROM t WHERE name = '\" + text.replace(\"'\", \"''\") + \"'\")", "output_encoding"),
        ("if re.search(r\"['\\\";]\", text):\n    raise ValueError(text)\ndb.execute(f\"SELECT 1 FROM t WHERE name = '{text}'\")", "input_validation"),
        ("if re.search(r'(?i)drop|delete|insert', text):\n    raise ValueError(text)\ndb.execute(text)", "input_validation"),
        ("if any(word in text.upper() for word in ('DROP', 'DELETE')):\n    raise ValueError(text)\ndb.execute(text)", "input_validation"),
    ],
)  # fmt: skip
def test_a_refusal_or_an_escape_is_a_control_of_a_query(body: str, control: str) -> None:
    assert control in controls_of_query(body)


@pytest.mark.parametrize(
    "body",
    [
        "name = text.replace(\"'\", \"''\")\ndb.execute(f'SELECT 1 FROM t WHERE id = {name}')",
        "name = text.replace('`', '')\ndb.execute(name)",
        "name = text.replace('a', 'b')\ndb.execute(f\"SELECT 1 FROM t WHERE name = '{name}'\")",
        "if re.search(r'^\\s*$', text):\n    raise ValueError(text)\ndb.execute(text)",
    ],
)
def test_what_leaves_the_quotes_open_is_none(body: str) -> None:
    assert controls_of_query(body).isdisjoint({"output_encoding", "input_validation", "allow_list"})


SCRIPT = """
import express from "express";
import {{ Pool }} from "pg";
import OpenAI from "openai";
const pool = new Pool();
const app = express();
app.get("/", async (request, response) => {{
  await pool.query(`SELECT 1 FROM {text}`);
}});
"""


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("""\"${request.query.t.replace(/"/g, '""')}\"""", True),
        ("[${request.query.t.replace(/]/g, ']]')}]", True),
        ("t WHERE a = '${request.query.t.replaceAll(`'`, `''`)}'", True),
        ("""\"${request.query.t.replace(/"/, '""')}\"""", False),  # the first alone
        ("t WHERE a = '${request.query.t.replace(`'`, `''`)}'", False),
        ("t WHERE a = ${request.query.t.replace(/'/g, `''`)}", False),
    ],
)
def test_quotes_and_brackets_of_names_are_escapes_in_scripts_where_all_are_replaced(text: str, quoted: bool) -> None:
    system = system_of({"app.ts": SCRIPT.format(text=text)})
    found = flows(system, "query", "user_input")
    assert found
    assert all(("output_encoding" in controls_on(system, flow.id)) is quoted for flow in found)


@pytest.mark.parametrize(
    ("pattern", "role", "kept"),
    [
        (r"[/\\]", "path", True),
        (r"(^/)|\.\.", "path", True),
        (r"\.\./", "path", False),
        (r"^\s*$", "path", False),
        (r"/[\/\\]/", "path", True),
        (r"(?i)\b(drop|delete|update)\b", "query", True),
        (r"\b(drop|delete)\b", "query", True),
        (r"--", "query", False),
        (r"[", "query", False),
        (r"(" * 150, "path", False),
        (r"[/\\]", "url", False),
    ],
)
def test_a_pattern_is_tried_on_what_must_not_come_through(pattern: str, role: SinkRole, kept: bool) -> None:
    assert keeps_out(pattern, "search", role) is kept


STORE = "from qdrant_client import QdrantClient\n"


def test_a_key_that_a_library_passes_on_is_present() -> None:
    text = (
        STORE
        + "class Store:\n    def __init__(self, url, api_key=None):\n        self.client = QdrantClient(url=url, api_key=api_key)\n    def find(self, v):\n        return self.client.query_points('docs', v)\n"
    )

    assert only(system_of(text), "vector_store").attributes.get("authenticated") is True


def test_a_key_that_nobody_passes_is_absent() -> None:
    text = (
        STORE
        + "def store(url, api_key=None):\n    return QdrantClient(url=url, api_key=api_key)\nclient = store('http://db:6333')\nclient.query_points('docs', [1.0])\n"
    )

    assert only(system_of(text), "vector_store").attributes.get("authenticated") is not True


@pytest.mark.parametrize(
    ("address", "local"), [("url or 'http://localhost:11434/v1'", True), ("url or 'https://api.example.com'", False), ("url", False)]
)
def test_an_address_that_stands_in_for_none_is_known(address: str, local: bool) -> None:
    text = f"from openai import OpenAI\nclass Bot:\n    def __init__(self, url=None):\n        self.url = {address}\n        self.client = OpenAI(base_url=self.url, api_key='none')\n    def ask(self, q):\n        return self.client.responses.create(model='x', input=q).output_text\nBot().ask('hello')\n"

    assert (elements(system_of(text), "hosted_llm")[0].attributes.get("local") is True) is local
