"""Benches for tests: a real scanned system, a folder made by a test, or a system of a few values; and a fence that can be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from langchain_core.tools import BaseTool

import threatloom
from ingest import SourceSettings, list_sources
from ingest.reading import lines_of
from ingest.told_secrets import without_secrets
from pipeline.agent.tools import Bench, make_tools
from pipeline.agent.tools.bench import Search
from pipeline.findings.model import Finding, Scan
from pipeline.retrieval.result import Hit, ScoreParts
from pipeline.second_opinion import known_of
from pipeline.system.evidence import Lines
from pipeline.system.model import System
from pipeline.threats.catalog import load_catalog
from pipeline.threats.taxonomy import load_taxonomies

SYSTEMS = Path(__file__).parents[3] / "evals" / "systems"
NO_SYSTEM = System()
OPEN, CLOSE = "<<<", ">>>"


@cache
def scanned(name: str = "support-assistant") -> Scan:
    return threatloom.scan(SYSTEMS / name)


@cache
def bench_of(name: str = "support-assistant") -> Bench:
    return bench_at(SYSTEMS / name, scanned(name).system, scanned(name).findings)


def bench_at(root: Path, system: System = NO_SYSTEM, findings: Iterable[Finding] = (), **more: Any) -> Bench:
    """A bench over the files of a folder, read as a scan reads them."""
    sources = {source.path: source for source in list_sources(root, SourceSettings(use_git=False)).sources}
    given = {
        "read_lines": lambda path: lines_of(sources[path]),
        "paths": tuple(sources),
        "search": in_order(sources),
        "hide": without_secrets,
    }
    return made_bench(system, findings, **{**given, **more})


def made_bench(system: System = NO_SYSTEM, findings: Iterable[Finding] = (), **more: Any) -> Bench:
    """A bench over values; files are given as `files={path: text}`."""
    files: Mapping[str, str] = more.pop("files", {})

    def read_lines(path: str) -> Lines:
        return {None: tuple(files[path].split("\n"))}

    known = tuple(known_of(one) for one in findings)
    given: dict[str, Any] = {"read_lines": read_lines, "paths": tuple(files), "catalog": load_catalog(), "taxonomies": load_taxonomies()}
    return Bench(system, findings=known, **{**given, **more})


def in_order(paths: Iterable[str]) -> Search:
    """A search that finds the first lines of each file, in the order of their paths."""
    found = tuple(hit(path) for path in sorted(paths))
    return lambda query, globs, limit: found[:limit]


def hit(path: str, start: int = 1, end: int = 5, page: int | None = None, text: str = "never shown") -> Hit:
    return Hit(path, start, end, page, "line", "code", "python", "", (), text, (), 1.0, ScoreParts(), ())


def fence(label: str, text: str) -> str:
    return f"{OPEN}{label}\n{text}\n{CLOSE}"


def caller(bench: Bench, fenced: Callable[[str, str], str] = fence) -> Callable[..., str]:
    """`ask(name, path=...)`: what a tool answers a model."""
    tools = {tool.name: tool for tool in make_tools(bench, fenced)}

    def ask(name: str, /, **arguments: Any) -> str:
        return answered(tools[name], arguments)

    return ask


def answered(tool: BaseTool, arguments: Mapping[str, Any]) -> str:
    message = tool.invoke({"name": tool.name, "args": dict(arguments), "id": "1", "type": "tool_call"})
    assert isinstance(message.content, str)
    return str(message.content)


def found_in(answer: str) -> str:
    """What stands inside of the fence."""
    assert OPEN in answer and answer.endswith(f"\n{CLOSE}"), answer
    return answer.partition(OPEN)[2].partition("\n")[2].removesuffix(f"\n{CLOSE}")
