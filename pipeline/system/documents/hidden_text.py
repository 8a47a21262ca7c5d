"""Text in places a person does not see: how much of it there is, and where it tries to steer a program that reads the document; and
whether text that everybody sees tries the same.

Takes facts, adds an element for each file that holds such an attempt, with the places. What counts as an attempt is knowledge
(`knowledge/steering.yaml`). Hidden text is no claim and no part of a drawing, whatever it says; most of it (comments, notes,
alternative texts) is ordinary, and is only counted.
"""

from __future__ import annotations

import base64
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from pydantic import Field

from ingest.documents.position import HIDDEN_WORDS
from ingest.facts import CodeFacts, DocumentFacts, Facts, Function, Hidden, ModelFacts, Passage
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.model import Evidence, Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "steering.yaml"
_FOR_AUTHORS: frozenset[Hidden] = frozenset({"comment", "speaker_notes", "alt_text", "metadata", "deleted_text"})
_NOT_DESCRIBED = frozenset({"test", "vendored", "generated", "example"})
_TOOLS = frozenset({"tool", "mcp_tool"})
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{24,4000}={0,2}(?![\w+/=])")
_RUNS = 20  # runs of base64 that are looked into
_BEHIND = 240  # characters, which are a sentence or two
_LONGEST = 20_000  # characters of one text that are looked at


class Steering(Frozen):
    """Patterns over a lower-cased text."""

    overrides: tuple[str, ...] = Field(
        description="Takes the place of what a program was told; says enough by itself, wherever nobody sees it."
    )
    marks: tuple[str, ...] = Field(description="Says as much: a mark of a chat template, which begins another speaker's turn.")
    anywhere: tuple[str, ...] = Field(description="Says as much, where no tool is described.")
    acts: tuple[str, ...] = Field(description="Says enough where text was made invisible, or where a program is spoken to.")
    takes: tuple[str, ...] = Field(description="Says as much: something secret is asked for, or a program is to be run.")
    addressed: tuple[str, ...] = Field(description="A program is spoken to by a form of address.")
    spoken_to: tuple[str, ...] = Field(description="A program is spoken to in another way.")
    told_about: tuple[str, ...] = Field(description="The text speaks of such attempts.")
    quotes: tuple[str, ...] = Field(description="An attempt is quoted.")
    secretly: tuple[str, ...] = Field(description="People are not to learn of it.")


@lru_cache(maxsize=1)
def load_steering() -> Steering:
    return read_knowledge(_FILE, Steering)


def add_hidden_instructions(assembly: Assembly, facts: Sequence[Facts]) -> None:
    """An element per file that holds an attempt to steer its reader where nobody sees it."""
    described = _described_tools(assembly)
    for file in sorted(facts, key=lambda file: file.path):
        if file.purpose in _NOT_DESCRIBED:
            continue
        for function in _poisoned(file, described.get(file.path, ())) if isinstance(file, CodeFacts) else ():
            place = _docstring_of(assembly, file.path, function)
            if (cited := assembly.cite_place(place, "sink", "told to models by a tool, not to its users")) is not None:
                assembly.drafts.put("document", file.path, None, {"hidden_instructions": True}, cited, None, file.purpose)
        for passage in filter(steers, unseen_in(file)):
            evidence = assembly.cite_place(passage.place, "sink", f"not seen by people: {HIDDEN_WORDS[passage.hidden]}")
            if evidence is not None:
                assembly.drafts.put("document", file.path, None, {"hidden_instructions": True}, evidence, None, file.purpose)


def _described_tools(assembly: Assembly) -> dict[str, list[Evidence]]:
    """Where tools are defined, by file."""
    found: dict[str, list[Evidence]] = {}
    for _, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind in _TOOLS:
            for evidence in draft.evidence:
                found.setdefault(evidence.path, []).append(evidence)
    return found


def _poisoned(file: CodeFacts, tools: Sequence[Evidence]) -> Iterator[Function]:
    """Functions that are tools and whose docstring, which models are given, holds orders that describe no tool."""
    for function in file.functions:
        if not function.docstring or not any(tool.start_line <= function.line <= tool.end_line for tool in tools):
            continue
        if describes_more_than_a_tool(function.docstring):
            yield function


def _docstring_of(assembly: Assembly, path: str, function: Function) -> Place:
    """The lines of a docstring; the first of the function where they cannot be told."""
    whole = assembly.cite_place(Place(path, function.line, function.end_line))
    first = function.docstring.strip().split("\n")[0][:40]
    lines = whole.quote.split("\n") if whole is not None else []
    start = function.line + next((number for number, line in enumerate(lines) if first and first in line), 0)
    return Place(path, start, min(function.end_line, start + function.docstring.strip().count("\n")))


def describes_more_than_a_tool(text: str) -> bool:
    """Whether the description of a tool tells its reader to forget what it was told, or to take something in secret."""
    said, known = _plain(text), load_steering()
    if _overrides(said, known):
        return not _says(said, known.quotes)
    return _says(said, known.takes) and _says(said, known.secretly)


def unseen_in(file: Facts) -> tuple[Passage, ...]:
    """The passages of a file that people do not see."""
    if isinstance(file, DocumentFacts):
        return tuple(passage for passage in file.passages if passage.hidden)
    return () if isinstance(file, ModelFacts) else file.unseen


def steers(passage: Passage) -> bool:
    """Whether a passage tries to steer a program, in a place a person does not see."""
    if not passage.hidden:
        return False
    text, known = _plain(passage.text), load_steering()
    acts = _says(text, known.acts) or _says(text, known.takes)
    enough = _overrides(text, known) or _says(text, known.anywhere)
    if passage.hidden in _FOR_AUTHORS:
        ordered = acts and _says(text, known.addressed)
        return ordered or (not _says(text, known.told_about) and (enough or (acts and _says(text, known.spoken_to))))
    if passage.hidden == "hidden_text" and _says(text, known.told_about) and _says(text, known.quotes):
        return acts and _says(text, known.addressed)
    return enough or acts


def steers_in_sight(text: str) -> bool:
    """Whether a paragraph that everybody sees tries to steer a program that reads it.

    Prompts, templates and texts about attacks hold by trade what would say enough in a hidden place. An address with an order about
    what to find right behind it is one even where it speaks of attacks: who wants to be read by programs addresses them.
    """
    said, known = _plain(text), load_steering()
    if _followed(said, known.addressed, known.acts):
        return True
    if _says(said, known.told_about):
        return False
    return _says(said, known.overrides) or _followed(said, known.marks, (*known.acts, *known.takes))


def _plain(text: str) -> str:
    text = text[:_LONGEST]
    return " ".join(f"{text} {_decoded(text)}".lower().replace("\u2019", "'").split())


def _decoded(text: str) -> str:
    """What runs of base64 in a text say, where they are words: nobody writes those for people."""
    said: list[str] = []
    for run in _BASE64.findall(text)[:_RUNS]:
        try:
            words = base64.b64decode(run[: len(run) // 4 * 4]).decode("utf-8")
        except ValueError:
            continue
        if words.isprintable() and " " in words:
            said.append(words)
    return " ".join(said)


def hidden_counts(facts: Iterable[Facts]) -> dict[Hidden, int]:
    """How many passages nobody sees, by why."""
    counted: Counter[Hidden] = Counter(passage.hidden for file in facts for passage in unseen_in(file))
    return {kind: counted[kind] for kind in HIDDEN_WORDS if counted[kind]}


def _overrides(text: str, known: Steering) -> bool:
    return _says(text, known.overrides) or _says(text, known.marks)


def _followed(text: str, first: tuple[str, ...], then: tuple[str, ...]) -> bool:
    """Whether one of `then` begins within one of `first`, or right behind it."""
    begun = [match.span() for each in first for match in _compiled(each).finditer(text)]
    if not begun:
        return False
    starts = sorted(match.start() for each in then for match in _compiled(each).finditer(text))
    behind = ((bisect_left(starts, start), end) for start, end in begun)
    return any(at < len(starts) and starts[at] <= end + _BEHIND for at, end in behind)


def _says(text: str, patterns: tuple[str, ...]) -> bool:
    return any(_compiled(pattern).search(text) for pattern in patterns)


@lru_cache(maxsize=128)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
