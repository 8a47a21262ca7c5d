"""What a Go value is made of: data through syntax, kept apart from what is only tested."""

from __future__ import annotations

import pytest

from ingest.code.go import read_go
from tests.ingest.code.reading import facts_of, function_of, made_of, program_of

ROOM = """package app
import (
  "encoding/json"
  "fmt"
  "io"
  "strings"
)
type Kept struct { name string }
var kept string
func (s *Kept) f(a string, b string, c []string) any {
BODY
}
"""


def made(body: str) -> set[str]:
    return made_of(facts_of(ROOM.replace("BODY", body), "app.go"))


CARRIES = {
    "concatenation": 'return "x" + a + "y"', "Sprintf": 'return fmt.Sprintf("x %s", a)', "Errorf": 'return fmt.Errorf("x %w", a)', "Join": 'return strings.Join([]string{a, b}, ",")',
    "a variable": "x := a\nreturn x", "var": "var x = a\nreturn x", "+=": 'x := "y"\nx += a\nreturn x', "a call": "return g(a)", "a method": "return g(a).h()", "brackets": "return (a)",
    "a conversion": "return []byte(a)", "a named conversion": "return string(a)", "a pointer": "return &a", "what a pointer points to": "x := &a\nreturn *x", "an assertion": "return g(a).(string)",
    "a list": "return []string{b, a}", "a map": 'return map[string]string{"k": a}', "a struct": "return Kept{name: a}", "a struct by position": "return Kept{a}", "a list of structs": "return []Kept{{name: a}}",
    "append": "x := []string{}\nx = append(x, a)\nreturn x", "append of a list": "x := []string{}\nx = append(x, g(a)...)\nreturn x", "a map's entry": 'x := map[string]string{}\nx["k"] = a\nreturn x',
    "an index": "x := []string{a}\nreturn x[0]", "a slice": "return a[1:2]", "a field": "s.name = a\nreturn s.name", "a field of a variable": "x := Kept{}\nx.name = a\nreturn x", "a builder": "var x strings.Builder\nx.WriteString(a)\nreturn x.String()",
    "Fprintf": 'var x strings.Builder\nfmt.Fprintf(&x, "%s", a)\nreturn x.String()', "io.Copy": "x := g()\nio.Copy(x, a)\nreturn x", "Unmarshal": "var x Kept\njson.Unmarshal([]byte(a), &x)\nreturn x.name",
    "Decode": "var x Kept\njson.NewDecoder(a).Decode(&x)\nreturn x", "if": 'x := ""\nif b == "" { x = a }\nreturn x', "else": 'x := ""\nif b == "" { } else { x = a }\nreturn x', "if with a start": 'x := ""\nif y := a; b == "" { x = y }\nreturn x',
    "range": 'x := ""\nfor _, y := range []string{a} { x = y }\nreturn x', "a round before": 'x, y := "", ""\nfor i := 0; i < 2; i++ { y = x; x = a }\nreturn y', "for": 'x := ""\nfor b == "" { x = a }\nreturn x',
    "switch": 'x := ""\nswitch b { case "x": x = a; default: x = "y" }\nreturn x', "switch without a subject": 'x := ""\nswitch { case b == "": x = a }\nreturn x', "a type switch": "switch x := g(a).(type) { case string: return x }\nreturn nil",
    "a channel": "x := make(chan string)\nx <- a\nreturn <-x", "select": 'x := make(chan string)\nx <- a\nselect { case y := <-x: return y }\nreturn ""', "a goroutine": "x := make(chan string)\ngo func() { x <- a }()\nreturn <-x",
    "a closure": 'x := ""\nfunc() { x = a }()\nreturn x', "what a closure names": "return func() string { return a }()", "two at once": "x, y := b, a\n_ = x\nreturn y", "the first of two": "x, err := g(a)\n_ = err\nreturn x",
    "a swap": "x, y := a, b\nx, y = y, x\n_ = x\nreturn y", "a labelled loop": 'x := ""\nL:\nfor { x = a; break L }\nreturn x', "TrimSpace": "return strings.TrimSpace(a)", "ReplaceAll": 'return strings.ReplaceAll(a, "x", "y")',
}  # fmt: skip


@pytest.mark.parametrize("body", CARRIES.values(), ids=CARRIES.keys())
def test_data_is_carried_by(body: str) -> None:
    facts = facts_of(ROOM.replace("BODY", body), "app.go")
    found = made_of(facts)
    closures = {name for value in facts.values if value.kind == "function" for name in made_of(facts, value.text.rsplit(".", 1)[-1])}
    assert "a" in found | (closures if body.startswith("return func") else set())


DOES_NOT_CARRY = {
    "a test": 'if a == "" { return "x" }\nreturn "y"', "a switch's subject": 'switch a { case "x": return "1" }\nreturn "2"', "an overwritten variable": "x := a\nx = b\nreturn x", "a name in an inner block": "x := b\nif true { x := a; _ = x }\nreturn x",
    "an overwritten field": "s.name = a\ns.name = b\nreturn s.name", "how a call went": "_, err := g(a)\nif err != nil { return b }\nreturn b", "the other of two": "x, y := a, b\n_ = x\nreturn y", "a position": "for i := range c { return i }\nreturn b",
    "whether an entry is there": 'x := map[string]string{}\n_, ok := x[a]\nif ok { return b }\nreturn ""', "membership": 'if strings.Contains(a, "x") { return b }\nreturn ""',
}  # fmt: skip


@pytest.mark.parametrize("body", DOES_NOT_CARRY.values(), ids=DOES_NOT_CARRY.keys())
def test_data_is_not_carried_by(body: str) -> None:
    assert "a" not in made(body)


def test_a_named_result_is_returned_by_a_bare_return() -> None:
    assert "a" in made_of(facts_of("package p\nfunc f(a string) (out string, err error) {\n  out = a\n  return\n}\n", "a.go"))


def test_each_of_several_results_is_told_apart() -> None:
    program = program_of(
        {"a.go": 'package p\nfunc two() (string, string) { return "x", "y" }\nfunc f() string { _, s := two(); return s }\n'}
    )
    assert program.constant((0, function_of(program.files[0], "f").returns[0])) == "y"


def test_constants_count_by_iota_and_repeat_what_stands_above() -> None:
    program = program_of({"a.go": "package p\nconst (\n  A = iota\n  B\n  C\n)\nfunc f() int { return C }\n"})
    assert program.constant((0, function_of(program.files[0], "f").returns[0])) == 2


def test_a_constant_is_known_from_another_file_of_the_package() -> None:
    program = program_of(
        {"p/a.go": "package p\nfunc f() string { return Model }\n", "p/b.go": 'package p\nconst Model string = "gpt-4o"\n'}
    )
    assert program.constant((0, function_of(program.files[0], "f").returns[0])) == "gpt-4o"


def test_a_struct_hands_out_what_it_was_made_of() -> None:
    text = 'package p\ntype S struct { name string; age int }\nfunc New(n string) *S { return &S{name: n} }\nfunc f() string { return New("ada").name }\n'
    program = program_of({"a.go": text})
    origins = program.origins((0, function_of(program.files[0], "f").returns[0]))
    assert {program.value(node).text for node in origins} == {"ada"}


def test_raw_and_interpreted_strings_say_what_go_says() -> None:
    facts = facts_of('package p\nvar a = `x\\n"y"`\nvar b = "x\\n\\u00e9\\x41"\n', "a.go")
    assert {value.text for value in facts.values if value.constant_type == "string"} == {'x\\n"y"', "x\né" + "A"}


def test_an_error_check_that_leaves_is_a_branch_and_guards_what_was_checked() -> None:
    text = 'package p\nfunc f(a string) string {\n  if err := validate(a); err != nil {\n    return ""\n  }\n  return g(a)\n}\n'
    facts = facts_of(text, "a.go")
    (branch,) = facts.branches
    assert (branch.line, branch.exits_when) == (3, "holds")
    call = next(value for value in facts.values if value.kind == "call" and value.line == 6)
    guarded = facts.values[call.inputs[1]]
    assert (guarded.kind, guarded.text) == ("guarded", "fails")
    assert facts.values[guarded.inputs[0]].text == "a"


def test_a_condition_decides_whether_a_call_runs() -> None:
    facts = facts_of("package p\nfunc f(ok bool) {\n  if !ok {\n    return\n  }\n  run()\n}\n", "a.go")
    call = next(identity for identity, value in enumerate(facts.values) if value.kind == "call")
    assert [facts.branches[branch].line for branch in facts.conditions[call]] == [3]


def test_a_receiver_is_the_first_parameter_self() -> None:
    facts = facts_of("package p\ntype S struct{}\nfunc (s *S) f(a string) string { return a }\n", "a.go")
    function = function_of(facts, "f")
    assert (function.owner, [parameter.name for parameter in function.parameters]) == ("./main.S", ["self", "a"])


def test_what_cannot_be_parsed_is_named_by_its_line() -> None:
    facts = facts_of('package p\nfunc f() {\n  x := := 1\n}\nfunc g() string { return "y" }\n', "a.go")
    assert facts.errors and facts.errors[0].startswith("line 3")
    assert function_of(facts, "g").returns


@pytest.mark.parametrize("last", ["type T struct {\n\tA int\n}", "var a = 1", "const b = 2", "func f() {}", "type I interface{ M() }"])
def test_a_file_whose_last_line_does_not_end_is_whole(last: str) -> None:
    facts = read_go("pkg/a.go", "product", f"package a\n\n{last}")
    assert facts.errors == ()
    assert facts.lines == 3 + last.count("\n")
