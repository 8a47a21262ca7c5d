"""What a call means in Go: names through packages, imports, receivers, fields, embedded structs and interfaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.code.go import read_go
from ingest.code.program import Program
from ingest.config.go_mod import read_go_mod
from ingest.facts import ConfigFacts
from tests.ingest.code.reading import called, facts_of, program_of


def called_here(files: dict[str, str] | str) -> set[str]:
    """Qualified names called on the one line marked `// here`."""
    given = {"app/main.go": "package main\n" + files} if isinstance(files, str) else files
    path, text = next((path, text) for path, text in given.items() if "// here" in text)
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.endswith("// here"))
    return called(with_modules(given), line, path)


def with_modules(files: dict[str, str]) -> Program:
    """A linked program whose `go.mod` files are read, too."""
    code = [read_go(path, "product", text) for path, text in sorted(files.items()) if path.endswith(".go")]
    settings = [
        ConfigFacts(path, "product", read_go_mod(text, path), text.count("\n") + 1)
        for path, text in files.items()
        if Path(path).name == "go.mod"
    ]
    program = Program(code, configuration=settings)
    program.link()
    return program


def inside(body: str, imports: str = "", members: str = "") -> str:
    return f"{imports}\n{members}\nfunc f(a string) {{\n  {body} // here\n}}\n"


IN_ONE_FILE = {
    "the standard library": (inside('exec.Command("ls")', 'import "os/exec"'), "go:os/exec.Command"),
    "a package of one word": (inside("os.ReadFile(a)", 'import "os"'), "go:os.ReadFile"),
    "an alias": (inside("o.ReadFile(a)", 'import o "os"'), "go:os.ReadFile"),
    "a package named otherwise than its path": (inside("openai.NewClient(a)", 'import "github.com/sashabaranov/go-openai"'), "github.com/sashabaranov/go-openai.NewClient"),
    "a version in the path": (inside("echo.New()", 'import "github.com/labstack/echo/v4"'), "github.com/labstack/echo.New"),
    "a version in the name": (inside("yaml.Unmarshal(nil, nil)", 'import "gopkg.in/yaml.v3"'), "gopkg.in/yaml.Unmarshal"),
    "a dot import": (inside("Title(a)", 'import . "strings"'), "go:strings.Title"),
    "a field": (inside("s.model.Ask(a)", 'import "x.dev/y"', "type S struct { model *y.Model }\nvar s S"), "x.dev/y.Model.Ask"),
    "a receiver's field": ('import "x.dev/y"\ntype S struct { model y.Model }\nfunc (s *S) f(a string) {\n  s.model.Ask(a) // here\n}\n', "x.dev/y.Model.Ask"),
    "a parameter": ('import "x.dev/y"\nfunc f(m *y.Model) {\n  m.Ask("a") // here\n}\n', "x.dev/y.Model.Ask"),
    "a variable of a type": (inside("var m y.Model; m.Ask(a)", 'import "x.dev/y"'), "x.dev/y.Model.Ask"),
    "a literal": (inside("(&y.Model{}).Ask(a)", 'import "x.dev/y"'), "x.dev/y.Model.Ask"),
    "an element of a list": (inside("for _, m := range ms { m.Ask(a) }", 'import "x.dev/y"', "var ms = []y.Model{{}}"), "x.dev/y.Model.Ask"),
    "an own function": (inside("g(a)", "", "func g(x string) {}"), "./app.g"),
    "an own generic function": (inside("g[string](a)", "", "func g[T any](x T) {}"), "./app.g"),
    "an own method": (inside("S{}.g(a)", "", "type S struct{}\nfunc (s S) g(x string) {}"), "./app.S.g"),
    "a method of a generic type": (inside("S[int]{}.g(a)", "", "type S[T any] struct{}\nfunc (s *S[T]) g(x string) {}"), "./app.S.g"),
    "a method of an embedded struct": (inside("T{}.g(a)", "", "type S struct{}\nfunc (s S) g(x string) {}\ntype T struct { S }"), "./app.S.g"),
    "a method of an embedded type of a package": (inside("T{}.Ask(a)", 'import "x.dev/y"', "type T struct { *y.Model }"), "x.dev/y.Model.Ask"),
    "the first of several results": (inside("m, err := made(); m.Ask(a); _ = err", 'import "x.dev/y"', "func made() (*y.Model, error) { return &y.Model{}, nil }"), "x.dev/y.Model.Ask"),
    "a type alias": (inside("M{}.Ask(a)", 'import "x.dev/y"', "type M = y.Model"), "x.dev/y.Model.Ask"),
    "a function that is a value": (inside("h := g; h(a)", "", "func g(x string) {}"), "./app.g"),
    "a type that hides a package": (inside("y.Ask(a)", 'import "x.dev/y"', "").replace("func f(a string)", "type Y struct{}\nfunc (y Y) Ask(string) {}\nfunc f(a string, y Y)"), "./app.Y.Ask"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), IN_ONE_FILE.values(), ids=IN_ONE_FILE.keys())
def test_a_call_means(text: str, name: str) -> None:
    assert name in called_here(text)


def test_files_of_a_folder_share_their_names() -> None:
    files = {
        "app/main.go": "package main\nfunc main() {\n  run(Config{}.Load()) // here\n}\n",
        "app/run.go": "package main\ntype Config struct{}\nfunc run(x string) {}\n",
        "app/load.go": 'package main\nfunc (c Config) Load() string { return "" }\n',
        "other/run.go": "package other\nfunc run(x string) {}\n",
    }
    assert called_here(files) >= {"./app.run", "./app.Config.Load"}
    assert "./other.run" not in called_here(files)


def test_an_import_path_is_found_below_the_module_that_go_mod_names() -> None:
    files = {
        "svc/go.mod": "module acme.dev/svc/v2\n\ngo 1.24\n",
        "svc/cmd/main.go": 'package main\nimport "acme.dev/svc/v2/internal/llm"\nfunc main() {\n  llm.New().Ask("x") // here\n}\n',
        "svc/internal/llm/client.go": "package llm\ntype Client struct{}\nfunc New() *Client { return &Client{} }\n",
        "svc/internal/llm/ask.go": "package llm\nfunc (c *Client) Ask(x string) {}\n",
    }
    assert called_here(files) >= {"./svc/internal/llm.New", "./svc/internal/llm.Client.Ask"}


def test_without_its_go_mod_an_import_path_is_somebody_elses() -> None:
    files = {
        "cmd/main.go": 'package main\nimport "acme.dev/svc/internal/llm"\nfunc main() {\n  llm.New() // here\n}\n',
        "internal/llm/client.go": "package llm\nfunc New() {}\n",
    }
    assert called_here(files) == {"acme.dev/svc/internal/llm.New"}


def test_a_call_of_an_interface_reaches_the_types_that_have_its_methods() -> None:
    program = with_modules(
        {
            "app/a.go": 'package app\ntype Store interface { Find(x string) string; Close() }\nfunc f(s Store) { s.Find("x") }\n',
            "shop/b.go": "package shop\ntype Shop struct{}\nfunc (s *Shop) Find(x string) string { return x }\nfunc (s *Shop) Close() {}\n",
            "half/c.go": "package half\ntype Half struct{}\nfunc (s *Half) Find(x string) string { return x }\n",
        }
    )
    call = next((0, i) for i, value in enumerate(program.files[0].values) if value.kind == "call")
    reached = {program.function(target.function).qualified_name for target in program.targets(call)}
    assert reached == {"./app.Store.Find", "./shop.Shop.Find"}


def test_a_literal_of_a_struct_is_a_call_with_named_arguments() -> None:
    facts = facts_of('package a\nvar x = &p.Request{Model: "m", Messages: []p.Message{{Role: "user"}}}\n', "a.go")
    assert [value.labels for value in facts.values if value.kind == "call"] == [("", "Role"), ("", "Model", "Messages")]


def test_an_option_is_an_argument_of_its_name_and_reaches_the_variadic_parameter() -> None:
    facts = facts_of('package a\nfunc f() { g("x", WithLimit(3)) }\n', "a.go")
    assert ("", "", "WithLimit") in [value.labels for value in facts.values if value.kind == "call"]
    program = program_of({"a.go": 'package a\nfunc WithLimit(n int) int { return n }\nfunc g(x string, o ...int) int { return o[0] }\nfunc f() int { return g("x", WithLimit(3)) }\n'})  # fmt: skip
    function = next(function for function in program.files[0].functions if function.name == "f")
    (call,) = function.returns
    (target,) = program.targets((0, call))
    assert program.bind((0, call), target) == {0: [1], 1: [2]}
