"""Tests that a text is one of what the program lists, in the shapes that languages have for it, and answers that are no text."""

from __future__ import annotations

import pytest

from tests.system.small import controls_on, flows, system_of

_PYTHON = """
import re
import uuid
from enum import Enum
from typing import Literal
from fastapi import FastAPI, Request
app = FastAPI()
TABLE = {"a": "one.txt"}
NAMES = ["a", "b"]
OPENED = {}
NAMED = re.compile(r"[a-z]+")
class Kind(str, Enum):
    ONE = "one"
@app.post("/rows")
async def rows(request: Request, text: str, kind: Kind, number: int):
    OPENED[text] = 1
    sent = await request.json()
    BODY
"""
_TYPESCRIPT = """
import express from "express";
import fs from "fs";
import { z } from "zod";
const app = express();
const TABLE: Record<string, string> = { a: "one.txt" };
const NAMES = ["a", "b"];
const opened = new Map();
const Body = z.object({
  either: z.union([z.literal("a"), z.literal("b")]), some: z.union([z.literal("a"), z.string()]),
  letters: z.string().regex(/^[a-z]+$/), begins: z.string().regex(/^[a-z]/),
});
function known(x: string): string { switch (x) { case "a": case "b": return x; default: throw new Error(); } }
app.post("/rows", (req, res) => {
  const text: string = req.body.text;
  opened.set(text, 1);
  BODY
});
"""
_JAVA = """
package app;
import java.nio.file.*;
import java.util.*;
import org.springframework.web.bind.annotation.*;
@RestController
public class Rows {
  enum Kind { ONE, TWO; }
  record Asked(Kind kind, String text) {}
  private static final Map<String, String> TABLE = Map.of("a", "one.txt");
  private static final List<String> NAMES = List.of("a", "b");
  static String known(String x) { switch (x) { case "a": case "b": return x; default: throw new IllegalArgumentException(); } }
  @PostMapping("/rows")
  public String rows(@RequestParam String text, @RequestParam Kind kind, @RequestBody Asked asked) throws Exception {
    BODY
  }
}
"""
_CSHARP = """
using Microsoft.AspNetCore.Mvc;
public enum Kind { One, Two }
public record Asked(Kind Kind, string Text);
[ApiController]
public class Rows : ControllerBase {
  private static readonly HashSet<string> Names = new() { "a" };
  [HttpPost("rows")]
  public string Run([FromQuery] string text, [FromQuery] Kind kind, [FromBody] Asked asked) {
    BODY
  }
}
"""
_GO = """
package main
import ("net/http"; "os"; "slices")
var names = []string{"a", "b"}
func isKnown(x string) bool { for _, one := range names { if one == x { return true } }; return false }
func rows(w http.ResponseWriter, r *http.Request) {
  text := r.FormValue("text")
  BODY
}
func main() { http.HandleFunc("/rows", rows); http.ListenAndServe(":80", nil) }
"""
_FILES = {_PYTHON: "app.py", _TYPESCRIPT: "rows.ts", _JAVA: "Rows.java", _CSHARP: "Rows.cs", _GO: "main.go"}
_READ = {_PYTHON: "open({})", _TYPESCRIPT: "fs.readFileSync({})", _JAVA: "return Files.readString(Path.of({}));",
         _CSHARP: "return System.IO.File.ReadAllText({});", _GO: "os.ReadFile({})"}  # fmt: skip

# A program, what is done before, what is read.
LISTED = {
    "a match that takes all": (_PYTHON, "match text:\n        case 'a':\n            pass\n        case _:\n            raise ValueError", "text"),
    "a lookup that found something": (_PYTHON, "if TABLE.get(text) is None:\n        return", "text"),
    "a member of a list": (_PYTHON, "if not any(text == one for one in NAMES):\n        return", "text"),
    "a number by its type": (_PYTHON, "if not isinstance(sent, int):\n        return", "sent"),
    "cases that run on": (_TYPESCRIPT, "", "known(text)"),
    "an entry that is there": (_TYPESCRIPT, "if (!TABLE[text]) return;", "text"),
    "an entry that is undefined": (_TYPESCRIPT, "if (TABLE[text] === undefined) return;", "text"),
    "its own property": (_TYPESCRIPT, "if (!Object.hasOwn(TABLE, text)) return;", "text"),
    "its own property, asked itself": (_TYPESCRIPT, "if (!TABLE.hasOwnProperty(text)) return;", "text"),
    "a position": (_TYPESCRIPT, "if (NAMES.indexOf(text) === -1) return;", "text"),
    "a position below nought": (_TYPESCRIPT, "if (NAMES.indexOf(text) < 0) return;", "text"),
    "some of a list": (_TYPESCRIPT, "if (!NAMES.some((one) => one === text)) return;", "text"),
    "a union of literals": (_TYPESCRIPT, "const { either } = Body.parse(req.body);", "either"),
    "letters by a pattern": (_TYPESCRIPT, "const { letters } = Body.parse(req.body);", "letters"),
    "cases that run on in Java": (_JAVA, "", "known(text)"),
    "a position in Java": (_JAVA, 'if (NAMES.indexOf(text) < 0) return "";', "text"),
    "none of a stream": (_JAVA, 'if (NAMES.stream().noneMatch(one -> one.equals(text))) return "";', "text"),
    "a lookup in Java": (_JAVA, 'if (TABLE.get(text) == null) return "";', "text"),
    "a pattern in Java": (_JAVA, 'if (!text.matches("[a-z]+")) return "";', "text"),
    "any of a set": (_CSHARP, 'if (!Names.Any(one => one == text)) return "";', "text"),
    "a loop of one's own": (_GO, "if !isKnown(text) { return }", "text"),
    "a position in Go": (_GO, "if slices.Index(names, text) < 0 { return }", "text"),
}  # fmt: skip
OPEN = {
    "a match that lets others pass": (_PYTHON, "match text:\n        case 'a':\n            pass", "text"),
    "a table of what is open": (_PYTHON, "if OPENED.get(text) is None:\n        return", "text"),
    "a member of what was sent": (_PYTHON, "if not any(text == one for one in sent):\n        return", "text"),
    "a lookup in what was sent": (_PYTHON, "if not sent.get(text):\n        return", "text"),
    "a text by its type": (_PYTHON, "if not isinstance(text, str):\n        return", "text"),
    "a lookup that found nothing": (_PYTHON, "if TABLE.get(text) is not None:\n        return", "text"),
    "a map that requests fill": (_TYPESCRIPT, "if (!opened.get(text)) return;", "text"),
    "a position that is not there": (_TYPESCRIPT, "if (NAMES.indexOf(text) >= 0) return;", "text"),
    "a part of the text": (_TYPESCRIPT, "if (text.indexOf('a') < 0) return;", "text"),
    "some of what was sent": (_TYPESCRIPT, "if (!req.body.names.some((one) => one === text)) return;", "text"),
    "a union with any text": (_TYPESCRIPT, "const { some } = Body.parse(req.body);", "some"),
    "a pattern of the beginning": (_TYPESCRIPT, "const { begins } = Body.parse(req.body);", "begins"),
    "a pattern of the end": (_TYPESCRIPT, "if (!/[a-z]+$/.test(text)) return;", "text"),
    "any of a stream": (_JAVA, 'if (NAMES.stream().anyMatch(one -> one.equals(text))) return "";', "text"),
    "its default": (_JAVA, "", "TABLE.getOrDefault(text, text)"),
}  # fmt: skip
NO_TEXT = {
    "an enumeration": (_PYTHON, "", "Kind(text).value"),
    "a parameter of an enumeration": (_PYTHON, "", "kind.value"),
    "a truth": (_PYTHON, "", "f'{text.startswith(NAMES[0])}.txt'"),
    "a number by its sign": (_TYPESCRIPT, "", "`${+text}.txt`"),
    "a position as a number": (_TYPESCRIPT, "", "`${text.indexOf('a')}.txt`"),
    "an enumeration in Java": (_JAVA, "", "Kind.valueOf(text).name()"),
    "a parameter of an enumeration in Java": (_JAVA, "", "kind.name() + asked.kind().name()"),
    "a digest of a text": (_JAVA, "", '"/" + text.hashCode()'),
    "a default of the program": (_JAVA, "", 'TABLE.getOrDefault(text, "two.txt")'),
    "a parameter of an enumeration in C#": (_CSHARP, "", "kind.ToString() + asked.Kind"),
    "a number that is read": (_CSHARP, "var number = int.Parse(text);", '$"{number}.txt"'),
}


def controls(program: str, before: str, read: str) -> list[set[str]]:
    body = f"{before}\n    {_READ[program].format(read)}"
    system = system_of({_FILES[program]: program.replace("BODY", body)})
    return [set(controls_on(system, flow.id)) for flow in flows(system, "path", "user_input")]


@pytest.mark.parametrize(("program", "before", "read"), LISTED.values(), ids=LISTED.keys())
def test_what_is_listed_restricts(program: str, before: str, read: str) -> None:
    found = controls(program, before, read)
    assert found
    assert all(one & {"allow_list", "input_validation", "type_cast"} for one in found)


@pytest.mark.parametrize(("program", "before", "read"), OPEN.values(), ids=OPEN.keys())
def test_what_is_not_listed_stays_open(program: str, before: str, read: str) -> None:
    found = controls(program, before, read)
    assert any(not one & {"allow_list", "input_validation", "type_cast"} for one in found)


@pytest.mark.parametrize(("program", "before", "read"), NO_TEXT.values(), ids=NO_TEXT.keys())
def test_a_number_a_truth_or_an_enumeration_is_no_text(program: str, before: str, read: str) -> None:
    assert controls(program, before, read) == []
