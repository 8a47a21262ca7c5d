"""What people ask and how they say it: `pipeline/knowledge/questions.yaml`, checked and made ready to be matched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeline.findings.model import Status
from pipeline.system.model import AttributeValue, ElementKind, Frozen, Label, Severity, ShippedControl, Stride
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

Need = Literal["", "element", "pair", "finding", "control", "term"]
_WORD = re.compile(r"[a-z][a-z']+")


class KindWords(Frozen):
    says: str
    kinds: tuple[ElementKind, ...]
    where: dict[str, AttributeValue] = Field(default_factory=dict, description="Attributes an element has to have.")


class ControlSays(Frozen):
    says: str
    kinds: tuple[ShippedControl, ...]


class LabelWords(Frozen):
    says: str
    labels: tuple[Label, ...]


class Intent(Frozen):
    """One kind of question."""

    name: str
    asks: str = Field(description="What is asked, in words.")
    needs: Need = ""
    patterns: tuple[str, ...]
    examples: tuple[str, ...] = Field(description="Ways to ask it; X and Y are what it is about.")


class Questions(Frozen):
    """The whole file."""

    fillers: tuple[str, ...]
    system: str
    pronouns: str
    kinds: tuple[KindWords, ...]
    controls: tuple[ControlSays, ...]
    labels: tuple[LabelWords, ...]
    stride: dict[Stride, str]
    severities: dict[Severity, str]
    statuses: dict[Status, str]
    intents: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """A pattern that fits a whole question: the texts in its places, and how many words are its own."""

    intent: Intent
    own: int
    slots: Mapping[str, str]


class Phrases:
    """The file with its patterns compiled."""

    def __init__(self, said: Questions) -> None:
        self.said = said
        self._fillers = re.compile(rf"^(?:(?:{'|'.join(said.fillers)})\b[, ]*)+")
        self._trailing = re.compile(
            r"(?: (?:please|thanks|thank you|then|again|actually|exactly|btw|right now|at the moment|currently|today|at all))+$"
        )
        self.system = re.compile(_compact(said.system))
        self.pronouns = re.compile(_compact(said.pronouns))
        self.kinds = [(re.compile(one.says), one) for one in said.kinds]
        self.controls = [(re.compile(rf"\b(?:{one.says})\b"), one) for one in said.controls]
        self.labels = [(re.compile(one.says), one) for one in said.labels]
        self.stride = [(re.compile(rf"\b(?:{says})\b"), name) for name, says in said.stride.items()]
        self.severities = [(re.compile(rf"\b(?:{says})\b"), name) for name, says in said.severities.items()]
        self.statuses = [(re.compile(rf"\b(?:{says})\b"), name) for name, says in said.statuses.items()]
        self.intents = {intent.name: intent for intent in said.intents}

    @cached_property
    def _patterns(self) -> list[tuple[Intent, re.Pattern[str]]]:
        kinds = "|".join(one.says for one in self.said.kinds)
        controls = "|".join(one.says for one in self.said.controls)
        made = []
        for intent in self.said.intents:
            for pattern in intent.patterns:
                text = _counted(pattern).replace("{x}", "(?P<x>.+?)").replace("{y}", "(?P<y>.+?)").replace("{t}", "(?P<t>.+?)")
                made.append((intent, re.compile(text.replace("{kinds}", kinds).replace("{controls}", controls))))
        return made

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Words that questions are made of, for what was misspelt."""
        said = self.said
        texts: list[str] = [
            *said.fillers,
            said.system,
            said.pronouns,
            *said.stride.values(),
            *said.severities.values(),
            *said.statuses.values(),
        ]
        texts += [one.says for group in (said.kinds, said.controls, said.labels) for one in group]
        for intent in said.intents:
            texts += (*intent.patterns, *intent.examples)
        plain = (re.sub(r"\(\?P?<?\w?>?|[()\[\]{}^$.*+|\\]|\?", " ", _optional_ends(text.lower())) for text in texts)
        return frozenset(word for text in plain for word in _WORD.findall(text))

    def without_fillers(self, plain: str) -> str:
        shorter = self._fillers.sub("", plain, count=1)
        shorter = self._trailing.sub("", shorter if shorter else plain)
        return shorter or plain

    def matches(self, plain: str) -> list[Matched]:
        """All patterns that fit the whole of a question, those with most words of their own first."""
        found = []
        total = len(plain.split())
        for intent, pattern in self._patterns:
            if match := pattern.fullmatch(plain):
                slots = {name: text.strip() for name, text in match.groupdict().items() if text and text.strip()}
                free = sum(len(text.split()) for name, text in slots.items() if name not in ("k", "c"))
                found.append(
                    Matched(intent, total - free, {name: text for name, text in slots.items() if name in ("x", "y", "k", "c", "t")})
                )
        return sorted(found, key=lambda one: -one.own)

    def kinds_named(self, text: str) -> KindWords | None:
        return next((one for pattern, one in self.kinds if pattern.fullmatch(text)), None)

    def kind_in(self, text: str) -> str:
        """The longest word for a kind that stands in a text; empty where none does."""
        runs = text.split()
        found = [" ".join(runs[start:end]) for start in range(len(runs)) for end in range(start + 1, min(start + 4, len(runs) + 1))]
        return max((one for one in found if self.kinds_named(one) is not None), key=len, default="")

    def labels_named(self, text: str) -> tuple[Label, ...]:
        return next((one.labels for pattern, one in self.labels if pattern.fullmatch(text)), ())

    def controls_named(self, text: str) -> tuple[ShippedControl, ...]:
        """Controls of the longest words for one in the text."""
        found = [
            (match.end() - match.start(), -index, one.kinds)
            for index, (pattern, one) in enumerate(self.controls)
            for match in pattern.finditer(text)
        ]
        return max(found)[2] if found else ()

    def stride_named(self, text: str) -> tuple[Stride, ...]:
        return tuple(name for pattern, name in self.stride if pattern.search(text))

    def severities_named(self, text: str) -> tuple[Severity, ...]:
        return tuple(name for pattern, name in self.severities if pattern.search(text))

    def statuses_named(self, text: str) -> tuple[Status, ...]:
        return tuple(name for pattern, name in self.statuses if pattern.search(text))


@lru_cache(maxsize=2)
def load_phrases(path: Path = KNOWLEDGE / "questions.yaml") -> Phrases:
    """The phrases of questions; raises `KnowledgeError` where the file is not valid."""
    return Phrases(read_knowledge(path, Questions))


def _compact(pattern: str) -> str:
    return re.sub(r"\s*\n\s*|(?<=\|)\s+|\s+(?=\|)", "", pattern.strip())


def _counted(pattern: str) -> str:
    """The pattern with names for what may be anything, so that it is not counted as words of its own."""
    parts = pattern.split(".*")
    return parts[0] + "".join(f"(?P<r{number}>.*){part}" for number, part in enumerate(parts[1:]))


def _optional_ends(text: str) -> str:
    """`findings?` as `finding findings`, `sandbox(?:ed|ing)?` as `sandbox sandboxed sandboxing`: near enough for spelling."""
    text = re.sub(
        r"([a-z]+)\(\?:([a-z|]+)\)\??", lambda match: f" {match[1]} " + " ".join(match[1] + end for end in match[2].split("|")) + " ", text
    )
    return re.sub(r"(\w+)(\w)\?", r"\1 \1\2", text)
