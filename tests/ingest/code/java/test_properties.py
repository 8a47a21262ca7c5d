"""Whatever text comes in: Java facts that hold together, and a program that answers."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.code.java import read_java
from ingest.code.program import Program
from tests.ingest.code.test_properties import assert_whole

LINES = (
    "package a.b;", "import a.B;", "import a.*;", "import static a.B.*;", "import static a.B.c;", "public class A<T> extends B<T> implements C {", "interface I { @X String m(@Y String a); default void n() {} }", "record R(String a, int... b) { R { a = b; } }",
    "enum E { X(1), Y { void m() {} }; E(int a) {} }", "@interface N { String value() default \"\"; }", "private final List<Map<String, int[]>> f = new ArrayList<>();", "static { x = 1; }", "{ y = 2; }", "A(String x) { super(x); this.f = x; }",
    "void m(final String a, Object... b) throws X {", "}", "var x = a ? b : c;", "x += \"y\" + 1L;", "a.b().c(d -> e.f(d)).g(H::new).build();", "X.builder().a(1).b(c -> c.d()).build();", "return switch (x) { case 1, 2 -> 3; case A a when a.b() -> { yield 4; } default -> throw new E(); };",
    "switch (x) { case 1: y(); case 2: break; default: }", "if (a instanceof P(String q, var r) && q.isEmpty()) {", "} else if (!b) {", "} else {", "for (int i = 0, j = 1; i < 9; i++, j--) {", "for (var s : list) {", "while (a) {", "do { a(); } while (b);",
    "try (var r = open(); in) {", "} catch (A | B e) {", "} finally {", "new A() { void m() { A.this.f = 1; } };", "int[] n = new int[3], k = {1, 2};", "synchronized (this) { }", "l: for (;;) { continue l; }", "assert a : b;", "throw new E(a);", "return;",
    "String t = \"\"\"\n  x \\\"\"\" y\\s\n  \"\"\";", "char c = '\\u0041';", "@", "\"", "(", "{", "/*", "\x00", "é = ü;", "this", "super.m();", "(String) a;", "a[0][1] = b;", "A.class;", "class", "\\ud83d",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_any_text_becomes_facts_that_hold_together(text: str) -> None:
    facts = read_java("src/A.java", "product", text)
    assert_whole(facts)
    assert facts == read_java("src/A.java", "product", text)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_texts_become_a_program_that_answers(texts: list[str]) -> None:
    program = Program([read_java(f"p{number}/A.java", "product", text) for number, text in enumerate(texts)])
    program.link()
    for file, facts in enumerate(program.files):
        for identity in range(min(len(facts.values), 60)):
            node = (file, identity)
            assert all(isinstance(name, str) for name in (*program.names(node), *program.types(node)))
            program.origins(node)
            program.constant(node)


def test_hostile_depth_ends_in_time() -> None:
    texts = ("class A { Object x = " + "(" * 3000 + "1" + ")" * 3000 + "; }", "class A { Object x = a" + ".b()" * 3000 + "; }",
             "class A {" * 800 + "}" * 800, "class A { void m() { " + "if (a) {" * 1500 + "}" * 1500 + " } }",
             "class A { Object x = " + "a -> " * 1500 + "1; }", "class A { String x = " + '"a" + ' * 5000 + '"b"; }')  # fmt: skip
    start = time.monotonic()
    for text in texts:
        assert_whole(read_java("A.java", "product", text))
    assert time.monotonic() - start < 20
