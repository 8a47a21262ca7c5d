"""Whatever text comes in: Go facts that hold together, and a program that answers."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.code.go import read_go
from ingest.code.program import Program
from tests.ingest.code.test_properties import assert_whole

LINES = (
    "package a", 'import "fmt"', "import (", 'x "a.b/c/v2"', '. "strings"', '_ "embed"', ")", "type T[K any] struct {", "Base", "*p.Other", 'A, B string `json:"a"`', "F func(a int) error",
    "}", "type I interface { M(x string) (int, error); ~int | string; I }", "type A = map[string]any", "const (", "X = iota", "Y", "var a, b = 1, f()", "var c T", "func (t *T[K]) M(ctx C, s ...string) (out string, err error) {",
    "func f(a, b int, _ string) {", "func G[X any](a X) X { return a }", "return", "return a, b", "a, err := f(x)", "if err := g(&a); err != nil {", "} else if v, ok := m[\"k\"]; ok {", "} else {", "for i, v := range xs {", "for i := 0; i < 3; i++ {",
    "for {", "for k := range 10 {", "switch v := z.(type) {", "switch s := f(); s {", "switch {", "case string, int:", "case a > b:", "case nil:", "default:", "fallthrough", "select {", "case m := <-ch:", "case ch <- 1:", "defer func() { recover() }()", "go h(x)",
    "s := []T{{A: 1}, {B: `b`}, 3: {}}", "m := map[string][]int{\"a\": {1}, b: nil}", "q := &p.Req{M: []p.Msg{{R: \"u\"}}, T: 1.0,}", "arr[1:2][0].F.X = 3", "x += 1; x++", "x <<= 2", "fn := func(w W) { fn(w) }", "y.(string)", "c <- <-d", "L: for { continue L }", "goto L",
    "t := G[int](1,2)", "new(T)", "make(chan int)", "append(a, b...)", "copy(a, b)", "fmt.Fprintf(w, a)", "json.NewEncoder(w).Encode(x)", "json.NewDecoder(r).Decode(&x.y)", "if !ok || a == \"x\" && <-ch {", "u := struct{A int}{1}", "_ = [...]int{1}", "func() {}()",
    "'\\''", "'\\u00e9'", "\"\\xff\\z\"", "`", "\"", "(", "{", "/*", "\x00", "é := ü", "0x1p-2", "\\ud83d", "*p = 1", "p.q().r[0](x)",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_any_text_becomes_facts_that_hold_together(text: str) -> None:
    facts = read_go("pkg/a.go", "product", text)
    assert_whole(facts)
    assert facts == read_go("pkg/a.go", "product", text)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_texts_become_a_program_that_answers(texts: list[str]) -> None:
    program = Program([read_go(f"p/a{number}.go", "product", text) for number, text in enumerate(texts)])
    program.link()
    for file, facts in enumerate(program.files):
        for identity in range(min(len(facts.values), 60)):
            node = (file, identity)
            assert all(isinstance(name, str) for name in (*program.names(node), *program.types(node)))
            program.origins(node)
            program.constant(node)


def test_hostile_depth_ends_in_time() -> None:
    head = "package a\nfunc f() {\n"
    texts = (head + "x := " + "(" * 3000 + "1" + ")" * 3000 + "\n}", head + "x := a" + ".b()" * 3000 + "\n}",
             head + "if a {\n" * 1500 + "}\n" * 1500 + "}", head + "x := " + "func() {\n" * 900 + "}\n" * 900 + "}",
             head + "x := []T" + "{" * 2000 + "}" * 2000 + "\n}", head + "x := " + '"a" + ' * 5000 + '"b"\n}',
             "package a\ntype T " + "struct { A " * 800 + "int" + " }" * 800, "package a\nvar x " + "[]" * 3000 + "int")  # fmt: skip
    start = time.monotonic()
    for text in texts:
        assert_whole(read_go("a.go", "product", text))
    assert time.monotonic() - start < 20
