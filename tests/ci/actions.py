"""Runs the steps of a composite action as GitHub's runner does: expressions are put into variables, scripts are given to bash.

Only what our own action uses is understood; anything else is an error, so that a step cannot pass untested.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Job:
    """One run of the action in a checkout."""

    checkout: Path
    temp: Path
    event_name: str
    event: Mapping[str, Any]
    inputs: Mapping[str, str] = field(default_factory=dict)
    api: str = "http://127.0.0.1:1"
    token: str = "a-token"
    ran: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)

    def run(self) -> int:
        """All steps in their order; the exit code of the job."""
        action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
        given = {name: str(said.get("default", "")) for name, said in action["inputs"].items()} | dict(self.inputs)
        known = {f"inputs.{name}": self._filled(value, {"github.token": self.token}) for name, value in given.items()}
        known |= {
            "runner.temp": str(self.temp), "runner.os": "Linux", "github.action_path": str(ROOT), "github.token": self.token,
            "github.event_name": self.event_name, "github.sha": "0" * 40,
        }  # fmt: skip
        self._install()
        failed = 0
        for step in action["runs"]["steps"]:
            known |= {f"steps.scan.outputs.{name}": value for name, value in self.outputs.items()}
            if "run" not in step or step.get("id") == "install" or not self._wanted(step.get("if"), known, failed):
                continue
            assert step["shell"] == "bash"
            assert not _EXPRESSION.search(step["run"]), "an expression inside of a script is put there as text"
            variables = {name: self._filled(str(value), known) for name, value in step.get("env", {}).items()}
            ended = self._bash(step["run"], variables)
            self.ran[step["id"]] = ended
            failed = failed or ended.returncode
        return failed

    @property
    def summary(self) -> str:
        file = self.temp / "summary"
        return file.read_text("utf-8") if file.exists() else ""

    def _install(self) -> None:
        """What the step `install` makes, which would take a network: the program that is tested."""
        place = self.temp / "threatloom" / "venv" / "bin"
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "threatloom").exists():
            (place / "threatloom").symlink_to(Path(sys.executable).parent / "threatloom")

    def _bash(self, script: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        (self.temp / "event.json").write_text(json.dumps(self.event), "utf-8")
        output = self.temp / "output"
        output.write_text("", "utf-8")
        file = self.temp / "step.sh"
        file.write_text(script, "utf-8")
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.temp), "LANG": "C.UTF-8", "GITHUB_ACTIONS": "true", "CI": "true",
            "GITHUB_EVENT_NAME": self.event_name, "GITHUB_EVENT_PATH": str(self.temp / "event.json"), "GITHUB_REPOSITORY": "team/app",
            "GITHUB_API_URL": self.api, "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            "GITHUB_HEAD_REF": _nested(self.event, "pull_request", "head", "ref"), "GITHUB_WORKSPACE": str(self.checkout), **variables,
        }  # fmt: skip
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)], cwd=self.checkout, env=environment, capture_output=True,
            text=True, check=False, timeout=120,
        )  # fmt: skip
        for match in re.finditer(r"(?ms)^([\w-]+)<<(end-\w+)\n(.*?)\n\2$", output.read_text("utf-8")):
            self.outputs[match[1]] = match[3]
        return ended

    @staticmethod
    def _filled(text: str, known: Mapping[str, str]) -> str:
        return _EXPRESSION.sub(lambda match: known[match[1]], text)

    @staticmethod
    def _wanted(condition: str | None, known: Mapping[str, str], failed: int) -> bool:
        if condition is None:
            return not failed
        match = _EXPRESSION.fullmatch(condition)
        assert match is not None
        terms = match[1].split(" && ")
        assert terms[0] == "always()"
        for term in terms[1:]:
            compared = re.fullmatch(r"([\w.-]+) (==|!=) '([^']*)'", term)
            assert compared is not None, term
            if (known.get(compared[1], "") == compared[3]) != (compared[2] == "=="):
                return False
        return True


def _nested(said: Any, *names: str) -> str:  # Any: JSON
    for name in names:
        said = said.get(name, {}) if isinstance(said, Mapping) else {}
    return said if isinstance(said, str) else ""
