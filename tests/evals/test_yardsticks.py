"""Measures by what others wrote down: case studies of attacks, threat models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.yardsticks.__main__ import main
from evals.yardsticks.atlas import Step, UnusableFile, measure, read_steps
from evals.yardsticks.models import classes_of
from evals.yardsticks.models import measure as measure_model

_WORKSPACE = {
    "schema": 1,
    "applicationInfo": {"name": "Desk", "description": "Answers letters."},
    "threats": [
        {
            "id": "1",
            "statement": "A caller can flood the desk, which makes it slow",
            "metadata": [{"key": "STRIDE", "value": ["D", "T"]}, {"key": "Priority", "value": "High"}],
        },
        {"id": "2", "statement": "A clerk can deny an answer", "metadata": []},
    ],
}


def _cell(identity: str, shape: str, name: str, threats: list[dict[str, str]] | None = None) -> dict[str, object]:
    return {
        "id": identity,
        "shape": shape,
        "position": {"x": 10, "y": 10},
        "size": {"width": 50, "height": 50},
        "data": {"type": f"tm.{shape.title()}", "name": name, "threats": threats or []},
    }


def _dragon(folder: Path, *threats: dict[str, str]) -> Path:
    cells = [_cell("a", "process", "Support chatbot", list(threats)), _cell("b", "actor", "Customer")]
    diagram = {"id": 0, "title": "Main", "diagramType": "STRIDE", "version": "2.0", "cells": cells}
    file = folder / "model.json"
    file.write_text(json.dumps({"version": "2.0", "summary": {"title": "Desk"}, "detail": {"diagrams": [diagram], "contributors": []}}))
    return file


def _threat(kind: str) -> dict[str, str]:
    return {"id": kind, "title": kind, "type": kind, "status": "Open", "severity": "High", "description": "", "modelType": "STRIDE"}


@pytest.mark.parametrize(
    ("said", "classes"),
    [
        ("Information disclosure", {"information_disclosure"}),
        ("DENIAL OF SERVICE", {"denial_of_service"}),
        ("Elevation of privilege", {"elevation_of_privilege"}),
        ("S, T", {"spoofing", "tampering"}),
        ("tampering, repudiation", {"tampering", "repudiation"}),
        ("Linkability", set()),
        ("", set()),
        ("X", set()),
    ],
)
def test_classes_are_read_as_words_and_as_letters(said: str, classes: set[str]) -> None:
    assert classes_of(said) == classes


def test_stated_threats_stand_beside_findings_of_the_same_file(tmp_path: Path) -> None:
    figures = measure_model(_dragon(tmp_path, _threat("Tampering"), _threat("Linkability")))
    assert (figures.stated, figures.judged, figures.placed) == (2, 1, 1)
    assert figures.by_element <= figures.by_class <= figures.judged


def test_a_workspace_names_several_classes_of_one_threat(tmp_path: Path) -> None:
    file = tmp_path / "desk.tc.json"
    file.write_text(json.dumps(_WORKSPACE))
    figures = measure_model(file)
    assert (figures.stated, figures.judged, figures.placed) == (2, 1, 0)


def test_a_file_without_threats_is_said_and_the_others_are_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    none = tmp_path / "none.json"
    none.write_text("{}")
    assert main(["models", str(none), str(_dragon(tmp_path, _threat("Tampering"))), str(tmp_path / "gone.json"), "--json"]) == 2
    said = capsys.readouterr()
    assert [row["file"] for row in json.loads(said.out)] == ["model.json"]
    assert [line.partition(": ")[0] for line in said.err.splitlines()] == [str(none), str(tmp_path / "gone.json")]


def _atlas(folder: Path, *steps: tuple[str, str]) -> Path:
    procedure = "".join(f"  - technique: {technique}\n    description: {text}\n" for technique, text in steps)
    file = folder / "ATLAS.yaml"
    file.write_text(f"case-studies:\n- id: AML.CS0001\n  procedure:\n{procedure}")
    return file


def test_a_step_in_plain_words_leads_to_its_technique(tmp_path: Path) -> None:
    steps = read_steps(
        _atlas(
            tmp_path,
            (
                "AML.T0051.001",
                "They hid instructions in a web page that the assistant retrieved and obeyed as if its user had written them",
            ),
            ("AML.T9999", "Something nobody knows"),
        )
    )
    figures = measure(steps)
    assert (figures.steps, figures.family_in_five, figures.unknown) == (1, 1, ("AML.T9999",))


def test_a_step_in_words_of_something_else_does_not(tmp_path: Path) -> None:
    figures = measure(
        (Step(case="c", technique="AML.T0051.001", text="They registered a domain name with a registrar and paid for hosting"),)
    )
    assert (figures.steps, figures.first) == (1, 0)


@pytest.mark.parametrize(
    "text", ["", "case-studies: 3", "case-studies:\n- id: x\n  procedure:\n  - description: no technique\n", "a: [", "- 1"]
)
def test_a_file_that_is_no_atlas_is_said_in_one_line(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "ATLAS.yaml"
    file.write_text(text)
    with pytest.raises(UnusableFile, match="not an ATLAS data file"):
        read_steps(file)
    assert main(["atlas", str(file)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
