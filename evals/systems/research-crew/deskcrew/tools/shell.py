"""A shell for the analyst (ADR 3)."""

import subprocess

from crewai.tools import BaseTool
from pydantic import BaseModel, Field


class Command(BaseModel):
    command: str = Field(description="A bash command line")
    folder: str = Field(default="/jobs", description="Where to run it")


class ShellTool(BaseTool):
    name: str = "shell"
    description: str = (
        "Run a command in bash and return what it prints. Use it for python, unzip, pdftotext, curl, or to install what is missing "
        "with pip or apt."
    )
    args_schema: type[BaseModel] = Command

    def _run(self, command: str, folder: str = "/jobs") -> str:
        done = subprocess.run(command, shell=True, executable="/bin/bash", cwd=folder, capture_output=True, text=True)
        return (done.stdout + done.stderr)[-20000:] or "(no output)"
