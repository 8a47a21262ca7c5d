"""Whether a threat asks for what something can give: attributes, kinds, labels, roles and controls that nothing yields make a rule dead.

Takes a threat file with its places and what is known; gives problems. A rule over such a word would never hold, or, where it asks for
the lack of a control, always: either is an error that names the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import Field

from pipeline.system.model import ElementKind, Frozen, Label, OwnControl, ShippedControl
from pipeline.system.rules.framework import Framework
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge
from pipeline.system.rules.marked_yaml import Marked, Problem, shown
from pipeline.system.rules.wrong_fields import instead_of
from pipeline.threats.taxonomy import Taxonomies

_FILE = KNOWLEDGE / "vocabulary.yaml"
_ATTRIBUTES = ("the_element", "from_where", "to_where", "where")
_CONTROLS = ("removed_by", "lowered_by", "lacks_control", "without")
_KINDS = ("about", "kind", "from_kind", "to_kind")
_CWE = re.compile(r"CWE-[1-9]\d{0,4}")
_STATED = "stated_"  # what drawings say of a box in their tool's own words
_Place = tuple[int | str, ...]


class Unseen(Frozen):
    """Words of the system model that nothing shipped gives."""

    kinds: tuple[ElementKind, ...] = ()
    labels: tuple[Label, ...] = ()
    controls: tuple[ShippedControl, ...] = ()


class Vocabulary(Frozen):
    attributes: dict[str, str] = Field(description="Attribute of elements -> what it says.")
    unseen: Unseen


@lru_cache(maxsize=1)
def load_vocabulary() -> Vocabulary:
    return read_knowledge(_FILE, Vocabulary)


@dataclass(frozen=True, slots=True)
class Given:
    """What can be found in systems, and what is not although it is a word."""

    attributes: frozenset[str]
    unseen: frozenset[str]  # kinds, labels and controls
    own_controls: frozenset[OwnControl]


def given_by(frameworks: Iterable[Framework], own_controls: Iterable[OwnControl]) -> Given:
    """What ships can give, and what frameworks of one's own add to it."""
    vocabulary, said = load_vocabulary(), [rule for framework in frameworks for rule in _rules(framework)]
    unseen = {*vocabulary.unseen.kinds, *vocabulary.unseen.labels, *vocabulary.unseen.controls}
    attributes = {name for rule in said for name in rule.get("attributes", {})}
    attributes |= {flag["attribute"] for rule in said for flag in rule.get("flags", ()) if flag.get("attribute")}
    return Given(
        frozenset(vocabulary.attributes) | attributes,
        frozenset(unseen - {word for rule in said for word in _given(rule)}),
        frozenset(own_controls),
    )


def _rules(framework: Framework) -> Iterator[Mapping[str, Any]]:  # Any: rules of three kinds, asked for what they have in common
    for rule in (*framework.calls, *framework.decorators, *framework.classes):
        yield rule.model_dump()


def _given(rule: Mapping[str, Any]) -> Iterator[str]:
    """Kinds, labels and controls that a rule gives."""
    flags = rule.get("flags", ())
    words = [rule.get(name) for name in ("kind", "control", "result", "parameters")] + [flag.get("control") for flag in flags]
    words += [*(rule.get("parameter_types") or {}).values()]
    yield from (word for word in words if isinstance(word, str))


def dead_words(marked: Marked, given: Given, taxonomies: Taxonomies) -> Iterator[Problem]:
    """Words of a valid threat file that nothing can give."""
    value = marked.value
    if not isinstance(value, dict):
        return
    for field, ids in (value.get("taxonomy") or {}).items():
        for number, identity in enumerate(ids):
            # Of CWE only what shipped threats end in ships; its other ids are as good.
            if not taxonomies.contains(field, identity) and not (field == "cwe" and _CWE.fullmatch(identity)):
                yield _unknown_id(marked, ("taxonomy", field, number), field, identity, taxonomies)
    yield from _dead(marked, (), value, given)


def _unknown_id(marked: Marked, at: _Place, field: str, identity: str, taxonomies: Taxonomies) -> Problem:
    if field == "cwe":
        return marked.problem(at, f"no id of cwe: `{shown(identity)}`", "write CWE- and a number, such as CWE-94")
    instead = taxonomies.replacement_of(identity)
    known = [known for file in taxonomies.files if file.field == field for known in file.items]
    mend = f"its publisher replaced it with {instead}" if instead else instead_of(identity, known)
    return marked.problem(at, f"no id of {field}: `{shown(identity)}`", mend)


def _dead(marked: Marked, at: _Place, value: object, given: Given) -> Iterator[Problem]:
    if isinstance(value, dict):
        for key, inner in value.items():
            place = (*at, key)
            if key in _ATTRIBUTES and isinstance(inner, dict):
                yield from _attributes(marked, place, inner, given)
            elif key in (*_CONTROLS, *_KINDS, "carries"):
                yield from _words(marked, place, key, inner, given)
            else:
                yield from _dead(marked, place, inner, given)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _dead(marked, (*at, number), inner, given)


def _attributes(marked: Marked, at: _Place, asked: Mapping[str, object], given: Given) -> Iterator[Problem]:
    for name in asked:
        if name not in given.attributes and not name.startswith(_STATED):
            mend = instead_of(name, sorted(given.attributes))
            yield marked.problem((*at, name), f"nothing gives an element the attribute `{shown(name)}`", mend, key=True)


def _words(marked: Marked, at: _Place, key: str, said: object, given: Given) -> Iterator[Problem]:
    words: list[tuple[_Place, object]] = [((*at, number), word) for number, word in enumerate(said)] if isinstance(said, list) else []
    for place, word in words or [(at, said)]:
        if not isinstance(word, str):
            continue
        if word.startswith("own/") and word not in given.own_controls:
            mend = instead_of(word, sorted(given.own_controls)) if given.own_controls else f"write controls/{word[4:]}.yaml"
            yield marked.problem(place, f"no such control: `{shown(word)}`", mend)
        elif word in given.unseen:
            what = "the control" if key in _CONTROLS else "the label" if key == "carries" else "an element of the kind"
            yield marked.problem(place, f"nothing recognises {what} `{word}`", "give it in a framework file of your own, or leave it out")
