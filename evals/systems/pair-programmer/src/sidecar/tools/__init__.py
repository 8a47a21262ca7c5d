"""What the model can call: each tool is a schema and a function of the workspace and its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sidecar.tools import files, memory, patch, shell, web
from sidecar.workspace import Workspace

Run = Callable[..., str]

_TOOLS: tuple[tuple[dict[str, Any], Run], ...] = (
    (files.SEARCH, files.search_code),
    (files.LIST, files.list_files),
    (files.READ, files.read_file),
    (patch.APPLY, patch.apply_patch),
    (shell.RUN, shell.run_tests),
    (web.FETCH, web.fetch_docs),
    (memory.REMEMBER, memory.remember),
)
READING = {"search_code", "list_files", "read_file", "fetch_docs"}


def schemas(edit: bool) -> list[dict[str, Any]]:
    return [schema for schema, _ in _TOOLS if edit or schema["name"] in READING]


def call(workspace: Workspace, name: str, arguments: dict[str, Any]) -> tuple[str, bool]:
    """The result of a tool and whether it is an error."""
    run = next((run for schema, run in _TOOLS if schema["name"] == name), None)
    if run is None:
        return f"no such tool: {name}", True
    try:
        return run(workspace, **arguments), False
    except Exception as failure:
        return f"{type(failure).__name__}: {failure}", True
