"""What a C# value is made of: data through syntax, kept apart from what is only tested."""

from __future__ import annotations

import pytest

from tests.ingest.code.reading import facts_of, made_of, program_of

ROOM = 'namespace Acme;\nclass App {\n  string kept = "k";\n  string Held { get; set; }\n  object f(string a, string b, List<string> c) {\nBODY\n  }\n}\n'


def made(body: str) -> set[str]:
    return made_of(facts_of(ROOM.replace("BODY", body), "App.cs"))


CARRIES = {
    "concatenation": 'return "x" + a + "y";', "an interpolated string": 'return $"x {a:N2}";', "a raw interpolated string": 'return $$"""\n  x {{a}} {y}\n  """;',
    "a verbatim interpolated string": 'return $@"x {a}";', "string.Format": 'return string.Format("x {0}", a);', "string.Join": 'return string.Join(",", a, b);',
    "a ternary": 'return b == "" ? a : "x";', "a switch expression": 'return b switch { "x" => a, _ => "y" };', "a switch": 'string x; switch (b) { case "x": x = a; break; default: x = "y"; break; }\nreturn x;',
    "a pattern": "object o = a;\nif (o is string s) { return s; }\nreturn null;", "a property pattern": "if (g(a) is { Name: var n }) { return n; }\nreturn null;", "a cast": "return (object)a;",
    "as": "return a as object;", "brackets": "return ((a));", "a forgiven null": "return a!;", "a variable": "var x = a;\nreturn x;", "+=": 'var x = "y"; x += a;\nreturn x;',
    "??": "return b ?? a;", "??=": "b ??= a;\nreturn b;", "?.": "return a?.Trim();", "?.?.": "return a?.Trim()?.ToUpper().Normalize();", "a call": "return g(a);", "a named argument": "return g(x: a);", "a method": "return a.Trim();",
    "await": "return await g(a);", "Result": "return g(a).Result;", "an array": "return new[] { b, a };", "a sized array": "return new string[2] { b, a };", "an index": "var x = new[] { a };\nreturn x[0];", "a list": "return new List<string> { a };",
    "a collection expression": "List<string> x = [b, a];\nreturn x;", "a spread": "List<string> x = [..c, a];\nreturn x;", "a dictionary": 'return new Dictionary<string, string> { ["k"] = a };', "a dictionary of pairs": 'return new Dictionary<string, string> { { "k", a } };',
    "new": "return new Foo(a);", "an initialiser": "return new Foo { Name = a };", "a target-typed new": "Foo x = new(a);\nreturn x;", "an anonymous object": "return new { Name = a };", "an anonymous object's short form": "return new { a };", "a tuple": "return (a, b);",
    "with": "return g(b) with { Name = a };", "Add": "var x = new List<string>();\nx.Add(a);\nreturn x;", "an entry": 'var x = new Dictionary<string, string>();\nx["k"] = a;\nreturn x;', "AppendLine": 'var x = new StringBuilder();\nx.Append("y").AppendLine(a);\nreturn x.ToString();',
    "a message that is added": "var x = new ChatHistory();\nx.AddUserMessage(a);\nreturn x;", "a property that is set": "var x = new Foo();\nx.Name = a;\nreturn x.Name;", "a field": "this.kept = a;\nreturn this.kept;", "a bare field": "kept = a;\nreturn kept;",
    "a bare property": "Held = a;\nreturn Held;", "foreach": 'var x = "";\nforeach (var y in new[] { a }) { x = y; }\nreturn x;', "await foreach": 'var x = "";\nawait foreach (var y in g(a)) { x = y; }\nreturn x;', "while": 'var x = "";\nwhile (b == "") { x = a; }\nreturn x;',
    "a round before": 'string x = "", y = "";\nfor (int i = 0; i < 2; i++) { y = x; x = a; }\nreturn y;', "try": "string x = null;\ntry { x = a; } catch (Exception e) { x = b; } finally { g(b); }\nreturn x;", "using": "using (var x = open(a)) { return x; }",
    "a using declaration": "using var x = open(a);\nreturn x;", "lock": "lock (this) { return a; }", "if": 'var x = "";\nif (b == "") { x = a; }\nreturn x;', "Select": "return new[] { a }.Select(x => x.Trim()).ToList();", "a method group": "return new[] { a }.Select(g).ToList();",
    "a query": "return from x in new[] { a } where x != b select x.Trim();", "let in a query": "return from x in new[] { a } let y = x.Trim() select y;", "Where": "return new[] { a }.Where(x => x != b).First();", "out": "g(a, out var x);\nreturn x;", "a deconstruction": "var (x, y) = (a, a);\nreturn x;",
    "a local function": "string h(string x) => x;\nreturn h(a);", "yield": "yield return a;", "Aggregate": "return new[] { a }.Aggregate((x, y) => x + y);", "#if": "#if X\nvar x = a;\n#endif\nreturn a;",
}  # fmt: skip


@pytest.mark.parametrize("body", CARRIES.values(), ids=CARRIES.keys())
def test_data_is_carried_by(body: str) -> None:
    assert "a" in made(body)


DOES_NOT_CARRY = {
    "a test": 'return a == "" ? "x" : "y";', "a switch's subject": 'return a switch { "x" => 1, _ => 2 };', "an overwritten variable": "var x = a; x = b;\nreturn x;",
    "a name in an inner block": "{ var x = a; }\nvar y = b;\nreturn y;", "an overwritten field": "kept = a; kept = b;\nreturn kept;", "what a lambda names alike": "return new[] { b }.Select(a => a).ToList();",
    "braces that are text": 'return $"{{a}}";',
}  # fmt: skip


@pytest.mark.parametrize("body", DOES_NOT_CARRY.values(), ids=DOES_NOT_CARRY.keys())
def test_data_is_not_carried_by(body: str) -> None:
    assert "a" not in made(body)


TEXTS = {
    '"a\\n\\u0041\\x42"': "a\nAB", '@"c:\\x ""y"""': 'c:\\x "y"', '"""\n      Hi "you"\n\n        there\n      """': 'Hi "you"\n\n  there', "'\\''": "'", '"x"u8': "x", '"""one"""': "one",
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), TEXTS.items(), ids=[str(number) for number in range(len(TEXTS))])
def test_a_literal_says_what_csharp_says(written: str, said: str) -> None:
    facts = facts_of(f"class A {{ object s = {written}; }}", "A.cs")
    assert said in {value.text for value in facts.values if value.constant_type == "string"}


def test_an_interpolated_string_is_one_format() -> None:
    facts = facts_of('class A { string f(string a) => $"x {a} y"; }', "A.cs")
    found = next(value for value in facts.values if value.kind == "format")
    assert (found.text, [facts.values[part].text for part in found.inputs]) == ("f-string", ["x ", "a", " y"])


def test_a_constant_is_known_through_a_class_of_another_file() -> None:
    program = program_of(
        {
            "src/App.cs": "namespace Acme;\nclass App { string f() { return Names.Model; } }\n",
            "src/Names.cs": 'namespace Acme;\nstatic class Names { public const string Model = "gpt-4o"; }\n',
        }
    )
    file = next(index for index, facts in enumerate(program.files) if facts.path == "src/App.cs")
    function = next(function for function in program.files[file].functions if function.name == "f")
    assert program.constant((file, function.returns[0])) == "gpt-4o"


def test_a_test_that_leaves_is_known_behind_it() -> None:
    facts = facts_of(ROOM.replace("BODY", 'if (!c.Contains(a)) { throw new Exception("x"); }\nreturn a;'), "App.cs")
    assert facts.values[next(f for f in facts.functions if f.name == "f").returns[0]].kind == "guarded"


def test_a_syntax_error_is_listed_and_what_is_around_it_read() -> None:
    facts = facts_of("class A { void f() { g(; } string h(string a) { return a; } }", "A.cs")
    assert facts.errors
    assert "a" in made_of(facts, "h")
