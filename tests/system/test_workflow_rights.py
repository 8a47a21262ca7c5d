"""What a job of a workflow may do: words that can be taken back, or more; and which secrets are keys to something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.model import Element
from tests.system.small import scan_of

WORKFLOW = """\
on: {issues: {types: [opened]}}
jobs:
  assess:
    runs-on: ubuntu-latest
    RIGHTS
    steps:
      - uses: acme/assess@0123456789012345678901234567890123456789
        with:
          token: ${{ secrets.TOKEN }}
          prompt: ${{ github.event.issue.body }}
"""


def job(folder: Path, rights: str, token: str = "GITHUB_TOKEN") -> Element:
    text = WORKFLOW.replace("RIGHTS", rights).replace("TOKEN", token)
    files = {".github/workflows/assess.yml": text, "app.py": "from openai import OpenAI\n"}
    (found,) = [element for element in scan_of(folder, files).system.elements if element.kind == "ci_job"]
    return found


@pytest.mark.parametrize(
    ("rights", "only"),
    [
        ("permissions: {issues: write, contents: read}", True),
        ("permissions: {issues: write, contents: write}", False),
        ("permissions: {id-token: write}", False),
        ("permissions: write-all", False),
        ("name: assess", False),  # what the repository gives, which may be more
    ],
)
def test_comments_can_be_taken_back(tmp_path: Path, rights: str, only: bool) -> None:
    assert job(tmp_path, rights).attributes.get("comments_only", False) is only


def test_the_token_of_the_run_is_no_key_to_anything_else(tmp_path: Path) -> None:
    assert job(tmp_path / "a", "permissions: {issues: write}").attributes.get("own_token_only") is True
    assert job(tmp_path / "b", "permissions: {issues: write}", "MODEL_KEY").attributes.get("own_token_only") is None
