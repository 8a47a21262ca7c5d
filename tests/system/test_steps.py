"""One step of the system model that fails costs what it finds, and says so; the rest of the scan stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system import build
from pipeline.system.rules.knowledge_file import KnowledgeError
from pipeline.system.steps import FAILED
from tests.system.small import elements, scan_of, system_of

CHAT = {
    "app.py": """
    from flask import Flask, request
    from openai import OpenAI

    app = Flask(__name__)

    @app.post("/ask")
    def ask():
        return OpenAI().responses.create(model="gpt-4o", input=request.json["question"]).output_text
    """
}


def _breaks(*_given: object) -> None:
    raise IndexError("tuple index out of range")


@pytest.mark.parametrize(
    "step", ["with_shapes", "with_places", "add_code_flows", "add_protection", "mark_own_files", "add_drawings", "add_claims"]
)
def test_a_step_that_fails_is_an_error_and_the_rest_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str) -> None:
    _breaks.__name__ = step
    monkeypatch.setattr(build, step, _breaks)
    result = scan_of(tmp_path, CHAT)
    assert [error.error for error in result.errors if error.error.startswith(FAILED) and f"{step}: IndexError" in error.error]
    assert [element.kind for element in result.system.elements if element.kind == "hosted_llm"]


def test_knowledge_that_is_wrong_is_no_failed_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_given: object) -> None:
        raise KnowledgeError("mine.yaml: no such kind")

    monkeypatch.setattr(build, "add_protection", broken)
    with pytest.raises(KnowledgeError):
        scan_of(tmp_path, CHAT)


@pytest.mark.parametrize(
    "taken", ["run, place = rest[-2:]", "(run, place) = rest", "[run, place] = rest[1:]", "run, *others = rest", "(run, _), place = rest"]
)
def test_a_tool_may_call_what_it_unpacked_from_a_list(taken: str) -> None:
    system = system_of(f"""
    from fastmcp import FastMCP

    mcp = FastMCP("sheets")

    def forwarded(*given):
        rest = list(given)
        {taken}
        return run(*rest)

    @mcp.tool()
    def recalculate(sheet: str):
        return forwarded(sheet, "sum", open)
    """)
    assert [tool.name for tool in elements(system, "mcp_tool")] == ["recalculate"]
