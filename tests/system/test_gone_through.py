"""What stands in a table under a key is not taken for the key, whatever a language calls its views."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_JAVA = """
package app;
import java.nio.file.*;
import java.util.*;
import org.springframework.web.bind.annotation.*;
@RestController
public class Rows {
  @PostMapping("/rows")
  public String rows(@RequestBody String text) throws Exception {
    Map<String, String> rows = new HashMap<>();
    rows.put("name", text);
    for (LOOP) { Files.readString(Path.of(READ)); }
    return "";
  }
}
"""
_CSHARP = """
using Microsoft.AspNetCore.Mvc;
[ApiController]
public class Rows : ControllerBase {
  [HttpPost("rows")]
  public string Run([FromBody] string text) {
    var rows = new Dictionary<string, string>();
    rows["name"] = text;
    foreach (LOOP) { System.IO.File.ReadAllText(READ); }
    return "";
  }
}
"""
_TYPESCRIPT = """
import express from "express";
import fs from "fs";
const app = express();
app.post("/rows", (req, res) => {
  const rows = new Map();
  rows.set("name", req.body.text);
  for (LOOP) { fs.readFileSync(READ); }
});
"""
WAYS = {
    "keySet": (_JAVA, "String one : rows.keySet()", "one", False),
    "values": (_JAVA, "String one : rows.values()", "one", True),
    "entrySet, key": (_JAVA, "Map.Entry<String, String> one : rows.entrySet()", "one.getKey()", False),
    "entrySet, value": (_JAVA, "Map.Entry<String, String> one : rows.entrySet()", "one.getValue()", True),
    "Keys": (_CSHARP, "var one in rows.Keys", "one", False),
    "Values": (_CSHARP, "var one in rows.Values", "one", True),
    "pairs, key": (_CSHARP, "var one in rows", "one.Key", False),
    "pairs, value": (_CSHARP, "var one in rows", "one.Value", True),
    "entries, key": (_TYPESCRIPT, "const [key, value] of rows.entries()", "key", False),
    "entries, value": (_TYPESCRIPT, "const [key, value] of rows.entries()", "value", True),
}


@pytest.mark.parametrize(("program", "loop", "read", "arrives"), WAYS.values(), ids=WAYS.keys())
def test_a_value_is_no_key(program: str, loop: str, read: str, arrives: bool) -> None:
    path = {_JAVA: "Rows.java", _CSHARP: "Rows.cs", _TYPESCRIPT: "rows.ts"}[program]
    system = system_of({path: program.replace("LOOP", loop).replace("READ", read)})
    assert bool(flows(system, "path", "user_input")) is arrives
