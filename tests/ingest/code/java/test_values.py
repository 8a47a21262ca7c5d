"""What a Java value is made of: data through syntax, kept apart from what is only tested."""

from __future__ import annotations

import pytest

from tests.ingest.code.reading import facts_of, made_of, program_of

ROOM = 'package com.acme;\nimport java.util.*;\nclass App {\n  String kept = "k";\n  Object f(String a, String b, List<String> c) throws Exception {\nBODY\n  }\n}\n'


def made(body: str) -> set[str]:
    return made_of(facts_of(ROOM.replace("BODY", body), "App.java"))


CARRIES = {
    "concatenation": 'return "x" + a + "y";', "String.format": 'return String.format("x %s", a);', "formatted": 'return "x %s".formatted(a);',
    "a text block": 'return """\n  x %s\n  """.formatted(a);', "String.join": 'return String.join(",", a, b);', "a ternary": 'return b.isEmpty() ? a : "x";',
    "a switch that gives": 'return switch (b) { case "x" -> a; default -> "y"; };', "yield": 'return switch (b) { case "x": yield a; default: yield "y"; };',
    "a switch": 'String x; switch (b) { case "x": x = a; break; default: x = "y"; }\nreturn x;', "a cast": "return (Object) a;", "brackets": "return ((a));",
    "a variable": "var x = a;\nreturn x;", "+=": 'String x = "y"; x += a;\nreturn x;', "a call": "return g(a);", "a method": "return a.trim();", "an array": "return new String[]{b, a};",
    "an index": "String[] x = {a};\nreturn x[0];", "List.of": "return List.of(a);", "Map.of": 'return Map.of("k", a);', "new": "return new Foo(a);", "add": "var x = new ArrayList<String>();\nx.add(a);\nreturn x;",
    "put": 'var x = new HashMap<String, String>();\nx.put("k", a);\nreturn x;', "append": 'var x = new StringBuilder();\nx.append("y").append(a);\nreturn x.toString();', "a setter": "Foo x = new Foo();\nx.setName(a);\nreturn x;",
    "a field": "this.kept = a;\nreturn this.kept;", "a bare field": "kept = a;\nreturn kept;", "for each": 'String x = "";\nfor (String y : List.of(a)) { x = y; }\nreturn x;', "while": 'String x = "";\nwhile (b.isEmpty()) { x = a; }\nreturn x;',
    "a round before": 'String x = "", y = "";\nfor (int i = 0; i < 2; i++) { y = x; x = a; }\nreturn y;', "try": "String x = null;\ntry { x = a; } catch (Exception e) { x = b; } finally { g(b); }\nreturn x;",
    "a resource": "try (var x = open(a)) { return x; }", "if": 'String x = "";\nif (b.isEmpty()) { x = a; }\nreturn x;', "a stream": "return List.of(a).stream().map(x -> x.trim()).toList();",
    "a method reference": "return List.of(a).stream().map(this::g).toList();", "forEach": "var x = new ArrayList<String>();\nList.of(a).forEach(y -> x.add(y));\nreturn List.of(a);",
    "instanceof": "Object o = a;\nif (o instanceof String s) { return s; }\nreturn null;", "a builder": "return Request.builder().text(a).build();", "orElse": "return Optional.ofNullable(a).orElse(b);",
    "a synchronized block": "synchronized (this) { return a; }", "an anonymous class's argument": "return new Foo(a) { void m() {} };", "do while": 'String x = "";\ndo { x = a; } while (b.isEmpty());\nreturn x;',
}  # fmt: skip


@pytest.mark.parametrize("body", CARRIES.values(), ids=CARRIES.keys())
def test_data_is_carried_by(body: str) -> None:
    assert "a" in made(body)


DOES_NOT_CARRY = {
    "a test": 'return a.isEmpty() ? "x" : "y";', "a switch's subject": 'return switch (a) { case "x" -> 1; default -> 2; };', "an overwritten variable": "String x = a; x = b;\nreturn x;",
    "a name in an inner block": "{ String x = a; }\nString x = b;\nreturn x;", "an overwritten field": "kept = a; kept = b;\nreturn kept;", "what a lambda names alike": "return List.of(b).stream().map(y -> y).toList();",
}  # fmt: skip


@pytest.mark.parametrize("body", DOES_NOT_CARRY.values(), ids=DOES_NOT_CARRY.keys())
def test_data_is_not_carried_by(body: str) -> None:
    assert "a" not in made(body)


def test_a_text_block_says_what_java_says() -> None:
    facts = facts_of('class A { String s = """\n      Hi "you"\\n\n        there\n      """; }', "A.java")
    assert 'Hi "you"\n\n  there\n' in {value.text for value in facts.values if value.constant_type == "string"}


def test_a_constant_is_known_through_a_class_of_another_file() -> None:
    program = program_of(
        {
            "src/com/acme/App.java": "package com.acme;\nclass App { String f() { return Names.MODEL; } }\n",
            "src/com/acme/Names.java": 'package com.acme;\nclass Names { static final String MODEL = "gpt-4o"; }\n',
        }
    )
    function = next(function for function in program.files[0].functions if function.name == "f")
    assert program.constant((0, function.returns[0])) == "gpt-4o"


def test_a_record_hands_out_what_it_was_made_of() -> None:
    program = program_of(
        {"App.java": 'record P(String name, int age) {}\nclass App { String f() { var p = new P("ada", 3); return p.name(); } }\n'}
    )
    function = next(function for function in program.files[0].functions if function.name == "f")
    assert {program.value(node).text for node in program.origins((0, function.returns[0]))} == {"ada"}
