"""Tools that code runs by itself, fields that Go promotes, objects a container knows by name, hosts that one caller writes, idle modules,
objects that only hold what they are made with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import elements, flows, only, scan_of, system_of

_PYTHON = """
    import openai
    from fastapi import FastAPI
    from langchain_core.tools import tool
    @tool
    def look(query: str, most: int = 3) -> str:
        "Reads."
        return open(query).read()
    app = FastAPI()
    @app.post("/ask")
    def ask(path: str, most: str):
        text = look.invoke(GIVEN)
        return openai.OpenAI().responses.create(model="gpt-5", input=text)
    """
_TYPESCRIPT = """
    import express from "express";
    import fs from "fs";
    import { tool, DynamicStructuredTool } from "@langchain/core/tools";
    import OpenAI from "openai";
    const look = MADE;
    const app = express();
    app.post("/ask", async (req, res) => {
      const text = await look.invoke({ query: req.body.path });
      res.json(await new OpenAI().responses.create({ model: "gpt-5", input: text }));
    });
    app.listen(3000);
    """
_MADE = (
    'tool(async ({ query }) => fs.readFileSync(query, "utf8"), { name: "look" })',
    'new DynamicStructuredTool({ name: "look", func: async ({ query }) => fs.readFileSync(query, "utf8") })',
)


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ('look.invoke({"query": path, "most": 2})', True),
        ('look.invoke({"query": "notes.md", "most": most})', False),
        ("look.func(path, 2)", True),
        ('look.func("notes.md", most)', False),
    ],
)
def test_a_tool_takes_each_entry_for_its_parameter_and_its_function_what_it_always_takes(given: str, chosen: bool) -> None:
    system = system_of(_PYTHON.replace("look.invoke(GIVEN)", given))
    assert ("http_route:POST /ask" in {flow.source for flow in flows(system, "path")}) is chosen
    assert {flow.source for flow in flows(system, "prompt")} == {"file_store:app.look (files)"}


@pytest.mark.parametrize("made", _MADE, ids=["a function", "an object"])
def test_a_tool_takes_its_one_record_and_gives_what_its_function_gives(made: str) -> None:
    system = system_of({"app.ts": _TYPESCRIPT.replace("MADE", made)})
    assert "http_route:POST /ask" in {flow.source for flow in flows(system, "path")}
    assert [flow.source.split(":")[0] for flow in flows(system, "prompt")] == ["file_store"]


def test_a_tool_that_is_chosen_among_several_is_given_what_the_model_says() -> None:
    text = _TYPESCRIPT.replace("MADE", _MADE[0]).replace("look.invoke", "[look, other].find((one) => one.name === req.query.name).invoke")
    other = 'const other = tool(async ({ query }) => "fixed", { name: "other" });\n    const app = express'
    assert flows(system_of({"app.ts": text.replace("const app = express", other)}), "path", "user_input") == []


def test_what_another_object_is_asked_is_no_tool() -> None:
    text = _TYPESCRIPT.replace("MADE", "{ invoke: async (given) => 'fixed' }")
    assert flows(system_of({"app.ts": text}), "path") == []


_GO = """
    package main
    import (
        "encoding/json"
        "fmt"
        "net/http"
        "github.com/tmc/langchaingo/llms"
        "github.com/tmc/langchaingo/llms/openai"
    )
    type Document struct { ID string; Content string }
    type Scored struct { Document; Rank string }
    type request struct { Content string; Rank string }
    func ask(w http.ResponseWriter, r *http.Request) {
        var req request
        json.NewDecoder(r.Body).Decode(&req)
        found := []Scored{{Document: Document{ID: "1", Content: WRITTEN}, Rank: "first"}}
        model, _ := openai.New()
        out, _ := llms.GenerateFromSinglePrompt(r.Context(), model, found[0].Content)
        fmt.Fprint(w, out)
    }
    func main() {
        http.HandleFunc("POST /ask", ask)
        http.ListenAndServe(":8080", nil)
    }
    """


@pytest.mark.parametrize(("written", "arrives"), [("req.Content", 1), ('"fixed"', 0)])
def test_a_field_of_an_embedded_struct_is_one_of_the_struct(written: str, arrives: int) -> None:
    assert len(flows(system_of({"main.go": _GO.replace("WRITTEN", written)}), "prompt", "user_input")) == arrives


def test_another_field_of_the_struct_is_not_the_embedded_one() -> None:
    text = _GO.replace('Rank: "first"', "Rank: req.Rank").replace("WRITTEN", '"fixed"')
    assert flows(system_of({"main.go": text}), "prompt", "user_input") == []


_STORES = """package app;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.*;
@Configuration
public class Stores {
    @Bean @Primary VectorStore letters(Table table) { return new Kept(table); }
    @Bean VectorStore manuals(Table table) { return new Kept(table); }
}
"""
_KEPT = """package app;
import org.springframework.ai.vectorstore.VectorStore;
public class Kept implements VectorStore { Kept(Table table) { } }
"""
_USES = """package app;
import org.springframework.ai.document.Document;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.bind.annotation.*;
@RestController
public class NAME {
    private final VectorStore store;
    NAME(ASKED VectorStore store) { this.store = store; }
    @PostMapping("/NAME")
    void add(@RequestBody String text) { store.add(java.util.List.of(new Document(text))); }
}
"""


def test_of_two_stores_of_a_container_each_class_has_the_one_it_asks_for() -> None:
    asked = {"A": '@Qualifier("manuals")', "B": "", "C": '@Qualifier("manuals")'}
    files = {f"app/{name}.java": _USES.replace("NAME", name).replace("ASKED", mark) for name, mark in asked.items()}
    system = system_of({"app/Stores.java": _STORES, "app/Kept.java": _KEPT, **files})
    written = {flow.source.rsplit("/", 1)[1]: flow.target for flow in flows(system, "index_write", "user_input")}
    assert written["A"] == written["C"] != written["B"]


_FETCHING = """
    import requests
    from fastapi import FastAPI
    class Asked:
        def __init__(self, url): self.url = url
    def page(url):
        return requests.get(url).text
    app = FastAPI()
    @app.post("/load")
    def load():
        return page("https://news.example.org/today")
    OTHER
    """


@pytest.mark.parametrize(
    ("other", "named"),
    [("", True), ('@app.post("/any")\n    def any_page(asked: Asked):\n        return page(asked.url)', False)],
    ids=["alone", "beside a caller's"],
)
def test_a_host_that_one_of_several_callers_writes_names_nothing(other: str, named: bool) -> None:
    system = system_of(_FETCHING.replace("OTHER", other))
    assert ("news.example.org" in {element.name for element in elements(system, "web_content")}) is named


_IDLE = """
    import logging
    import weaviate
    log = logging.getLogger(__name__)
    def store():
        return weaviate.Client("http://store:8080")
    """


@pytest.mark.parametrize(
    ("needed", "main", "there"),
    [
        ("httpx", "print('on')", False),
        ("httpx", "from app.store import store\nstore()", True),
        ("weaviate-client", "print('on')", True),
        ("httpx", "import importlib\nimportlib.import_module('app.store').store()", True),
        ("", "print('on')", True),
    ],
    ids=["idle", "imported", "installed", "named", "no lock"],
)
def test_what_is_neither_installed_nor_imported_is_not_there(tmp_path: Path, needed: str, main: str, there: bool) -> None:
    manifest = '[tool.poetry]\nname = "store"\n[tool.poetry.dependencies]\npython = "^3.11"\nopenai = "^2.0"\n'
    lock = "".join(f'[[package]]\nname = "{name}"\nversion = "2.0.0"\n' for name in ("openai", needed))
    files = {
        "pyproject.toml": manifest,
        **({"poetry.lock": lock} if needed else {}),
        "main.py": main,
        "app/__init__.py": "",
        "app/store.py": _IDLE,
    }
    system = scan_of(tmp_path, files).system
    assert any(element.kind in ("vector_store", "data_store") for element in system.elements) is there


_SPRING = """package app;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.web.bind.annotation.*;
@RestController
public class Ask {
    private final ChatClient client;
    Ask(ChatClient.Builder builder) { this.client = builder.build(); }
    @PostMapping("/ask")
    Answer ask(@RequestBody String question) { String said = client.prompt().user(question).call().content(); return new Answer(said); }
}
"""
_ANSWER = """package app;
public class Answer {
    private String answer;
    public Answer() { }
    public Answer(String answer) { STORED }
    public String getAnswer() { return answer; }
    OTHER
}
"""
_PYDANTIC = """
    import openai
    from fastapi import FastAPI
    class Answer:
        def __init__(self, text, asked=""):
            STORED
    app = FastAPI()
    @app.post("/ask")
    def ask(question: str):
        return Answer(openai.OpenAI().responses.create(model="gpt-5", input=question).output_text)
    """


@pytest.mark.parametrize(
    ("stored", "other", "leaves"),
    [
        ("this.answer = answer;", "", 1),
        ('this.answer = "said";', "", 0),
        ("this.answer = answer;", "public void publish() { Printer.show(answer); }", 0),
    ],
    ids=["held", "forgotten", "works with it"],
)
def test_what_an_object_is_made_with_leaves_with_it(stored: str, other: str, leaves: int) -> None:
    files = {"app/Ask.java": _SPRING, "app/Answer.java": _ANSWER.replace("STORED", stored).replace("OTHER", other)}
    assert len(flows(system_of(files), "response", "model_reply")) == leaves


@pytest.mark.parametrize(("stored", "leaves"), [("self.text = text", 1), ("self.length = len(text)", 0)])
def test_the_same_in_python(stored: str, leaves: int) -> None:
    assert len(flows(system_of(_PYDANTIC.replace("STORED", stored)), "response", "model_reply")) == leaves


@pytest.mark.parametrize(("taken", "told"), [("letter.filename", 0), ("(await letter.read()).decode()", 1)])
def test_what_an_upload_is_called_is_not_what_it_says(taken: str, told: int) -> None:
    text = """
    import openai
    from fastapi import FastAPI, UploadFile
    app = FastAPI()
    @app.post("/letter")
    async def letter(letter: UploadFile):
        return openai.OpenAI().responses.create(model="gpt-5", input="Sort this: " + TAKEN).output_text
    """
    assert len(flows(system_of(text.replace("TAKEN", taken)), "prompt", "uploaded_file")) == told


def test_a_page_asks_below_the_path_of_its_application() -> None:
    page = """
    fetch(contextPath + "/ask", { method: "POST" }).then((given) => given.json())
      .then((found) => { document.querySelector("#shown").innerHTML = found.answer; });
    """
    files = {"app/Ask.java": _SPRING, "app/Answer.java": _ANSWER.replace("STORED", "this.answer = answer;").replace("OTHER", "")}
    (shown,) = flows(system_of({**files, "web/page.js": page}), "html", "model_reply")
    assert [step.path for step in shown.steps][-1] == "web/page.js"
    assert "app/Ask.java" in {step.path for step in shown.steps}


def test_a_mail_that_is_sent_is_a_message() -> None:
    text = """
    import { google } from "googleapis";
    const box = google.gmail({ version: "v1" });
    export const send = (raw) => box.users.messages.send({ userId: "me", requestBody: { raw } });
    """
    assert only(system_of({"app.ts": text}), "external_service").attributes == {"channel": "mail", "effect": "message"}
