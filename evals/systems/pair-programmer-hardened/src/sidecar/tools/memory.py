from __future__ import annotations

from datetime import date
from typing import Any

from sidecar.workspace import Workspace

REMEMBER: dict[str, Any] = {
    "name": "remember",
    "description": "Keep one sentence about this repository for later sessions; the developer confirms it.",
    "input_schema": {"type": "object", "properties": {"note": {"type": "string", "maxLength": 300}}, "required": ["note"]},
}


def remember(workspace: Workspace, note: str) -> str:
    with (workspace.cache / "notes.md").open("a", encoding="utf-8") as file:
        file.write(f"- {date.today()}: {' '.join(note.split())[:300]}\n")
    return "kept"
