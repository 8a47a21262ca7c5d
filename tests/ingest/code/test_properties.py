"""Whatever text comes in: facts whose parts refer to each other, and whose shape is the program's, not its layout's."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.code.program import Program
from ingest.code.python import read_python
from ingest.facts import CodeFacts

LINES = (
    "import os", "from a.b import c as d", "from . import *", "x = 1", "x, y = y, x", "x += f(y)", "if x:", "    x = y", "else:", "    return x", "for x in y:", "    continue",
    "while x:", "    break", "def f(x, *y, z=1, **w):", "    yield x", "class A(B, metaclass=C):", "    x: int = 1", "    def m(self): self.x = x", "@d(1)", "async def g():",
    "    await x", "with a as b, c:", "try:", "except E as e:", "finally:", "match x:", "    case [a, *b] if a:", "    case {'k': v, **r}:", "lambda x=y: x", "f'{x!r:{y}}'",
    "[a for a in b if a]", "{**x, 'k': y}", "global x", "nonlocal x", "del x", "x[1:2, ...] = y", "x.y.z = x.y", "assert x, y", "print(*x, **y)", "raise X from Y", '"""', "(", "\\", "\tx", "type X[T] = int", "x := 1", "\x00", "é = 'ü'", "𝒳 = 1",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(LINES), max_size=14).map("\n".join))


def assert_whole(facts: CodeFacts) -> None:
    count, functions = len(facts.values), len(facts.functions)
    for value in facts.values:
        assert all(0 <= x < count for x in value.inputs)
        assert 1 <= value.line <= value.end_line <= facts.lines
        assert 0 <= value.scope < functions
        if value.kind == "call":
            assert value.inputs and len(value.labels) == len(value.inputs)
        if value.kind in ("index", "attribute", "guarded", "element_of", "update"):
            assert value.inputs
        if value.kind == "guarded":
            assert len(value.inputs) == 2
    for function in facts.functions:
        assert 1 <= function.line <= function.end_line <= facts.lines
        assert function.parent is None or 0 <= function.parent < functions
        for identity in (*function.returns, *function.decorators, *(p.value for p in function.parameters)):
            assert 0 <= identity < count
        for parameter in function.parameters:
            assert facts.values[parameter.value].kind == "parameter"
            assert all(0 <= given < count for given in (parameter.annotation, parameter.default) if given is not None)
    for cls in facts.classes:
        assert 1 <= cls.line <= cls.end_line <= facts.lines
        assert all(0 <= given < count for given in (*cls.bases, *cls.decorators, *(v for _n, v in cls.keywords)))
        assert all(0 <= method < functions for method in cls.methods)
    assert all(0 <= given < count for values in facts.variables.values() for given in values)
    assert all(0 <= store.base < count and 0 <= store.value < count for store in facts.stores)
    assert all(0 <= branch.condition < count and branch.line <= facts.lines for branch in facts.branches)
    for call, branches in facts.conditions.items():
        assert facts.values[call].kind == "call" and all(0 <= branch < len(facts.branches) for branch in branches)


@settings(deadline=None, max_examples=120)
@given(TEXTS)
def test_any_text_becomes_facts_that_hold_together(text: str) -> None:
    facts = read_python("pkg/app.py", "product", text)
    assert_whole(facts)
    assert facts.lines == text.encode("utf-8", "replace").count(b"\n") + 1


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_any_texts_become_a_program_that_answers(texts: list[str]) -> None:
    program = Program([read_python(f"pkg/m{number}.py", "product", text) for number, text in enumerate(texts)])
    program.link()
    for file, facts in enumerate(program.files):
        for identity in range(min(len(facts.values), 60)):
            node = (file, identity)
            assert all(isinstance(name, str) for name in (*program.names(node), *program.types(node)))
            program.origins(node)  # none where a value is made of itself alone
            program.constant(node)


@settings(deadline=None, max_examples=40)
@given(TEXTS)
def test_the_same_text_gives_the_same_facts(text: str) -> None:
    assert read_python("a.py", "product", text) == read_python("a.py", "product", text)


BODY = (
    "{i}alpha = beta", "{i}beta += gamma(alpha)", "{i}if alpha:\n{i}    beta = alpha\n{i}else:\n{i}    beta = 'x'", "{i}if not alpha:\n{i}    return beta",
    "{i}for beta in alpha:\n{i}    alpha = alpha + beta", "{i}alpha, beta = beta, alpha", "{i}alpha = f'a {{beta}} b'", "{i}alpha.append(beta)", "{i}beta['k'] = alpha",
    "{i}alpha = [beta for beta in alpha if beta]", "{i}try:\n{i}    alpha = call(beta)\n{i}except E:\n{i}    alpha = beta", "{i}while alpha:\n{i}    beta = alpha\n{i}    break",
    "{i}with alpha as beta:\n{i}    beta = beta.read()", "{i}match alpha:\n{i}    case [beta]:\n{i}        alpha = beta", "{i}alpha = lambda beta: beta + alpha", "{i}alpha = beta if alpha else None",
)  # fmt: skip
FUNCTIONS = st.lists(st.sampled_from(BODY), min_size=1, max_size=7).map(
    lambda parts: "\n".join(["def run(alpha, beta):", *(part.format(i="    ") for part in parts), "    return alpha"]) + "\n"
)


def shape(facts: CodeFacts, names: dict[str, str] | None = None) -> object:
    """Everything of the graph but lines and columns, with names put back."""
    names = names or {}

    def plain(text: str) -> str:
        return re.sub(r"<lambda:\d+:\d+>", "<lambda>", names.get(text, text))

    values = [(v.kind, plain(v.text), v.inputs, v.labels, v.scope, v.constant_type) for v in facts.values]
    functions = [(plain(f.qualified_name), tuple(plain(p.name) for p in f.parameters), f.returns) for f in facts.functions]
    branches = [(b.condition, b.scope, b.exits_when) for b in facts.branches]
    return values, functions, branches, dict(facts.conditions), [(s.base, s.attribute, s.value) for s in facts.stores]


@settings(deadline=None, max_examples=50)
@given(FUNCTIONS)
def test_renamed_variables_keep_the_shape(text: str) -> None:
    renamed = re.sub(r"\bbeta\b", "b2", re.sub(r"\balpha\b", "a1", text))
    assert shape(read_python("a.py", "product", renamed), {"a1": "alpha", "b2": "beta"}) == shape(read_python("a.py", "product", text))


@settings(deadline=None, max_examples=50)
@given(FUNCTIONS, st.data())
def test_blank_lines_and_comments_keep_the_shape(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    filled: list[str] = []
    for line in lines:
        indent = re.match(r" *", line)
        filler = data.draw(st.sampled_from(["", "\n", "# note\n", "\n\n# alpha = beta\n"]))
        # A comment stands as deep as the line it is about.
        filled.append("".join(f"{indent.group() if indent and part else ''}{part}\n" for part in filler.split("\n")[:-1]) + line)
    assert shape(read_python("a.py", "product", "\n".join(filled))) == shape(read_python("a.py", "product", text))


@settings(deadline=None, max_examples=30)
@given(FUNCTIONS, st.integers(0, 5))
def test_moved_functions_keep_their_values_and_move_their_lines(text: str, blank: int) -> None:
    here, below = read_python("a.py", "product", text), read_python("a.py", "product", "\n" * blank + text)
    assert [(v.line + blank, v.end_line + blank) for v in here.values] == [(v.line, v.end_line) for v in below.values]


DEEP = 100_000
NESTED = {
    "parentheses": "x = " + "(" * DEEP + "1" + ")" * DEEP, "lists": "x = " + "[" * DEEP + "]" * DEEP, "calls": "x = " + "f(" * DEEP + ")" * DEEP,
    "a chain of sums": "x = " + "a + " * DEEP + "a", "a chain of attributes": "x = a" + ".b" * DEEP, "a chain of ors": "x = " + "a or " * DEEP + "a",
    "a chain of calls": "x = a" + "()" * DEEP, "a chain of indexes": "x = a" + "[0]" * DEEP, "nots": "x = " + "not " * DEEP + "a", "lambdas": "x = " + "lambda: " * DEEP + "a",
    "conditionals": "x = " + "a if b else " * DEEP + "a", "strings": "x = " + "'a' " * DEEP, "unclosed": "(" * DEEP, "powers": "x = " + "a ** " * DEEP + "a",
    "dicts": "x = " + "{1: " * DEEP + "1" + "}" * DEEP, "minuses": "x = " + "-" * DEEP + "1", "targets": "a = " * DEEP + "1", "awaits": "x = " + "await " * DEEP + "a",
    "assignments": "x = x\n" * (DEEP // 5), "branches": "".join("if x:\n    y = x\n" for _ in range(DEEP // 20)), "elifs": "if a:\n  b\n" + "elif a:\n  b\n" * (DEEP // 50),
    "blocks": "".join("    " * depth + "if x:\n" for depth in range(600)) + "    " * 600 + "y = x\n",
}  # fmt: skip


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_deep_nesting_ends_in_facts_and_is_said(text: str) -> None:
    begun = time.process_time()
    facts = read_python("a.py", "product", text)
    assert_whole(facts)
    program = Program([facts])
    program.link()
    for identity in range(len(facts.values))[-3:]:
        assert program.origins((0, identity))
    assert time.process_time() - begun < 10


def test_what_is_nested_too_deeply_is_listed_as_not_read() -> None:
    facts = read_python("a.py", "product", "x = " + "(" * DEEP + "1" + ")" * DEEP + "\ny = 2\n")
    assert any("deep" in error for error in facts.errors)
    assert "y" in facts.variables


def test_code_around_a_syntax_error_is_read() -> None:
    facts = read_python("a.py", "product", "import os\ndef broken(:\n    pass\n\ndef fine(x):\n    return os.system(x)\n")
    assert facts.errors and re.match(r"line \d+: ", facts.errors[0])
    assert "fine" in {function.name for function in facts.functions}


def test_nothing_of_the_text_is_executed(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    read_python("a.py", "product", f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n")
    assert not mark.exists()
