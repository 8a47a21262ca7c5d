"""Commands where they live: in scripts, recipes, container files, compositions, manifests and workflows, and their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.config import read_config
from ingest.config.commands import read_commands
from ingest.facts import ConfigFacts, Setting
from ingest.purpose import kind_of
from ingest.source import Source

Said = tuple[int, tuple[str, ...]]


def settings_of(folder: Path, path: str, text: str) -> list[Setting]:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
    kind = kind_of(path)
    assert kind is not None
    facts = read_config(Source(path, target, kind, "product", len(text)))
    assert isinstance(facts, ConfigFacts), facts
    return [found for found in facts.settings if found.kind == "command"]


def said(folder: Path, path: str, text: str) -> list[tuple[int, object]]:
    return [(found.place.start_line, found.attributes["words"]) for found in settings_of(folder, path, text)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("vllm serve m --host 0.0.0.0", "vllm serve m --host 0.0.0.0"),
        ("exec nohup sudo -u app vllm serve m &", "vllm serve m"),
        ("env A=1 CUDA_VISIBLE_DEVICES=0 vllm serve m > log 2>&1", "vllm serve m"),
        ("uv run --with vllm vllm serve m", "vllm serve m"),
        ("poetry run python -u -m vllm.entrypoints.openai.api_server --model m", "vllm.entrypoints.openai.api_server --model m"),
        ("/opt/venv/bin/python3.11 -m sglang.launch_server", "sglang.launch_server"),
        ("npx -y supergateway --port 80", "supergateway --port 80"),
        ("if true; then vllm serve 'a b'; fi", "vllm serve a b"),
        ('vllm serve "$MODEL" --port ${PORT:-8000}', "vllm serve $MODEL --port 8000"),
        ("MODEL=x/y; vllm serve $MODEL", "vllm serve x/y"),
        ("bash -lc 'vllm serve m'", "vllm serve m"),
        ("vllm serve m \\\n  --port 1", "vllm serve m --port 1"),
        ("OUT=$(hf download a/b)", "hf download a/b"),
        ("start() { ollama serve; }", "ollama serve"),
    ],
)
def test_words_are_those_of_the_program_that_runs(line: str, words: str) -> None:
    assert words in [" ".join(command.words) for command in read_commands(line)]


@pytest.mark.parametrize(
    "line", ["# vllm serve m", "echo 'vllm serve m'", "cat <<EOT\nvllm serve m\nEOT", "pip install vllm", "which vllm"]
)
def test_words_about_a_program_do_not_run_it(line: str) -> None:
    assert all(command.words[0] != "vllm" for command in read_commands(line))


def test_variables_hold_from_where_they_are_exported_and_for_one_command(tmp_path: Path) -> None:
    script = "OLLAMA_DEBUG=1\nexport OLLAMA_HOST=0.0.0.0\nOLLAMA_MODELS=/m ollama serve\nollama list\n"
    found = settings_of(tmp_path, "start.sh", script)
    assert [(one.place.start_line, one.attributes["variables"]) for one in found] == [
        (3, ("OLLAMA_HOST=0.0.0.0", "OLLAMA_MODELS=/m")), (4, ("OLLAMA_HOST=0.0.0.0",)),
    ]  # fmt: skip


def test_a_recipe_is_read_with_the_variables_of_its_makefile(tmp_path: Path) -> None:
    text = "HOST ?= 0.0.0.0\nrun: build\n\t@echo up\n\t@uv run langgraph dev \\\n\t  --host $(HOST)\nlanggraph: run\n"
    assert said(tmp_path, "Makefile", text) == [(4, ("langgraph", "dev", "--host", "0.0.0.0"))]


def test_processes_scripts_of_manifests_and_steps_of_workflows_are_read(tmp_path: Path) -> None:
    assert said(tmp_path, "Procfile", "web: acme app:app\nmodel: vllm serve m\n") == [(2, ("vllm", "serve", "m"))]
    assert said(tmp_path, "Procfile", "web: uvicorn app:app\n") == [(1, ("uvicorn", "app:app"))]
    manifest = '{\n "name": "x",\n "scripts": {\n  "dev": "concurrently \\"next dev\\" \\"langgraph dev --port 1\\""\n }\n}\n'
    assert said(tmp_path, "package.json", manifest) == [(4, ("langgraph", "dev", "--port", "1"))]
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          hf download a/b\n"
    assert [words for _line, words in said(tmp_path, ".github/workflows/a.yml", workflow)] == [("hf", "download", "a/b")]


def test_what_a_container_is_given_is_added_to_its_entry_point(tmp_path: Path) -> None:
    text = 'FROM a AS b\nCMD ["ollama", "serve"]\nFROM c\nENTRYPOINT ["/bin/vllm", "serve"]\nCMD ["m", "--api-key", "k"]\n'
    assert said(tmp_path, "Dockerfile", text) == [(4, ("vllm", "serve", "m", "--api-key", "k"))]


def test_commands_of_a_composition_name_their_service(tmp_path: Path) -> None:
    text = "services:\n  one:\n    image: a\n    command: [ollama, serve]\n  two:\n    image: b\n    entrypoint: sh -c 'vllm serve m'\n"
    found = settings_of(tmp_path, "compose.yaml", text)
    assert [(one.attributes["service"], one.attributes["words"]) for one in found] == [
        ("one", ("ollama", "serve")), ("two", ("vllm", "serve", "m")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["vllm " + "(" * 50_000, "vllm serve '", "vllm " + "$(" * 20_000, "vllm " + "bash -c '" * 200, "vllm \x00\xff", "vllm serve\n" * 50_000,
     "V=${V:-" * 5000 + " vllm", "vllm <<A\n" * 2000, "\\\n" * 30_000 + "vllm serve", "{ " * 40_000 + "vllm"],
)  # fmt: skip
def test_any_script_ends_in_facts(tmp_path: Path, text: str) -> None:
    assert len(settings_of(tmp_path, "a.sh", text)) <= 400
    assert len(settings_of(tmp_path, "Makefile", "\t" + text)) <= 60_000


def test_commands_in_branches_for_tests_say_so() -> None:
    script = """if [ "$STAGE" = test ]; then
  uvicorn main:app --port 1
elif [[ $STAGE != "dev" ]]; then
  uvicorn main:app --port 2
else
  uvicorn main:app --port 3
fi
"""
    assert [command.for_development for command in read_commands(script) if command.words[0] == "uvicorn"] == [True, False, False]
