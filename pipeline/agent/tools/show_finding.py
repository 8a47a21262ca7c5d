"""The tool `show_finding`: one finding of the rules, with what it cites."""

from __future__ import annotations

from pydantic import Field

from pipeline.agent.tools.answer import Answer, listed
from pipeline.agent.tools.bench import Bench
from pipeline.agent.tools.rows import evidence_row, finding_row
from pipeline.agent.tools.tool import Arguments, Tool


class ShowFinding(Arguments):
    id: str = Field(description="Id of the finding.")
    start: int | None = Field(default=None, description="First row; null: 1.")


def answer(bench: Bench, asked: ShowFinding) -> Answer:
    finding = bench.findings.get(asked.id.strip())
    if finding is None:
        return Answer("No such finding; list_findings shows those there are.")
    cited = (f"{one.role} {evidence_row(bench, one)}" for one in finding.evidence)
    return listed([finding_row(finding), bench.told(finding.title), bench.told(finding.description), *cited], asked.start)


TOOL = Tool("show_finding", "One finding of the rules: what it says and the places it cites.", ShowFinding, answer)
