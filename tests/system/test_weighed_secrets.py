"""What a secret opens, and for whom, weighs as much as that it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.secrets import secret_in_assignment
from tests.system.small import scan_of

_BOT = "from openai import OpenAI\nimport psycopg\n\nprint(OpenAI().responses.create(model='gpt-5', input='hi').output_text)\n"


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ('psycopg.connect(host="localhost", user="desk", password="walfisch77")', "medium"),
        ('psycopg.connect(host="db.acme.dev", user="desk", password="walfisch77")', "high"),
        ('psycopg.connect("postgresql://desk:walfisch77@localhost/notes")', "medium"),
        ('psycopg.connect("postgresql://desk:walfisch77@db.acme.dev/notes")', "high"),
        ('psycopg.connect("postgresql://desk:walfisch77@ep-calm-sea-771.eu-central-1.aws.neon.tech/notes")', "critical"),
    ],
)
def test_a_password_weighs_what_it_opens(tmp_path: Path, line: str, severity: str) -> None:
    told = scan_of(tmp_path, {"bot.py": f"{_BOT}{line}\n"})

    assert [f.severity for f in told.findings if f.threat == "secret-in-code-or-config"] == [severity]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("costToken", "ZnJpZW5kbHktY29tbXVuaXR5LWVkaXRpb24=", False),  # friendly-community-edition
        ("costToken", "ZGVza0BhY21lLmRldg==xq82mzt4kp", False),  # desk@acme.dev
        ("costToken", "9f2K7cQxLm4vTzW8rYp3sBnD6hJ1gAe5", True),
        ("signingSecret", "ZnJpZW5kbHktY29tbXVuaXR5LWVkaXRpb24=", True),  # words sign as well as anything
    ],
)
def test_words_in_base64_are_no_token(name: str, value: str, found: bool) -> None:
    assert (secret_in_assignment(name, value) is not None) is found
