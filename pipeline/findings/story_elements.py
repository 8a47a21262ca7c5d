"""Lines of a story on elements: what came, what went, which tools an agent has, what others can reach now."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.findings.story_lines import StoryKind, Tone
from pipeline.findings.story_sides import (
    ACTING,
    ENTRIES,
    MODELS,
    OUTSIDE,
    STORES,
    Both,
    Told,
    is_guarded,
    kind_words,
    line_of,
    listed,
    told_of,
)
from pipeline.system.model import Control, Element, ElementKind

_OPENING = (
    ("public", "Anyone may now read", "No longer may anyone read"),
    ("public_network", "The internet can now reach", "The internet can no longer reach"),
)
MOST_SINGLE = 2  # elements that are told one by one
ASKED: frozenset[ElementKind] = frozenset({"http_route", "websocket", "chat_ui", "webhook"})  # where authentication is looked for


class _Bucket(NamedTuple):
    """Elements that one line tells of."""

    kind: StoryKind
    tone: Tone
    head: str  # before the name of one, or the list of several
    tail: str
    weight: int
    of: str = ""  # their kind


def tell_elements(both: Both) -> Iterator[Told]:
    known, still = ({_what(element) for element in scan.system.elements} for scan in (both.old, both.new))
    ends = {end for flow in both.new.system.flows if flow.crosses for end in (flow.source, flow.target)}  # told by their flows
    came: dict[_Bucket, list[Element]] = defaultdict(list)
    for element in both.came:
        if element.kind in ENTRIES | ACTING or _what(element) not in known:
            bucket = _arrived(element, both.new.system.controls)
            if bucket.kind != "element_added" or element.kind in MODELS or element.id not in ends:
                came[_of_kind(bucket, element)].append(element)
    went: dict[_Bucket, list[Element]] = defaultdict(list)
    for element in both.went:
        if element.kind in ENTRIES | ACTING or _what(element) not in still:
            went[_of_kind(_left(element), element)].append(element)
    for gone, buckets in ((False, came), (True, went)):
        for bucket, elements in buckets.items():
            yield from _bucket_told(bucket, elements, gone=gone)
    for was, now in both.pairs.items():
        one, other = both.before[was], both.after[now]
        if one.kind in MODELS and one.name != other.name and both.moves.text(one.name) != other.name and _what(one) != _what(other):
            yield told_of("model_changed", "neutral", f"{other.name} takes the place of {one.name} as {kind_words(other)}", [other], 70)


def _of_kind(bucket: _Bucket, element: Element) -> _Bucket:
    return bucket._replace(of=element.kind) if bucket.head else bucket


def _bucket_told(bucket: _Bucket, elements: Sequence[Element], *, gone: bool) -> Iterator[Told]:
    """One line for each, or one for all of them where they are many."""
    rest = not bucket.head
    if len(elements) <= MOST_SINGLE and not rest:
        for element in elements:
            text = f"{bucket.head} {kind_words(element)} {element.name}{bucket.tail}"
            yield told_of(bucket.kind, bucket.tone, text[:1].upper() + text[1:], [element], bucket.weight, gone=gone)
        return
    if rest:
        names = listed(f"{kind_words(element)} {element.name}" for element in elements)
        text = f"{'Gone' if gone else 'New'}: {names}"
    else:
        head = f"{bucket.head} {len(elements)} {_kinds(elements)}" if gone else f"{len(elements)} {bucket.head.lower()} {_kinds(elements)}"
        text = f"{head}{bucket.tail}: {listed(element.name for element in elements)}"
    yield told_of(bucket.kind, bucket.tone, text.strip(), elements, bucket.weight, gone=gone, count=len(elements))


def _arrived(element: Element, controls: Iterable[Control]) -> _Bucket:
    if element.kind in ASKED:
        if is_guarded(element, controls):
            return _Bucket("entry_added", "neutral", "New", ", behind authentication", 60)
        return _Bucket("entry_added", "worse", "New", ", no authentication was seen", 90)
    if element.kind in ENTRIES:
        return _Bucket("entry_added", "worse", "New", "", 79)
    if element.kind in OUTSIDE:
        return _Bucket("outside_added", "worse", "New", "", 76)
    if element.kind in MODELS:
        return _Bucket("outside_added" if element.kind == "hosted_llm" else "element_added", "neutral", "New", "", 72)
    if element.kind in ACTING:
        return _Bucket("tool_added", "worse", "New", "", 78)
    if element.kind in STORES:
        return _Bucket("store_added", "neutral", "New", "", 45)
    return _Bucket("element_added", "neutral", "", "", 15)


def _left(element: Element) -> _Bucket:
    if element.kind in ENTRIES:
        return _Bucket("entry_removed", "better", "Gone:", "", 42)
    if element.kind in OUTSIDE | MODELS:
        return _Bucket("outside_removed", "better", "Gone:", "", 40)
    if element.kind in ACTING:
        return _Bucket("tool_removed", "better", "Gone:", "", 41)
    if element.kind in STORES:
        return _Bucket("store_removed", "neutral", "Gone:", "", 25)
    return _Bucket("element_removed", "neutral", "", "", 12)


def _what(element: Element) -> tuple[object, ...]:
    """What an element is, where its name only says where it stands: one more place that asks the same provider is no news."""
    place = re.search(r" \(([^()]+)\)$", element.name)
    if place is None:
        return (element.kind, element.name)
    said = element.attributes
    return (element.kind, place[1], *(said.get(name) for name in ("provider", "model", "product", "host", "url")))


def _kinds(elements: Sequence[Element]) -> str:
    """Their kind, which is one, in the plural."""
    kind = kind_words(elements[0])
    if kind.startswith(("content", "place")):
        return kind
    return f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"


def tell_tools(both: Both) -> Iterator[Told]:
    """Tools that an agent may use now, or not any more, where both are there on both sides."""
    before = {(both.now(tie.source), both.now(tie.target)) for tie in both.old.system.relations if tie.kind == "has_tool"}
    after = {(tie.source, tie.target): tie for tie in both.new.system.relations if tie.kind == "has_tool"}
    new = {element.id for element in both.came}
    for (agent, tool), tie in after.items():
        if (agent, tool) not in before and tool not in new and agent not in new:
            text = f"{both.name(agent)} may now use the tool {both.name(tool)}"
            yield Told(line_of("tool_added", "worse", text, (agent, tool), tie.evidence), 77)
    gone = {element.id for element in both.went}
    for agent, tool in sorted(before - after.keys()):
        if agent in both.after and tool in both.after and not {agent, tool} & gone:
            text = f"{both.name(agent)} may no longer use the tool {both.name(tool)}"
            yield Told(line_of("tool_removed", "better", text, (agent, tool), ()), 41)


def tell_attributes(both: Both) -> Iterator[Told]:
    for was, now in both.pairs.items():
        one, other = both.before[was].attributes, both.after[now].attributes
        element = both.after[now]
        for name, worse, better in (
            ("public", "anyone may read", "not anyone may read any more"),
            ("public_network", "the internet can reach", "the internet can no longer reach"),
        ):
            if bool(one.get(name)) != bool(other.get(name)):
                is_worse = bool(other.get(name))
                text = f"{(worse if is_worse else better).capitalize()} {element.name}"
                yield told_of("attribute_changed", "worse" if is_worse else "better", text, [element], 80 if is_worse else 44)
