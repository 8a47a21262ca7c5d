"""Kustomization files: literals of generators, and nothing of what they only name."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.config.test_config import read

FILE = """\
kind: Kustomization
resources: [chat.yaml]
secretGenerator:
  - name: hub
    literals:
      - user=SERVICE
      - password='Tr4gwerk!Sued-88'
  - name: store
    envs: [secrets.env]
    literals:
      - uri=postgresql://ml:Br1dge-mlflow-7731@db.internal/ml
      - api-key=$(API_KEY)
configMapGenerator:
  - name: settings
    literals: [LOG_LEVEL=info, NO_VALUE]
"""


def test_literals_of_generators_are_variables_of_which_the_secrets_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, "kustomization.yaml", FILE, "kustomization")
    secrets = [(s.name, s.place.start_line) for s in found if s.attributes.get("secret") and not s.attributes.get("placeholder")]
    assert secrets == [("password", 7), ("uri", 11)]
    assert {s.name for s in found if s.kind == "environment"} == {"user", "password", "uri", "api_key", "LOG_LEVEL"}


def test_a_kustomization_that_only_lists_files_says_which_it_takes_up(tmp_path: Path) -> None:
    text = "resources: [a.yaml, sub/, https://a.dev/b.yaml, ../outside]\npatches:\n- path: p.yaml\nsecretGenerator: nothing\n"
    found = read(tmp_path, "kustomization.yaml", text, "kustomization")
    assert [(s.kind, s.name) for s in found] == [("kustomized", "a.yaml"), ("kustomized", "sub"), ("kustomized", "p.yaml")]


def test_files_that_a_generator_takes_over_are_named_with_their_map(tmp_path: Path) -> None:
    text = "configMapGenerator:\n  - name: prompts\n    files:\n      - system.txt=texts/system.txt\n      - more.txt\n"
    found = read(tmp_path, "kustomization.yaml", text, "kustomization")
    assert [(s.name, s.attributes.get("key"), s.attributes["into"], s.place.start_line) for s in found] == [
        ("texts/system.txt", "system.txt", "prompts", 4), ("more.txt", None, "prompts", 5),
    ]  # fmt: skip
