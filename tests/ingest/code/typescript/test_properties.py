"""Whatever text comes in: facts that hold together, whose shape is the program's and not its layout's."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.code.program import Program
from ingest.code.typescript import read_typescript
from tests.ingest.code.test_properties import assert_whole, shape

LINES = (
    "import a, { b as c, type D } from './x';", "import * as n from 'y';", "import 'z';", "import type { T } from 't';", "export * from './x';", "export * as e from './x';", "export { a as default };",
    "export default async function f({ a, b: [c], d = 1, ...e }: P = {}, g?: string, ...h: any[]): Promise<void> {", "}", "const x = require('x');", "module.exports = { a, b };", "exports.a = b;",
    "let { a, b: { c = 1 } = {}, ...d } = e, [f, , ...g] = h;", "x ??= y?.z?.[0]?.(1)!;", "a = b = `c ${d} e`;", "tag`a${b}`;", "if (a) {", "} else if (!b) {", "} else {", "for (const [k, v] of Object.entries(o)) {",
    "for (let i = 0; i < 9; i++) {", "for (const k in o) {", "while (a) {", "do {", "} while (b);", "switch (x) { case 1: a(); break; default: b() }", "try {", "} catch (e) {", "} finally {", "return x;", "throw new Error(`x`);", "break;", "continue;",
    "class A<T> extends B implements I { #p = 1; static s = 2; constructor(private a: X) { super(a) } get g() { return this.#p } @D() m(@P() x) {} }", "abstract class Q { abstract m(): void }", "interface I { a: string; m(x: number): void }",
    "type T = 'a' | { x: string } | null;", "enum E { A = 'x', B }", "namespace N { export const v = 1 }", "declare module 'm' { }", "const f = async (a) => ({ ...a, [k]: 1, m() {}, get z() { return 1 } });", "items.map((x) => x.y).filter(Boolean).reduce((a, b) => a + b, '');",
    "x.then((y) => y).catch(() => null);", "yield* g();", "await import('m');", "a = <A x={1} {...b}>t {c}<b /></A>;", "<></>;", "const [a, b] = await Promise.all([c(), d()]);", "delete a.b, void 0, typeof c;", "label: for (;;) { continue label }", "/x[/]y/g.test(a);",
    "`", "'", "(", "{", "/*", "\x00", "é = 'ü'", "\u2028", "x!", "<T,>(a: T) => a", "@", "#x in y",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))
PATHS = st.sampled_from(["src/a.ts", "src/a.tsx", "src/a.js", "a.mjs"])


@settings(deadline=None, max_examples=150)
@given(TEXTS, PATHS)
def test_any_text_becomes_facts_that_hold_together(text: str, path: str) -> None:
    facts = read_typescript(path, "product", text)
    assert_whole(facts)
    assert facts == read_typescript(path, "product", text)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TEXTS, PATHS), min_size=1, max_size=3))
def test_any_texts_become_a_program_that_answers(texts: list[tuple[str, str]]) -> None:
    program = Program([read_typescript(f"pkg{number}/{path}", "product", text) for number, (text, path) in enumerate(texts)])
    program.link()
    for file, facts in enumerate(program.files):
        for identity in range(min(len(facts.values), 60)):
            node = (file, identity)
            assert all(isinstance(name, str) for name in (*program.names(node), *program.types(node)))
            program.origins(node)
            program.constant(node)


BODY = (
    "{i}let alpha1 = beta;", "{i}beta += gamma(alpha);", "{i}if (alpha) {{\n{i}  beta = alpha;\n{i}}} else {{\n{i}  beta = 'x';\n{i}}}", "{i}if (!alpha) {{\n{i}  return beta;\n{i}}}", "{i}for (const one of alpha) {{\n{i}  beta = beta + one;\n{i}}}",
    "{i}[alpha, beta] = [beta, alpha];", "{i}alpha = `a ${{beta}} b`;", "{i}alpha.push(beta);", "{i}beta['k'] = alpha;", "{i}return beta.map((one) => one.x);", "{i}try {{\n{i}  alpha = call(beta);\n{i}}} catch (e) {{\n{i}  alpha = beta;\n{i}}}",
    "{i}const {{ x, ...rest }} = alpha;", "{i}alpha = beta ? alpha : null;", "{i}switch (alpha) {{ case 'x': beta = alpha; break; default: beta = 1; }}", "{i}const inner = (beta) => beta + alpha;",
)  # fmt: skip
FUNCTIONS = st.lists(st.sampled_from(BODY), min_size=1, max_size=7, unique=True).map(
    lambda parts: "\n".join(["function run(alpha, beta) {", *(part.format(i="  ") for part in parts), "  return alpha;", "}"]) + "\n"
)


@settings(deadline=None, max_examples=50)
@given(FUNCTIONS)
def test_renamed_variables_keep_the_shape(text: str) -> None:
    renamed = re.sub(r"\bbeta\b", "b2", re.sub(r"\balpha\b", "a1", text))
    assert shape(read_typescript("a.ts", "product", renamed), {"a1": "alpha", "b2": "beta"}) == shape(
        read_typescript("a.ts", "product", text)
    )


@settings(deadline=None, max_examples=50)
@given(FUNCTIONS, st.sampled_from(["", "\n", "// note\n", "/* alpha = beta */\n\n"]))
def test_blank_lines_and_comments_keep_the_shape(text: str, filler: str) -> None:
    filled = "".join(filler + line + "\n" for line in text.split("\n"))
    assert shape(read_typescript("a.ts", "product", filled)) == shape(read_typescript("a.ts", "product", text))


@settings(deadline=None, max_examples=40)
@given(FUNCTIONS)
def test_javascript_and_typescript_have_one_shape(text: str) -> None:
    assert shape(read_typescript("a.js", "product", text)) == shape(read_typescript("a.ts", "product", text))


DEEP = 100_000
NESTED = {
    "parentheses": "x = " + "(" * DEEP + "1" + ")" * DEEP, "arrays": "x = " + "[" * DEEP + "]" * DEEP, "calls": "x = " + "f(" * DEEP + ")" * DEEP, "a chain of sums": "x = " + "a + " * DEEP + "a",
    "a chain of members": "x = a" + ".b" * DEEP, "a chain of calls": "x = a" + "()" * DEEP, "a chain of methods": "x = a" + ".b()" * (DEEP // 4), "a chain of indexes": "x = a" + "[0]" * DEEP, "a chain of ors": "x = " + "a || " * DEEP + "a",
    "nots": "x = " + "!" * DEEP + "a", "arrows": "x = " + "a => " * DEEP + "a", "conditionals": "x = " + "a ? b : " * DEEP + "a", "unclosed": "{" * DEEP, "objects": "x = " + "{a: " * DEEP + "1" + "}" * DEEP, "targets": "a = " * DEEP + "1",
    "awaits": "x = " + "await " * DEEP + "a", "templates": "x = " + "`${" * 2000 + "1" + "}`" * 2000, "elses": "if (a) b()\n" + "else if (a) b()\n" * (DEEP // 50), "blocks": "if (x) {\n" * 3000 + "y = x\n" + "}\n" * 3000, "casts": "x = " + "<any>" * (DEEP // 4) + "a",
    "markup": "x = " + "<a>" * 5000 + "</a>" * 5000, "unions": "type T = " + "A | " * (DEEP // 10) + "B", "branches": "if (x) { y = x }\n" * (DEEP // 20), "assignments": "x = x\n" * (DEEP // 5), "functions": "function f() {" * 2000 + "}" * 2000,
}  # fmt: skip


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_deep_nesting_ends_in_facts(text: str) -> None:
    begun = time.process_time()
    facts = read_typescript("a.tsx" if "<a>" in text else "a.ts", "product", text)
    assert_whole(facts)
    program = Program([facts])
    program.link()
    for identity in range(len(facts.values))[-3:]:
        program.origins((0, identity))
    assert time.process_time() - begun < 10


def test_what_is_nested_too_deeply_is_listed_as_not_read() -> None:
    facts = read_typescript("a.ts", "product", "x = " + "(" * DEEP + "1" + ")" * DEEP + "\nconst y = 2\n")
    assert any("deep" in error for error in facts.errors)
    assert "y" in facts.variables


def test_code_around_a_syntax_error_is_read() -> None:
    facts = read_typescript(
        "a.ts", "product", "import fs from 'fs';\nfunction broken(: {\n}\n\nexport function fine(x) {\n  return fs.readFileSync(x);\n}\n"
    )
    assert facts.errors and re.match(r"line \d+: ", facts.errors[0])
    assert "fine" in {function.name for function in facts.functions}


def test_an_ampersand_in_the_text_of_markup_is_no_error() -> None:
    facts = read_typescript("a.tsx", "product", "export const A = () => <p>Save & Send {x}</p>;\n")
    assert facts.errors == ()
