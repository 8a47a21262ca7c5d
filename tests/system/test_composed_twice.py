"""Services of one name in two compositions: one where both are alike, two where one is open and the other is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

APP = "import openai\n\nprint(openai.OpenAI().responses.create(model='gpt-5-mini', input='hello').output_text)\n"
OPEN = 'services:\n  db:\n    image: postgres:16\n    ports: ["5432:5432"]\n    environment:\n      POSTGRES_PASSWORD: postgres\n'
CLOSED = "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: ${PASSWORD}\n"


def opened(folder: Path, first: str, second: str) -> list[list[str]]:
    files = {"a/compose.yaml": first, "b/compose.yaml": second, "app.py": APP}
    found = [finding for finding in scan_of(folder, files).findings if finding.threat == "default-password-on-open-port"]
    return [sorted({evidence.path for evidence in finding.evidence}) for finding in found]


@pytest.mark.parametrize(("first", "second", "path"), [(OPEN, CLOSED, "a/compose.yaml"), (CLOSED, OPEN, "b/compose.yaml")])
def test_the_closed_one_does_not_hide_the_open_one(tmp_path: Path, first: str, second: str, path: str) -> None:
    assert opened(tmp_path, first, second) == [[path]]


def test_two_that_are_alike_are_one_service_with_both_places(tmp_path: Path) -> None:
    assert opened(tmp_path, OPEN, OPEN) == [["a/compose.yaml", "b/compose.yaml"]]
