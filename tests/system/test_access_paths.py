"""Fields of one object are kept apart where it is built, copied, spliced and taken to pieces."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.program.access_paths import MAX_PATH, leads_to, take, under
from tests.system.small import scan_of
from tests.system.test_flows import is_run, route

RECORD = "from pydantic import BaseModel\nclass M(BaseModel):\n    a: str = ''\n    b: str = ''\nclass N(BaseModel):\n    a: str = ''\n    b: str = ''\n"
DATACLASS = "from dataclasses import asdict, dataclass, replace\n@dataclass\nclass M:\n    a: str\n    b: str\n"
TYPED = "from typing import TypedDict\nclass M(TypedDict):\n    a: str\n    b: str\n"

# One way to build an object, and how its entry is read that holds the caller's text, and one that does not.
APART = {
    "members of a list": ("d = [text, '1']", "d[0]", "d[1]", ""),
    "members counted from the end": ("d = ['1', text]", "d[-1]", "d[-2]", ""),
    "parts of a tuple counted from the end": ("d = ('1', text)", "d[-1]", "d[-2]", ""),
    "objects in a list": ("d = [{'a': text}, {'a': '1'}]", "d[0]['a']", "d[1]['a']", ""),
    "deep dictionaries": ("d = {'a': {'b': {'c': text, 'd': '1'}}}", "d['a']['b']['c']", "d['a']['b']['d']", ""),
    "a dictionary spliced into another": ("g = {'a': text}\nd = {**g, 'b': '1'}", "d['a']", "d['b']", ""),
    "an entry after a splice": ("g = {'a': text, 'b': text}\nd = {**g, 'b': '1'}", "d['a']", "d['b']", ""),
    "an entry written again": ("d = {'a': text, 'b': text}\nd['b'] = '1'", "d['a']", "d['b']", ""),
    "an entry updated again": ("d = {'a': text, 'b': text}\nd.update(b='1')", "d['a']", "d['b']", ""),
    "an entry by default": ("d = {}\nd.setdefault('a', text)", "d['a']", "d['b']", ""),
    "a copy with another entry": ("d = dict({'a': text, 'b': text}, b='1')", "d['a']", "d['b']", ""),
    "a dumped model": ("d = M(a=text, b='1').model_dump()", "d['a']", "d['b']", RECORD),
    "a model made of a dump": ("d = N(**M(a=text, b='1').model_dump())", "d.a", "d.b", RECORD),
    "a model copied with another field": ("d = M(a=text, b=text).model_copy(update={'b': '1'})", "d.a", "d.b", RECORD),
    "a field read by its name": ("d = M(a=text, b='1')", "getattr(d, 'a')", "getattr(d, 'b')", RECORD),
    "a field set by its name": ("d = M()\nsetattr(d, 'a', text)", "d.a", "d.b", "class M:\n    pass\n"),
    "a dataclass as a dictionary": ("d = asdict(M(a=text, b='1'))", "d['a']", "d['b']", DATACLASS),
    "a dataclass with another field": ("d = replace(M(a=text, b=text), b='1')", "d.a", "d.b", DATACLASS),
    "a typed dictionary": ("d = M(a=text, b='1')", "d['a']", "d['b']", TYPED),
    "text and back": ("import json\nd = json.loads(json.dumps({'a': text, 'b': '1'}))", "d['a']", "d['b']", ""),
    "pairs of two lists": ("pairs = list(zip([text], ['1']))\nfor d in pairs:\n    pass", "d[0]", "d[1]", ""),
    "values of a table": ("g = {'a': text}\nd = {k: v for k, v in g.items()}", "list(d.values())[0]", "list(d.keys())[0]", ""),
    "entries of a table": ("g = {'a': text}\nfor d in {k: v for k, v in g.items()}.items():\n    pass", "d[1]", "d[0]", ""),
    "a table among others": (
        "d = []\nfor g in [{'a': text}]:\n    d.append({k: v for k, v in g.items() if v})", "d[0]['a']", "', '.join(d[0].keys())", "",
    ),
    "keys of a table": ("d = {k: '1' for k in text.split()}", "', '.join(d)", "d['a']", ""),
    "a table gone through": ("g = {'a': text}\nd = [[g[k], k] for k in g]", "d[0][0]", "d[0][1]", ""),
    "a table made a list": ("g = {}\ng[name] = text", "g[name]", "sorted(g)[0]", "name = 'a'\n"),
    "numbered members": ("for d in enumerate([text]):\n    pass", "d[1]", "d[0]", ""),
}  # fmt: skip


@pytest.mark.parametrize(("built", "read", "_other", "before"), APART.values(), ids=APART.keys())
def test_the_entry_that_holds_the_text_is_followed(built: str, read: str, _other: str, before: str) -> None:
    assert is_run(route(f"{built}\neval({read})", before))


@pytest.mark.parametrize(("built", "_read", "other", "before"), APART.values(), ids=APART.keys())
def test_another_entry_of_the_same_object_is_not(built: str, _read: str, other: str, before: str) -> None:
    assert not is_run(route(f"{built}\neval({other})", before))


@pytest.mark.parametrize(
    "body",
    [
        "d = ['1']\nd.insert(0, text)\neval(d[0])",
        "d = [text]\nd.insert(0, '1')\neval(d[1])",
        "d = ['1'] + [text]\neval(d[1])",
        "g = [text]\nd = ['1', *g]\neval(d[1])",
        "d = ['1', '2', text][1:]\neval(d[1])",
        "d = sorted(['1', text])\neval(d[0])",
        "d = ['1', text]\neval(d[number])",
        "d = {'a': text}\nd.setdefault('a', '1')\neval(d['a'])",
        "d = {'a': '1', **{'a': text}}\neval(d['a'])",
        "d = [text, '1']\nfor part in d:\n    eval(part)",
    ],
)
def test_text_is_not_lost_where_members_change_their_places(body: str) -> None:
    assert is_run(route(body, signature="text: str, number: int = 0"))


def test_a_path_past_its_bound_means_all_that_lies_there() -> None:
    deep = under("a", under("b", under("c", under("d", under("e", ())))))

    assert len(deep) == MAX_PATH
    assert take(deep, "a") is not None and take(deep, "b") is None


@pytest.mark.parametrize(
    ("path", "key", "leads"),
    [(("[1]", "text"), "*.text", True), (("[1]", "id"), "*.text", False), (("text",), "(text)", False), ((), "(text)", True)],
)
def test_a_member_of_a_list_is_any_member_to_a_rule(path: tuple[str, ...], key: str, leads: bool) -> None:
    assert leads_to(path, key) is leads


SERVER = "import { exec } from 'node:child_process';\nimport express from 'express';\nimport 'openai';\nconst app = express();\n"
SCRIPT = {
    "an object spliced into another": ("const d = { ...{ a: q, b: q }, b: '1' };", "d.a", "d.b"),
    "objects assigned in a row": ("const d = Object.assign({}, { a: q, b: q }, { b: '1' });", "d.a", "d.b"),
    "the rest of a pattern": ("const { b, ...d } = { a: q, b: q };", "d.a", "d.b"),
    "a renamed rest of a pattern": ("const { b: other, ...d } = { a: q, b: q };", "d.a", "d.b"),
    "members of a list": ("const d = ['1', q];", "d[1]", "d[0]"),
    "members asked by at": ("const d = ['1', q];", "d.at(1)", "d.at(0)"),
    "entries": ("const d = Object.entries({ a: q })[0];", "d[1]", "d[0]"),
    "entries and back": ("const d = Object.fromEntries(Object.entries({ a: q }));", "d.a", "Object.keys(d)[0]"),
    "a deep copy": ("const d = JSON.parse(JSON.stringify({ a: q, b: '1' }));", "d.a", "d.b"),
    "a structured clone": ("const d = structuredClone({ a: q, b: '1' });", "d.a", "d.b"),
    "objects that are mapped": ("const d = [{ x: q, y: '1' }].map((m) => ({ a: m.x, b: m.y }))[0];", "d.a", "d.b"),
}  # fmt: skip


@pytest.mark.parametrize(("built", "read", "other"), SCRIPT.values(), ids=SCRIPT.keys())
def test_entries_of_an_object_are_told_apart_in_typescript(built: str, read: str, other: str, tmp_path: Path) -> None:
    for name, expression, expected in (("read", read, True), ("other", other, False)):
        text = f"{SERVER}app.post('/x', async (req, res) => {{ const q = req.body.q; {built} exec({expression}); }});\n"
        system = scan_of(tmp_path / name, {"a.ts": text}).system

        assert any(flow.role == "shell" for flow in system.flows) is expected


@pytest.mark.parametrize(
    ("built", "arrives"),
    [
        ("d = [one.link for one in papers.Client().results(papers.Search(query=text))]", False),
        ("d = papers.Client().results(papers.Search(link=text))", True),
        ("d = [papers.render(papers.Page(query=text))]", True),
    ],
)
def test_what_is_searched_for_by_a_request_of_its_own_does_not_come_back(built: str, arrives: bool) -> None:
    assert is_run(route(f"{built}\neval(d[0])", "import papers\n")) is arrives
