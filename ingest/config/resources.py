"""What descriptions of cloud resources have in common, whatever language they are written in.

A `Flat` value is one text of a resource with the names that lead to it, `versioning.0.status` or `policy.Statement.1.Action`: blocks and
lists of mappings are counted, the texts of a list share one path. References to others stand in it as `${...}`. Texts that are JSON
themselves (policies) are read as a part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.config.commands import command_settings
from ingest.config.json_nodes import json_node
from ingest.config.nodes import BadConfig, Node
from ingest.config.packages import secret_variable, setting
from ingest.facts import Setting
from ingest.source import Place

_MOST_VALUES = 200
_DEPTH = 40
_SCRIPT_NAMES = frozenset(
    {"user_data", "userdata", "startup_script", "startup-script", "metadata_startup_script", "command", "inline", "script"}
)
_SCRIPT_NAMES |= frozenset({"content", "onstart", "oncreate", "on_start", "on_create", "custom_data"})


@dataclass(frozen=True, slots=True)
class Flat:
    path: str
    text: str
    line: int

    @property
    def name(self) -> str:
        return self.path.rsplit(".", 1)[-1]


def resource(address: str, resource_type: str, values: Sequence[Flat], place: Place, language: str) -> Iterator[Setting]:
    """The setting of one resource, then its secrets in clear and the commands of scripts that it holds."""
    kept = values[:_MOST_VALUES]
    yield setting(
        "resource", address, place, format=language, type=resource_type,
        values=tuple(f"{value.path}={value.text}" for value in kept) or None,
        value_lines=tuple(str(value.line) for value in kept) or None,
    )  # fmt: skip
    beside = {value.name: value.text for value in values}
    for value in values:
        at = Place(place.path, max(value.line, place.start_line), max(value.line, place.start_line))
        if "${" not in value.text and "\n" not in value.text:
            found = secret_variable(value.name, value.text, at, beside=beside, template=resource_type == "variable", resource=address)
            if found is not None:
                yield found
        if value.name.lower() in _SCRIPT_NAMES and " " in value.text:
            span = Place(place.path, at.start_line, place.end_line)
            yield from command_settings(value.text, span, language, service=address, lines=False)


def flat_json(text: str, path: str, line: int) -> tuple[Flat, ...] | None:
    """The values of a text that is JSON, or None where it is something else."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        node = json_node(text.strip())
    except BadConfig:
        return None
    return tuple(flat_node(node, path, line - 1))


def flat_node(node: Node, path: str, before: int = 0, depth: int = 0) -> Iterator[Flat]:
    """The values of a tree; its lines are counted on from those before it."""
    if node.kind == "scalar":
        yield Flat(path, node.text, node.line + before)
    elif depth < _DEPTH:
        for name, value, _line in node.entries():
            yield from flat_node(value, f"{path}.{name}" if path else name, before, depth + 1)
        for number, item in enumerate(node.items):
            yield from flat_node(item, f"{path}.{number}" if item.kind == "map" else path, before, depth + 1)
