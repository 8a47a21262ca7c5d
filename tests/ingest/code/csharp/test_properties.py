"""Whatever text comes in: C# facts that hold together, and a program that answers."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.code.csharp import read_csharp
from ingest.code.program import Program
from tests.ingest.code.test_properties import assert_whole

LINES = (
    "namespace A.B;", "namespace C {", "using A.B;", "using static A.B;", "using X = A.B<int>;", "global using A;", "[A(B = 1), C]", "public partial class A<T>(int x, string y) : B(x), C<T> where T : new() {", "interface I { [X] string M([Y] string a); }", "record R(string A, params int[] B);",
    "enum E { X = 1, Y }", "static class S { public static int F(this string s, out int q) => q = 1; }", "private readonly Dictionary<string, List<int[]>> f = new() { [\"a\"] = [1, .. b] };", "string P { get; init; } = \"x\";", "int Q { get => 1; set { q = value; } }", "A(string x) : base(x) { this.f = x; }", "public string this[int i] => a[i];",
    "async Task<int> M(string a, int b = 1, params object[] c) {", "}", "var x = a ? b : c;", "x += $\"y {z:N2} {{q}}\" + 1L;", "a?.b?[1]?.c(d => e.f(d)).g(H).build();", "new X { A = 1, B = { 2 }, [\"k\"] = v };", "return x switch { 1 or 2 => 3, A { B: var q } a when a.b => 4, _ => throw new E() };",
    "switch (x) { case 1: case 2: y(); break; case string s when s.Length > 1: goto case 1; default: break; }", "if (a is P { Q: > 3 and not 5, R: [var h, ..] } && q is not null) {", "} else if (!b) {", "} else {", "for (int i = 0, j = 1; i < 9; i++, j--) {", "foreach (var (s, t) in list) {", "await foreach (var s in t) {", "while (a) {", "do { a(); } while (b);",
    "try { using var r = open(); } catch (A e) when (e.x) {", "} finally {", "from a in b join c in d on a.x equals c.y into g let h = a orderby h descending select new { a, h.z };", "(a, var b) = (b, a);", "int[] n = new int[3], k = { 1, 2 };", "lock (this) { }", "l: continue;", "delegate (int q) { return q; };", "throw new E(a);", "yield return 1;", "int L(int q) => q;",
    "var t = \"\"\"\n  x \"y\"\n  \"\"\";", "var u = $$\"\"\"{{a}} {b}\"\"\";", "char c = '\\u0041';", "@", "\"", "(", "{", "/*", "\x00", "é = ü;", "this", "base.M();", "(string)a;", "a[0][1] = b;", "typeof(A);", "class", "#if X", "#else", "#endif", "\\ud83d", "F(out var o, ref p, n: 1);", "a = b with { C = 1 };", "x ??= y ?? z;", "e += (s, a) => { };", "G<A, B<C>>(d);",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))


@settings(deadline=None, max_examples=150)
@given(TEXTS)
def test_any_text_becomes_facts_that_hold_together(text: str) -> None:
    facts = read_csharp("src/A.cs", "product", text)
    assert_whole(facts)
    assert facts == read_csharp("src/A.cs", "product", text)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_texts_become_a_program_that_answers(texts: list[str]) -> None:
    program = Program([read_csharp(f"p{number}/A.cs", "product", text) for number, text in enumerate(texts)])
    program.link()
    for file, facts in enumerate(program.files):
        for identity in range(min(len(facts.values), 60)):
            node = (file, identity)
            assert all(isinstance(name, str) for name in (*program.names(node), *program.types(node)))
            program.origins(node)
            program.constant(node)


def test_hostile_depth_ends_in_time() -> None:
    texts = ("class A { object x = " + "(" * 3000 + "1" + ")" * 3000 + "; }", "class A { object x = a" + ".b()" * 3000 + "; }",
             "class A {" * 800 + "}" * 800, "class A { void M() { " + "if (a) {" * 1500 + "}" * 1500 + " } }", "namespace A {" * 800,
             "class A { object x = " + "a => " * 1500 + "1; }", "class A { string x = " + '"a" + ' * 5000 + '"b"; }', "#if A\n" * 900,
             "class A { object x = a" + "?.b" * 3000 + "; }", "var x = " + "new X { A = " * 900 + "}" * 900 + ";",
             "if (a is " + "{ A: " * 900 + "1" + "}" * 900 + ") {}", "var x = " + "[" * 900 + "]" * 900 + ";", "x = " * 3000 + "1;")  # fmt: skip
    start = time.monotonic()
    for text in texts:
        assert_whole(read_csharp("A.cs", "product", text))
    assert time.monotonic() - start < 20
