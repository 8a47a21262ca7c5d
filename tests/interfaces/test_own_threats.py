"""Own knowledge on the command line: who may name it, what is written for a beginner, and how pages are run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pipeline.interfaces.schemas import SHIPPED, schemas
from pipeline.interfaces.settings import load_settings
from pipeline.system.rules.knowledge import FRAMEWORKS
from pipeline.threats.catalog import THREATS
from tests.threats.own.folders import CONTROL, THREAT, WHOLE, folder_of

Run = Callable[..., tuple[int, str, str]]

PAGE = """\
## Reported
### One
```python path=app.py
import acme_llm

desk = acme_llm.Agent(name="desk")  # threat: agent-without-guard
```
### Two
```python path=app.py
from langchain.agents import create_agent

desk = create_agent("openai:gpt-5-mini", tools=[])  # threat: agent-without-guard
```
## Silent
### Three
```python path=app.py
import acme_guard
import acme_llm


def run(text):
    acme_guard.check(text)
    return acme_llm.Agent(name="desk")  # ok: agent-without-guard
```
### Four
```python path=app.py
import openai

client = openai.OpenAI()  # ok: agent-without-guard
```
## Known gaps
"""
TESTED = {**WHOLE, "threats/agent-without-guard.md": PAGE}


# Who may name a folder


@pytest.mark.parametrize(
    ("file", "text"),
    [(".threatloom.yaml", "knowledge: rules\n"), ("pyproject.toml", '[tool.threatloom]\nknowledge = ["rules"]\n')],
)
def test_a_scanned_tree_cannot_name_a_folder_of_knowledge(tmp_path: Path, run: Run, file: str, text: str) -> None:
    folder_of(tmp_path, WHOLE, "rules")
    (tmp_path / file).write_text(text, "utf-8")
    code, out, err = run("scan", tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("threatloom: error: knowledge can only be set on the command line or in the environment")
    assert f"{file}:" in err and err.count("\n") == 1


def test_a_folder_that_lies_in_the_tree_is_not_used_by_itself(tmp_path: Path, run: Run) -> None:
    folder_of(tmp_path, {"threats/agent-without-guard.yaml": THREAT}, "threatloom-knowledge")
    (tmp_path / "app.py").write_text("import openai\n", "utf-8")
    code, out, _ = run("scan", tmp_path, "--format", "json", "--no-cache")
    assert code == 0 and json.loads(out)["own_knowledge"] == []


def test_the_command_line_wins_over_the_environment(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}, {"THREATLOOM_KNOWLEDGE": "/a:/b"}).knowledge == ("/a", "/b")
    assert load_settings(tmp_path, {"knowledge": ("/c",)}, {"THREATLOOM_KNOWLEDGE": "/a"}).knowledge == ("/c",)


def test_threats_and_explain_know_the_folder_of_the_environment(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREATLOOM_KNOWLEDGE", str(folder_of(tmp_path, TESTED)))
    _, out, _ = run("threats", "--stride", "tampering", "--format", "json")
    marked = {threat["slug"]: threat["own"] for threat in json.loads(out)}
    assert marked["agent-without-guard"] == "acme" and marked["direct-prompt-injection"] == ""
    code, out, _ = run("explain", "agent-without-guard")
    assert code == 0 and "own threat of acme" in out and "Give it the guard." in out
    _, out, _ = run("threats", "--ledger", "--format", "json")
    (tampering,) = (item for item in json.loads(out)["editions"][0]["items"] if item["id"] == "tampering")
    assert "agent-without-guard" in tampering["threats"]


@pytest.mark.parametrize(
    "command", [("scan", "."), ("bom", "."), ("threats",), ("explain", "direct-prompt-injection"), ("threats", "test")]
)
def test_every_command_says_what_is_wrong_in_a_line_each_and_ends_with_2(tmp_path: Path, run: Run, command: tuple[str, ...]) -> None:
    folder = folder_of(tmp_path, {"threats/one.yaml": THREAT.replace("agent]", "agnet]"), "controls/lonely.yaml": CONTROL})
    code, out, err = run(*command, *((folder,) if command[-1] == "test" else ("--knowledge", folder)))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        f"threatloom: error: {folder}/controls/lonely.yaml:1:1: nothing recognises the control own/lonely (say `control: own/lonely` in a rule of frameworks/*.yaml)",
        f"threatloom: error: {folder}/threats/one.yaml:5:9: `agnet` is not known as about (did you mean agent?)",
    ]


def test_control_characters_of_a_folder_do_not_reach_the_terminal(tmp_path: Path, run: Run) -> None:
    folder = folder_of(tmp_path, {"threats/one.yaml": 'title: "\\e[2J"\n"\\e[31m": 1\n'})
    code, _, err = run("threats", "--knowledge", folder)
    assert code == 2 and "\x1b" not in err and "\\x1b[31m" in err


# What is written for a beginner


def test_a_new_threat_is_valid_and_its_cases_are_still_to_be_written(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "ours"
    code, out, _ = run("threats", "new", "no-badge", "--in", folder, "--stride", "s")
    assert code == 0 and f"wrote {folder}/threats/no-badge.yaml" in out
    code, out, _ = run("explain", "no-badge", "--knowledge", folder)
    assert code == 0 and "spoofing" in out
    code, out, _ = run("threats", "test", folder)
    assert code == 1
    assert out.splitlines()[0] == "TO BE WRITTEN no-badge: 0 reported, 0 silent, 0 known gaps"
    assert out.count("To be written:") == 4 and out.splitlines()[-1] == "1 threat: 0 as written, 1 not"


def test_the_template_meets_the_schema_that_its_first_line_names(tmp_path: Path, run: Run) -> None:
    run("threats", "new", "no-badge", "--in", tmp_path)
    file = tmp_path / "threats" / "no-badge.yaml"
    first = file.read_text("utf-8").splitlines()[0]
    schema = json.loads((file.parent / first.partition("$schema=")[2]).resolve().read_text("utf-8"))
    jsonschema.validate(yaml.safe_load(file.read_text("utf-8")), schema)


@pytest.mark.parametrize("kind", ["yaml", "md"])
def test_nothing_is_overwritten(tmp_path: Path, run: Run, kind: str) -> None:
    folder = folder_of(tmp_path, {f"threats/no-badge.{kind}": "mine"})
    code, _, err = run("threats", "new", "no-badge", "--in", folder)
    assert code == 2 and f"there is a file already: {folder}/threats/no-badge.{kind}" in err
    assert [path.read_text("utf-8") for path in (folder / "threats").iterdir()] == ["mine"]


@pytest.mark.parametrize("slug", ["No-Badge", "no_badge", "../badge", "-x", "no--badge", ""])
def test_a_name_that_is_no_slug_is_refused(tmp_path: Path, run: Run, slug: str) -> None:
    code, _, err = run("threats", "new", "--in", tmp_path, "--", slug)
    assert code == 2 and "is no slug" in err
    assert not list(tmp_path.iterdir())


# Schemas


def test_schemas_are_written_where_they_are_asked_for_and_are_those_that_ship(tmp_path: Path, run: Run) -> None:
    code, _, _ = run("threats", "schema", "--out", tmp_path / "editor")
    assert code == 0
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "editor").iterdir()}
    assert written == schemas() == {path.name: path.read_text("utf-8") for path in SHIPPED.iterdir()}


def _schema(name: str) -> Any:  # Any: JSON of mixed shapes
    schema = json.loads(schemas()[f"{name}.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def test_shipped_threats_and_frameworks_meet_the_schemas() -> None:
    for name, files in (("threat", THREATS.glob("*/*.yaml")), ("framework", FRAMEWORKS.glob("*.yaml"))):
        validator = jsonschema.Draft202012Validator(_schema(name))
        for file in files:
            assert not [error.message for error in validator.iter_errors(yaml.safe_load(file.read_text("utf-8")))], file.name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("threat", THREAT.replace("about: [agent]", "about: [agnet]")),
        ("threat", THREAT.replace("impact:", "impakt:")),
        ("threat", THREAT.replace("own/acme-guard", "Own/Guard")),
        ("threat", THREAT.replace("  - lacks_control", "  - a_flow: {into: the_element}\n    lacks_control")),
        ("control", "counts_as: [guardrail]"),
        ("severities", "severities: {model-extraction: {impact: 7, reason: Because we say so.}}"),
        ("severities", "severities: {model-extraction: {impact: 5}}"),
        ("framework", "name: x"),
    ],
)  # fmt: skip
def test_editors_see_what_is_wrong(name: str, text: str) -> None:
    assert list(jsonschema.Draft202012Validator(_schema(name)).iter_errors(yaml.safe_load(text)))


def test_words_are_listed_with_what_they_say(run: Run) -> None:
    code, out, _ = run("threats", "words", "loop_limit", "--format", "json")
    attributes = json.loads(out)["attributes (the_element, where, from_where, to_where)"]
    assert code == 0 and attributes == {"loop_limited": "the number of steps has a bound"}
    code, _, err = run("threats", "words", "nosuchword")
    assert code == 2 and "no word contains" in err


# Running pages


def test_pages_that_say_what_is_so_end_with_0(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("threats", "test", folder_of(tmp_path, TESTED))
    assert (code, out.splitlines()) == (
        0,
        ["ok            agent-without-guard: 2 reported, 2 silent, 0 known gaps", "1 threat: 1 as written, 0 not"],
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("# threat: agent", "# ok: agent", "Reported, One: line 6: app.py:3 is reported, and should not be (agent-without-guard)"),
        ("client = openai.OpenAI()  # ok: agent", "client = openai.OpenAI()  # threat: agent", "Silent, Four: line 29: app.py:3 is not reported (agent-without-guard)"),
        ("    acme_guard.check(text)\n", "", "Silent, Three: line 22: app.py:6 is reported, and should not be (agent-without-guard)"),
        ("# threat: agent", "# todo: agent", "Reported, One: line 6: app.py:3 is reported: the gap is closed, move the case to Reported (agent-without-guard)"),
        ("client = openai.OpenAI()  # ok: agent", "client = openai.OpenAI()  # todo-ok: agent", "Silent, Four: line 29: app.py:3 is no longer reported: the false alarm is gone, move the case to Silent (agent-without-guard)"),
        ("path=app.py", "path=../../escape.py", "Reported, One: ../../escape.py is no path inside of a system"),
        ("client = openai.OpenAI()  # ok: agent-without-guard", "import acme_llm\nacme_llm.Agent(name='loud')", "Silent, Four: app.py:4 is reported, where all should be silent"),
    ],
)  # fmt: skip
def test_what_differs_is_told_with_the_line_of_the_page(tmp_path: Path, run: Run, old: str, new: str, expected: str) -> None:
    assert old in PAGE
    code, out, _ = run("threats", "test", folder_of(tmp_path, {**TESTED, "threats/agent-without-guard.md": PAGE.replace(old, new, 1)}))
    assert code == 1
    assert out.splitlines()[0].startswith("FAILED ")
    assert f"  threats/agent-without-guard.md: {expected}" in out.splitlines()
    assert not list(tmp_path.rglob("escape.py")) and not (tmp_path.parent / "escape.py").exists()


def test_too_few_cases_are_not_a_proof(tmp_path: Path, run: Run) -> None:
    page = PAGE[: PAGE.index("### Four")]
    code, out, _ = run("threats", "test", folder_of(tmp_path, {**TESTED, "threats/agent-without-guard.md": page}), "--format", "json")
    (told,) = json.loads(out)["threats"]
    assert code == 1 and (told["state"], told["reported"], told["silent"]) == ("to_be_written", 2, 1)
    assert told["lacks"] == ["1 of 2 cases under Silent that mark a line with `ok: agent-without-guard`"]


def test_a_threat_without_a_page_is_not_proven(tmp_path: Path, run: Run) -> None:
    code, out, _ = run("threats", "test", folder_of(tmp_path, WHOLE))
    assert code == 1 and "threats/agent-without-guard.md is missing" in out


def test_a_threat_that_the_folder_itself_switches_off_is_told_as_that(tmp_path: Path, run: Run) -> None:
    off = "severities: {agent-without-guard: {switched_off: true, reason: It is done elsewhere.}}"
    code, out, _ = run("threats", "test", folder_of(tmp_path, {**TESTED, "severities.yaml": off}))
    assert code == 1 and "agent-without-guard is switched off by acme" in out


def test_pages_are_run_with_what_earlier_folders_know(tmp_path: Path, run: Run) -> None:
    group = folder_of(tmp_path, {name: text for name, text in WHOLE.items() if not name.startswith("threats")}, "group")
    team = folder_of(tmp_path, {name: text for name, text in TESTED.items() if name.startswith("threats")}, "team")
    assert run("threats", "test", team)[0] == 2
    code, out, _ = run("threats", "test", team, "--knowledge", group)
    assert code == 0 and out.startswith("ok ")
