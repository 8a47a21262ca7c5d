"""The closed classes of words by which sentences are cut: what `knowledge/grammar.yaml` says."""

from __future__ import annotations

from functools import lru_cache

from pipeline.system.model import Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "grammar.yaml"
Words = frozenset[str]


class Grammar(Frozen):
    joins: Words
    relative: Words
    cuts: Words
    conditions: Words
    be: Words
    have: Words
    do: Words
    modals: Words
    negations: Words
    adverbs: Words
    determiners: Words
    prepositions: Words
    clinging: Words
    after_participles: Words
    pronouns: Words
    subjects: Words
    many: Words
    plurals: Words
    none: Words
    none_at_all: Words
    empty: Words
    definite: Words
    openings: Words
    times: Words
    nouns_too: Words


@lru_cache(maxsize=1)
def grammar() -> Grammar:
    return read_knowledge(_FILE, Grammar)


BREAKS = frozenset({",", ";", ":", "(", ")", "\u2014", "\u2013", "\u2192", "|", "-"})
"""Signs that stand between parts of a sentence."""
