"""Names that can move: which of them are one finding, and which lines a finding about them shows."""

from __future__ import annotations

from pathlib import Path

from pipeline.findings.model import Finding
from tests.system.small import scan_of

APP = "from openai import OpenAI\n\nprint(OpenAI().responses.create(model='gpt-5-mini', input='hello').output_text)\n"
COMPOSED = """\
services:
  tracing:
    image: jaegertracing/all-in-one:latest
    ports:
      - "127.0.0.1:16686:16686"
  store:
    image: postgres
    environment:
      POSTGRES_PASSWORD: ${PASSWORD}
  models:
    image: ollama/ollama:0.5.1
"""
WORKFLOW = """\
name: release
on:
  push:
permissions:
  contents: write
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: someone/upload-model@main
        with:
          token: ${{ secrets.HF_TOKEN }}
"""
ASKED = """\
name: triage
on: issues
permissions:
  contents: write
jobs:
  triage:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "${{ github.event.issue.title }}"
"""
MOVING, OUTSIDERS = "unpinned-action-or-image", "ci-untrusted-text-with-rights"


def findings(folder: Path, files: dict[str, str], threat: str) -> list[Finding]:
    return [finding for finding in scan_of(folder, {"app.py": APP, **files}).findings if finding.threat == threat]


def places(finding: Finding) -> list[tuple[str, int]]:
    return [(evidence.path, evidence.start_line) for evidence in finding.evidence]


def test_images_are_one_finding_whatever_is_started_from_them_and_show_the_lines_that_name_them(tmp_path: Path) -> None:
    found = findings(tmp_path, {"compose.yaml": COMPOSED, "Dockerfile": "FROM python:3.12 AS built\nFROM nginx\nUSER 1000\n"}, MOVING)
    assert [sorted(places(finding)) for finding in found] == [[("Dockerfile", 2), ("compose.yaml", 3), ("compose.yaml", 7)]]


def test_actions_are_another_finding_and_show_the_steps_not_the_trigger(tmp_path: Path) -> None:
    workflow = ".github/workflows/release.yml"
    found = findings(tmp_path, {"compose.yaml": COMPOSED, workflow: WORKFLOW}, MOVING)
    shown = {finding.element: places(finding) for finding in found}
    assert shown[f"ci_job:{workflow}"] == [(workflow, 11), (workflow, 10)], "what belongs to strangers comes first"
    assert len(found) == 2


def test_a_workflow_that_acts_on_outsiders_text_shows_who_starts_it_and_the_step(tmp_path: Path) -> None:
    workflow = ".github/workflows/triage.yml"
    found = findings(tmp_path, {workflow: ASKED}, OUTSIDERS)
    assert [places(finding) for finding in found] == [[(workflow, 2), (workflow, 10)]]
