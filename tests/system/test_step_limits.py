"""A framework's own limit counts where the project is held to a release that has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.scan import ScanSettings, scan

GRAPH = (
    "from langgraph.prebuilt import create_react_agent\nfrom langchain_core.tools import tool\n\n\n@tool\ndef look(word: str) -> str:\n"
    '    """Look."""\n    return word\n\n\ngraph = create_react_agent("openai:gpt-5", tools=[look])\n'
)


def limited(folder: Path, **files: str) -> bool:
    (folder / "graph.py").write_text(GRAPH, "utf-8")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    (agent,) = (e for e in scan(folder, ScanSettings(jobs=1)).system.elements if e.kind == "agent")
    return agent.attributes.get("loop_limited") is True


@pytest.mark.parametrize("version", ["==0.6.7", "~=0.6.2", "<1", ">=0.2,<=1.0.5", "==0.6.*"])
def test_releases_before_the_change_stop_by_themselves(tmp_path: Path, version: str) -> None:
    assert limited(tmp_path, requirements__txt=f"langgraph{version}\n")


@pytest.mark.parametrize("version", ["", ">=0.6.7", "==1.0.6", "~=1.2", "<2"])
def test_releases_since_the_change_do_not(tmp_path: Path, version: str) -> None:
    assert not limited(tmp_path, requirements__txt=f"langgraph{version}\n")


def test_no_manifest_says_nothing(tmp_path: Path) -> None:
    assert not limited(tmp_path)


@pytest.mark.parametrize(("asked", "held"), [("^0.6", True), ("^1.0", False), ("0.6.7", True)])
def test_versions_as_poetry_writes_them(tmp_path: Path, asked: str, held: bool) -> None:
    text = f'[tool.poetry]\nname = "a"\n\n[tool.poetry.dependencies]\npython = "^3.11"\nlanggraph = "{asked}"\n'
    assert limited(tmp_path, pyproject__toml=text) is held


def test_a_lock_outweighs_what_was_asked_for(tmp_path: Path) -> None:
    lock = 'version = 1\n\n[[package]]\nname = "langgraph"\nversion = "0.6.7"\nsource = { registry = "https://pypi.org/simple" }\n'
    asked = '[project]\nname = "a"\nversion = "1"\ndependencies = ["langgraph>=0.6"]\n'
    assert limited(tmp_path, pyproject__toml=asked, uv__lock=lock)


def test_manifests_that_disagree_say_nothing(tmp_path: Path) -> None:
    assert not limited(tmp_path, requirements__txt="langgraph==0.6.7\n", **{"requirements-dev__txt": "langgraph\n"})


_RUNS = """
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import StateGraph
from langgraph.prebuilt import ToolNode

@tool
def look(word: str) -> str:
    \"\"\"Look.\"\"\"
    return word

class Settings:
    def __init__(self, limit=100):
        self.limit = limit
    def arguments(self):
        config = {"recursion_limit": self.limit}
        return {"stream_mode": "values", "config": config}

class Runs:
    def __init__(self):
        self.settings = Settings(LIMIT)
        graph = StateGraph(dict)
        graph.add_node("model", ChatOpenAI(model="gpt-5").bind_tools([look]))
        graph.add_node("tools", ToolNode([look]))
        self.graph = graph.compile()
    def run(self, text):
        arguments = self.settings.arguments()
        arguments.setdefault("config", {}).setdefault("configurable", {})["thread_id"] = text
        return self.graph.invoke({"messages": [text]}, **arguments)
"""


@pytest.mark.parametrize(("limit", "held"), [("50", True), ("", True), ("5000", False)])
def test_a_limit_in_arguments_that_a_function_gives_back_counts_for_the_graph_and_its_tools(tmp_path: Path, limit: str, held: bool) -> None:
    (tmp_path / "graph.py").write_text(_RUNS.replace("LIMIT", limit), "utf-8")
    agents = [e for e in scan(tmp_path, ScanSettings(jobs=1)).system.elements if e.kind == "agent"]
    assert len(agents) == 2
    assert all((agent.attributes.get("loop_limited") is True) is held for agent in agents)
