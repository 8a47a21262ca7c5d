"""Credentials in documents: reported with their place, never shown, and told apart from the examples that documents are full of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ingest.told_secrets import told_secrets, without_secrets
from pipeline.scan import ScanSettings, scan
from tests.system.test_hidden_text import scanned

SLUG = "secret-in-code-or-config"
KEY = "sk-proj-Vb7mQx2Lr9Tz4WkYc8Nd5HsJf3Pg6AeUoIiBtRwXqM1Z"
DESIGN = "# Assistant\n\nThe assistant is an LLM agent. It calls the hosted model of OpenAI over the public internet.\n\n"


def secrets(folder: Path, files: Mapping[str, bytes | str]) -> list[tuple[str, str, str]]:
    result = scanned(folder, files)
    shown = result.model_dump_json()
    assert KEY not in shown and "Kranich-2031x" not in shown and "q8Wd3ZrT6yLp9XvN" not in shown
    return [(f.element, e.path, e.where) for f in result.findings if f.threat == SLUG for e in f.evidence]


def test_a_provider_s_key_in_a_runbook_is_reported(tmp_path: Path) -> None:
    page = f"<html><body><h1>Running it</h1><p>Put the key back:</p><pre>export OPENAI_API_KEY={KEY}</pre></body></html>"
    assert secrets(tmp_path, {"design.md": DESIGN, "wiki/run.html": page}) == [
        ("secret:OpenAI API Key in wiki/run.html", "wiki/run.html", "section Running it")
    ]


def test_a_key_in_a_readme_beside_code_is_reported_too(tmp_path: Path) -> None:
    files = {"app.py": "import openai\n\nclient = openai.OpenAI()\n", "README.md": f"# App\n\nUse `{KEY}` until yours arrives.\n"}
    assert [path for _element, path, _where in secrets(tmp_path, files)] == ["README.md"]


@pytest.mark.parametrize(
    "line",
    [
        "POSTGRES_PASSWORD=supersecret1234567",
        "postgresql://app:hunter22two@db.example.com/app",
        "export OPENAI_API_KEY=sk-...",
        "export OPENAI_API_KEY=your-key-here",
        "The test user's password: Kranich-2031x",
    ],
)
def test_examples_in_a_readme_beside_code_are_none(tmp_path: Path, line: str) -> None:
    files = {"app.py": "import openai\n\nclient = openai.OpenAI()\n", "README.md": f"# App\n\n```\n{line}\n```\n"}
    result = scanned(tmp_path, files)
    assert [f.element for f in result.findings if f.threat == SLUG] == []


def test_what_papers_alone_tell_counts_in_hidden_places_too(tmp_path: Path) -> None:
    page = "<html><body><h1>Login</h1><p>As usual.</p><!-- old password of duty, works on staging: Kranich-2031x --></body></html>"
    files = {"design.md": DESIGN + "```\nGATEWAY_API_KEY=q8Wd3ZrT6yLp9XvN\n```\n", "wiki/login.html": page}
    assert {path for _element, path, _where in secrets(tmp_path, files)} == {"design.md", "wiki/login.html"}


@pytest.mark.parametrize(
    "text",
    [
        "The password is the one of the team",
        "Passwords: at least 12 characters, one digit",
        "password policy: see chapter 4.2",
        "Second factor beside the password: planned for Q3-2027",
        "the token is base64url",
        "user duty, password: <see the vault>",
    ],
)
def test_sentences_about_passwords_tell_none(text: str) -> None:
    assert told_secrets(text) == ()


def test_one_value_in_two_papers_is_one_to_revoke(tmp_path: Path) -> None:
    found = secrets(tmp_path, {"a.md": DESIGN + f"Key: `{KEY}`\n", "b.md": f"# Copy\n\nKey: `{KEY}`\n"})
    assert {element for element, _path, _where in found} == {"secret:OpenAI API Key in a.md"}
    assert [path for _element, path, _where in found] == ["a.md", "b.md"]


def test_a_told_password_is_masked_wherever_its_line_is_quoted() -> None:
    assert without_secrets("password of duty, still works: Kranich-2031x\nnext") == "password of duty, still works: ****\nnext"


def test_documents_of_tests_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "app.py").write_text("import openai\n\nclient = openai.OpenAI()\n", "utf-8")
    (tmp_path / "tests" / "README.md").write_text(f"key: {KEY}\n", "utf-8")
    assert [f for f in scan(tmp_path, ScanSettings(jobs=1)).findings if f.threat == SLUG] == []
