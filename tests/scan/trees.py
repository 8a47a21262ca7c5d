"""Trees to scan: one small vulnerable program, and what is put beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

THREAT, PATH, LINE = "model-output-executed", "app.py", 12  # what a scan of the program has to report, and where
PROGRAM = """\
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()


@app.post("/run")
def run(question: str) -> str:
    reply = client.chat.completions.create(model="gpt-4.1-mini", messages=[{"role": "user", "content": question}])
    code = reply.choices[0].message.content
    exec(code)
    return code
"""


def write_tree(folder: Path, files: Mapping[str, str | bytes], *, program: bool = True) -> Path:
    """The files below the folder, beside the vulnerable program."""
    for name, content in {PATH: PROGRAM, **files}.items() if program else files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
