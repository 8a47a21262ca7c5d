"""Text in places a person does not see: how much of it there is, and where it tries to steer a program that reads the document.

Takes facts, adds an element for each file that holds such an attempt, with the places. What counts as an attempt is knowledge
(`knowledge/steering.yaml`). Hidden text is no claim and no part of a drawing, whatever it says; most of it (comments, notes,
alternative texts) is ordinary, and is only counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pydantic import Field

from ingest.documents.position import HIDDEN_WORDS
from ingest.facts import DocumentFacts, Facts, Hidden, ModelFacts, Passage
from pipeline.system.assembly import Assembly
from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "steering.yaml"
_FOR_AUTHORS: frozenset[Hidden] = frozenset({"comment", "speaker_notes", "alt_text", "metadata", "deleted_text"})
_NOT_DESCRIBED = frozenset({"test", "vendored", "generated", "example"})
_LONGEST = 20_000  # characters of one text that are looked at


class Steering(Frozen):
    """Patterns over a lower-cased text."""

    anywhere: tuple[str, ...] = Field(description="Says enough by itself, wherever nobody sees it.")
    acts: tuple[str, ...] = Field(description="Says enough where text was made invisible, or where a program is spoken to.")
    spoken_to: tuple[str, ...] = Field(description="A program is spoken to.")
    told_about: tuple[str, ...] = Field(description="The text speaks of such attempts.")


@lru_cache(maxsize=1)
def load_steering() -> Steering:
    return read_knowledge(_FILE, Steering)


def add_hidden_instructions(assembly: Assembly, facts: Sequence[Facts]) -> None:
    """An element per file that holds an attempt to steer its reader where nobody sees it."""
    for file in sorted(facts, key=lambda file: file.path):
        if file.purpose in _NOT_DESCRIBED:
            continue
        for passage in filter(steers, unseen_in(file)):
            evidence = assembly.cite_place(passage.place, "sink", f"not seen by people: {HIDDEN_WORDS[passage.hidden]}")
            if evidence is not None:
                assembly.drafts.put("document", file.path, None, {"hidden_instructions": True}, evidence, None, file.purpose)


def unseen_in(file: Facts) -> tuple[Passage, ...]:
    """The passages of a file that people do not see."""
    if isinstance(file, DocumentFacts):
        return tuple(passage for passage in file.passages if passage.hidden)
    return () if isinstance(file, ModelFacts) else file.unseen


def steers(passage: Passage) -> bool:
    """Whether a passage tries to steer a program, in a place a person does not see."""
    if not passage.hidden:
        return False
    text = " ".join(passage.text[:_LONGEST].lower().replace("\u2019", "'").split())
    known = load_steering()
    if passage.hidden in _FOR_AUTHORS:
        if _says(text, known.told_about):
            return False
        return _says(text, known.anywhere) or (_says(text, known.acts) and _says(text, known.spoken_to))
    return _says(text, known.anywhere) or _says(text, known.acts)


def hidden_counts(facts: Iterable[Facts]) -> dict[Hidden, int]:
    """How many passages nobody sees, by why."""
    counted: Counter[Hidden] = Counter(passage.hidden for file in facts for passage in unseen_in(file))
    return {kind: counted[kind] for kind in HIDDEN_WORDS if counted[kind]}


def _says(text: str, patterns: tuple[str, ...]) -> bool:
    return any(_compiled(pattern).search(text) for pattern in patterns)


@lru_cache(maxsize=128)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
