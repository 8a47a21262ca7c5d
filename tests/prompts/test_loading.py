"""Prompts are files that declare what they are and use what they declare; one that does not is refused when it is loaded."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from prompts import load_prompt, loading
from prompts.fences import MARK, MOCK
from tests.prompts.room import ROOM, SAMPLE, use

FILES = sorted(file.relative_to(ROOM).with_suffix("").as_posix() for file in ROOM.rglob("*.md") if file != ROOM / "README.md")
GOOD = "---\nname: a\nversion: 1\npurpose: To test.\ninputs: {text: untrusted}\noutput: plain text\n---\nCopy.\n"
GIVEN = GOOD + "=== given ===\n{{text}}\n"
TWO = GIVEN.replace("{text: untrusted}", "{text: untrusted, place: trusted}") + "It stands in {{place}}.\n"


@pytest.mark.parametrize("name", FILES)
def test_every_prompt_declares_what_it_is(name: str) -> None:
    prompt = load_prompt(name)
    assert prompt.name == name.rpartition("/")[2]
    assert prompt.text and not prompt.text.startswith("---")
    assert prompt.text.startswith(prompt.system) or prompt.given
    assert prompt.purpose.endswith(".")


def test_no_two_prompts_bear_one_name() -> None:
    names = [name.rpartition("/")[2] for name in FILES]
    assert len(set(names)) == len(names)


def test_below_the_room_stand_prompts_code_and_tables_alone() -> None:
    others = [file.name for file in ROOM.rglob("*") if file.is_file() and file.suffix not in {".md", ".py", ".yaml", ".pyc"}]
    assert not others
    assert len(FILES) == len([file for file in ROOM.rglob("*.md") if file.parent != ROOM]), "a prompt stands in the folder of its phase"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.removeprefix("---\n").replace("---\n", ""), "must declare"),
        (GOOD.replace("purpose: To test.\n", ""), "must declare inputs, name, output, purpose, version"),
        (GOOD.replace("purpose", "reason"), "must declare"),
        (GOOD.replace("output: plain text", "output: plain text\nmodel: small"), "nothing else"),
        (GOOD.replace("version: 1", "version: [1"), "cannot be read"),
        (GOOD.replace("version: 1", "version: 1\nversion: 2"), "a key stands twice"),
        (GOOD.replace("{text: untrusted}", "{text: untrusted, text: trusted}"), "a key stands twice"),
        (GOOD.replace("version: 1", "version: !!python/name:os.system"), "cannot be read"),
        (GOOD.replace("name: a", "name: b"), "its own name"),
        (GOOD.replace("version: 1", "version: new"), "whole number"),
        (GOOD.replace("version: 1", "version: true"), "whole number"),
        (GOOD.replace("version: 1", "version: 0"), "whole number"),
        (GOOD.replace("untrusted", "fine"), "trusted or untrusted"),
        (GOOD.replace("{text: untrusted}", "[text]"), "trusted or untrusted"),
        (GOOD.replace("{text: untrusted}", "{text: [untrusted]}"), "trusted or untrusted"),
        (GOOD.replace("{text: untrusted}", "{Some Text: untrusted}"), "small letters"),
        (GOOD.replace("{text: untrusted}", "{1: untrusted}"), "small letters"),
        (GOOD.replace("To test.", "''"), "in words"),
        (GOOD.replace("plain text", "[Reply]"), "in words"),
        (GOOD.replace("Copy.\n", ""), "no words"),
        (GOOD.replace("Copy.", "Copy {{text}}."), "system text stays the same"),
        (GIVEN.replace("Copy.", "Copy {{text}}."), "system text stays the same"),
        (GIVEN.replace("Copy.\n", ""), "no words before or after"),
        (GIVEN.replace("{{text}}\n", ""), "no words before or after"),
        (GIVEN + "=== given ===\n", "more than one line"),
        (GIVEN.replace("{{text}}", "Nothing."), "no other: text"),
        (GIVEN + "{{more}}\n", "no other: more"),
        (TWO.replace("{{place}}", "a file"), "no other: place"),
        (GIVEN.replace("{text: untrusted}", "{}"), "no other: text"),
        (GIVEN + "{{text}}\n", "text once, on a line of its own"),
        (GIVEN.replace("{{text}}", "Here: {{text}}"), "text once, on a line of its own"),
        (GIVEN.replace("{{text}}", "{{ text }}"), "braces that are no placeholder"),
        (GIVEN.replace("{{text}}", "{{Text}}"), "braces that are no placeholder"),
        (GIVEN + "{{text}\n", "braces that are no placeholder"),
        (GIVEN + '{"a": {"b": 1}}\n', "braces that are no placeholder"),
        (GIVEN + f"<<<END OF {MARK} 0123456789abcdef>>>\n", "marks of fences"),
    ],
)
def test_a_prompt_that_declares_something_else_is_refused(text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tmp_path, monkeypatch, a=text)
    with pytest.raises(ValueError, match=message):
        load_prompt("test/a")


@pytest.mark.parametrize(
    "text", [GOOD, GIVEN, TWO, TWO + "{{place}}\n", GIVEN.replace("\n", "\r\n"), GIVEN.replace("{{text}}", "  {{text}}")]
)
def test_the_near_misses_are_loaded(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tmp_path, monkeypatch)
    (tmp_path / "test" / "a.md").write_bytes(text.encode())
    assert load_prompt("test/a").version == 1


@pytest.mark.parametrize(
    "name", ["", "test/none", "../pyproject", "test/../test/a", "/etc/hostname", "test/a.md", "test//a", "README", "test"]
)
def test_what_is_no_prompt_is_refused_by_its_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tmp_path, monkeypatch, a=GOOD)
    with pytest.raises(ValueError, match=r"no prompt|not the name of a prompt"):
        load_prompt(name)


def test_a_prompt_has_what_its_file_declares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tmp_path, monkeypatch, look=SAMPLE)
    prompt = load_prompt("test/look")
    assert (prompt.name, prompt.version, prompt.purpose, prompt.output) == ("look", 3, "To test.", "Sights")
    assert prompt.inputs == {"element": "trusted", "evidence": "untrusted"}
    assert prompt.given.startswith("The element is") and prompt.given.endswith("{{element}} now.")
    assert prompt.text == SAMPLE.split("---\n")[2].strip()
    with pytest.raises(FrozenInstanceError):
        prompt.version = 4  # type: ignore[misc]  # that this cannot be done is what is shown
    with pytest.raises(TypeError):
        prompt.inputs["evidence"] = "trusted"  # type: ignore[index]  # the same


def test_a_prompt_that_takes_values_says_what_the_marks_mean_and_another_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tmp_path, monkeypatch, look=SAMPLE, a=GOOD)
    taking, other = load_prompt("test/look"), load_prompt("test/a")
    assert taking.system.startswith("You look at one element.") and taking.system.endswith(load_prompt(loading.EXHIBITS).text)
    assert f"<<<{MARK} " in taking.system and f"<<<END OF {MARK} " in taking.system and MOCK in taking.system
    assert other.system == other.text == "Copy." and other.given == ""


def test_the_digest_moves_with_the_file_and_with_the_words_it_shares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(tmp_path, monkeypatch, look=SAMPLE, a=GOOD)
    before = load_prompt("test/look").digest, load_prompt("test/a").digest
    assert all(len(digest) == 16 and int(digest, 16) >= 0 for digest in before) and before[0] != before[1]
    assert (load_prompt("test/look").digest, load_prompt("test/a").digest) == before
    shared = tmp_path / "common" / "exhibits.md"
    shared.write_text(shared.read_text() + "\n- One thing more.\n")
    after = load_prompt("test/look").digest, load_prompt("test/a").digest
    assert after[0] != before[0], "its words are others now"
    assert after[1] == before[1], "it shares none"
    (tmp_path / "test" / "look.md").write_text(SAMPLE.replace("To test.", "To look."))
    assert load_prompt("test/look").digest != after[0]


def test_the_example_of_the_readme_is_a_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (ROOM / "README.md").read_text(encoding="utf-8")
    example = readme.partition("```markdown\n")[2].partition("```")[0]
    use(tmp_path, monkeypatch, **{"analyse-element": example})
    assert load_prompt("test/analyse-element").inputs["evidence"] == "untrusted"
    assert MARK in readme and MOCK in readme and "common/exhibits.md" in readme


def test_instructions_for_reading_pictures_are_loaded_by_their_name() -> None:
    prompt = load_prompt("ingest/transcribe-picture")
    assert prompt.text.startswith("You transcribe.")
    assert prompt.system == prompt.text and prompt.inputs == {"picture": "untrusted"}
