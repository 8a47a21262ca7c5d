"""Which promises of documents are held against code: those that say plainly of what, and that it is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

CODE = """
import os
import openai
from fastapi import FastAPI
from mcp.server.fastmcp import FastMCP

app = FastAPI()
mcp = FastMCP("files")


@mcp.tool()
def run_command(command: str) -> str:
    \"\"\"Run a command.\"\"\"
    return os.popen(command).read()


@app.post("/summary")
def summary(question: str):
    return openai.OpenAI().chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": question}])
"""


def broken(folder: Path, document: str, path: str = "docs/guide.md") -> set[str]:
    found = scan_of(folder, {path: document, "app.py": CODE}).findings
    return {finding.element for finding in found if finding.threat == "promised-control-missing"}


@pytest.mark.parametrize(
    ("sentence", "element"),
    [
        ("Every endpoint is rate limited.", "http_route:POST /summary"),
        ("`/summary` is rate limited.", "http_route:POST /summary"),
        ("`/version` is public; all other endpoints require authentication.", "http_route:POST /summary"),
        ("All endpoints require authentication.", "http_route:POST /summary"),
        ("Every call of `run_command` is logged.", "mcp_tool:run_command"),
        ("Commands run in a sandbox.", "interpreter:app.run_command (shell)"),
    ],
)
def test_what_is_said_plainly_is_held_against_the_code(tmp_path: Path, sentence: str, element: str) -> None:
    assert element in broken(tmp_path, f"# Guide\n\n{sentence}\n")


@pytest.mark.parametrize(
    "sentence",
    [
        "All your clicks are automatically logged in the same space that the agent uses.",
        "All model runs are logged for debugging.",
        "You only need a model token: it requires an API key.",
        "Secret header values are masked in the response.",
        "Raise it for fast endpoints, lower it for rate-limited ones.",
        "The summary keeps its state in Redis, so that rate limiting works across services.",
        "- **SUMMARY_MAX_PARALLEL**: Global rate limit for concurrent summaries of all clients (default: `20`)",
        "| `execute` | Shell commands in the sandbox |",
        "Image builds, commands and sandbox containers need more room.",
        "All routes under /workspace show the chats of the authenticated user.",
        "Every endpoint is rate limited if a limit is set.",
        "All endpoints can be configured so that they require authentication.",
        "The container must listen on the sandbox port for all commands.",
        "`/summary` and `/version` are public; other endpoints require authentication.",
        "`/summary` is open to everybody. All other endpoints require authentication.",
        "All other endpoints require authentication.",
        "A virtual environment is used for all commands, ensuring an isolated environment.",
    ],
)
def test_words_about_a_control_are_not_held_against_the_code(tmp_path: Path, sentence: str) -> None:
    assert broken(tmp_path, f"# Guide\n\n{sentence}\n") == set()


@pytest.mark.parametrize("heading", ["Limitations", "Not verified", "Troubleshooting", "Cases not executed", "Migration"])
def test_what_stands_under_a_heading_of_what_is_not_so_is_not_held_against_the_code(tmp_path: Path, heading: str) -> None:
    assert broken(tmp_path, f"# Guide\n\n## {heading}\n\nEvery endpoint is rate limited.\n") == set()


@pytest.mark.parametrize("path", ["docs/plans/limits.md", "CLAUDE.md", "docs/CHANGELOG.md"])
def test_plans_and_notes_for_whoever_builds_are_not_held_against_the_code(tmp_path: Path, path: str) -> None:
    assert broken(tmp_path, "# Guide\n\nEvery endpoint is rate limited.\n", path) == set()


REMOTE = """
from e2b_code_interpreter import Sandbox
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("code")


@mcp.tool()
def run_python(code: str) -> str:
    \"\"\"Run Python.\"\"\"
    return Sandbox().run_code(code)
"""


@pytest.mark.parametrize(("code", "kept"), [(REMOTE, True), (REMOTE.replace("Sandbox().run_code(code)", "str(eval(code))"), False)])
def test_a_tool_is_in_the_sandbox_that_it_runs_code_in(tmp_path: Path, code: str, kept: bool) -> None:
    files = {"README.md": "# Code\n\n- `run_python`: executes Python code in a sandboxed environment.\n", "app.py": code}
    found = [finding for finding in scan_of(tmp_path, files).findings if finding.threat == "promised-control-missing"]
    assert bool(found) is not kept
