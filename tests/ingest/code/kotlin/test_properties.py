"""Whatever text comes in: Kotlin facts that hold together, and a program that answers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.code.java import read_java
from ingest.code.kotlin import read_kotlin
from ingest.code.program import Program
from tests.ingest.code.test_properties import assert_whole

LINES = (
    "package a.b", "import a.B", "import a.*", "import a.B.Companion.c as d", "@file:JvmName(\"X\")", "class A<T : Any>(private val s: S, @Value(\"\\${k}\") var k: String = \"d\", vararg x: Int) : B<T>(x), I by s {",
    "interface I { @X fun m(@Y a: String): String?; fun n() {} }", "data class R(val a: String, val b: List<R?> = emptyList())", "enum class E(val v: Int) { A(1), B(2) { override fun x() = 1 }; open fun x() = 0 }",
    "enum class F { A { override fun x() = 1 }, B { } }", "object O : P() { const val X = \"x\" }", "companion object { val N = 1; fun of() = A(1) }", "sealed interface S", "typealias T = Map<String, suspend (Int) -> Unit>",
    "init { k.let { println(it) } }", "constructor(y: Int) : this(y, 2) { z() }", "val p: String get() = s.q", "var q: Int = 1\n  get() = field\n  set(value) { field = value }", "lateinit var l: String", "val z by lazy { f() }",
    "suspend fun m(a: String, vararg b: Any = c): T {", "fun String.ext(a: Int): String = this + a", "fun <T> g(f: (T) -> Unit) where T : Any = f(a as T)", "}", "val x = if (a) b else if (c) d else { e }", "val y = when (val r = f()) { is A, is B -> r.c; in 1..2 -> return; else -> throw E() }",
    "when { a > 1 -> b() ; !c.d() -> { e() } }", "val t = try { a } catch (e: E) { b } finally { c }", "val (a, _) = p to q", "for ((k, v) in m) { continue }", "outer@ for (x in y) { break@outer }", "while (a) {", "do { a() } while (b)", "a?.b?.let { (x, y) -> return@let x } ?: return 1",
    "x.apply { y = 1; z(2) }.also { it.w = it }", "with(a) { b(this) }", "runBlocking { launch(IO) { a() }; async { b }.await() }", "flow { emit(a) }.map { it.b }.collect { c(it) }", "routing { post(\"/x\") { call.respond(call.receive<T>()) } }", "buildString { append(a).append(\"b\") }",
    "prompt(\"a\") { system(\"b\"); user { text = \"$c ${d.e}\" } }", "a.b.c(1, n = 2, *d) { e -> f }", "X.builder().a(1).b { it.c() }.build()", "val o = object : I(1), J { val a = 1 }", "list[0] = list[1]!!", "x += \"y\" + 1L", "a !in b && c !is D || !e.f().g", "val n = -a.b; i++", "this@A.x = super<B>.y", "::f; A::g; A::class.java", "listOf(1, *a); mapOf(\"a\" to b, c)",
    "val s = \"\"\"raw $x ${\"in ${y}\"} \\n\"\"\".trimIndent()", "val e = \"\\u0041 \\$ $ $1 $a$b ${c}\"", "val c = '\\n'", "val g = suspend { 1 }", "fun(x: Int): Int { return x }", "@Suppress(\"x\") val q = 0xFF_FFu", "return@label 1", "throw E(a)", "return", "require(a) { b }", "error(\"x\")", "`a b`(`c`)", "@", "\"", "\"\"\"", "${", "(", "{", "/*", "\x00", "é = ü", "this", "class", "fun", "it", "\\ud83d",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_any_text_becomes_facts_that_hold_together(text: str) -> None:
    facts = read_kotlin("src/A.kt", "product", text)
    assert_whole(facts)
    assert facts == read_kotlin("src/A.kt", "product", text)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_texts_become_a_program_that_answers(texts: list[str]) -> None:
    program = Program([read_java("p/B.java", "product", "package a.b; class B { int c() { return 1; } }")]
                      + [read_kotlin(f"p{number}/A.kt", "product", text) for number, text in enumerate(texts)])  # fmt: skip
    program.link()
    for file, facts in enumerate(program.files):
        for identity in range(min(len(facts.values), 60)):
            node = (file, identity)
            assert all(isinstance(name, str) for name in (*program.names(node), *program.types(node)))
            program.origins(node)
            program.constant(node)


def test_hostile_depth_ends_in_time() -> None:
    texts = ("val x = " + "(" * 3000 + "1" + ")" * 3000, "val x = a" + ".b()" * 3000, "val x = a" + ".b" * 3000, "class A {" * 800 + "}" * 800,
             "fun m() { " + "if (a) {" * 1500 + "}" * 1500 + " }", "val x = " + "{ a -> " * 1500 + "1" + "}" * 1500, "val x = " + '"a" + ' * 5000 + '"b"',
             "val x = " + "a.let {" * 1500 + "}" * 1500, "val x = " + "a ?: " * 3000 + "b", "val x = " + '"${' * 900 + '}"' * 900, "val x = " + "if (a) b else " * 2000 + "c",
             "val x = !" + "!" * 2000 + "a.b()", "val x: " + "List<" * 2000 + "A" + ">" * 2000, "val x = " + "f(" * 2000 + ")" * 2000, "val x = " + "f {" * 2000 + "}" * 2000)  # fmt: skip
    start = time.monotonic()
    for text in texts:
        assert_whole(read_kotlin("A.kt", "product", text))
    assert time.monotonic() - start < 20


def test_what_the_scanner_of_the_grammar_never_ends_on_ends() -> None:
    start = time.monotonic()
    for text in ('@s("")val u\n@', "val u\n@", "val x\n@(", 'var a: B\n@get:X("', "/*" * 20):
        assert_whole(read_kotlin("A.kt", "product", text))
    for text in ("val x: Int\nset(\n" * 10_000, "/*\n" * 10_000, "a /* b\n" * 10_000):
        with pytest.raises(ValueError, match="not closed"):
            read_kotlin("A.kt", "product", text)
    assert time.monotonic() - start < 20


def test_syntax_that_is_none_is_listed_and_what_is_around_it_read() -> None:
    facts = read_kotlin("A.kt", "product", "package a\n\nfun f() = 1\n\nval val = = 3\n\nclass B { fun g() = 2 }\n")
    assert facts.errors and all(error.startswith("line ") for error in facts.errors)
    assert {"f"} <= {function.name for function in facts.functions}
