"""What Kotlin expressions are made of."""

from __future__ import annotations

import pytest

from ingest.facts import CodeFacts
from tests.ingest.code.reading import facts_of, function_of, made_of, returned

ROOM = 'package com.acme\n\nclass App {\n    val kept = "k"\n    fun f(a: String, b: String?, c: List<String>): Any? {\nBODY\n    }\n}\n'

MADE: dict[str, tuple[str, set[str], set[str]]] = {  # statements, what the first return is made of, what it must not be made of
    "a template by name": ('return "x $a y"', {"a", "x "}, {"b"}),
    "a template by expression": ('return "x ${b.trim()} y"', {"b"}, {"a"}),
    "an escaped dollar": (r'return "x \$a y"', {"x $a y"}, {"a"}),
    "a raw string": ('return """x $a""".trimIndent()', {"a"}, {"b"}),
    "an elvis": ('return b ?: a', {"a", "b"}, set()),
    "an elvis that leaves": ('val x = b ?: return null\nreturn x', {"None"}, {"a"}),
    "an if as a value": ('return if (a == "1") b else "no"', {"b", "no"}, set()),
    "else if": ('return if (a == "1") b else if (a == "2") "two" else c', {"b", "two", "c"}, set()),
    "a when": ('return when (a) { "1" -> b; else -> "no" }', {"b", "no"}, {"c"}),
    "a when without a subject": ('val x = when { a == "1" -> b; else -> { val y = c; y } }\nreturn x', {"b", "c"}, set()),
    "a try": ('return try { a } catch (e: Exception) { b }', {"a", "b"}, {"c"}),
    "let": ("return a.let { it + b }", {"a", "b"}, {"c"}),
    "let with a name": ("return b?.let { x -> x }", {"b"}, {"a"}),
    "also gives what it is called on": ("return a.also { println(b) }", {"a"}, {"b"}),
    "with": ("return with(a) { trim() }", {"a"}, {"b"}),
    "a labelled return": ('return a.let { if (it == "1") return@let b; "no" }', {"b", "no"}, {"c"}),
    "apply": ("return StringBuilder().apply { append(a) }", {"a"}, {"b"}),
    "a built text": ("return buildString { append(a); if (c.isEmpty()) append(b) }", {"a", "b"}, set()),
    "a built list": ("return buildList { c.forEach { add(it) } }", {"c"}, {"a"}),
    "map": ("return c.map { it + a }", {"c", "a"}, {"b"}),
    "joined": ('return c.joinToString(", ") { "- $it" }', {"c", "- ", ", "}, {"a"}),
    "destructured": ("val (x, y) = Pair(a, b)\nreturn x", {"a"}, set()),
    "a pair": ('return mapOf("k" to a)', {"a"}, {"b"}),
    "a cast": ("return a as Any", {"a"}, {"b"}),
    "not null": ("return b!!", {"b"}, {"a"}),
    "a sign before a call": ("return !c.contains(a)", {"c", "a"}, {"b"}),
    "a block of coroutines": ("return runBlocking { withContext(io) { a } }", {"a"}, {"b"}),
    "a flow": ("return flow { emit(a) }", {"a"}, {"b"}),
    "a copy": ("return b.copy(x = a)", {"a", "b"}, {"c"}),
    "caught": ("return runCatching { a }.getOrElse { b }", {"a", "b"}, {"c"}),
    "an update": ("val x = mutableListOf<String>()\nx += a\nreturn x", {"a"}, {"b"}),
    "a field": ("return kept", {"self"}, {"a"}),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_a_value_is_made_of_what_stands_in_it(name: str) -> None:
    body, parts, others = MADE[name]
    facts = facts_of(ROOM.replace("BODY", body), "App.kt")
    found = _made_of_any(facts)
    assert parts <= found, found
    assert not others & made_of(facts)


def _made_of_any(facts: CodeFacts) -> set[str]:
    """Texts of all that any return is made of."""
    seen: set[int] = set()
    queue = list(function_of(facts, "f").returns)
    while queue:
        current = queue.pop()
        if current not in seen:
            seen.add(current)
            queue += facts.values[current].inputs
    return {facts.values[one].text for one in seen}


@pytest.mark.parametrize(
    ("written", "said"),
    [('"a\\tb"', "a\tb"), ('"\\u0041$"', "A$"), ('"costs $5"', "costs $5"), ("'x'", "x"), ("1_000L", "1000"), ("0xFF", "0xFF"), ("-1", "-1"), ("true", "True"), ("null", "None"),
     ('"""\n    a\n      b\n    """.trimIndent()', "a\n  b")],
)  # fmt: skip
def test_a_literal_says_what_kotlin_says(written: str, said: str) -> None:
    assert returned(facts_of(f"fun f() = {written}\n", "A.kt")).text == said


def test_a_call_keeps_names_lambdas_and_types_apart() -> None:
    call = returned(facts_of('fun f() = call<A>(1, n = "x") { y -> y }\n', "A.kt"))
    assert call.kind == "call" and call.labels == ("", "", "n", "", "<0>")


def test_a_builder_of_java_and_the_lambda_of_a_builder_are_calls_with_names() -> None:
    built = returned(facts_of('import a.B\nfun f() = B.builder().key("k").build()\n', "A.kt"))
    assert built.labels == ("", "key")
    facts = facts_of('import a.Made\nfun f() = Made { key = "k"; part("p") }\n', "A.kt")
    assert {"key", "part"} <= set(returned(facts).labels)
