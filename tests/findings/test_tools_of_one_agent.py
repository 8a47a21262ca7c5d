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


def test_agents_of_one_service_are_one_finding_with_the_places_of_each(tmp_path: Path) -> None:
    two = 'cleaner = Agent(name="cleaner", tools=[delete_folder], model="gpt-5")\npayer = Agent(name="payer", tools=[refund], model="gpt-5")\n'
    (found,) = unapproved(tmp_path, two)
    assert {(e.path, e.start_line) for e in found.evidence} >= {("app.py", 16), ("app.py", 17)}
    assert "`delete_folder`" in found.description and "`refund`" in found.description


def test_agents_of_two_services_are_asked_each(tmp_path: Path) -> None:
    clean = _TOOLS + 'cleaner = Agent(name="cleaner", tools=[delete_folder], model="gpt-5")\n'
    pay = _TOOLS + 'payer = Agent(name="payer", tools=[refund], model="gpt-5")\n'
    scanned = scan_of(tmp_path, {"cleaning/app.py": clean, "paying/app.py": pay})
    assert len([one for one in scanned.findings if one.threat == "tool-without-approval"]) == 2
