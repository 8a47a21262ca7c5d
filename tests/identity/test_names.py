"""What is decided about one thing stays with it when another of the same name comes in before it."""

from __future__ import annotations

import pytest

from pipeline.findings.identity import matched
from pipeline.findings.model import Finding, Scan
from tests.identity.systems import scanned

_LOADS = """
import torch
from fastapi import FastAPI
app = FastAPI()
@app.post("/{}")
def load(path: str):
    return torch.load(path, weights_only=False)
"""
_ASKS = 'import openai\n\ndef ask(text: str) -> str:\n    return openai.OpenAI().responses.create(model="gpt-5", input=text).output_text\n'
_SERVES = """
import express from "express";
import fs from "fs";
const app = express();
{}
"""
_ROUTE = 'app.post("/{}", (req, res) => {{ res.send(fs.readFileSync(req.body.name)); }});'
_GO = """
package main
import ("net/http"; "os")
func main() {{
{}
  http.ListenAndServe(":80", nil)
}}
"""
_HANDLES = '  http.HandleFunc("/{}", func(w http.ResponseWriter, r *http.Request) {{ text, _ := os.ReadFile(r.FormValue("name")); w.Write(text) }})'

# What was there, what is there later, and where what was there stands then: its file, or the text of its line.
CASES = {
    "a file before it": ({"b/app.py": _LOADS.format("b")}, {"a/app.py": _LOADS.format("a"), "b/app.py": _LOADS.format("b")}, "b/app.py"),
    "a file that goes": ({"a/app.py": _LOADS.format("a"), "b/app.py": _LOADS.format("b")}, {"b/app.py": _LOADS.format("b")}, "b/app.py"),
    "a handler before it": (
        {"a.ts": _SERVES.format(_ROUTE.format("one") + "\n" + _ROUTE.format("two"))},
        {"a.ts": _SERVES.format("\n".join(_ROUTE.format(name) for name in ("zero", "one", "two")))},
        "a.ts",
    ),
    "a handler before it in Go": (
        {"main.go": _GO.format(_HANDLES.format("one") + "\n" + _HANDLES.format("two"))},
        {"main.go": _GO.format("\n".join(_HANDLES.format(name) for name in ("zero", "one", "two")))},
        "main.go",
    ),
}  # fmt: skip


def quotes(finding: Finding) -> set[tuple[str, str]]:
    return {(place.path, place.quote) for place in finding.evidence}


def by_id(scan: Scan) -> dict[str, Finding]:
    return {finding.id: finding for finding in scan.findings}


@pytest.mark.parametrize(("was", "now", "stands"), CASES.values(), ids=CASES.keys())
def test_no_id_goes_over_to_another_thing(was: dict[str, str], now: dict[str, str], stands: str) -> None:
    old, new = by_id(scanned(was)), by_id(scanned(now))
    shared = [(old[one], new[one]) for one in old.keys() & new.keys() if old[one].element in new[one].element]
    assert all(quotes(before) & quotes(after) for before, after in shared)


@pytest.mark.parametrize(("was", "now", "stands"), list(CASES.values())[:2], ids=list(CASES)[:2])
def test_what_stays_is_known_again_by_what_it_cites(was: dict[str, str], now: dict[str, str], stands: str) -> None:
    old, new = scanned(was), scanned(now)
    before, after = by_id(old), by_id(new)
    kept = [one for one in old.findings if one.threat == "unsafe-model-load" and stands in {place.path for place in one.evidence}]
    assert kept
    pairs = matched(old, new, {})
    for one in kept:
        assert quotes(before[one.id]) & quotes(after[pairs[one.id]])


def test_a_name_that_is_alone_is_short() -> None:
    elements = {element.id for element in scanned({"b/app.py": _LOADS.format("b")}).system.elements}
    assert "model_file:app.load (torch)" in elements


def test_both_of_a_name_say_where_they_stand() -> None:
    files = {f"{one}/app.py": _LOADS.format(one) for one in "ab"}
    system = scanned(files).system
    assert {element.id for element in system.elements if element.kind == "model_file"} == {
        "model_file:app.load (torch) in a.app.load",
        "model_file:app.load (torch) in b.app.load",
    }
    known = {element.id for element in system.elements}
    assert {end for flow in system.flows for end in (flow.source, flow.target)} <= known
    assert {end for relation in system.relations for end in (relation.source, relation.target)} <= known
    assert {covered for control in system.controls for covered in control.protects} <= known | {flow.id for flow in system.flows}
    assert {element for boundary in system.boundaries for element in boundary.elements} <= known


def test_a_model_that_two_programs_ask_is_named_for_each() -> None:
    files = {
        "one/pyproject.toml": '[project]\nname = "one"\n',
        "one/ask.py": _ASKS,
        "two/pyproject.toml": '[project]\nname = "two"\n',
        "two/ask.py": _ASKS,
    }
    names = {element.name for element in scanned(files).system.elements if element.kind == "hosted_llm"}
    assert names == {"gpt-5 in one scripts", "gpt-5 in two scripts"}
