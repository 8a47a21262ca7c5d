"""The tool `list_findings`: what rules found, one row each."""

from __future__ import annotations

from pydantic import Field

from pipeline.agent.tools.answer import Answer, listed
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.rows import finding_row
from pipeline.agent.tools.tool import Arguments, Tool
from pipeline.agent.tools.unknown import unknown_element


class ListFindings(Arguments):
    element: str | None = Field(default=None, description="Id of an element; null: all.")
    start: int | None = Field(default=None, description="First row; null: 1.")


def answer(bench: Bench, asked: ListFindings) -> Answer:
    if asked.element is None:
        found = list(bench.findings.values())
    elif (element := bench.element_named(asked.element)) is not None:
        found = bench.findings_at(element.id)
    else:
        return unknown_element(bench, asked.element)
    if not found:
        return Answer("No finding here; that says that no rule matched, not that nothing can go wrong.")
    kept_back = bench.kept_back.findings
    said = f"{kept_back} more cite only files that may not be shown." if kept_back and asked.element is None else ""
    return listed([finding_row(one) for one in found], asked.start, said)


TOOL = Tool("list_findings", "Findings of the rules: id, severity, threat, element.", ListFindings, answer)
