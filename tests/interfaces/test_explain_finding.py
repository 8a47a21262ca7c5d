"""`threatloom explain FINDING`: one finding of a tree or of a report, with the table that decided its severity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import threatloom
from pipeline.reports.json import render

Run = Callable[..., tuple[int, str, str]]
APP = """
import os
import openai
from flask import Flask, request

app = Flask(__name__)
client = openai.OpenAI()

@app.post("/run")
def run():
    reply = client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": request.json["q"]}])
    os.system(reply.choices[0].message.content)
    return "done"
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "app.py").write_text(APP, "utf-8")
    (tmp_path / "scan.json").write_text(render(threatloom.scan(tmp_path / "tree", jobs=1)), "utf-8")
    return tmp_path / "scan.json"


def identity(report: Path) -> str:
    import json

    return next(str(f["id"]) for f in json.loads(report.read_text("utf-8"))["findings"] if f["threat"] == "model-output-in-shell")


def test_a_finding_of_a_report_is_shown_with_its_table(run: Run, report: Path) -> None:
    code, out, _ = run("explain", identity(report)[:10], "--scan", report)
    assert code == 0
    assert "Severity critical: likelihood 4 x impact 5" in out
    assert "an entry on the way is open to whoever uses it" in out and "app.py:9" in out
    assert "CVSS 4.0: " in out and "CVSS:4.0/AV:N/AC:L/AT:P/" in out
    assert "os.system(reply.choices[0].message.content)" in out


def test_an_id_that_no_finding_has_is_one_line_and_2(run: Run, report: Path) -> None:
    code, out, err = run("explain", "0123456789abcdef", "--scan", report)
    assert (code, out) == (2, "")
    assert "no finding '0123456789abcdef' in the scan of 'tree'" in err and err.count("\n") == 1


def test_what_is_no_report_is_one_line_and_2(run: Run, report: Path) -> None:
    report.write_text("{}", "utf-8")
    code, _, err = run("explain", "0123456789abcdef", "--scan", report)
    assert code == 2
    assert "no JSON report of this version" in err and err.count("\n") == 1


def test_the_beginning_of_several_ids_asks_for_more(run: Run, report: Path) -> None:
    text = report.read_text("utf-8")
    import json

    ids = [f["id"] for f in json.loads(text)["findings"]]
    report.write_text(text.replace(ids[0], "abcdef00" + ids[0][8:]).replace(ids[1], "abcdef11" + ids[1][8:]), "utf-8")
    code, _, err = run("explain", "abcdef", "--scan", report)
    assert code == 2
    assert "give more of the id" in err and "abcdef00" in err and "abcdef11" in err
