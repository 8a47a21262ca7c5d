"""Files of a job."""

import pathlib

from crewai.tools import BaseTool
from pydantic import BaseModel, Field

LARGEST = 2_000_000


class Where(BaseModel):
    path: str = Field(description="Name of the file in the job's folder", max_length=200)


class WhereWhat(Where):
    content: str = Field(description="Text to write", max_length=LARGEST)


def inside(root: str, path: str) -> pathlib.Path | None:
    base = pathlib.Path(root).resolve()
    target = (base / path).resolve()
    return target if target.is_relative_to(base) else None


class ReadFileTool(BaseTool):
    name: str = "read_file"
    description: str = "Read a text file of this job."
    args_schema: type[BaseModel] = Where
    root: str

    def _run(self, path: str) -> str:
        target = inside(self.root, path)
        if target is None or not target.is_file():
            return "There is no such file in this job."
        with target.open(errors="replace") as f:
            return f.read(LARGEST)


class WriteFileTool(BaseTool):
    name: str = "write_file"
    description: str = "Write a text file of this job; folders are made as needed."
    args_schema: type[BaseModel] = WhereWhat
    root: str

    def _run(self, path: str, content: str) -> str:
        target = inside(self.root, path)
        if target is None:
            return "That is outside of this job."
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        return f"{len(content)} characters written to {path}"
