"""`threatloom knowledge import` and the ledger on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pipeline.interfaces.editions import imported_atlas
from pipeline.threats.taxonomy import load_taxonomies

Run = Callable[..., tuple[int, str, str]]
SHIPPED = load_taxonomies().edition_in("atlas")


def release(folder: Path, version: str, **changed: str | None) -> Path:
    """A release in the format of 2026 that differs from the shipped one in the names given; None takes a technique out."""
    names = {identity: changed.get(identity, name.split(": ")[-1]) for identity, name in SHIPPED.items.items()}
    names |= {identity: name for identity, name in changed.items() if identity not in names}
    techniques = {identity: {"id": identity, "name": name} for identity, name in names.items() if name is not None}
    path = folder / f"ATLAS-{version}.yaml"
    path.write_text(yaml.safe_dump({"format-version": "6.0.0", "collection": {"version": version}, "techniques": techniques}), "utf-8")
    return path


def test_a_newer_release_says_what_changes_and_later_commands_use_it(run: Run, tmp_path: Path) -> None:
    given = release(tmp_path, "2027.01", **{"AML.T0053": None, "AML.T0044": "Whole Model Access", "AML.T0999": "Brand New"})
    code, out, err = run("knowledge", "import", given)
    assert (code, err) == (0, "")
    assert "ATLAS 2027.01, against 2026.09 in force" in out
    assert "AML.T0999  Brand New" in out and "AML.T0044  Full AI Model Access -> Whole Model Access" in out
    assert "AML.T0053  AI Agent Tool Invocation" in out and "tool-without-approval" in out
    assert f"kept in {imported_atlas()}" in out and tmp_path not in imported_atlas().parents

    code, out, _ = run("threats", "--ledger", "--format", "json", "--as-of", "2027-02-01")
    atlas = next(edition for edition in json.loads(out)["editions"] if edition["title"] == SHIPPED.title)
    shown = {item["id"]: item for item in atlas["items"]}
    assert (code, atlas["edition"], atlas["old"]) == (0, "2027.01", False)
    assert shown["AML.T0999"]["threats"] == [] and shown["AML.T0999"]["reason"] == "" and "AML.T0053" not in shown
    assert "ATLAS 2027.01" in run("doctor")[1]

    code, out, _ = run("knowledge", "import", release(tmp_path, "2027.02"))
    assert code == 0 and "against 2027.01 in force" in out and "gone: 1" in out


def test_a_release_that_is_not_newer_is_compared_and_not_kept(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("knowledge", "import", release(tmp_path, "2026.08"), "--format", "json")
    said = json.loads(out)
    assert (code, said["kept"], said["after"], said["before"]) == (0, None, "2026.08", "2026.09")
    assert not imported_atlas().exists()


@pytest.mark.parametrize("data", [b"", b"a: [", b"\xff", b"techniques: " + b"[" * 5000, b"name: x\x1b[2J\n"])
def test_what_is_no_release_is_one_line_and_2_and_nothing_is_kept(run: Run, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "ATLAS.yaml").write_bytes(data)
    code, out, err = run("knowledge", "import", tmp_path / "ATLAS.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("threatloom: error: ") and err.count("\n") == 1 and "cannot be imported" in err
    assert not imported_atlas().exists()


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_one_line_and_2(run: Run, tmp_path: Path, name: str) -> None:
    code, out, err = run("knowledge", "import", tmp_path / name)
    assert (code, out) == (2, "") and err.count("\n") == 1 and "cannot read" in err


@pytest.mark.parametrize("text", ["", "items: [", "field: cwe\n", "- x\n"])
def test_a_kept_edition_that_was_spoilt_is_named_and_does_not_end_in_a_traceback(run: Run, text: str) -> None:
    imported_atlas().parent.mkdir(parents=True)
    imported_atlas().write_text(text, "utf-8")
    code, out, err = run("threats", "--ledger")
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert str(imported_atlas()) in err and "import it again" in err


def test_the_ledger_shows_editions_with_dates_and_marks_old_ones(run: Run) -> None:
    out = run("threats", "--ledger", "--as-of", "2026-11-28")[1]
    assert "MITRE ATLAS techniques 2026.09, published 2026-09\n" in out
    assert "NIST AI 100-2, Adversarial Machine Learning taxonomy E2025, published 2025-03-24 [older than 180 days" in out
    assert out.endswith("as of 2026-11-28; 0 items with neither a threat nor a reason\n")
    assert "MITRE ATLAS techniques 2026.09, published 2026-09 [older" in run("threats", "--ledger", "--as-of", "2027-06-01")[1]


def test_the_day_of_the_ledger_can_come_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert "as of 2026-01-01;" in run("threats", "--ledger")[1]


@pytest.mark.parametrize("arguments", [["--ledger", "--stride", "t"], ["--as-of", "2026-01-01"], ["--ledger", "--as-of", "yesterday"]])
def test_wrong_use_of_the_ledger_is_one_line_and_2(run: Run, arguments: list[str]) -> None:
    code, out, err = run("threats", *arguments)
    assert (code, out) == (2, "") and err.count("\n") == 1
