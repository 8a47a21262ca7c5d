"""What the model can call: each tool is a schema and a function of the workspace and its arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sidecar.approval import Approver
from sidecar.prompts import marked
from sidecar.tools import files, memory, patch, shell, web
from sidecar.workspace import Workspace

Run = Callable[..., str]
Show = Callable[[dict[str, Any]], str]

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
_SHOWN: dict[str, Show] = {
    "apply_patch": lambda arguments: arguments["diff"],
    "run_tests": lambda arguments: shell.line(**arguments),
    "remember": lambda arguments: arguments["note"],
}


def schemas(edit: bool) -> list[dict[str, Any]]:
    return [schema for schema, _ in _TOOLS if edit or schema["name"] in READING]


def call(workspace: Workspace, approver: Approver, name: str, arguments: dict[str, Any]) -> tuple[str, bool, str | None]:
    """The result of a tool, whether it is an error, and who confirmed it."""
    run = next((run for schema, run in _TOOLS if schema["name"] == name), None)
    if run is None:
        return f"no such tool: {name}", True, None
    by = None
    try:
        if name not in READING:
            by = approver.asks(name, _SHOWN[name](arguments))
            if by is None:
                return "the developer did not confirm this", True, None
        return marked(run(workspace, **arguments), name), False, by
    except Exception as failure:
        return f"{type(failure).__name__}: {failure}", True, by
