"""Threats and controls of one's own stand in lists, explanations and the site beside those that ship."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
CONTROL = """
title: Answers are signed by the service of the house
counts_as: [signature_check]
"""
FRAMEWORK = """
name: house
read_from: ["house 1.0"]
packages: [house]
calls:
  - call: [house.sign]
    control: own/house-signature
"""


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    own = tmp_path / "own"
    assert run("threats", "new", "house-rule", "--in", own)[0] == 0
    for part, name, text in (("controls", "house-signature", CONTROL), ("frameworks", "house", FRAMEWORK)):
        (own / part).mkdir(exist_ok=True)
        (own / part / f"{name}.yaml").write_text(text, "utf-8")
    return own


def test_an_own_threat_is_explained_and_says_where_it_comes_from(run: Run, folder: Path) -> None:
    code, out, err = run("explain", "house-rule", "--knowledge", folder)
    assert code == 0, err
    assert "own threat of own" in out and "How we look" in out
    assert run("explain", "house-rule")[0] == 2, "without the folder nothing is called so"


def test_an_own_control_removes_what_the_shipped_one_it_is_removes(run: Run, folder: Path) -> None:
    listed = json.loads(run("controls", "--format", "json", "--knowledge", folder)[1])
    kinds = {one["kind"]: one for one in listed}
    own, shipped = kinds["own/house-signature"], kinds["signature_check"]
    assert own["removes"] == shipped["removes"] and own["lowers"] == shipped["lowers"] and own["frameworks"] == ["house"]
    code, out, _ = run("explain", "own/house-signature", "--knowledge", folder)
    assert code == 0 and "Answers are signed by the service of the house" in out and "It counts when" not in out


def test_the_site_has_pages_of_own_threats_controls_and_frameworks(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    code, _, err = run("knowledge", "site", out, "--knowledge", folder)
    assert code == 0, err
    assert "from own" in (out / "threats" / "house-rule.html").read_text("utf-8")
    assert "Answers are signed" in (out / "controls" / "own-house-signature.html").read_text("utf-8")
    assert "controls/own-house-signature.html" in (out / "frameworks" / "house.html").read_text("utf-8")
    threats = json.loads((out / "catalog.json").read_text("utf-8"))["threats"]
    assert next(one for one in threats if one["slug"] == "house-rule")["own"] == "own"
