"""Prompts that stand in files: known as prompts where code loads them and gives them to a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.model import Element
from tests.system.small import scan_of

HEAD = "import os, yaml, json\nfrom pathlib import Path\nfrom jinja2 import Environment, FileSystemLoader\nfrom importlib import resources\nfrom openai import OpenAI\n\nclient = OpenAI()\n"
ASK = "\n\ndef ask(question):\n    return client.responses.create(model='gpt-5', instructions={given}, input=question).output_text\n"
TEXT = "You help members of the club.\nNever reveal the margin of 40 percent.\n"


def prompts(folder: Path, files: dict[str, str]) -> list[Element]:
    return [e for e in scan_of(folder, files).system.elements if e.kind == "prompt"]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("a/long/way/down/system_words.txt", "open('a/long/way/down/system_words.txt').read()"),
        ("prompts/system.md", "Path('prompts/system.md').read_text()"),
        ("prompts/system.txt", "open('prompts/system.txt').read()"),
        ("prompts/system.prompt", "(Path(__file__).parent / 'prompts' / 'system.prompt').read_text()"),
        ("prompts/system.txt", "open(os.path.join(os.path.dirname(__file__), 'prompts', 'system.txt')).read().strip()"),
        ("prompts/system.j2", "Environment(loader=FileSystemLoader('prompts')).get_template('system.j2').render(name='x')"),
        ("club/system.txt", "resources.files('club').joinpath('system.txt').read_text()"),
    ],
)
def test_a_file_that_is_read_into_the_system_prompt_is_a_prompt_with_its_lines(tmp_path: Path, path: str, given: str) -> None:
    (found,) = prompts(tmp_path, {"app.py": HEAD + ASK.format(given=given), path: TEXT})
    assert found.name == path
    assert (found.evidence[0].path, found.evidence[0].start_line) == (path, 1)
    assert found.attributes["text_kind"] == "system"
    assert found.attributes["confidential"]


def test_the_model_that_gets_the_file_has_the_prompt(tmp_path: Path) -> None:
    files = {"app.py": HEAD + ASK.format(given="open('prompts/system.txt').read()"), "prompts/system.txt": TEXT}
    system = scan_of(tmp_path, files).system
    (prompt,) = (e for e in system.elements if e.kind == "prompt")
    (model,) = (e for e in system.elements if e.kind == "hosted_llm")
    assert (model.id, "has_prompt", prompt.id) in {(r.source, r.kind, r.target) for r in system.relations}


def test_an_entry_of_a_file_of_prompts_is_the_one_that_is_taken(tmp_path: Path) -> None:
    held = "intro: You greet guests of the hotel politely.\nsystem: |\n  You help members of the club.\n  Never reveal the margin of 40 percent.\n"
    (found,) = prompts(
        tmp_path, {"app.py": HEAD + ASK.format(given="yaml.safe_load(open('prompts.yaml'))['system']"), "prompts.yaml": held}
    )
    assert found.name == "prompts.yaml#system"
    assert found.evidence[0].start_line == 2


def test_a_template_read_into_a_user_message_is_a_prompt_of_the_user_part(tmp_path: Path) -> None:
    code = HEAD + (
        "TEMPLATE = open('src/planner/prompt.jinja2').read()\n\n\ndef plan(question):\n"
        "    text = Environment().from_string(TEMPLATE).render(question=question)\n"
        "    return client.chat.completions.create(model='gpt-5', messages=[{'role': 'user', 'content': text}])\n"
    )
    (found,) = prompts(tmp_path, {"app.py": code, "src/planner/prompt.jinja2": "Make a plan for this: {{ question }}\n"})
    assert (found.name, found.attributes["text_kind"]) == ("src/planner/prompt.jinja2", "user")


def test_typescript_reads_files_too(tmp_path: Path) -> None:
    code = (
        "import OpenAI from 'openai';\nimport fs from 'fs';\nimport path from 'path';\nconst client = new OpenAI();\n"
        "const SYSTEM = fs.readFileSync(path.join(__dirname, 'prompts', 'system.md'), 'utf8');\n"
        "export async function ask(q: string) {\n  return client.responses.create({ model: 'gpt-5', instructions: SYSTEM, input: q });\n}\n"
    )
    (found,) = [e for e in prompts(tmp_path, {"src/app.ts": code, "src/prompts/system.md": TEXT}) if "system.md" in e.name]
    assert found.name == "src/prompts/system.md"


def test_a_credential_in_a_prompt_file_is_known_and_not_shown(tmp_path: Path) -> None:
    files = {
        "app.py": HEAD + ASK.format(given="open('prompts/a.txt').read()"),
        "prompts/a.txt": "You help. The password is Vinterstorm77.\n",
    }
    (found,) = prompts(tmp_path, files)
    assert found.attributes["holds_secret"] is True
    assert all("Vinterstorm77" not in e.quote for e in found.evidence)


@pytest.mark.parametrize(
    "given",
    ["'Answer as prompts/system.txt says it, politely.'", "open('other/notes.txt').read()"],
)
def test_a_file_that_is_only_named_or_is_not_there_is_no_prompt(tmp_path: Path, given: str) -> None:
    found = prompts(tmp_path, {"app.py": HEAD + ASK.format(given=given), "prompts/system.txt": TEXT})
    assert "prompts/system.txt" not in {e.name for e in found}


def test_two_files_of_one_name_far_from_the_code_are_not_guessed_between(tmp_path: Path) -> None:
    files = {"src/app.py": HEAD + ASK.format(given="open('system.txt').read()"), "a/system.txt": TEXT, "b/system.txt": TEXT}
    assert prompts(tmp_path, files) == []


def test_a_document_that_is_summarised_is_data_and_no_prompt(tmp_path: Path) -> None:
    code = HEAD + "\n\ndef ask():\n    return client.responses.create(model='gpt-5', input=open('data/speech.txt').read())\n"
    assert prompts(tmp_path, {"app.py": code, "data/speech.txt": "Members of the club, dear friends, hear me out.\n"}) == []


def test_what_fills_a_loaded_template_enters_the_part_the_template_is_given_as(tmp_path: Path) -> None:
    code = HEAD.replace("from openai", "from fastapi import FastAPI\nfrom openai") + (
        "app = FastAPI()\n\n\n@app.get('/ask')\ndef ask(topic: str):\n"
        "    system = open('prompts/system.txt').read().format(topic=topic)\n"
        "    return client.responses.create(model='gpt-5', instructions=system, input='go').output_text\n"
    )
    system = scan_of(tmp_path, {"app.py": code, "prompts/system.txt": "You help members with {topic} only.\n"}).system
    assert any(flow.role == "system_prompt" and "user_input" in flow.carries for flow in system.flows)


@pytest.mark.parametrize(
    ("text", "errors"), [("{% for x in y %}\n- {{ x }}\n{% endfor %}: {{\n", []), ("a: [1\nb: }\n", ["prompts/list.yaml"])]
)
def test_a_template_of_yaml_is_one_text_and_broken_yaml_an_error(tmp_path: Path, text: str, errors: list[str]) -> None:
    result = scan_of(tmp_path, {"app.py": "import openai\n", "prompts/list.yaml": text})
    assert [error.path for error in result.errors] == errors
