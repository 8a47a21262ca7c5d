"""The paired page of a threat, read as cases: small systems in fences, marks that say what is expected on a line.

Takes the Markdown beside a threat file, gives its cases in order with the marks taken off (line numbers stay). Whether a scan
does what a mark says is for the tests; a fence without a path is prose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Expectation = Literal["threat", "ok", "todo", "todo-ok"]
REPORTED, SILENT, GAPS = "Reported", "Silent", "Known gaps"

_FENCE = re.compile(r"^(`{3,})(\w+)?\s*(.*)$")
_MARK = re.compile(r"\s*(?:#|//|<!--|--)\s*(threat|ok|todo|todo-ok):\s*([a-z0-9-]+)\s*(?:-->)?\s*$")
_GIVEN = re.compile(r"(\d{1,6}):(threat|ok|todo|todo-ok)")
_INFO = re.compile(r"(\w+)=(\S+)")


class UnusablePage(Exception):
    """A page that says something no case can hold: the line, what is wrong, what to write instead."""

    def __init__(self, line: int, what: str, mend: str) -> None:
        super().__init__(f"line {line}: {what} ({mend})")
        self.line, self.what, self.mend = line, what, mend


@dataclass(frozen=True)
class Mark:
    path: str
    line: int
    expectation: Expectation
    slug: str
    at: int = 0  # the line of the page


@dataclass(frozen=True)
class Case:
    """One little system of a page."""

    slug: str
    section: str
    title: str
    files: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...]
    languages: tuple[tuple[str, str], ...] = ()  # path, and the language its fence names
    ordinary: bool = False  # scanned as a tree of its own; else as a part of an AI system, which its fences show a piece of
    prose: str = ""  # why it is reported, or why it is silent


def read_cases(slug: str, page: str) -> list[Case]:
    """The cases of one page, marks stripped from the files."""
    cases: list[Case] = []
    section = title = ""
    files: dict[str, str] = {}
    marks: list[Mark] = []
    languages: dict[str, str] = {}
    prose: list[str] = []
    ordinary = False
    told = 0  # lines of prose that stand before the last fence
    lines = page.split("\n")

    def close(before: int | None = None) -> None:
        nonlocal told, ordinary
        if files:
            text = "\n".join(prose[:before]).strip()
            cases.append(Case(slug, section, title, tuple(files.items()), tuple(marks), tuple(languages.items()), ordinary, text))
            ordinary = False
            files.clear()
            languages.clear()
            marks.clear()
        del prose[:before]
        told = 0

    index = 0
    while index < len(lines):
        line = lines[index]
        if line.startswith(("## ", "### ")):
            close()
            if line.startswith("## "):
                section, title = line[3:].strip(), ""
            else:
                title = line[4:].strip()
        elif not _FENCE.match(line):
            prose.append(line)
        fence = _FENCE.match(line)
        if fence and fence.group(3):
            info = dict(_INFO.findall(fence.group(3)))
            body: list[str] = []
            first = index + 1  # the line of the fence, counted from 1
            index += 1
            while index < len(lines) and lines[index].strip() != fence.group(1):
                body.append(lines[index])
                index += 1
            if "path" in info:
                path = info["path"]
                if path in files:  # the next case of a section without headings of its own
                    close(told)
                told = len(prose)
                ordinary = ordinary or info.get("tree") == "ordinary"
                for number, text in enumerate(body, 1):
                    mark = _MARK.search(text)
                    if mark:
                        marks.append(Mark(path, number, mark.group(1), mark.group(2), first + number))  # type: ignore[arg-type]  # the pattern allows these
                        body[number - 1] = text[: mark.start()]
                for given in filter(None, info.get("marks", "").split(",")):
                    said = _GIVEN.fullmatch(given)
                    if said is None:
                        raise UnusablePage(
                            first, f"`marks={given}` is no line and expectation", "write marks=12:threat, or ok, todo, todo-ok"
                        )
                    number = int(said[1])
                    marks.append(Mark(path, number, said[2], slug, first + number))  # type: ignore[arg-type]  # the pattern allows these
                files[path] = "\n".join(body) + "\n"
                languages[path] = fence.group(2) or ""
        index += 1
    close()
    return cases


def introduction(page: str) -> str:
    """What a page says before its first section, without its title."""
    lines = page.split("\n")
    end = next((number for number, line in enumerate(lines) if line.startswith("## ")), len(lines))
    return "\n".join(line for line in lines[:end] if not line.startswith("# ")).strip()
