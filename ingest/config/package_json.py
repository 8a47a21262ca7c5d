"""package.json: declared npm packages with their ranges, and scripts that run on install."""

from __future__ import annotations

from ingest.config.json_nodes import json_node
from ingest.config.packages import npm_pin, setting
from ingest.config.shell import runs_a_download
from ingest.facts import Setting
from ingest.source import Place

_GROUPS = (("dependencies", None), ("devDependencies", "dev"), ("optionalDependencies", "optional"), ("peerDependencies", "peer"))
_ON_INSTALL = ("preinstall", "install", "postinstall", "prepare")


def read_package_json(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the groups."""
    document = json_node(text)
    found = [
        setting(
            "package",
            name,
            Place(path, line, line),
            specifier=value.text,
            pin=npm_pin(value.text),
            ecosystem="npm",
            direct=True,
            group=group,
        )
        for key, group in _GROUPS
        for name, value, line in document.get(key).entries()
    ]
    for name, value, line in document.get("scripts").entries():
        if name in _ON_INSTALL:
            found.append(
                setting("run_command", name, Place(path, line, line), command=value.text, downloads_and_runs=runs_a_download(value.text))
            )
    return tuple(found)
