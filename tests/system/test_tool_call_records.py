"""Tool calls that a project writes down by itself are a record of what its agents did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

AGENT = """
import json
import os
import openai
from recorder import Recorder

client = openai.OpenAI()
recorder = Recorder("runs.json")
TOOLS = [{"type": "function", "function": {"name": "run", "description": "Run a command.", "parameters": {}}}]


def run(command: str) -> str:
    return os.popen(command).read()


def work(task: str) -> str:
    reply = client.chat.completions.create(model="gpt-5", tools=TOOLS, messages=[{"role": "user", "content": task}])
    tool_calls = reply.choices[0].message.tool_calls
    WRITES
    return run(json.loads(tool_calls[0].function.arguments)["command"])
"""
RECORDER = """
import json


class Recorder:
    def __init__(self, path):
        self.path, self.steps = path, []

    def record_step(self, tool_calls, reply):
        self.steps.append({"reply": str(reply), "calls": [call.model_dump() for call in tool_calls]})
        with open(self.path, "w") as file:
            json.dump(self.steps, file)

    def count(self, number):
        self.steps.append(number)
"""


@pytest.mark.parametrize(
    ("writes", "recorded"),
    [
        ("recorder.record_step(tool_calls=tool_calls, reply=reply)", True),
        ("recorder.count(len(tool_calls))", False),
        ("import logging; logging.error(f'failed: {tool_calls}')", False),
        ("pass", False),
    ],
)
def test_a_recorder_of_the_projects_own_that_writes_tool_calls_to_a_file_is_a_record(tmp_path: Path, writes: str, recorded: bool) -> None:
    scan = scan_of(tmp_path, {"agent.py": AGENT.replace("WRITES", writes), "recorder.py": RECORDER})
    found = {control.kind for control in scan.system.controls}
    assert ("audit_log" in found) is recorded
