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


_FIXED = """
import subprocess
from agents import Agent, function_tool

@function_tool
def about_this_machine() -> str:
    return subprocess.run("uname -a", shell=True, capture_output=True, text=True).stdout

@function_tool
def run_line(line: str) -> str:
    return subprocess.run(line, shell=True, capture_output=True, text=True).stdout

helper = Agent(name="helper", tools=[about_this_machine, run_line], model="gpt-5")
"""
_NOTES = """
import { tool, generateText } from "ai";
import { openai } from "@ai-sdk/openai";
import { z } from "zod";
import { PrismaClient } from "@prisma/client";
const db = new PrismaClient();
const addNote = tool({ description: "notes", inputSchema: z.object({ text: z.string() }),
  execute: async ({ text }) => { await db.note.create({ data: { text } }); return "noted"; } });
const removeAccount = tool({ description: "removes", inputSchema: z.object({ id: z.string() }),
  execute: async ({ id }) => { await db.account.delete({ where: { id } }); return "gone"; } });
export async function POST(request) {
  const { question } = await request.json();
  const said = await generateText({ model: openai("gpt-5"), prompt: question, tools: { addNote, removeAccount } });
  return Response.json(said.text);
}
"""


def _first_told(folder: Path, files: dict[str, str]) -> str:
    (found,) = [one for one in scan_of(folder, files).findings if one.threat == "tool-without-approval"]
    return found.description.split("`")[1]


def test_the_tool_whose_command_the_model_chooses_is_told_before_a_fixed_one(tmp_path: Path) -> None:
    assert _first_told(tmp_path, {"app.py": _FIXED}) == "run_line"


def test_a_tool_that_deletes_is_told_before_one_that_adds(tmp_path: Path) -> None:
    assert _first_told(tmp_path, {"app/api/chat/route.ts": _NOTES}) == "removeAccount"
