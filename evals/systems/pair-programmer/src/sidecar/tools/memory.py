from __future__ import annotations

from datetime import date
from typing import Any

from sidecar.config import FOLDER
from sidecar.workspace import Workspace

REMEMBER: dict[str, Any] = {
    "name": "remember",
    "description": "Keep one sentence about this repository for all later sessions.",
    "input_schema": {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"]},
}


def remember(workspace: Workspace, note: str) -> str:
    with (workspace.root / FOLDER / "notes.md").open("a", encoding="utf-8") as file:
        file.write(f"- {date.today()}: {note}\n")
    return "kept"
