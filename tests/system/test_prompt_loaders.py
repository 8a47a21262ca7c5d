"""Prompts that a function loads by their names, files that are chosen on the way, and prompts whose way to a model is not followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

HEAD = "import os\nimport importlib.resources\nfrom pathlib import Path\nfrom jinja2 import Environment, FileSystemLoader\nfrom openai import OpenAI\n\nclient = OpenAI()\n"
ASK = "\n\ndef ask(question):\n    return client.responses.create(model='gpt-5', instructions={given}, input=question).output_text\n"
FILES = {
    "prompts/answer.md": "You answer questions of guests.\n",
    "prompts/check.md": "You check answers for mistakes.\n",
    "docs/answer.md": "How answers are made in this project.\n",
}
LOADERS = [
    "def load(name):\n    return open(os.path.join(os.path.dirname(__file__), 'prompts', f'{name}.md')).read().strip()\n",
    "def load(name):\n    with open(Path(__file__).parent / 'prompts' / (name + '.md')) as file:\n        text = file.read()\n    return text\n",
    "def load(name):\n    found = CACHE.get(name)\n    if found:\n        return found\n    CACHE[name] = Path(f'prompts/{name}.md').read_text()\n    return CACHE[name]\nCACHE = {}\n",
    "def load(name, **values):\n    made = Environment(loader=FileSystemLoader('prompts')).get_template(name + '.md')\n    return made.render(values)\n",
    "BASE = Path(__file__).parent / 'prompts'\n\n\nclass Prompts:\n    def get(self, name):\n        return (BASE / f'{name}.md').read_text()\n\n\ndef load(name):\n    return (BASE / f'{name}.md').read_text()\n",
]


def named(folder: Path, files: dict[str, str]) -> dict[str, object]:
    """Prompts that are files, each with its part of the prompt."""
    found = [e for e in scan_of(folder, files).system.elements if e.kind == "prompt" and "/" in e.name]
    assert all(e.evidence[0].path == e.name.split("#")[0] for e in found)
    return {e.name: e.attributes["text_kind"] for e in found}


@pytest.mark.parametrize("loader", LOADERS)
def test_a_loader_gives_each_call_the_file_of_its_name(tmp_path: Path, loader: str) -> None:
    calls = "\n\nCHECK = load('check')\n" + ASK.format(given="load('answer')") + ASK.format(given="CHECK").replace("def ask", "def check")
    assert named(tmp_path, {"app.py": HEAD + loader + calls, **FILES}) == {"prompts/answer.md": "system", "prompts/check.md": "system"}


def test_only_the_file_that_is_asked_for_is_a_prompt(tmp_path: Path) -> None:
    assert named(tmp_path, {"app.py": HEAD + LOADERS[0] + ASK.format(given="load('check')"), **FILES}) == {"prompts/check.md": "system"}


def test_a_loader_in_another_file_and_behind_a_parameter_is_followed(tmp_path: Path) -> None:
    code = (
        "from openai import OpenAI\nfrom loading import load\n\nclient = OpenAI()\n\n\ndef say(rules, question):\n"
        "    return client.responses.create(model='gpt-5', instructions=rules, input=question)\n\n\n"
        "def check(question):\n    return say(load('check'), question)\n"
    )
    files = {"app.py": code, "loading.py": "import os\n" + LOADERS[0].replace("'prompts'", "'prompts'"), **FILES}
    assert named(tmp_path, files) == {"prompts/check.md": "system"}


def test_all_files_of_a_choice_are_prompts(tmp_path: Path) -> None:
    code = (
        HEAD + "\n\ndef rules(strict):\n    if strict:\n        name = 'check.md'\n    else:\n        name = 'answer.md'\n"
        "    with importlib.resources.files('acme.prompts').joinpath(name).open('r') as file:\n        return file.read()\n"
        + ASK.format(given="rules(question == 'x')")
    )
    files = {f"acme/{path}": text for path, text in FILES.items()} | {"acme/app.py": code}
    assert named(tmp_path, files) == {"acme/prompts/answer.md": "system", "acme/prompts/check.md": "system"}


def test_a_name_that_comes_from_outside_is_none(tmp_path: Path) -> None:
    assert named(tmp_path, {"app.py": HEAD + LOADERS[0] + ASK.format(given="load(question)"), **FILES}) == {}


def test_scripts_load_by_name_as_well(tmp_path: Path) -> None:
    code = (
        "import fs from 'fs';\nimport path from 'path';\nimport OpenAI from 'openai';\nconst client = new OpenAI();\n"
        "function load(name: string) {\n  return fs.readFileSync(path.join(__dirname, 'prompts', `${name}.md`), 'utf8');\n}\n"
        "export const ask = async (question: string) =>\n"
        "  client.responses.create({ model: 'gpt-5', instructions: load('answer'), input: question });\n"
    )
    assert named(tmp_path, {"app.ts": code, **FILES}) == {"prompts/answer.md": "system"}


def test_a_prompt_file_that_is_read_is_a_prompt_though_its_way_is_not_followed(tmp_path: Path) -> None:
    code = (
        HEAD
        + LOADERS[0]
        + "\nPLAN = open('agents/plan/prompt.jinja2').read()\nCHECK = load('check')\nHELP = open('docs/answer.md').read()\n"
    )
    files = {"app.py": code, "agents/plan/prompt.jinja2": "Make a plan for {{ task }}, step by step.\n", **FILES}
    assert named(tmp_path, files) == {"agents/plan/prompt.jinja2": "unknown", "prompts/check.md": "unknown"}


def test_a_prompt_file_that_nobody_reads_is_none(tmp_path: Path) -> None:
    assert named(tmp_path, {"app.py": HEAD + ASK.format(given="'You help members of the club.'"), **FILES}) == {}
