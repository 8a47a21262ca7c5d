from __future__ import annotations

from typing import Any

from sidecar.index import tracked_files
from sidecar.workspace import Workspace

SEARCH: dict[str, Any] = {
    "name": "search_code",
    "description": "Find the passages of the repository that are nearest in meaning to a question.",
    "input_schema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
}
LIST: dict[str, Any] = {
    "name": "list_files",
    "description": "Files under a folder of the repository.",
    "input_schema": {"type": "object", "properties": {"folder": {"type": "string", "default": ""}}},
}
READ: dict[str, Any] = {
    "name": "read_file",
    "description": "Lines of a file. `path` is relative to the root of the repository.",
    "input_schema": {
        "type": "object",
        "properties": {"path": {"type": "string"}, "first": {"type": "integer"}, "last": {"type": "integer"}},
        "required": ["path"],
    },
}
MOST_LINES = 2000


def search_code(workspace: Workspace, query: str) -> str:
    found = workspace.index.search(query)
    return "\n\n".join(f"{chunk.path}:{chunk.first}\n{chunk.text}" for chunk in found) or "nothing found"


def list_files(workspace: Workspace, folder: str = "") -> str:
    names = [name for name in tracked_files(workspace.root) if name.startswith(folder)]
    return "\n".join(names[:1000])


def read_file(workspace: Workspace, path: str, first: int = 1, last: int | None = None) -> str:
    lines = workspace.path(path).read_text("utf-8", errors="replace").splitlines()
    last = min(last or len(lines), first + MOST_LINES)
    return "\n".join(f"{number:>5}  {line}" for number, line in enumerate(lines[first - 1 : last], first))
