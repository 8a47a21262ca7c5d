"""A shell for the analyst (ADR 3 and 6): commands go to the sandbox service."""

import requests
from crewai.tools import BaseTool
from pydantic import BaseModel, Field

from .. import audit

SANDBOX = "http://sandbox:8090/run"


class Command(BaseModel):
    command: str = Field(description="A bash command line", max_length=4000)


class ShellTool(BaseTool):
    name: str = "shell"
    description: str = "Run a command in bash inside the sandbox, in the job's folder. Python, unzip and pdftotext are there; no network."
    args_schema: type[BaseModel] = Command
    job: str

    def _run(self, command: str) -> str:
        audit.write(self.job, "command", {"command": command})
        answer = requests.post(SANDBOX, json={"job": self.job, "command": command}, timeout=120)
        answer.raise_for_status()
        return answer.json()["output"] or "(no output)"
