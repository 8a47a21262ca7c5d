"""The tool `list_elements`: the parts of the system, one row each."""

from __future__ import annotations

from pydantic import Field

from pipeline.agent.tools.answer import Answer, listed
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.rows import element_row
from pipeline.agent.tools.tool import Arguments, Tool
from pipeline.agent.tools.unknown import kinds_there_are


class ListElements(Arguments):
    kind: str | None = Field(default=None, description="Kind (agent, tool, http_route ...); null: all.")
    start: int | None = Field(default=None, description="First row; null: 1.")


def answer(bench: Bench, asked: ListElements) -> Answer:
    kind = (asked.kind or "").strip().lower()
    rows = [element_row(bench, one) for one in bench.elements.values() if kind in ("", one.kind)]
    if not rows:
        return Answer(f"No element of that kind. Kinds: {kinds_there_are(bench) or 'none, the system has no elements'}.")
    return listed(rows, asked.start, f"{len(rows)} elements." if kind else _all_of(bench) if (asked.start or 1) <= 1 else "")


def _all_of(bench: Bench) -> str:
    kept_back = f" {bench.kept_back.elements} more are known only from files that may not be shown." if bench.kept_back.elements else ""
    return f"Kinds: {kinds_there_are(bench)}.{kept_back}"


TOOL = Tool(
    "list_elements",
    "Elements of the system model: id (`kind:name`, to be written exactly so), zone, place, {attributes}.",
    ListElements,
    answer,
)
