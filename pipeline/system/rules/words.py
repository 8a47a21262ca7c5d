"""Words in names and texts: what `knowledge/words.yaml` says, and how names are cut into words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pydantic import Field

from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "words.yaml"
_CUT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class StepLimit(Frozen):
    """A framework whose runs end by default after a few steps."""

    framework: str = Field(description="The `framework` attribute of agents made with it.")
    package: str
    below: str = Field(description="The first version whose default is too large to stop anything.")
    steps: int


class WhoseConversation(Frozen):
    keys: frozenset[str] = Field(description="Words of names that choose a conversation.")
    callers: frozenset[str] = Field(description="Words of names of whoever calls.")
    looks_up: frozenset[str] = Field(description="Words of calls that look up, test or put together what they are given.")


class Deed(Frozen):
    """What is done to what, where names say both."""

    deeds: tuple[str, ...]
    things: tuple[str, ...]


class Words(Frozen):
    decides_about: dict[str, tuple[str, ...]]
    ambiguous: tuple[str, ...] = Field(description="Of these two of one subject are needed.")
    detector: tuple[str, ...]
    physical: tuple[str, ...]
    personal: tuple[str, ...]
    demographic: tuple[str, ...] = Field(description="Columns and fields that describe a person; two of them are needed.")
    judged: tuple[str, ...] = Field(description="Words that say that a person is judged, where what is given describes one.")
    identity_parameter: tuple[str, ...]
    own_session: tuple[str, ...] = Field(description="Such names that may be labels of sessions the operator has set up.")
    administrative: tuple[str, ...]
    governing: tuple[Deed, ...] = Field(description="What names of routes say that decide about the model which is served.")
    effects: dict[str, tuple[str, ...]]
    outcomes: tuple[str, ...] = Field(description="What is done with what a verdict was about.")
    confidential: tuple[str, ...] = Field(description="Regular expressions over a lower-cased prompt.")
    posts: tuple[str, ...] = Field(description="Words of names and addresses where a posted request changes something.")
    step_limits: tuple[StepLimit, ...] = Field(description="Frameworks that stop a run by themselves, by the version that is installed.")
    whose_conversation: WhoseConversation
    ai_packages: tuple[str, ...] = Field(description="Packages whose presence makes a manifest one of an AI system.")


@lru_cache(maxsize=1)
def load_words() -> Words:
    return read_knowledge(_FILE, Words)


@lru_cache(maxsize=1 << 15)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _CUT.split(name) if word)


@lru_cache(maxsize=1 << 10)
def _phrases(wanted: tuple[str, ...]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """Words and `_`-joined phrases by their first word."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for word in wanted:
        parts = tuple(word.lower().split("_"))
        found.setdefault(parts[0], []).append((word, parts))
    return found


def words_of(name: str) -> list[str]:
    """`creditScore_v2` -> ["credit", "score", "v2"]."""
    return list(_words(name))


def mentions(names: Iterable[str], wanted: Iterable[str]) -> str | None:
    """The first wanted word or `_`-joined phrase that stands in one of the names."""
    asked = tuple(wanted)
    phrases = _phrases(asked)
    for name in names:
        words = _words(name)
        found = {
            word
            for position, first in enumerate(words)
            for word, parts in phrases.get(first, ())
            if words[position : position + len(parts)] == parts
        }
        if found:
            return next(word for word in asked if word in found)
    return None


_EVERYWHERE = frozenset(
    {"candidate", "resume", "cv", "sign", "transaction", "interview"}
)  # retrieval has candidates, jobs resume, coaches hold interviews: never enough among themselves


def subjects(names: Iterable[str], decides: bool) -> list[str]:
    """What names say a model decides about: by one plain word or two ambiguous ones; one is enough where it is known to decide."""
    words, asked = load_words(), tuple(names)
    found: list[str] = []
    for subject, listed in words.decides_about.items():
        plain = [word for word in listed if word not in words.ambiguous]
        unclear = {word.removesuffix("s") for word in listed if word in words.ambiguous and mentions(asked, (word,))}
        if mentions(asked, plain) or (unclear - _EVERYWHERE and (decides or len(unclear) > 1)):
            found.append(subject)
    return found
