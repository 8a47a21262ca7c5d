"""Audits of packages in the build: what can fail it counts for the packages it looks at, what only reports counts for none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import controls_on, scan_of

WORKFLOW = """\
on: TRIGGERS
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@0123456789012345678901234567890123456789
STEP
"""
APP = "from openai import OpenAI\n\nclient = OpenAI()\n"


def audited(folder: Path, step: str, triggers: str = "[push]") -> bool:
    workflow = WORKFLOW.replace("STEP", "\n".join(f"      {line}" for line in step.splitlines())).replace("TRIGGERS", triggers)
    files = {".github/workflows/check.yml": workflow, "requirements.txt": "openai\n", "app.py": APP}
    system = scan_of(folder, files).system
    (package,) = [element for element in system.elements if element.id == "package:requirements.txt"]
    return "dependency_audit" in controls_on(system, package.id)


@pytest.mark.parametrize(
    "step",
    [
        "- run: pip-audit -r requirements.txt",
        "- run: |\n    pip install pip-audit\n    pip-audit",
        "- run: uvx pip-audit --strict",
        "- uses: pypa/gh-action-pip-audit@v1.1.0",
        "- uses: google/osv-scanner-action/osv-scanner-action@v2",
        "- run: trivy fs --severity HIGH --exit-code 1 .",
        "- uses: aquasecurity/trivy-action@v0.33.1\n  with: {scan-type: fs, exit-code: '1'}",
    ],
)
def test_a_step_that_can_fail_the_build_is_an_audit(tmp_path: Path, step: str) -> None:
    assert audited(tmp_path, step)


@pytest.mark.parametrize(
    "step",
    [
        "- run: pip install pip-audit",  # put there, and not run
        "- run: pip-audit || true",
        "- run: pip-audit\n  continue-on-error: true",
        "- run: npm audit",  # of other packages
        "- run: trivy fs .",  # reports
        "- uses: aquasecurity/trivy-action@v0.33.1\n  with: {scan-type: fs}",
        "- run: 'echo done # pip-audit'",
    ],
)
def test_what_only_reports_or_looks_elsewhere_is_none(tmp_path: Path, step: str) -> None:
    assert not audited(tmp_path, step)


def test_what_somebody_has_to_start_is_no_part_of_the_build(tmp_path: Path) -> None:
    assert not audited(tmp_path, "- run: pip-audit", "[workflow_dispatch]")
