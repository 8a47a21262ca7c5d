"""Conda environments: environment.yml and its relatives. Takes the text, gives packages of conda and, below `pip:`, of PyPI."""

from __future__ import annotations

import re

from ingest.config.nodes import shaped
from ingest.config.packages import python_package, setting
from ingest.config.yaml_nodes import yaml_node
from ingest.facts import Setting
from ingest.source import Place

_SPEC = re.compile(r"(?:[\w.-]+::)?([A-Za-z0-9_.-]+)\s*(.*)$", re.DOTALL)


def read_conda(text: str, path: str) -> tuple[Setting, ...]:
    """Settings in the order of the file; one that names no dependencies is none of conda's and says nothing."""
    document = yaml_node(text)
    found: list[Setting] = []
    for item in shaped(document.get("dependencies"), "dependencies", "list", write="a list, - python=3.12").items:
        if item.kind == "map":
            for inner in item.get("pip").items:
                package = python_package(inner.text, Place(path, inner.line, inner.end_line))
                if package is not None:
                    found.append(package)
        elif (match := _SPEC.match(item.text.strip()[:300])) is not None and match[1] not in ("python", "pip"):
            place = Place(path, item.line, item.end_line)
            found.append(
                setting("package", match[1].lower(), place, specifier=match[2], pin=_pin(match[2]), ecosystem="conda", direct=True)
            )
    return tuple(found)


def _pin(spec: str) -> str:
    """`=1.2` is any release of 1.2, `=1.2.3` the one; what follows a second `=` is the build."""
    spec = spec.strip()
    if not spec or spec == "*":
        return "none"
    if spec.startswith("==") or re.match(r"=?\d+(?:\.\d+){2,}(?:=|$)|=?[^=<>!~]+=\S", spec):
        return "range" if "*" in spec.split("=")[1:2] else "exact"
    return "range"
