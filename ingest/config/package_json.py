"""package.json: declared npm packages with their ranges, scripts and what runs on install, and what imports call this package."""

from __future__ import annotations

from ingest.config.commands import command_settings
from ingest.config.json_nodes import json_node
from ingest.config.nodes import Node, shaped
from ingest.config.packages import npm_pin, setting
from ingest.config.shell import runs_a_download
from ingest.facts import Setting
from ingest.source import Place

_GROUPS = (("dependencies", None), ("devDependencies", "dev"), ("optionalDependencies", "optional"), ("peerDependencies", "peer"))
_ON_INSTALL = ("preinstall", "install", "postinstall", "prepare")


def read_package_json(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the groups."""
    document = shaped(json_node(text), "the file", "map", write='an object, {"name": ..., "dependencies": {...}}')
    found = []
    for key, group in _GROUPS:
        for name, value, line in shaped(document.get(key), key, "map", write='{"package": "version"}').entries():
            version = shaped(value, f"{key}.{name}", "scalar", write='the version as a text, "^1.2.3"').text
            place = Place(path, line, line)
            found.append(
                setting("package", name, place, specifier=version, pin=npm_pin(version), ecosystem="npm", direct=True, group=group)
            )
    for name, value, line in shaped(document.get("scripts"), "scripts", "map", write='{"name": "command"}').entries():
        if name in _ON_INSTALL:
            found.append(
                setting("run_command", name, Place(path, line, line), command=value.text, downloads_and_runs=runs_a_download(value.text))
            )
        found += command_settings(value.text, Place(path, line, line), "npm", service=name)
    return (*found, *_own_module(document, path))


def _own_module(document: Node, path: str) -> tuple[Setting, ...]:
    """The name other packages of the same repository import this one by, and where its parts lie."""
    name = document.get("name")
    if name.kind != "scalar":
        return ()
    main = document.get("source", "module", "main", "types")
    exports = tuple(
        f"{part} {target}" for part, value, _line in document.get("exports").entries() if part.startswith(".")
        for target in [next((text for text in (scalar.text for scalar in value.scalars()) if "*" not in text or "*" in part), "")] if target
    )  # fmt: skip
    imports = tuple(
        f"{part} {target.text}" for part, value, _line in document.get("imports").entries() for target in list(value.scalars())[:1]
    )
    return (
        setting(
            "npm_module", name.text, Place(path, name.line, name.line), main=main.text if main.kind == "scalar" else None, exports=exports,
            imports=imports, homepage=document.get("homepage").text or None,
        ),
    )  # fmt: skip
