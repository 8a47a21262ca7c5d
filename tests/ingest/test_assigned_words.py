"""What a file of settings gives to the name of a secret is not shown, however much it looks like a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.assigned_words import without_values
from ingest.told_secrets import without_secrets
from tests.system.small import scan_of


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("      POSTGRES_PASSWORD: sonnenblume", "      POSTGRES_PASSWORD: so****"),
        ("      - POSTGRES_PASSWORD=sonnenblume  # of the team", "      - POSTGRES_PASSWORD=so****  # of the team"),
        ('      POSTGRES_PASSWORD: "sonnenblume"', '      POSTGRES_PASSWORD: "so****"'),
        ("export DB_PASSWORD=sonnenblume\r", "export DB_PASSWORD=so****\r"),
        ("SESSION_SECRET=waldmeistersirup", "SESSION_SECRET=wald****"),
        ("  password: wald-meister", "  password: wal****"),
        ('  "password": "sonnenblume",', '  "password": "so****",'),
        ("spring.datasource.password=sonnenblume", "spring.datasource.password=so****"),
    ],
)
def test_a_word_that_is_a_password_is_masked(line: str, shown: str) -> None:
    text = f"first\n{line}\nlast"

    assert without_secrets(text) == f"first\n{shown}\nlast"
    assert without_secrets(without_secrets(text)) == without_secrets(text)


@pytest.mark.parametrize(
    "line",
    [
        "      POSTGRES_PASSWORD: postgres", "POSTGRES_PASSWORD=changeme", "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}", "    password: SecretStr",
        "    password=hashed_password,", "password = hashed_password", "token = 'token-classification'", "API_KEY = settings", "max_tokens: unlimited",
        "  secretName: assistant-credentials", "DB_PASSWORD_FILE=/run/secrets/db", "password: string;",
    ],
)  # fmt: skip
def test_code_references_and_what_everybody_knows_stay(line: str) -> None:
    assert without_secrets(line) == line


def test_what_a_reader_found_is_masked_whatever_it_looks_like() -> None:
    lines = ("services:", "  password: SonnenBlume", "  url: redis://:****@cache", "  name: DB_PASSWORD")

    assert without_values(lines, {2: "password", 3: "url", 4: "DB_PASSWORD"}, {"password", "url", "DB_PASSWORD"}) == (
        "services:",
        "  password: ****",
        "  url: redis://:****@cache",
        "  name: DB_PASSWORD",
    )


def test_no_report_shows_the_password_of_a_composition(tmp_path: Path) -> None:
    files = {
        "bot.py": "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-5', input='hi').output_text)\n",
        "compose.yaml": "services:\n  store:\n    image: postgres:17\n    ports: ['5432:5432']\n    environment:\n"
        "      POSTGRES_PASSWORD: sonnenblume\n      APP_TOKEN: Sonnenblumenkern\n",
    }

    told = scan_of(tmp_path, files).model_dump_json()

    assert "POSTGRES_PASSWORD: so" in told
    assert "nnenblume" not in told and "Sonnenblumenkern" not in told
