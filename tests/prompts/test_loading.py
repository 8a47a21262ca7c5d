"""Prompts are files that declare what they are; one that does not is refused when it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts import load_prompt, loading

ROOM = Path(__file__).resolve().parents[2] / "prompts"
FILES = sorted(file.relative_to(ROOM).with_suffix("").as_posix() for file in ROOM.glob("*/*.md"))
GOOD = "---\nname: a\nversion: 1\npurpose: To test.\ninputs: {text: untrusted}\noutput: plain text\n---\nCopy.\n"


@pytest.mark.parametrize("name", FILES)
def test_every_prompt_declares_what_it_is(name: str) -> None:
    prompt = load_prompt(name)
    assert prompt.name == name.rpartition("/")[2]
    assert prompt.text and not prompt.text.startswith("---")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.removeprefix("---\n").replace("---\n", ""), "must declare"),
        (GOOD.replace("purpose: To test.\n", ""), "must declare inputs, name, output, purpose, version"),
        (GOOD.replace("purpose", "reason"), "must declare"),
        (GOOD.replace("name: a", "name: b"), "its own name"),
        (GOOD.replace("version: 1", "version: new"), "whole number"),
        (GOOD.replace("untrusted", "fine"), "trusted or untrusted"),
    ],
)
def test_a_prompt_that_declares_something_else_is_refused(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text(text)
    monkeypatch.setattr(loading, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=message):
        load_prompt("a")


def test_instructions_for_reading_pictures_are_loaded_by_their_name() -> None:
    assert load_prompt("ingest/transcribe-picture").text.startswith("You transcribe.")
