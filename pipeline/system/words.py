"""Words in names and texts: what `knowledge/words.yaml` says, and how names are cut into words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import Field

from pipeline.system.model import Frozen

_FILE = Path(__file__).parent.parent / "knowledge" / "words.yaml"
_CUT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Words(Frozen):
    decides_about: dict[str, tuple[str, ...]]
    detector: tuple[str, ...]
    physical: tuple[str, ...]
    personal: tuple[str, ...]
    identity_parameter: tuple[str, ...]
    administrative: tuple[str, ...]
    effects: dict[str, tuple[str, ...]]
    confidential: tuple[str, ...]
    ai_packages: tuple[str, ...] = Field(description="Packages whose presence makes a manifest one of an AI system.")


@lru_cache(maxsize=1)
def load_words() -> Words:
    return Words.model_validate(yaml.load(_FILE.read_text("utf-8"), Loader=yaml.CSafeLoader))


def words_of(name: str) -> list[str]:
    """`creditScore_v2` -> ["credit", "score", "v2"]."""
    return [word.lower() for word in _CUT.split(name) if word]


def mentions(names: Iterable[str], wanted: Iterable[str]) -> str | None:
    """The first wanted word or `_`-joined phrase that stands in one of the names."""
    phrases = [(word, word.lower().split("_")) for word in wanted]
    for name in names:
        words = words_of(name)
        for word, parts in phrases:
            if any(words[i : i + len(parts)] == parts for i in range(len(words) - len(parts) + 1)):
                return word
    return None
