"""CloudFormation and SAM templates, in YAML and JSON: resources with their values, and how they refer to each other.

Takes the text, gives a `resource` setting per resource and per parameter with a default. `!Ref`, `!GetAtt` and `!Sub` stand
as `${...}` in the values; conditions, mappings and macros are not evaluated, nested stacks not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.config.ecs import TASK_TYPES, task_containers
from ingest.config.json_nodes import json_node
from ingest.config.nodes import Node, shaped
from ingest.config.resources import Flat, flat_json, resource
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

_DEPTH = 40
_LOOKED_UP = frozenset({"!FindInMap", "!Select", "!Split", "!Transform", "!Cidr", "!GetAZs"})  # not worked out here
_REFERENCES = frozenset({"Ref", "Fn::GetAtt", "Fn::Sub", "Fn::ImportValue", "Condition"})


def read_cloudformation(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file."""
    document = json_node(text) if text.lstrip().startswith("{") else yaml_node(text)
    document = shaped(document, "the file", "map", write="Resources: at its top")
    found: list[Setting] = []
    for name, node, line in shaped(document.get("Parameters"), "Parameters", "map", write="one key per parameter").entries():
        default = node.get("Default")
        if default.kind == "scalar":
            place = Place(path, line, max(line, node.end_line))
            found += resource(f"var.{name}", "variable", (Flat(f"default.{name}", default.text, default.line),), place, "cloudformation")
    shared = tuple(_flat(document.get("Globals").get("Function"), "", 0))
    for name, node, line in shaped(document.get("Resources"), "Resources", "map", write="one key per resource").entries():
        kind = node.get("Type").text
        values = tuple(_flat(node.get("Properties"), "", 0)) + (shared if kind == "AWS::Serverless::Function" else ())
        place = Place(path, line, max(line, node.end_line))
        found += resource(name, kind, values, place, "cloudformation")
        if kind in TASK_TYPES:
            found += task_containers(name, values, place, told=False)
    return tuple(found)


def _flat(node: Node, path: str, depth: int) -> Iterator[Flat]:
    if depth > _DEPTH:
        return
    reference = _reference(node)
    node = _alternatives(node)
    if reference is not None:
        yield Flat(path, reference, node.line)
    elif node.kind == "scalar":
        yield from flat_json(node.text, path, node.line) or (Flat(path, node.text, node.line),)
    for name, value, _line in node.entries() if reference is None else ():
        inner = path if name.startswith("Fn::") else f"{path}.{name}" if path else name
        yield from _flat(value, inner, depth + 1)
    for number, item in enumerate(node.items if reference is None else ()):
        yield from _flat(item, f"{path}.{number}" if item.kind == "map" and _reference(item) is None else path, depth + 1)


def _alternatives(node: Node) -> Node:
    """What a condition chooses between, without the condition's name."""
    if node.tag == "!If" and node.kind == "list":
        return replace(node, items=node.items[1:])
    if node.kind == "map" and len(node.pairs) == 1 and node.pairs[0][0].text == "Fn::If" and node.pairs[0][1].kind == "list":
        return replace(node.pairs[0][1], items=node.pairs[0][1].items[1:])
    return node


def _reference(node: Node) -> str | None:
    """`${Name}` or `${Name.Attribute}` of what refers to another resource, in the short and the long form."""
    if node.kind == "scalar" and node.tag in ("!Ref", "!GetAtt", "!ImportValue"):
        return f"${{{node.text}}}"
    if node.tag == "!GetAtt":
        return f"${{{'.'.join(node.texts())}}}"
    if node.tag in _LOOKED_UP or (node.kind == "map" and len(node.pairs) == 1 and f"!{node.pairs[0][0].text[4:]}" in _LOOKED_UP):
        return f"${{{node.tag or node.pairs[0][0].text}}}"
    if node.tag == "!Join" and len(node.items) == 2:
        return node.items[0].text.join(_reference(item) or item.text for item in node.items[1].items)
    if node.tag == "!Sub" and node.kind == "list":
        return node.texts()[0] if node.texts() else ""
    if node.kind == "map" and len(node.pairs) == 1:
        name, value = node.pairs[0]
        if name.text in _REFERENCES:
            texts = value.texts()
            return (texts[0] if texts else "") if name.text == "Fn::Sub" else f"${{{'.'.join(texts)}}}"
    return None
