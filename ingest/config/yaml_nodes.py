"""YAML text as `Node` trees, from libyaml's events: no tag is resolved, no object built, nothing recursive.

`yaml_node` reads the first document only, `yaml_documents` all of them. Both raise `BadConfig`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import yaml

from ingest.config.nodes import MAX_DEPTH, MAX_WEIGHT, NOTHING, BadConfig, Node, built
from ingest.text import split_lines

_ALIASES = 2000
_DOCUMENTS = 500
_BYTES = 1_000_000
# libyaml counts these as line ends, nobody else does; the byte order mark may stand inside.
_OTHER_BREAKS = re.compile("[\x85\u2028\u2029]")
# A character beyond the first 65,536 as JSON and Java's readers of YAML write it, in two escapes; libyaml takes neither.
_SURROGATES = re.compile(r"(?<!\\)(\\{1,40})u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


# A tuple of plain classes: narrowing to the stubs' types would ask for checks of marks that are always there.
_STARTS: tuple[Any, ...] = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS: tuple[Any, ...] = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_SCALAR: Any = yaml.ScalarEvent
_ALIAS: Any = yaml.AliasEvent


@dataclass(slots=True)
class _Open:
    kind: Literal["map", "list"]
    line: int
    anchor: str | None
    tag: str = ""
    children: list[Node] = field(default_factory=list)


def yaml_node(text: str) -> Node:
    """The first document; an empty one is the empty node."""
    return next(_documents(text), NOTHING)


def yaml_documents(text: str) -> tuple[Node, ...]:
    """All documents that hold something."""
    found: list[Node] = []
    for node in _documents(text):
        if len(found) >= _DOCUMENTS:
            raise BadConfig(f"more than {_DOCUMENTS} documents")
        found.append(node)
    return tuple(found)


def _documents(text: str) -> Iterator[Node]:
    if len(text) > _BYTES:
        raise BadConfig(f"YAML larger than {_BYTES} characters")
    try:
        yield from _built(_SURROGATES.sub(_character, _OTHER_BREAKS.sub(" ", "\n".join(split_lines(text)) + "\n")))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not YAML"
        raise BadConfig(f"line {mark.line + 1}: {problem}" if mark is not None else str(problem)) from None


def _character(escaped: re.Match[str]) -> str:
    """The character of two escapes as JSON writes it, where an escape begins there: `\\\\ud83d` is a backslash and letters."""
    if len(escaped[1]) % 2 == 0:
        return escaped[0]
    return escaped[1][:-1] + chr(0x10000 + ((int(escaped[2], 16) - 0xD800) << 10) + int(escaped[3], 16) - 0xDC00)


def _built(text: str) -> Iterator[Node]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # two classes without a common type
    anchors: dict[str, Node] = {}
    stack: list[_Open] = []
    aliases = weight = 0
    events = cast("Iterator[Any]", yaml.parse(text, Loader=loader))  # stubs say marks may be missing; the parser always sets them
    for event in events:
        node: Node | None = None
        anchor = getattr(event, "anchor", None)
        line = event.start_mark.line + 1
        tag = getattr(event, "tag", None) or ""
        if isinstance(event, _STARTS):
            if len(stack) >= MAX_DEPTH:
                raise BadConfig(f"nested deeper than {MAX_DEPTH}")
            stack.append(_Open("map" if isinstance(event, yaml.MappingStartEvent) else "list", line, anchor, tag))
        elif isinstance(event, _ENDS):
            opened = stack.pop()
            last = max((child.end_line for child in opened.children), default=opened.line)
            end = event.end_mark.line + 1 if event.end_mark.column > 0 and event.end_mark.line + 1 <= last + 1 else last
            node = built(opened.kind, opened.children, opened.line, max(opened.line, min(end, last)), opened.tag)
            anchor = opened.anchor
        elif isinstance(event, _ALIAS):
            aliases += 1
            if aliases > _ALIASES:
                raise BadConfig(f"more than {_ALIASES} aliases")
            target = anchors.get(event.anchor, NOTHING)
            # The lines are those of the use: evidence is where the alias stands.
            node = Node(target.kind, line, line, target.text, target.pairs, target.items, target.weight, target.tag)
        elif isinstance(event, _SCALAR):
            end = event.end_mark.line + (1 if event.end_mark.column > 0 else 0)
            node = Node("scalar", line, max(line, end), event.value, tag=tag)
        if node is None:
            continue
        if anchor and not isinstance(event, _ALIAS):
            anchors[anchor] = node
        if stack:
            stack[-1].children.append(node)
            continue
        weight += node.weight
        if weight > MAX_WEIGHT:
            raise BadConfig("expands to too many values")
        anchors = {}
        yield node
