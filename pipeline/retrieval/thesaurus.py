"""Words that mean much the same to who asks and to who wrote the code: `pipeline/knowledge/retrieval/words.yaml` as a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import yaml

from ingest.index.words import stem, words

_FILE = "knowledge/retrieval/words.yaml"
RELATED = 0.25  # what a related word counts, against the word itself


@cache
def load_thesaurus() -> Mapping[str, tuple[str, ...]]:
    """For each word the others of its groups, as search words."""
    return related_words(yaml.load((files("pipeline") / _FILE).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def related_words(groups: Iterable[Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for group in groups:
        forms = {stem(word) for word in group}
        for form in forms:
            found.setdefault(form, set()).update(forms - {form})
    return {form: tuple(sorted(others)) for form, others in sorted(found.items())}


def asked_words(question: str, related: Mapping[str, tuple[str, ...]]) -> list[dict[str, float]]:
    """The words of a question, each with those that mean much the same."""
    return [{word: 1.0, **dict.fromkeys(related.get(word, ()), RELATED)} for word in dict.fromkeys(words(question))]
