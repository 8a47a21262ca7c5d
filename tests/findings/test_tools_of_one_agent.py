"""Tools of one agent that act without approval: one remedy, one finding that names them all."""

from __future__ import annotations

from pathlib import Path

from pipeline.findings.model import Finding
from tests.system.small import scan_of

_TOOLS = """
import shutil
import stripe
from agents import Agent, Runner, function_tool

@function_tool
def delete_folder(path: str) -> str:
    shutil.rmtree(path)
    return "done"

@function_tool
def refund(charge: str) -> str:
    stripe.Refund.create(charge=charge)
    return "done"

"""


def unapproved(folder: Path, agents: str) -> list[Finding]:
    scanned = scan_of(folder, {"app.py": _TOOLS + agents})
    return [finding for finding in scanned.findings if finding.threat == "tool-without-approval"]


def test_all_tools_of_an_agent_are_one_finding_with_their_places(tmp_path: Path) -> None:
    (found,) = unapproved(tmp_path, 'helper = Agent(name="helper", tools=[delete_folder, refund], model="gpt-5")\n')
    assert {(e.path, e.start_line) for e in found.evidence} >= {("app.py", 6), ("app.py", 11)}
    assert "`delete_folder`" in found.description and "`refund`" in found.description


def test_agents_with_tools_of_their_own_are_asked_each(tmp_path: Path) -> None:
    two = 'cleaner = Agent(name="cleaner", tools=[delete_folder], model="gpt-5")\npayer = Agent(name="payer", tools=[refund], model="gpt-5")\n'
    assert sorted(f.element for f in unapproved(tmp_path, two)) == ["tool:delete_folder", "tool:refund"]
