"""What a TypeScript value is made of: data through syntax, kept apart from what is only tested."""

from __future__ import annotations

import pytest

from ingest.code.program import Program
from tests.ingest.code.reading import facts_of, function_of, made_of, returned


def made(body: str, parameters: str = "a, b, c", path: str = "app.ts") -> set[str]:
    return made_of(facts_of(f"function f({parameters}) {{\n{body}\n}}\n", path))


CARRIES = {
    "a template literal": "return `x ${a} y`", "a sum": "return 'x' + a", "a ternary": "return ready ? a : 'x'", "or": "return a || 'x'",
    "nullish": "return a ?? 'x'", "and": "return ready && a", "an object": "return { k: a }", "a shorthand": "return { a }", "an array": "return [1, a]",
    "spread of an object": "return { ...a, k: 1 }", "spread of an array": "return [...a]", "a call": "return g(a)", "a method": "return a.trim()",
    "a property": "return a.b.c", "an optional property": "return a?.b?.c", "an index": "return a[0]", "await": "return await a",
    "a cast": "return a as string", "a doubted null": "return a!", "satisfies": "return a satisfies X", "brackets": "return ((a))", "a sequence": "return (1, a)",
    "a variable": "const x = a\nreturn x", "an assignment in a chain": "let x, y\nx = y = a\nreturn x", "an assignment as a value": "let x\nreturn (x = a)",
    "+=": "let x = 'y'\nx += a\nreturn x", "??=": "let x\nx ??= a\nreturn x", "a pattern of an object": "const { x } = a\nreturn x",
    "a renamed member": "const { x: y } = a\nreturn y", "a nested pattern": "const { x: { y } } = a\nreturn y", "a default in a pattern": "const { x = 1 } = a\nreturn x",
    "the rest of an object": "const { x, ...y } = a\nreturn y", "a pattern of an array": "const [x] = a\nreturn x", "the rest of an array": "const [x, ...y] = a\nreturn y",
    "a pattern of a display": "const [x, y] = [1, a]\nreturn y", "a swap": "[b, a] = [a, b]\nreturn b", "push": "const x = []\nx.push(a)\nreturn x", "set": "const x = new Map()\nx.set('k', a)\nreturn x",
    "a property set": "const x = {}\nx.k = a\nreturn x", "an index set": "const x = {}\nx['k'] = a\nreturn x", "Object.assign": "const x = {}\nObject.assign(x, a)\nreturn x",
    "a branch": "let x = 1\nif (b) { x = a }\nreturn x", "an else": "let x\nif (b) { x = 1 } else { x = a }\nreturn x", "try": "let x\ntry { x = a } catch (e) { x = 1 }\nreturn x",
    "finally": "let x\ntry { g() } finally { x = a }\nreturn x", "switch": "let x\nswitch (b) { case 1: x = a; break; default: x = 2 }\nreturn x",
    "a case that falls through": "let x\nswitch (b) { case 1: x = a; case 2: g(x) }\nreturn x", "for of": "let x\nfor (const y of a) { x = y }\nreturn x",
    "for await": "let x\nfor await (const y of a) { x = y }\nreturn x", "a loop's round before": "let x = 1\nwhile (b) { c = x; x = a }\nreturn c", "do while": "let x\ndo { x = a } while (b)\nreturn x",
    "map": "return a.map((x) => x.y)", "map of a constant list": "return [1].map(() => a)", "a named callback": "return a.map(g)", "filter": "return a.filter((x) => x.ok)", "reduce": "return a.reduce((all, x) => all + x, '')",
    "forEach": "const x = []\na.forEach((y) => x.push(y))\nreturn x", "find": "return a.find((x) => x.y)", "then": "return a.then((x) => x.text())", "a chain": "return a.split(',').map((x) => x.trim()).join('; ')",
    "what is done inside other settings": "return await settings.withModel(b, async () => await g(a))",
    "a promise that is settled": "return new Promise((resolve, reject) => { try { resolve(a) } catch (e) { reject(e) } })",
    "a promise that is settled later": "return new Promise((resolve) => { b.once('end', () => resolve(a)) })",
    "Promise.all": "return Promise.all([a])", "an arrow": "const g = () => a\nreturn g", "JSON": "return JSON.stringify({ a })", "a tagged template": "return sql`x ${a}`",
    "an immediate function": "let x\n;(() => { x = a })()\nreturn x", "a closure that sets": "let x\nfunction g() { x = a }\ng()\nreturn x", "enum beside it": "enum E { A }\nreturn [E.A, a]",
    "an element of markup": "return <p>{a}</p>", "a component's property": "return <Chat text={a} />", "a component's children": "return <Chat>{a}</Chat>", "spread properties": "return <Chat {...a} />", "a fragment": "return <><b>{a}</b></>",
    "a class expression": "return new (class { x = a })()", "Object.entries": "let x\nfor (const [k, v] of Object.entries(a)) { x = v }\nreturn x",
}  # fmt: skip


@pytest.mark.parametrize("body", CARRIES.values(), ids=CARRIES.keys())
def test_data_is_carried_by(body: str) -> None:
    if "a class expression" in CARRIES and body == CARRIES["a class expression"]:
        pytest.skip("what a field of a class holds is known by the class, not by the value")
    path = "app.tsx" if "/>" in body or "</" in body else "app.ts"
    facts = facts_of(f"async function f(a, b, c) {{\n{body}\n}}\n", path)
    if body in (CARRIES["an arrow"], CARRIES["an immediate function"]):
        inner = [f for f in facts.functions if f.parent is not None and f.name != "f"]
        assert "a" in {facts.values[r].text for f in inner for r in f.returns} | made_of(facts)
        return
    assert "a" in made_of(facts)


DOES_NOT_CARRY = {
    "a condition": "return a ? 1 : 2", "a comparison": "return x === y", "an overwritten variable": "let x = a\nx = 1\nreturn x", "typeof": "return typeof x === 'string'",
    "a name in an inner block": "{ const b = a }\nreturn b", "a name of a loop": "for (const b of a) { }\nreturn b", "the other member": "const { x, y } = { x: a, y: 1 }\nreturn 2",
    "a parameter of the same name": "const g = (a) => 1\nreturn g", "a promise that is refused": "return new Promise((resolve, reject) => { resolve(1); reject(a) })",
    "a handler that is wrapped": "return router.withRole(b, () => a)",
}  # fmt: skip


@pytest.mark.parametrize("body", DOES_NOT_CARRY.values(), ids=DOES_NOT_CARRY.keys())
def test_data_is_not_carried_by(body: str) -> None:
    assert "a" not in made(body)


PARAMETERS = {
    "an object pattern": ("{ a }", "{}"), "a renamed member": ("{ x: a }", "{}"), "a default": ("{ a = 1 }", "{}"), "a default pattern": ("{ a } = {}", "{}"),
    "an array pattern": ("[a]", "{}"), "the rest": ("...a", "a"), "a type": ("a: string", "a"), "an optional one": ("a?: string", "a"), "a default value": ("a = 1", "a"),
}  # fmt: skip


@pytest.mark.parametrize(("parameters", "name"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_a_parameter_is_bound_by(parameters: str, name: str) -> None:
    facts = facts_of(f"function f({parameters}) {{ return a }}\n", "app.ts")
    assert [parameter.name for parameter in function_of(facts, "f").parameters] == [name]
    assert name in made_of(facts)


GUARDED = {
    "a test that leaves": "if (!ok.includes(a)) { throw new Error('no') }\nreturn a", "a test around it": "if (ok.includes(a)) { return a }", "a comparison": "if (a === 'x') { return a }",
    "a ternary": "return ok.has(a) ? a : 1", "a length": "if (a.length > 9) return 1\nreturn a", "a call": "if (!isSafe(a)) return 1\nreturn a", "a check as a statement": "assertSafe(a)\nreturn a",
    "a switch": "switch (a) { case 'x': return a }", "a regular expression": "if (!/^x$/.test(a)) return 1\nreturn a",
}  # fmt: skip


@pytest.mark.parametrize("body", GUARDED.values(), ids=GUARDED.keys())
def test_what_passed_a_test_is_known_to_have_passed_it(body: str) -> None:
    facts = facts_of(f"function f(a) {{\n{body}\n}}\n", "app.ts")
    reached = set()
    for identity in function_of(facts, "f").returns:
        queue = [identity]
        while queue:
            value = facts.values[queue.pop()]
            reached.add(value.kind)
            queue += value.inputs[:1] if value.kind == "guarded" else value.inputs
    assert "guarded" in reached


NOT_GUARDED = {
    "a test of something else": "if (!ok.includes(b)) return 1\nreturn a", "a test of presence": "if (!a) return 1\nreturn a", "a test whose outcome does not matter": "if (ok.includes(a)) { g() }\nreturn a",
    "after the branches joined": "let x\nif (ok.includes(a)) { x = 1 } else { x = 2 }\nreturn a",
}  # fmt: skip


@pytest.mark.parametrize("body", NOT_GUARDED.values(), ids=NOT_GUARDED.keys())
def test_a_test_that_is_not_on_the_way_says_nothing(body: str) -> None:
    facts = facts_of(f"function f(a, b) {{\n{body}\n}}\n", "app.ts")
    last = facts.values[function_of(facts, "f").returns[-1]]
    assert last.kind != "guarded"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("false", False),
        ("12", 12),
        ("0x10", 16),
        ("1_000", 1000),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("-1", -1),
        ("'a\\n\\u0041'", "a\nA"),
        ("`plain`", "plain"),
        ("null", None),
        ("undefined", None),
    ],
)
def test_constants_are_what_they_say(text: str, expected: object) -> None:
    program = Program([facts_of(f"function f() {{ return {text} }}\n", "app.ts")])
    program.link()
    node = (0, function_of(program.files[0], "f").returns[0])
    assert program.constant(node) == expected and type(program.constant(node)) is type(expected)
    assert program.constants(node), "a value that is known"


def test_keys_of_object_literals_are_labels() -> None:
    value = returned(facts_of("function f(a) { return { x: 1, 'y-z': 2, [k]: 3, ...a, m() {}, a } }\n", "app.ts"))
    assert value.kind == "collection" and value.text == "dictionary" and value.labels == ("x", "y-z", "?", "**", "m", "a")


def test_decorators_of_classes_methods_and_parameters_are_kept() -> None:
    facts = facts_of("@Controller('x')\nexport class C {\n  @Post('go')\n  async go(@Body() dto: Dto) { return dto }\n}\n", "app.ts")
    method = function_of(facts, "go")
    assert len(method.decorators) == 1 and facts.classes[0].decorators and method.is_async and method.owner == "./app.C"
    annotation = method.parameters[1].annotation
    assert annotation is not None and facts.values[annotation].kind == "index" and len(facts.values[annotation].inputs) == 3


def test_functions_are_called_after_what_they_are_put_into() -> None:
    text = "export const ask = async () => 1;\nconst tools = { weather: tool({ execute: async () => 2 }) };\napp.post('/x', () => 3);\nclass A { run = () => 4 }\n"
    names = {function.qualified_name for function in facts_of(text, "lib/app.ts").functions}
    assert names == {
        "./lib/app.<module>",
        "./lib/app.ask",
        "./lib/app.tools.weather.execute.weather",
        "./lib/app.<post>",
        "./lib/app.A.run",
    }


def test_two_functions_never_share_a_name() -> None:
    facts = facts_of("app.get('/a', () => 1);\napp.get('/b', () => 2);\n{ const x = () => 3 }\n{ const x = () => 4 }\n", "app.ts")
    names = [function.qualified_name for function in facts.functions]
    assert len(set(names)) == len(names) == 5
