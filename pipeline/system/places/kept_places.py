"""One data set per place: what one script writes and another reads is the same thing, and what is in it comes along.

Takes the call sites of a program in which something is trained or predicts, joins uses of a place that leave data with uses that take it,
gives the sites with one element per place (a `dataset`, or a `model_file` where a model lies there) and, for the search of flows, who
reads what a call wrote. Nothing is joined on a path that is not known, nor across projects of the tree that only name their files alike;
where a script finds a file beside itself, that is the one, and not an equal one of its project's root.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.code.program import Node, Program
from ingest.facts import ConfigFacts, Value
from pipeline.system.model import AttributeValue, ElementKind, SinkRole
from pipeline.system.places.place_uses import PlaceUses, Use
from pipeline.system.program.flow_edges import Kept
from pipeline.system.program.sites import CallSite, Sites
from pipeline.system.rules.framework import CallRule
from pipeline.system.rules.knowledge import FrameworkIndex
from pipeline.system.rules.place_knowledge import Form

_LEARNS: frozenset[ElementKind | None] = frozenset({"training_job", "ml_model"})
_KEPT_IN: frozenset[ElementKind | None] = frozenset({"file_store", "model_file", "dataset", "data_store"})
_FRAMEWORK = "places"
_DATABASE = "SQL database"  # as a table is called that a statement names


@dataclass(slots=True)
class _Place:
    keeps: list[Use] = field(default_factory=list)
    takes: list[Use] = field(default_factory=list)
    moves: list[Use] = field(default_factory=list)

    def uses(self) -> tuple[Use, ...]:
        return (*self.keeps, *self.takes)

    def name(self) -> str:
        """The key that most uses have; where a function handles several files of one folder, that folder."""
        keys = Counter(key.text for use in self.uses() for key in use.keys)
        shared = [text for text in keys if all(text in {key.text for key in use.keys} for use in self.uses())]
        folders = {posixpath.dirname(text) for text in keys}
        text = min(shared or keys, key=lambda text: (-keys[text], "://" not in text, len(text), text))
        if len(keys) > 1 and len(folders) == 1 and "" not in folders:
            text = folders.pop()
        return text.rsplit(":", 1)[-1] if text.startswith("table:") else text if "://" in text else text.partition(":")[2] or text


def with_places(program: Program, index: FrameworkIndex, sites: Sites, files: Sequence[ConfigFacts]) -> tuple[Sites, Kept]:
    """The sites with one element per place, and the ways over places."""
    if not any(site.rule.kind in _LEARNS for site in sites.calls):
        return sites, Kept()
    loads = frozenset(site.node for site in sites.calls if site.rule.kind == "model_file")
    places = _joined(list(PlaceUses(program, index, files).find()))
    left: dict[Node, tuple[int, ...]] = {}
    takers: dict[Node, dict[Node, None]] = {}
    changed: dict[Node, tuple[_Place, ElementKind, Use]] = {}
    for place in places:
        kind = _kind(place, loads)
        for kept in place.keeps:
            left[kept.call] = kept.data
            taken = takers.setdefault(kept.call, {})
            taken.update(dict.fromkeys(use.call for use in place.takes if use.form == kept.form))
        if kind != "model_file" or len({use.call[0] for use in place.uses()}) > 1:
            changed |= {use.call: (place, kind, use) for use in place.uses()}
    calls = _renamed(program, sites.calls, changed)
    return replace(sites, calls=calls), Kept(left, {call: tuple(found) for call, found in takers.items()})


def _joined(uses: Sequence[Use]) -> list[_Place]:
    """Places at which something is left and taken."""
    above: dict[int, int] = {number: number for number in range(len(uses))}

    def first(number: int) -> int:
        while above[number] != number:
            number = above[number]
        return number

    def join(one: int, two: int) -> None:
        one, two = sorted((first(one), first(two)))
        above[two] = one

    leaving: dict[str, list[int]] = {}
    for number, use in enumerate(uses):
        keys = use.keys if use.kind == "keep" else use.onto
        for key in keys:
            leaving.setdefault(key.text, []).append(number)
    for number, use in enumerate(uses):
        if use.kind != "keep":
            for other in _leavers(number, use, leaving):
                join(number, other)
    for found in leaving.values():  # what several calls leave at a place
        for number in found[1:]:
            if uses[number].keys == uses[found[0]].keys and uses[number].onto == uses[found[0]].onto:
                join(number, found[0])
    places: dict[int, _Place] = {}
    for number, use in enumerate(uses):
        place = places.setdefault(first(number), _Place())
        {"keep": place.keeps, "take": place.takes, "move": place.moves}[use.kind].append(use)
    return [place for place in places.values() if _is_joined(place)]


def _is_joined(place: _Place) -> bool:
    """Whether something is left here that is taken in the same form."""
    forms: set[Form] = {use.form for use in place.keeps}
    return any(use.form in forms for use in place.takes)


def _leavers(number: int, use: Use, leaving: Mapping[str, Sequence[int]]) -> Iterator[int]:
    """Who left what a use takes: those beside it, or else those of its project."""
    for near in (True, False):
        found = [other for key in use.keys if key.near is near for other in leaving.get(key.text, ()) if other != number]
        if found:
            yield from found
            return


def _renamed(program: Program, calls: Sequence[CallSite], changed: Mapping[Node, tuple[_Place, ElementKind, Use]]) -> tuple[CallSite, ...]:
    """The sites of the calls that use a place, as that place's element."""
    found: list[CallSite] = []
    met: set[Node] = set()
    for site in calls:
        if site.node not in changed or site.is_read or site.rule.kind not in _KEPT_IN:
            found.append(site)
            continue
        place, kind, use = changed[site.node]
        met.add(site.node)
        found.append(replace(site, rule=_as_place(site.rule, kind, use, program.value(site.node)), named=_named(place, kind)))
    for node, (place, kind, use) in changed.items():
        if node not in met:
            rule = _as_place(CallRule(call=("*",)), kind, use, program.value(node))
            found.append(CallSite(node, rule, _FRAMEWORK, (), named=_named(place, kind)))
    return tuple(sorted(found, key=lambda site: site.node))


def _named(place: _Place, kind: ElementKind) -> str:
    return f"{place.name()} ({_DATABASE})" if kind == "data_store" else place.name()


def _kind(place: _Place, loads: frozenset[Node]) -> ElementKind:
    if any(key.text.startswith("table:") for use in place.takes for key in use.keys):
        return "data_store"
    loaded = any(use.call in loads for use in place.uses())
    return "model_file" if loaded or any(use.form == "pickled" for use in place.keeps) else "dataset"


def _as_place(rule: CallRule, kind: ElementKind, use: Use, value: Value) -> CallRule:
    """A rule that says that the call uses the place's element."""
    attributes: dict[str, AttributeValue] = dict(rule.attributes) if kind != "dataset" else {"local_path": True}
    if kind != "data_store":
        attributes["source"] = "file"
    sinks: dict[str, SinkRole] = dict(rule.sinks)
    if use.kind == "keep" and kind != "model_file":  # whose records are in a pickle says nothing of the code in it: we wrote that
        for position in use.data:
            sinks[_argument(value, position)] = "store_write"
    relations = {} if use.kind == "keep" else rule.relations  # what made it is known by `add_made`
    result = rule.result or ("stored_data" if use.kind == "take" and kind != "model_file" else None)
    return rule.model_copy(
        update={
            "kind": kind, "name": None, "name_from": None, "zone": "data", "attributes": attributes, "sinks": sinks, "result": result,
            "relations": relations,
        }
    )  # fmt: skip


def _argument(value: Value, position: int) -> str:
    """How knowledge names the argument at a position of a call's inputs."""
    if position == 0:
        return "receiver"
    return value.labels[position] or str(sum(label == "" for label in value.labels[1:position]))
