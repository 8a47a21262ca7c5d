"""Files of a job."""

import pathlib

from crewai.tools import BaseTool
from pydantic import BaseModel, Field


class Where(BaseModel):
    path: str = Field(description="Path of the file")


class WhereWhat(Where):
    content: str = Field(description="Text to write")


class ReadFileTool(BaseTool):
    name: str = "read_file"
    description: str = "Read a text file."
    args_schema: type[BaseModel] = Where

    def _run(self, path: str) -> str:
        return pathlib.Path(path).read_text(errors="replace")


class WriteFileTool(BaseTool):
    name: str = "write_file"
    description: str = "Write a text file; folders are made as needed."
    args_schema: type[BaseModel] = WhereWhat

    def _run(self, path: str, content: str) -> str:
        target = pathlib.Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        return f"{len(content)} characters written to {path}"
