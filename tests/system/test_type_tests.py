"""A look at what kind of thing a value is says nothing of its content."""

from __future__ import annotations

import pytest

from pipeline.system.model import ControlKind
from tests.system.small import controls_on, flows, system_of

SCRIPT = """
    import express from "express";
    import OpenAI from "openai";

    const app = express();
    const client = new OpenAI();

    %s
    app.post("/x", async (req, res) => {
      const text = req.body.text;
      %s
      const reply = await client.responses.create({ model: "gpt-5-mini", input: text });
      res.json(reply);
    });
"""
CHECKS: set[ControlKind] = {"allow_list", "input_validation", "schema_validation"}


def checks_of(body: str, before: str = "") -> set[ControlKind]:
    """What counts as a look at the caller's text before it becomes a prompt."""
    system = system_of({"app.ts": SCRIPT % (before, body)})
    found = flows(system, "prompt", "user_input")
    assert found
    return {kind for flow in found for kind in controls_on(system, flow.id)} & CHECKS


@pytest.mark.parametrize(
    "test",
    [
        "if (typeof text !== 'string') return;",
        "if ('string' !== typeof text) return;",
        "const kind = typeof text; if (kind !== 'string') return;",
        "if (!text || typeof text !== 'string') return;",
        "if (!(text instanceof String)) return;",
        "if (Array.isArray(text)) return;",
        "if (!Array.isArray(text)) return;",
        "if (text.constructor.name !== 'String') return;",
    ],
)
def test_what_type_a_text_has_is_no_check_of_it(test: str) -> None:
    assert checks_of(test) == set()


def test_a_text_that_is_one_of_a_list_is_checked() -> None:
    assert checks_of("if (typeof text !== 'string' || text !== 'hours') return;") == {"allow_list"}
    assert checks_of("if (text !== 'hours' && text !== 'prices') return;") == {"allow_list"}


def test_a_function_that_is_named_for_checking_checks_what_leaves_it() -> None:
    asks = "async function checkClear(words: string) { const made = await client.responses.create({ model: 'a', input: words }); %s }"
    refuses = "function checkShort(words: string) { if (words.length > 9) throw new Error('no'); return words; }"
    inside = system_of({"app.ts": SCRIPT % (asks % "if (!made) throw new Error('no'); return made;", "await checkClear(text);")})
    behind = system_of({"app.ts": (SCRIPT % (refuses, "")).replace("= req.body.text;", "= checkShort(req.body.text);")})
    (asked,) = (flow for flow in flows(inside, "prompt", "user_input") if flow.target == "hosted_llm:a")
    (taken,) = flows(behind, "prompt", "user_input")
    assert not controls_on(inside, asked.id) & CHECKS
    assert "input_validation" in controls_on(behind, taken.id)


def test_python_asks_for_types_by_name_and_by_class() -> None:
    route = (
        "from flask import Flask, request\nimport openai\n\n"
        "app = Flask(__name__)\nclient = openai.OpenAI()\n\n"
        "@app.post('/x')\ndef x():\n    text = request.json['text']\n"
        "    if TEST:\n        return 'no'\n    return client.responses.create(model='gpt-5', input=text).output_text\n"
    )
    for test in ("type(text).__name__ != 'str'", "text.__class__.__name__ != 'str'", "not isinstance(text, str)"):
        system = system_of(route.replace("TEST", test))
        (flow,) = flows(system, "prompt", "user_input")
        assert not controls_on(system, flow.id) & CHECKS


GO_TOOL = """
package main
import (
  "context"
  "os"
  "github.com/modelcontextprotocol/go-sdk/mcp"
)
type Args struct { Name any }
func read(ctx context.Context, req *mcp.CallToolRequest, args Args) (*mcp.CallToolResult, any, error) {
  BODY
  return nil, nil, nil
}
func main() {
  server := mcp.NewServer(&mcp.Implementation{Name: "files"}, nil)
  mcp.AddTool(server, &mcp.Tool{Name: "read"}, read)
}
"""
CSHARP_TOOL = """
using System;
using System.IO;
using Microsoft.SemanticKernel;
class Files {
  [KernelFunction]
  public string Read(object name) {
    BODY
  }
}
"""
TYPE_ONLY = {
    "Go switch": ("a.go", GO_TOOL, "switch name := args.Name.(type) {\n  case string:\n    os.ReadFile(name)\n  }"),
    "Go assertion": ("a.go", GO_TOOL, "name, ok := args.Name.(string)\n  if !ok { return nil, nil, nil }\n  os.ReadFile(name)"),
    "Go, one of two types": (
        "a.go",
        GO_TOOL,
        "switch name := args.Name.(type) {\n  case string, []byte:\n    os.ReadFile(string(name))\n  }",
    ),
    "C# is": ("A.cs", CSHARP_TOOL, 'if (name is string text) { return File.ReadAllText(text); } return "";'),
    "C# is not": ("A.cs", CSHARP_TOOL, 'if (name is not string text) return ""; return File.ReadAllText(text);'),
    "C# switch": ("A.cs", CSHARP_TOOL, 'switch (name) { case string text: return File.ReadAllText(text); default: return ""; }'),
    "C# switch expression": ("A.cs", CSHARP_TOOL, 'return name switch { string text => File.ReadAllText(text), _ => "" };'),
    "C# length": ("A.cs", CSHARP_TOOL, 'if (name is string { Length: > 0 } text) { return File.ReadAllText(text); } return "";'),
}
ONE_OF_A_LIST = {
    "Go": (
        "a.go",
        GO_TOOL,
        'switch name := args.Name.(type) {\n  case string:\n    if name != "a" && name != "b" { return nil, nil, nil }\n    os.ReadFile(name)\n  }',
    ),
    "C# is": ("A.cs", CSHARP_TOOL, 'if (name is "a" or "b") { return File.ReadAllText((string)name); } return "";'),
    "C# when": (
        "A.cs",
        CSHARP_TOOL,
        'switch (name) { case string text when text == "a" || text == "b": return File.ReadAllText(text); default: return ""; }',
    ),
}


def on_the_way_to_a_file(path: str, text: str, body: str) -> set[ControlKind]:
    system = system_of({path: text.replace("BODY", body)})
    found = flows(system, "path")
    assert found
    return {kind for flow in found for kind in controls_on(system, flow.id)} & CHECKS


@pytest.mark.parametrize(("path", "text", "body"), TYPE_ONLY.values(), ids=TYPE_ONLY.keys())
def test_a_value_of_a_known_type_still_chooses_a_file(path: str, text: str, body: str) -> None:
    assert on_the_way_to_a_file(path, text, body) == set()


@pytest.mark.parametrize(("path", "text", "body"), ONE_OF_A_LIST.values(), ids=ONE_OF_A_LIST.keys())
def test_a_value_of_a_known_type_that_is_one_of_a_list_is_checked(path: str, text: str, body: str) -> None:
    assert "allow_list" in on_the_way_to_a_file(path, text, body)


_SERIALISED = """
from uuid import UUID
from datetime import datetime
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
def plain(data):
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(value) for value in data]
    if isinstance(data, UUID):
        return str(data)
    if isinstance(data, datetime):
        return data.isoformat()
    return data
class Note(BaseModel):
    name: str
    about: str = ""
@app.post("/notes")
def notes(text: str):
    note = plain(Note(name="a", about=text).model_dump())
    return open(READ).read()
"""


@pytest.mark.parametrize(("read", "arrives"), [('note["about"]', True), ('note["name"]', False), ('", ".join(note.keys())', False)])
def test_a_record_is_no_text_where_a_test_of_its_type_says_so(read: str, arrives: bool) -> None:
    assert bool(flows(system_of(_SERIALISED.replace("READ", read)), "path", "user_input")) is arrives
