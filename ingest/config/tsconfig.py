"""tsconfig.json and jsconfig.json: which names stand for which folders in imports. Nothing else of them is read."""

from __future__ import annotations

from ingest.config.json_nodes import json_node
from ingest.config.packages import setting
from ingest.facts import Setting
from ingest.source import Place


def read_tsconfig(text: str, path: str) -> tuple[Setting, ...]:
    """One setting: `paths` as "pattern target", `base_url`, and the configurations it extends."""
    document = json_node(text)
    options = document.get("compilerOptions")
    paths = tuple(
        f"{pattern} {target}"
        for pattern, targets, _line in options.get("paths").entries()
        for target in targets.texts()
        if " " not in pattern
    )
    base = options.get("baseUrl")
    return (
        setting(
            "module_paths", path, Place(path, 1, max(1, document.line)), paths=paths,
            base_url=base.text if base.kind == "scalar" else None, extends=document.get("extends").texts(),
        ),
    )  # fmt: skip
