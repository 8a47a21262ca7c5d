"""The page on own knowledge, followed as a reader would: its files are written, its commands run, its output is looked for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.interfaces.cli import run as run_cli

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extending.md"
_FENCE = re.compile(r"^(`{3,})(\w+)(?: path=(\S+))?$")
_COMMAND = re.compile(r"^(threatloom .*?)(?:\s+# exit (\d))?$")


@dataclass(frozen=True)
class Fence:
    language: str
    path: str | None
    text: str


def fences() -> Iterator[Fence]:
    lines = iter(PAGE.read_text("utf-8").split("\n"))
    for line in lines:
        if found := _FENCE.match(line):
            body = []
            for inner in lines:
                if inner == found[1]:
                    break
                body.append(inner)
            yield Fence(found[2], found[3], "\n".join(body) + "\n")


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_page_can_be_followed_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache")
    said, commands, looked_for = "", 0, 0
    for fence in fences():
        if fence.path:
            target = tmp_path / fence.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(fence.text, "utf-8")
        elif fence.language == "sh":
            said = ""
            for line in fence.text.strip().split("\n"):
                command = _COMMAND.match(line)
                assert command, line
                code = run_cli(shlex.split(command[1])[1:])
                out, err = capsysbinary.readouterr()
                said += plain(out.decode() + err.decode())
                assert code == int(command[2] or 0), f"{line}\n{out.decode()}{err.decode()}"
                commands += 1
        else:
            assert fence.language == "text", fence
            for line in fence.text.strip().split("\n"):
                assert plain(line) in said, f"{line!r} is not in {said!r}"
                looked_for += 1
    assert commands >= 9 and looked_for >= 15
