"""What a tag of an object, a package before a module's name and a narrow pattern say of data on its way."""

from __future__ import annotations

import pytest

from ingest.code.program import Program
from ingest.code.typescript import read_typescript
from ingest.secrets import mask_secrets
from pipeline.system.assembly import Assembly
from pipeline.system.controls.last_parts import holds_no_separator
from pipeline.system.evidence import EvidenceBook
from pipeline.system.flows.tags import tags
from pipeline.system.program.sites import Sites
from pipeline.system.rules.knowledge import load_frameworks
from tests.system.small import controls_on, flows, system_of

SAYS = """
from dataclasses import dataclass
from enum import Enum, auto
import importlib
from openai import OpenAI

client = OpenAI()

class Kind(Enum):
    TEXT = auto()
    FILE = auto()

def said() -> str:
    return client.responses.create(model="gpt-5-mini", input=input()).output_text

"""
CLASS = """
class Reply:
    def __init__(self, kind=Kind.TEXT, content=None):
        self.kind = kind
        self.content = content

"""
DATA_CLASS = """
@dataclass
class Reply:
    content: str
    kind: Kind = Kind.TEXT

"""
SEND = """
def send(reply: Reply):
    if reply.kind == Kind.FILE:
        open(reply.content)

"""
HELPED = """
def send_file(reply: Reply):
    open(reply.content)

def send(reply: Reply):
    if reply.kind == Kind.FILE:
        send_file(reply)

"""


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        (CLASS + SEND + "send(Reply(Kind.TEXT, said()))", False),
        (CLASS + SEND + "send(Reply(content=said()))", False),
        (CLASS + SEND + "send(Reply(Kind.FILE, said()))", True),
        (CLASS + SEND + "reply = Reply(Kind.TEXT)\nreply.content = said()\nsend(reply)", False),
        (CLASS + SEND + "reply = Reply(Kind.TEXT, said())\nreply.kind = Kind.FILE\nsend(reply)", True),
        (CLASS + SEND + "text = said()\nsend(Reply(Kind.TEXT, text))\nsend(Reply(Kind.FILE, text.strip()))", True),
        (CLASS + SEND + "send(Reply(Kind[input()], said()))", True),
        (CLASS + HELPED + "send(Reply(Kind.TEXT, said()))", False),
        (CLASS + HELPED + "send(Reply(Kind.TEXT, said()))\nsend_file(Reply(Kind.TEXT, said()))", True),
        (DATA_CLASS + SEND + "send(Reply(said()))", False),
        (DATA_CLASS + SEND + "send(Reply(said(), Kind.FILE))", True),
    ],
)
def test_a_reply_comes_past_a_test_of_its_tag_only_where_its_tag_may_pass(text: str, opened: bool) -> None:
    assert bool(flows(system_of(SAYS + text), "path")) is opened


@pytest.mark.parametrize(("name", "restricted"), [('f"tools.{said()}"', True), ("said()", False), ('f"{said()}.tools"', False)])
def test_a_constant_package_before_a_module_restricts_what_is_imported(name: str, restricted: bool) -> None:
    system = system_of(SAYS + f"importlib.import_module({name})")
    [flow] = flows(system, "code")
    assert ("allow_list" in controls_on(system, flow.id)) is restricted


@pytest.mark.parametrize(
    ("pattern", "narrow"),
    [
        ("[a-zA-Z0-9_-]+", True),
        (r"\w+", True),
        (r"[\w.-]+\.txt", True),
        ('[^/"]+', True),
        (".+", False),
        ("[^ ]+", False),
        ("[ -~]+", False),
        (r"[\w/]+", False),
        (r"\S+", False),
        ("a|/etc", False),
        ("[", False),
    ],
)
def test_a_pattern_is_narrow_where_it_lets_no_separator_through(pattern: str, narrow: bool) -> None:
    assert holds_no_separator(pattern) is narrow


def test_a_variable_that_is_made_of_itself_in_a_loop_is_what_it_holds_by_turns() -> None:
    text = """let kind = "start";
for (const part of parts) { kind = part.a ? kind : "next"; send(kind); }
"""
    facts = read_typescript("a.ts", "product", text)
    program = Program([facts])
    book = EvidenceBook(lambda _path: {None: tuple(text.split("\n"))}, mask_secrets, frozenset())
    assembly = Assembly(program, load_frameworks(), book, Sites((), (), ()))
    loops = [identity for identity, value in enumerate(facts.values) if value.kind == "choice" and value.text == "kind"]
    assert [tags(assembly, (0, identity)) for identity in loops] == [frozenset({"start", "next"})] * len(loops) and loops


def test_what_is_taken_out_of_a_module_by_key_is_no_module_and_loops_over_it_end() -> None:
    system = system_of(
        {
            "locales.ts": "export const en = { hello: 'hi' };\nexport const fr = { hello: 'salut' };\n",
            "app.ts": """
                import OpenAI from "openai";
                import * as locales from "./locales";

                export async function ask(language: string, rest: any) {
                  let found = locales[language];
                  for (const key of rest) { found = found[key]; }
                  found.hello.world();
                  return new OpenAI().responses.create({ model: "gpt-5", input: locales[language].hello });
                }
                """,
        }
    )
    assert [element.id for element in system.elements if element.kind == "hosted_llm"] == ["hosted_llm:gpt-5"]
