"""Variants mean the same as what they were made of, are the same for the same seed, and what differs in a scan is told with its place."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.variants import KINDS, Kind, Report, compare, measure, repeat, variants
from evals.variants.__main__ import main
from evals.variants.checking import NotTheSame, check
from evals.variants.making import read_tree, rewritten
from evals.variants.measuring import as_before
from evals.variants.model import Changed
from evals.variants.prose import turned
from evals.variants.renaming import rename
from evals.variants.reordering import reorder
from evals.variants.stripping import strip
from pipeline.scan import ScanSettings, scan

AGENT = '''"""Answers customers."""

from fastapi import FastAPI
from openai import OpenAI

from desk.prompts import wrapped  # the words

app = FastAPI()
client = OpenAI()


@app.post("/ask")
def ask(question: str) -> str:
    """Answer one question."""
    messages = [{"role": "system", "content": wrapped(question)}]
    reply = client.chat.completions.create(model="gpt-4.1", messages=messages)
    return _shown(reply)


def _shown(answer: object) -> str:
    # plain text only
    text = f"{answer}"
    return text


def _spoken(answer: object) -> str:
    return str(answer)
'''
PROMPTS = """def wrapped(question: str) -> str:
    before = "You answer for the desk."
    return f"{before} {question}"
"""
FILES = {
    "desk/__init__.py": "", "desk/agent.py": AGENT, "desk/prompts.py": PROMPTS, "requirements.txt": "openai\nfastapi\n",
    "docs/desk.md": "# Desk\n\nThe desk does not keep questions, because nobody needs them.\n\nSee [the code](../desk/agent.py).\n",
    "labels.yaml": "answers: yes\n",
}  # fmt: skip


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        file = tmp_path / "systems" / "desk" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "systems" / "desk"


def test_every_kind_is_made_checked_and_keeps_the_answers_out(desk: Path, tmp_path: Path) -> None:
    made = {variant.kind: variant for variant in variants(desk, tmp_path / "made")}
    assert set(made) == set(KINDS)
    assert not list((tmp_path / "made").rglob("labels.yaml"))
    assert "alcove" in str(made["move"].paths) or all("/desk.md" in path or path.endswith(".py") for path in made["move"].paths)
    assert "doesn't keep" in (made["paraphrase"].root / "docs/desk.md").read_text()
    assert '"""' not in (made["strip"].root / "desk/prompts.py").read_text()
    assert "_spare_" in (made["dead-code"].root / "desk/prompts.py").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_bytes_and_another_may_give_others(desk: Path, kind: Kind) -> None:
    tree = read_tree(desk)
    assert dict(rewritten(tree, kind, 3, "desk").tree) == dict(rewritten(tree, kind, 3, "desk").tree)


def test_variants_of_a_small_system_keep_their_findings(desk: Path) -> None:
    report = measure([desk])
    assert report.total().findings > 0
    assert [(one.kind, one.differences) for one in report.outcomes if one.differences] == []
    assert report.total().jaccard == 1.0
    assert report.unmade == ()


def test_imports_lead_to_where_modules_were_moved(desk: Path) -> None:
    moved = rewritten(read_tree(desk), "move", 0, "desk")
    home = next(new for new, old in moved.paths.items() if old == "desk/prompts.py")
    assert f"from {home.removesuffix('.py').replace('/', '.')} import wrapped" in moved.tree["desk/agent.py"].decode() or any(
        f"from {home.removesuffix('.py').replace('/', '.')} import wrapped" in data.decode() for data in moved.tree.values()
    )
    assert as_before(f"component:{home.removesuffix('.py').replace('/', '.')}.wrapped", moved.names, moved.paths) == (
        "component:desk.prompts.wrapped"
    )


def test_a_lost_finding_and_another_severity_are_told_with_their_place(desk: Path, tmp_path: Path) -> None:
    variant = variants(desk, tmp_path / "made", kinds=("strip",))[0]
    before = scan(desk, ScanSettings(jobs=1))
    first, *others = before.findings
    louder = others[0].model_copy(update={"severity": "info"})
    outcome = compare(before, before.model_copy(update={"findings": (louder, *others[1:])}), variant)
    assert [(one.what, one.threat) for one in outcome.differences] == [("lost", first.threat), ("severity", louder.threat)]
    assert (outcome.differences[0].path, outcome.differences[0].line) == (first.evidence[0].path, first.evidence[0].start_line)
    assert (outcome.kept, outcome.flips, outcome.jaccard) == (len(others), 1, len(others) / (len(others) + 1))


def test_fresh_processes_give_the_same_bytes(desk: Path) -> None:
    found = repeat(desk, 2)
    assert (found.equal_bytes, found.jaccard, found.flips) == (True, 1.0, 0)


def test_a_rewriting_that_changes_the_meaning_is_refused() -> None:
    with pytest.raises(NotTheSame):
        check("strip", {"a.py": b"x = 1\ny = x\n"}, Changed({"a.py": b"x = 1\n"}))
    with pytest.raises(NotTheSame):
        check(
            "rename",
            {"a.go": b"package a\n\nfunc f() int { x := 1; return x }\n"},
            Changed({"a.go": b"package a\n\nfunc f() int { y := 1; return x }\n"}),
        )


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ("def f(row):\n    name = row.name\n    return g(name=name)\n", "row.name"),
        ("def f():\n    total = 1\n    return eval('total')\n", "total = 1"),
        ("total = 0\n\n\ndef f():\n    total = 1\n    return total\n", "total = 1"),
        ("def f(total):\n    total = total or 1\n    return total\n", "total = total or 1"),
        ("from a import hook\n\n\n@hook\ndef _tool():\n    return 1\n", "def _tool"),
        ("class A(Base):\n    def _call(self):\n        return 1\n", "def _call"),
    ],
)
def test_names_that_mean_more_than_a_variable_stay(code: str, stays: str) -> None:
    changed = rename({"a.py": code.encode()}, random.Random(0))
    assert stays in changed.tree["a.py"].decode()
    check("rename", {"a.py": code.encode()}, changed)


LANGUAGES = {
    "a.ts": "export function f(rows: string[]) {\n  const total = rows.length;\n  return { total, shown: total };\n}\nfunction g() {\n  const size = 1;\n  return size;\n}\n",
    "a.go": "package a\n\nfunc F(rows []string) int {\n\ttotal := len(rows)\n\treturn total\n}\n\nfunc lower() int { return 1 }\n\nfunc G() int { return lower() }\n",
    "A.java": "class A {\n    int f(int[] rows) {\n        int total = rows.length;\n        return total;\n    }\n    private int g() { return 1; }\n    int h() { return g(); }\n}\n",
    "A.cs": "class A {\n    int F(int[] rows) {\n        var total = rows.Length;\n        return total;\n    }\n    private int Gone() { return 1; }\n    int H() { return Gone(); }\n}\n",
}  # fmt: skip


@pytest.mark.parametrize("path", LANGUAGES)
@pytest.mark.parametrize("kind", ["rename", "reformat", "strip", "reorder", "dead-code"])
def test_each_language_is_rewritten_and_stays_the_same_program(path: str, kind: Kind) -> None:
    tree = {path: ("// a remark\n" + LANGUAGES[path]).encode()}
    assert rewritten(tree, kind, 1, "small").tree[path] != tree[path]  # `rewritten` checks what it made


def test_a_variable_that_names_a_field_as_well_keeps_its_name() -> None:
    text = rename({"a.ts": LANGUAGES["a.ts"].encode()}, random.Random(0)).tree["a.ts"].decode()
    assert "const total" in text
    assert "const size" not in text


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=2, max_size=5, unique=True), st.integers(0, 50))
def test_functions_change_places_unless_one_is_needed_by_another(names: list[str], seed: int) -> None:
    code = "\n\n".join(f"def {name}(x={'1' if name in [*names[:1], 'b'] else 'b'}):\n    return x" for name in names) + "\n"
    after = reorder({"a.py": code.encode()}, random.Random(seed)).tree["a.py"].decode()
    assert sorted(ast.dump(each) for each in ast.parse(after).body) == sorted(ast.dump(each) for each in ast.parse(code).body)
    assert (after == code) == (
        "b" in names and any(name != "b" for name in names[1:])
    )  # a default value is worked out while the module is loaded


def test_comments_go_and_what_tools_obey_stays() -> None:
    tree = {
        "a.py": b"#!/usr/bin/env python\n# a word\nx = '# no comment'  # aside\n",
        "b.yaml": b"# a word\nrun: |\n  # text\n",
        "c.yaml": b"# a word\na: 1\n",
    }
    after = strip(tree, random.Random(0)).tree
    assert after["a.py"] == b"#!/usr/bin/env python\nx = '# no comment'\n"
    assert after["b.yaml"] == tree["b.yaml"]
    assert after["c.yaml"] == b"a: 1\n"


def test_words_change_outside_of_code_quotes_and_links() -> None:
    assert turned('It does not call `does not`, because "it is not" so.') == 'It doesn\'t call `does not`, since "it is not" so.'


def test_the_command_shows_a_table_and_writes_the_report(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.json"
    assert main(["--folder", str(desk.parent), "--kinds", "strip", "--min", "1", "--json", str(file)]) == 0
    shown = capsys.readouterr()
    assert "strip" in shown.out
    assert "[1/1] desk: strip" in shown.err
    assert Report.model_validate_json(file.read_text()).total("strip").variants == 1
    assert main(["--folder", str(desk.parent), "--systems", "nothing"]) == 2


@pytest.mark.parametrize("module", ["", "api/"])
def test_packages_of_go_are_imported_from_where_they_were_moved(module: str) -> None:
    tree = {
        f"{module}go.mod": b"module example.org/desk\n",
        f"{module}main.go": b'package main\n\nimport "example.org/desk/internal/words"\n\nfunc main() { println(words.Hello()) }\n',
        f"{module}internal/words/words.go": b'package words\n\nfunc Hello() string { return "hello" }\n',
    }
    changed = rewritten(tree, "move", 0, "desk")
    home = next(new for new, old in changed.paths.items() if old.endswith("words.go")).rpartition("/")[0]
    assert f'import "example.org/desk/{home.removeprefix(module)}"' in changed.tree[f"{module}main.go"].decode()
    with pytest.raises(NotTheSame):
        check("move", tree, Changed({**tree, f"{module}main.go": b'package main\n\nimport "example.org/desk\\"\n'}))


def test_modules_below_a_folder_that_is_no_name_are_imported_from_there() -> None:
    tree = {
        "back-end/__init__.py": b"",
        "back-end/desk/__init__.py": b"",
        "back-end/desk/words.py": b"HELLO = 1\n",
        "back-end/desk/door.py": b"from .words import HELLO\n\nprint(HELLO)\n",
    }
    changed = rewritten(tree, "move", 0, "desk")
    home = next(new for new, old in changed.paths.items() if old.endswith("words.py"))
    door = next(data for path, data in changed.tree.items() if path.endswith("door.py"))
    assert door.decode().startswith(f"from {home.removeprefix('back-end/').removesuffix('.py').replace('/', '.')} import HELLO")
