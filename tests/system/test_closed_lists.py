"""To be found in a table that requests fill says nothing of a text; to be found in a list that stands before anybody asks does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.system.small import controls_on, flows, system_of

RESTRICTS = {"allow_list", "input_validation"}

PYTHON = """
import openai, uuid
from fastapi import FastAPI
app = FastAPI()
KNOWN = {"a.txt": 1, "b.txt": 2}
opened = {}
numbered = {}
def register(name):
    KNOWN[name] = 1
register("c.txt")

@app.post("/read")
def read(name: str):
    if name not in TABLE:
        raise ValueError
    return open(name).read()

@app.post("/open")
def remember(name: str):
    opened[name] = True

@app.post("/start")
def start():
    made = str(uuid.uuid4())
    numbered[made] = True
    return made
"""

SCRIPT = """
import OpenAI from "openai";
import express from "express";
import fs from "fs";
const app = express();
const known = new Set(["a.txt", "b.txt"]);
const opened = new Map<string, number>();
app.post("/read", (req, res) => {
  const name = req.body.name;
  if (!TABLE.has(name)) { return res.status(404).end(); }
  res.send(fs.readFileSync(name, "utf8"));
});
app.post("/open", (req, res) => { opened.set(req.body.name, 1); res.end(); });
"""

GO = """
package main
import (
	"net/http"
	"os"
	"github.com/sashabaranov/go-openai"
)
var known = map[string]int{"a.txt": 1}
var opened = map[string]int{}
func read(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if _, found := TABLE[name]; !found {
		return
	}
	data, _ := os.ReadFile(name)
	w.Write(data)
}
func open(w http.ResponseWriter, r *http.Request) {
	opened[r.FormValue("name")] = 1
}
func main() {
	openai.NewClient("x")
	http.HandleFunc("/read", read)
	http.HandleFunc("/open", open)
	http.ListenAndServe(":80", nil)
}
"""

JAVA = """
package app;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.web.bind.annotation.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
@RestController
class Reader {
  private final Map<String, Integer> known = Map.of("a.txt", 1);
  private final Map<String, Integer> opened = new ConcurrentHashMap<>();
  @PostMapping("/read")
  String read(@RequestParam String name) throws Exception {
    if (!TABLE.containsKey(name)) { throw new IllegalArgumentException("x"); }
    return Files.readString(Path.of(name));
  }
  @PostMapping("/open")
  void open(@RequestParam String name) { opened.put(name, 1); }
}
"""

CSHARP = """
using OpenAI.Chat;
using Microsoft.AspNetCore.Mvc;
using System.Collections.Concurrent;
using System.Collections.Generic;
[ApiController]
[Route("files")]
public class Reader : ControllerBase
{
    private static readonly Dictionary<string, int> known = new() { ["a.txt"] = 1 };
    private readonly ConcurrentDictionary<string, int> opened = new();
    [HttpPost("read")]
    public string Read(string name)
    {
        if (!TABLE.ContainsKey(name)) { throw new System.ArgumentException("x"); }
        return System.IO.File.ReadAllText(name);
    }
    [HttpPost("open")]
    public void Open(string name) { opened[name] = 1; }
}
"""

LANGUAGES = {"app.py": PYTHON, "app.ts": SCRIPT, "main.go": GO, "Reader.java": JAVA, "Reader.cs": CSHARP}


def restricted(files: Mapping[str, str]) -> bool:
    """Whether every way of a caller's text to a path is restricted."""
    system = system_of(files)
    found = flows(system, "path", "user_input")
    assert found
    return all(RESTRICTS & (controls_on(system, flow.id) | controls_on(system, flow.target)) for flow in found)


@pytest.mark.parametrize("path", LANGUAGES)
def test_a_table_that_requests_fill_is_no_list(path: str) -> None:
    assert not restricted({path: LANGUAGES[path].replace("TABLE", "opened")})


@pytest.mark.parametrize("path", LANGUAGES)
def test_what_stands_before_anybody_asks_is_one(path: str) -> None:
    assert restricted({path: LANGUAGES[path].replace("TABLE", "KNOWN" if path == "app.py" else "known")})


def test_a_table_whose_keys_the_server_makes_up_is_one() -> None:
    assert restricted({"app.py": PYTHON.replace("TABLE", "numbered")})


OPENER = """
package main
import (
	"errors"
	"net/http"
	"os"
	"github.com/sashabaranov/go-openai"
)
type Client struct { opened map[string]int; known map[string]int }
func kind(name string) string {
	switch name {
	case "a.go":
		return "go"
	default:
		return ""
	}
}
func (c *Client) Open(name string) error {
	BODY
	c.opened[name] = len(kind(name))
	return nil
}
func (c *Client) read(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	if err := c.Open(name); err != nil {
		return
	}
	data, _ := os.ReadFile(name)
	w.Write(data)
}
func main() {
	openai.NewClient("x")
	c := &Client{known: map[string]int{"a.txt": 1}}
	http.HandleFunc("/read", c.read)
	http.ListenAndServe(":80", nil)
}
"""


@pytest.mark.parametrize(
    ("body", "restricts"),
    [
        ("if _, found := c.opened[name]; found {\n\t\treturn nil\n\t}", False),
        ("if _, found := c.known[name]; found {\n\t\treturn nil\n\t}", False),  # goes well either way
        ('if _, found := c.known[name]; !found {\n\t\treturn errors.New("x")\n\t}', True),
    ],
)
def test_a_test_that_lets_everything_go_well_refuses_nothing(body: str, restricts: bool) -> None:
    assert restricted({"main.go": OPENER.replace("BODY", body)}) == restricts


PARTS = """
import openai
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Request(BaseModel):
    mode: str
    path: str
def check(request):
    if request.PART != "a.txt":
        raise ValueError
@app.post("/read")
def read(request: Request):
    BODY
    return open(request.path).read()
"""

PARTS_SCRIPT = """
import OpenAI from "openai";
import express from "express";
import fs from "fs";
const app = express();
app.post("/read", (req, res) => {
  const { mode, path } = req.body;
  if (PART !== "a.txt") { return res.status(400).end(); }
  res.send(fs.readFileSync(path, "utf8"));
});
"""

PARTS_GO = """
package main
import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"github.com/sashabaranov/go-openai"
)
type Request struct { Mode string; Path string }
func read(w http.ResponseWriter, r *http.Request) {
	var request Request
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return
	}
	asked := strings.ToLower(request.PART)
	if asked != "a.txt" && asked != "b.txt" {
		return
	}
	data, _ := os.ReadFile(request.Path)
	w.Write(data)
}
func main() {
	openai.NewClient("x")
	http.HandleFunc("/read", read)
	http.ListenAndServe(":80", nil)
}
"""


@pytest.mark.parametrize("part", ["mode", "path"])
def test_a_test_of_one_entry_restricts_no_other(part: str) -> None:
    """Whether the record itself is looked at, what was taken out of it, or a function is handed all of it."""
    raises = f"if request.{part} not in ('a.txt', 'b.txt'):\n        raise ValueError"
    restricts = part == "path"
    assert restricted({"app.py": PARTS.replace("PART", part).replace("BODY", raises)}) == restricts
    assert restricted({"app.py": PARTS.replace("PART", part).replace("BODY", "check(request)")}) == restricts
    assert restricted({"app.ts": PARTS_SCRIPT.replace("PART", part)}) == restricts
    assert restricted({"main.go": PARTS_GO.replace("PART", part.capitalize())}) == restricts


def test_which_type_a_text_is_says_nothing_of_where_it_leads() -> None:
    assert not restricted({"app.ts": PARTS_SCRIPT.replace('PART !== "a.txt"', 'typeof path !== "string"')})
