"""A model whose repository a caller names runs the caller's code, and is rated so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import scan_of

LOADS = """
from fastapi import FastAPI
from pydantic import BaseModel
from transformers import AutoModelForCausalLM

app = FastAPI()


class Job(BaseModel):
    base: str


@app.post("/jobs")
def start(job: JOB):
    TEST
    AutoModelForCausalLM.from_pretrained(NAME, trust_remote_code=True)
"""


@pytest.mark.parametrize(
    ("job", "name", "test", "likelihood"),
    [
        ("Job", "job.base", "pass", 4),
        ("Job", '"someone/novel-7b"', "pass", 3),
        ("Job", "job.base", 'if job.base not in ("someone/novel-7b", "someone/novel-1b"): raise ValueError(job.base)', 3),
    ],
)
def test_whoever_names_the_repository_runs_its_code(tmp_path: Path, job: str, name: str, test: str, likelihood: int) -> None:
    scan = scan_of(tmp_path, {"app.py": LOADS.replace("JOB", job).replace("NAME", name).replace("TEST", test)})
    (found,) = (finding for finding in scan.findings if finding.threat == "remote-code-in-model-repo")
    assert (found.likelihood, found.impact) == (likelihood, 5)
