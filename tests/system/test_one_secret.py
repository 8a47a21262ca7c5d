"""A secret is one to revoke: told once, with its places, in however many files and under however many names it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

import threatloom
from ingest.described_values import is_described
from ingest.secret_marks import mark_of
from pipeline.system.rules.images import known_image

_MODEL = "services:\n  model:\n    image: ollama/ollama:0.12.6\n"
_SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {{name: store}}\nstringData:\n  rootPassword: {password}\n"


def _told(root: Path, files: dict[str, str]) -> dict[str, list[list[str]]]:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    found: dict[str, list[list[str]]] = {}
    for one in threatloom.scan(root, jobs=1).findings:
        if one.threat in ("secret-in-code-or-config", "default-signing-key"):
            found.setdefault(one.threat, []).append(sorted({place.path for place in one.evidence}))
    return found


def test_one_value_in_two_manifests_is_one_and_two_values_are_two(tmp_path: Path) -> None:
    same = {path: _SECRET.format(password="Heron-Plaza-77-quiet") for path in ("templates/store.yaml", "rendered/store.yaml")}
    assert _told(tmp_path / "same", {"compose.yaml": _MODEL, **same}) == {
        "secret-in-code-or-config": [["rendered/store.yaml", "templates/store.yaml"]]
    }
    other = {**same, "rendered/store.yaml": _SECRET.format(password="Otter-Bridge-12-loud")}
    assert len(_told(tmp_path / "other", {"compose.yaml": _MODEL, **other})["secret-in-code-or-config"]) == 2


def test_the_keys_of_one_file_of_sections_go_together(tmp_path: Path) -> None:
    written = "[core]\nfernet_key = pX3vK9mT2wQ7yB5nL1rZ8cD4sF6hJ0gUaEoIiOtRk2M=\n[api]\nsecret_key = q7Tz0PkV4mXr9sLhY2bWnC5dFgJ8aEuK\n"
    assert _told(tmp_path, {"compose.yaml": _MODEL, "scheduler.cfg": written}) == {"secret-in-code-or-config": [["scheduler.cfg"]]}


def test_a_default_of_the_code_that_a_composition_repeats_is_told_as_the_default(tmp_path: Path) -> None:
    code = """
        import jwt, os
        from fastapi import FastAPI
        from openai import OpenAI

        app = FastAPI()
        KEY = os.environ.get("JWT_SECRET", "crows-on-the-harbour-wall")

        @app.post("/login")
        def login(name: str) -> str:
            return jwt.encode({"sub": name}, KEY, algorithm="HS256")

        @app.post("/ask")
        def ask(text: str, token: str) -> str:
            jwt.decode(token, KEY, algorithms=["HS256"])
            return OpenAI().responses.create(model="gpt-5-mini", input=text).output_text
    """
    lines = "\n".join(line[8:] for line in code.splitlines()) + "\n"
    composed = "services:\n  web:\n    build: .\n    environment:\n      JWT_SECRET: crows-on-the-harbour-wall\n"
    assert _told(tmp_path, {"app.py": lines, "compose.yaml": composed}) == {"default-signing-key": [["app.py", "compose.yaml"]]}


def test_an_example_of_settings_that_repeats_a_password_is_told_with_it(tmp_path: Path) -> None:
    composed = _MODEL + "  store:\n    image: postgres:17.2\n    environment:\n      POSTGRES_PASSWORD: Heron-Plaza-77-quiet\n"
    example = "TABLES_URL=postgresql://shop:Heron-Plaza-77-quiet@localhost:5432/shop\n"
    assert _told(tmp_path / "same", {"compose.yaml": composed, ".env.example": example}) == {
        "secret-in-code-or-config": [[".env.example", "compose.yaml"]]
    }
    other = _told(tmp_path / "other", {"compose.yaml": composed, ".env.example": example.replace("Heron", "Otter")})
    assert other == {"secret-in-code-or-config": [["compose.yaml"]]}  # of a template, a store on one's own machine


def test_a_password_with_a_percent_sign_in_an_address_is_the_same() -> None:
    assert mark_of("postgresql://u:Heron%4077plaza@db:5432/x") == mark_of("Heron@77plaza")
    assert mark_of("short") is None


@pytest.mark.parametrize(
    ("name", "value", "described"),
    [
        ("ETCD_AUTH_TOKEN", "jwt,pub-key=/etc/etcd/jwt.pub,sign-method=RS256", True),
        ("auth_token", "plain,user=answers,password=wK3vT9zQ4xL7m", False),
        ("ETCD_INITIAL_CLUSTER_TOKEN", "k7Qm2xV9tLr4Zb8Ks", True),
        ("CLUSTER_TOKEN", "k7Qm2xV9tLr4Zb8Ks", False),
        ("password", "scram-sha-256", True),
    ],
)
def test_what_describes_a_token_is_none(name: str, value: str, described: bool) -> None:
    assert is_described(name, value) is described


@pytest.mark.parametrize(
    ("image", "product"),
    [
        ("ollama/ollama", "ollama"), ("ghcr.io/parcels/ollama-rocm", "ollama"), ("vllm/vllm-openai", "vllm"), ("4711/chatollama", None),
        ("parcels/ollama-webui", None), ("bitnami/postgresql", "postgres"), ("chromadb/chroma", "chroma"), ("parcels/mypostgres", None),
    ],
)  # fmt: skip
def test_an_image_is_known_by_a_whole_word(image: str, product: str | None) -> None:
    known = known_image(image)
    assert (known.product if known is not None else None) == product
