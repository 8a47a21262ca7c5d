"""Addresses that hold passwords come from the command line, a variable, or a file that a variable names."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnusableInput
from pipeline.interfaces.cli import run
from pipeline.interfaces.fleet_settings import broker_address, record_address, workplace
from pipeline.interfaces.settings import load_settings


def test_a_file_stands_in_for_a_variable_and_the_variable_wins(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("redis://:secret@host:6379/0\n")
    by_file = {"THREATLOOM_BROKER_FILE": str(tmp_path / "url")}
    assert broker_address(None, by_file) == "redis://:secret@host:6379/0"
    assert broker_address(None, {**by_file, "THREATLOOM_BROKER": "redis://other"}) == "redis://other"
    assert broker_address("redis://said", {**by_file, "THREATLOOM_BROKER": "redis://other"}) == "redis://said"


def test_scans_and_fleets_find_their_record_in_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://host/threatloom")
    by_file = {"THREATLOOM_RECORD_FILE": str(tmp_path / "url")}
    assert record_address(None, by_file) == load_settings(tmp_path, {}, by_file).record == "postgresql://host/threatloom"


@pytest.mark.parametrize("text", ["", "\n", "two words", "a\nb", "x" * 5000])
def test_a_file_that_holds_something_else_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "url").write_text(text)
    with pytest.raises(UnusableInput) as refused:
        record_address(None, {"THREATLOOM_RECORD_FILE": str(tmp_path / "url")})
    assert "THREATLOOM_RECORD_FILE" in str(refused.value) and (not text.strip() or text not in str(refused.value))


def test_no_broker_is_one_line_on_what_to_set() -> None:
    with pytest.raises(UnusableInput, match="THREATLOOM_BROKER"):
        broker_address(None, {})


def test_tokens_of_repositories_are_never_shown() -> None:
    place = workplace("sqlite:///x", {"THREATLOOM_GIT_TOKENS": "git.example.com=abc, other=def"})
    assert dict(place.tokens) == {"git.example.com": "abc", "other": "def"}
    assert "abc" not in repr(place)


def test_a_worker_needs_a_record_and_a_broker(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THREATLOOM_BROKER", raising=False)
    assert run(["worker"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setenv("THREATLOOM_BROKER", "redis://:open-sesame@127.0.0.1:1/0")
    monkeypatch.setenv("THREATLOOM_RECORD", "off")
    assert run(["worker"]) == 2
    assert "keeps its scans in a record" in capsys.readouterr().err
    monkeypatch.setenv("THREATLOOM_RECORD", "sqlite:////nowhere/x")
    assert run(["worker"]) == 2
    said = capsys.readouterr().err
    assert "does not answer" in said and "open-sesame" not in said and "Traceback" not in said
