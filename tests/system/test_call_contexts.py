"""What a function does in one of its calls: the handler its key names, the side its mode takes, the function it was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of
from tests.system.test_flows import is_run, route

TABLE = "def perform(x):\n    eval(x)\ndef show(x):\n    print(x)\nTABLE = {'run': perform, 'show': show}\n"

# A function with a parameter that decides; a call in which it runs the text; a call in which it does not.
DECIDED = {
    "a table": (TABLE + "def act(key, x):\n    TABLE[key](x)", "act('run', text)", "act('show', text)"),
    "a table through two functions": (TABLE + "def inner(key, x):\n    TABLE[key](x)\ndef act(key, x):\n    inner(key, x)", "act('run', text)", "act('show', text)"),
    "a table of tables": ("def perform(x):\n    eval(x)\ndef show(x):\n    print(x)\nTABLE = {'run': {'a': perform}, 'show': {'a': show, 'b': [show, print]}}\ndef act(key, x, part='a'):\n    if key not in TABLE:\n        raise ValueError\n    f = TABLE[key][part]\n    f = f[0] if isinstance(f, list) else f\n    f(x)", "act('run', text)", "act('show', text)"),
    "what comes back out of a table of tables": ("def ask():\n    return chosen\ndef fixed():\n    return '1'\nTABLE = {'ask': {'a': ask}, 'fixed': {'a': fixed}}\ndef act(key):\n    for part in TABLE[key]:\n        return TABLE[key][part]()", "global chosen\nchosen = text\neval(act('ask'))", "global chosen\nchosen = text\neval(act('fixed'))\nact('ask')"),
    "a constant of the module as key": (TABLE + "SHOW, RUN = 'show', 'run'\ndef act(key, x):\n    TABLE[key](x)", "act(RUN, text)", "act(SHOW, text)"),
    "a default as key": (TABLE + "def act(x, key='show'):\n    TABLE[key](x)", "act(text, key='run')", "act(text)"),
    "a test": ("def act(mode, x):\n    if mode == 'run':\n        eval(x)\n    else:\n        print(x)", "act('run', text)", "act('show', text)"),
    "the other side of a test": ("def act(mode, x):\n    if mode == 'show':\n        print(x)\n    else:\n        eval(x)", "act('run', text)", "act('show', text)"),
    "behind a side that leaves": ("def act(mode, x):\n    if mode != 'run':\n        return x\n    eval(x)", "act('run', text)", "act('show', text)"),
    "one of several": ("def act(mode, x):\n    if mode in ('run', 'start'):\n        eval(x)", "act('start', text)", "act('show', text)"),
    "a match": ("def act(mode, x):\n    match mode:\n        case 'run' | 'start':\n            eval(x)\n        case _:\n            print(x)", "act('run', text)", "act('show', text)"),
    "a function handed over": (TABLE + "def act(f, x):\n    f(x)", "act(perform, text)", "act(show, text)"),
    "a result handed back": ("def act(f):\n    return f()", "eval(act(lambda: text))", "act(lambda: text)\neval(act(lambda: '1'))"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "runs", "_shows"), DECIDED.values(), ids=DECIDED.keys())
def test_a_call_does_what_its_arguments_decide(before: str, runs: str, _shows: str) -> None:
    assert is_run(route(runs, before))


@pytest.mark.parametrize(("before", "_runs", "shows"), DECIDED.values(), ids=DECIDED.keys())
def test_a_call_does_not_what_another_call_decides(before: str, _runs: str, shows: str) -> None:

    assert not is_run(route(shows, before))


@pytest.mark.parametrize(
    "body",
    [
        "act(chosen, text)",
        "act('run' if chosen else 'show', text)",
        "mode = 'show'\nif chosen:\n    mode = 'run'\nact(mode, text)",
        "act('show', text)\nact('run', text)",
        "act(*['run', text])",
        "mode = 'show'\nfor step in text:\n    act(mode, text)\n    mode = 'run'",
    ],
)
def test_a_key_that_may_be_the_one_reaches_its_handler(body: str) -> None:
    assert is_run(route(body, TABLE + "def act(key, x):\n    TABLE[key](x)", signature="text: str, chosen: str = ''"))


def test_a_table_that_grows_is_not_believed() -> None:
    before = TABLE + "def load():\n    TABLE['show'] = perform\ndef act(key, x):\n    TABLE[key](x)"

    assert is_run(route("act('unknown', text)\nact('run', text)", before))


SERVER = "import { exec } from 'node:child_process';\nimport express from 'express';\nimport 'openai';\nconst app = express();\n"
SCRIPT = {
    "a table": ("const T = { run: (x: string) => exec(x), show: (x: string) => x };\nfunction act(k: string, x: string) { T[k](x); }", "act('run', q)", "act('show', q)"),
    "a switch": ("function act(k: string, x: string) { switch (k) { case 'run': exec(x); break; case 'show': console.log(x); } }", "act('run', q)", "act('show', q)"),
    "a test": ("function act(k: string, x: string) { if (k === 'run') { exec(x); } }", "act('run', q)", "act('show', q)"),
    "a result handed back": ("async function act(f: any) { return await f(1); }", "exec(await act(() => q))", "await act(() => q); exec(await act(() => 'ls'))"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "runs", "shows"), SCRIPT.values(), ids=SCRIPT.keys())
def test_the_same_holds_in_typescript(before: str, runs: str, shows: str, tmp_path: Path) -> None:
    for name, body, expected in (("runs", runs, True), ("shows", shows, False)):
        text = f"{SERVER}{before}\napp.post('/x', async (req, res) => {{ const q = req.body.q; {body}; }});\n"
        system = scan_of(tmp_path / name, {"a.ts": text}).system

        assert any(flow.role == "shell" for flow in system.flows) is expected
