"""Which tests restrict where data leads: a list, a folder, a host do; that something is there, is empty or went wrong does not."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from pipeline.system.model import SinkRole, System
from tests.system.small import controls_on, flows, system_of

RESTRICTS = {"allow_list", "input_validation"}


def restricted(system: System, role: SinkRole = "path") -> bool:
    """Whether every way of a caller's text to the role is restricted."""
    found = flows(system, role, "user_input")
    assert found
    return all(RESTRICTS & controls_on(system, flow.id) for flow in found)


def route(body: str, before: str = "") -> System:
    head = "import openai, os, subprocess\nfrom pathlib import Path\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    return system_of(
        f"{head}{dedent(before)}\n@app.post('/run')\nasync def run(text: str, mode: str):\n{indent(dedent(body).strip(), '    ')}\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        "if text is None:\n    return\nreturn open(text).read()",
        "if text is not None:\n    return open(text).read()",
        "if text == '':\n    return\nreturn open(text).read()",
        "if text != '':\n    return open(text).read()",
        "if not text:\n    return\nreturn open(text).read()",
        "if not text.strip():\n    return\nreturn open(text).read()",
        "if text == None:\n    return\nreturn open(text).read()",
        "if len(text) == 0:\n    return\nreturn open(text).read()",
        "if mode == 'view':\n    return open(text).read()",
        "try:\n    data = open(text).read()\nexcept OSError as error:\n    data = None\nif data is None:\n    return\nreturn open(text + '.bak').read()",
    ],
)
def test_that_something_is_there_is_no_list(body: str) -> None:
    assert not restricted(route(body))


@pytest.mark.parametrize(
    "body",
    [
        "if text not in ('a.txt', 'b.txt'):\n    return\nreturn open(text).read()",
        "if text == 'a.txt':\n    return open(text).read()",
        "if not text or text not in ('a.txt', 'b.txt'):\n    return\nreturn open(text).read()",
    ],
)
def test_a_list_is_one(body: str) -> None:
    assert restricted(route(body))


# A function that is asked something of one argument says nothing of another.
OF_ANOTHER = """
class Files:
    async def exists(self, path):
        return os.path.exists(path)
    async def read(self, path):
        return open(path).read()
async def validate(command, path, files):
    if not path.is_absolute():
        raise ValueError
    if command != 'create':
        if not await files.exists(path):
            raise ValueError
"""


def test_a_test_of_another_argument_is_none_of_the_path() -> None:
    body = """
    files = Files()
    await validate(mode, Path(text), files)
    if mode == 'view':
        return await files.read(text)
    elif mode == 'create':
        return ''
    elif mode == 'replace':
        return await files.read(text)
    else:
        raise ValueError
    """
    assert not restricted(route(body, OF_ANOTHER))


PROCESS = """
class Remote:
    def ask(self, command):
        return subprocess.run(command, shell=True, capture_output=True, text=True).stdout
    def is_folder(self, path):
        return self.ask(f'test -d {path} && echo true').strip() == 'true'
    def is_known(self, path):
        return path == '/srv/a' or path == '/srv/b'
"""


def test_what_a_process_says_of_a_path_is_no_list_of_paths() -> None:
    body = "remote = Remote()\nif remote.{0}(text):\n    return open(text).read()"
    assert not restricted(route(body.format("is_folder"), PROCESS))
    assert restricted(route(body.format("is_known"), PROCESS))


ENGINES = """
class Search:
    def order(self):
        return ['a', 'b']
    def find(self, query):
        failed = []
        for engine in self.order():
            if engine not in failed:
                return [query]
        return []
"""


def test_what_an_object_has_of_its_own_is_no_list_of_what_it_is_asked() -> None:
    assert not restricted(route("found = Search().find(text)\nif found:\n    return open(found[0]).read()", ENGINES))


RECORDS = """
def check(server):
    if server.kind == 'bearer':
        return True
    return False
def check_host(server):
    return server.path == '/srv/a'
"""


@pytest.mark.parametrize(
    "form",
    [
        'record["content_type"]',
        'record.get("content_type", "json")',
        'record.get("content_type", "json").lower()',
        'record.get("mimeType")',
    ],
)
def test_the_form_of_a_text_says_nothing_of_the_path_it_is_kept_at(form: str) -> None:
    head = "import openai\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    body = f"    record['name'] = record['name'] + '.txt'\n    if {form} in ['markdown', 'md']:\n        return open(str(record)).read()\n"
    assert not restricted(system_of(f"{head}@app.post('/run')\nasync def run(record: dict):\n{body}"))


def test_which_kind_a_record_is_says_nothing_of_its_path() -> None:
    body = "import json\nserver = json.loads(text)\nif {0}(server):\n    return open(server['path']).read()"
    assert not restricted(route(body.format("check"), RECORDS))
    assert restricted(route(body.format("check_host"), RECORDS))


LISTS = """
LISTED = {'/srv/a', '/srv/b'}
def is_excluded(path):
    for part in [path]:
        if part in LISTED:
            return True
    return False
def is_included(path):
    if path in LISTED:
        return True
    return False
def is_other(path):
    if path in LISTED:
        return False
    else:
        return True
def is_listed(path):
    return path in LISTED
def is_fine(path):
    return path != '' and path in LISTED
"""


@pytest.mark.parametrize(
    ("test", "limits"),
    [
        ("not is_excluded(text)", False),
        ("is_included(text)", True),
        ("not is_included(text)", False),
        ("is_other(text)", False),
        ("not is_other(text)", True),
        ("is_listed(text)", True),
        ("not is_listed(text)", False),
        ("is_fine(text)", True),
        ("not is_fine(text)", False),
    ],
)
def test_a_list_of_what_is_refused_is_no_list_of_what_is_allowed(test: str, limits: bool) -> None:
    assert restricted(route(f"if {test}:\n    return open(text).read()", LISTS)) is limits


def test_a_verdict_that_loops_put_together_is_read_once_for_each_of_its_parts() -> None:
    checked = """
def verdict_on(path, mode):
    found = load(path)
    for key, value in mode:
        if key not in found.kinds:
            found.kinds[key] = Kind()
        found.kinds[key].value = value
    for key, value in mode:
        if key not in found.kinds:
            found.kinds[key] = Kind()
        found.kinds[key].other = value
    return found
"""
    assert restricted(route("if not verdict_on(text, mode):\n    return open(text).read()", checked)) is False


GO = """\
package main
import (
  "errors"
  "net/http"
  "os"
  openai "github.com/sashabaranov/go-openai"
)
type Session struct { ID string }
type Store interface { GetSession(id string) (*Session, error) }
type memory struct { sessions map[string]*Session }
func (m *memory) GetSession(id string) (*Session, error) {
  session, ok := m.sessions[id]
  if !ok { return nil, errors.New("none") }
  return session, nil
}
OTHER
type manager struct { store Store }
func run(w http.ResponseWriter, r *http.Request) {
  id := r.FormValue("id")
  m := &manager{store: open(r.FormValue("kind"))}
  _, err := m.store.GetSession(id)
  if err != nil { return }
  os.ReadFile(id)
}
func main() { http.HandleFunc("/run", run)
  http.ListenAndServe(":80", nil) }
"""
FILES = """\
type files struct { base string }
func (f *files) GetSession(id string) (*Session, error) {
  data, err := os.ReadFile("meta")
  if err != nil { return nil, err }
  if string(data) == "" { return nil, err }
  return &Session{ID: id}, nil
}
func open(kind string) Store { if kind == "m" { return &memory{} }
  return &files{base: "/srv"} }
"""
ONLY_MEMORY = "func open(kind string) Store { return &memory{} }\n"


def test_where_one_of_several_implementations_has_no_list_there_is_none() -> None:
    assert not restricted(system_of({"main.go": GO.replace("OTHER", FILES)}))
    assert restricted(system_of({"main.go": GO.replace("OTHER", ONLY_MEMORY)}))


def test_an_error_of_what_was_read_elsewhere_restricts_nothing() -> None:
    load = (
        'func load(name string) (string, error) {\n  if name == "a" { return "b", nil }\n  data, err := os.ReadFile("config")\n'
        "  return string(data), err\n}\n"
    )
    text = (
        GO.replace("OTHER", ONLY_MEMORY + load)
        .replace("_, err := m.store.GetSession(id)", '_, err := load("")')
        .replace('m := &manager{store: open(r.FormValue("kind"))}', "")
    )
    assert not restricted(system_of({"main.go": text}))


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        ("name = text if text in {'a', 'b'} else 'c'\nreturn open(name).read()", True),
        ("name = 'c' if text not in {'a', 'b'} else text\nreturn open(name).read()", True),
        ("return open(text).read() if text in {'a', 'b'} else ''", True),
        ("name = text if text else 'c'\nreturn open(name).read()", False),
        ("name = text if text not in {'a', 'b'} else 'c'\nreturn open(name).read()", False),
        ("name = 'c' if text in {'a', 'b'} else text\nreturn open(name).read()", False),
        ("name = text if mode in {'a', 'b'} else 'c'\nreturn open(name).read()", False),
        ("name = text if text in {'a', 'b'} else 'c'\nreturn open(text).read()", False),
        ("name = text if text in {'a', 'b'} else text\nreturn open(name).read()", False),
    ],
)
def test_a_conditional_expression_is_a_test_of_its_own_side(body: str, limits: bool) -> None:
    assert restricted(route(body)) is limits


TERNARY = """\
import express from "express";
import OpenAI from "openai";
import fs from "node:fs";
const app = express();
app.post("/run", (req, res) => {{ const text = req.body.text; const name = {0}; res.send(fs.readFileSync(name)); }});
"""


@pytest.mark.parametrize(
    ("choice", "limits"),
    [
        ('["a", "b"].includes(text) ? text : "c"', True),
        ('text === "a" ? text : "c"', True),
        ('text ? text : "c"', False),
        ('["a", "b"].includes(text) ? "c" : text', False),
    ],
)
def test_so_is_one_of_typescript(choice: str, limits: bool) -> None:
    assert restricted(system_of({"app.ts": TERNARY.format(choice)})) is limits


CSHARP_FILES = """\
using System.IO;
using OpenAI.Chat;
var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
app.MapGet("/files/{*name}", async (string name) => await Files.Read(name));
app.MapPost("/ask", async (string text) => await new ChatClient("gpt-5", "").CompleteChatAsync(text));
app.Run();
class Files {
  static string root = "/data";
  public static async Task<string> Read(string name) {
    var path = Path.GetFullPath(Path.Combine(root, name));
    CHECK
    return await File.ReadAllTextAsync(path);
  }
}
"""
GO_FILES = """\
package main
import ("net/http"; "os"; "strings"; "path/filepath"; openai "github.com/sashabaranov/go-openai")
const root = "/data"
func read(w http.ResponseWriter, r *http.Request) {
  path, _ := filepath.Abs(filepath.Join(root, r.FormValue("name")))
  CHECK
  text, _ := os.ReadFile(path)
  w.Write(text)
}
func main() { openai.NewClient(""); http.HandleFunc("/read", read); http.ListenAndServe(":80", nil) }
"""


@pytest.mark.parametrize(
    ("name", "text", "check", "limits"),
    [
        ("a.cs", CSHARP_FILES, "if (!path.StartsWith(root)) throw new UnauthorizedAccessException();", True),
        ("a.cs", CSHARP_FILES, 'if (path.StartsWith("http")) return "";', False),
        ("a.cs", CSHARP_FILES, "", False),
        ("a.go", GO_FILES, 'if !strings.HasPrefix(path, root) { http.Error(w, "no", 403); return }', True),
        ("a.go", GO_FILES, 'if strings.HasPrefix(path, "http") { return }', False),
    ],
)
def test_a_settled_path_that_has_to_begin_with_a_folder_stays_in_it(name: str, text: str, check: str, limits: bool) -> None:
    assert restricted(system_of({name: text.replace("CHECK", check)})) is limits


@pytest.mark.parametrize(
    ("test", "listed"),
    [("len(pairs)%2 == 1", False), ("len(pairs) == 2", False), ('pairs == "a"', True)],
)
def test_how_much_there_is_of_a_value_is_no_list_of_what_it_may_be(test: str, listed: bool) -> None:
    text = """
        package main

        import (
            "log/slog"
            "net/http"

            _ "github.com/sashabaranov/go-openai"
        )

        func ask(w http.ResponseWriter, r *http.Request) {
            pairs := r.FormValue("q")
            if TEST {
                slog.Info("asked", "q", pairs)
            }
        }

        func main() { http.HandleFunc("/ask", ask) }
        """
    system = system_of({"a.go": text.replace("TEST", test)})
    assert [("allow_list" in controls_on(system, flow.id)) for flow in flows(system, "log", "user_input")] == [listed]
