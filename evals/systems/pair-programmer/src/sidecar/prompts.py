"""The system prompt."""

from __future__ import annotations

from pathlib import Path

from sidecar.config import FOLDER

BASE = """\
You are Sidecar, a senior engineer who pairs with a developer on one repository.

- Look before you answer: search the code, then read the files that matter. Name file and line.
- Make the smallest change that does it. Follow the style of the file you edit.
- After an edit run the tests that cover it. If they fail, mend your change, not the test.
- When an API is not in the repository, fetch its documentation instead of guessing.
- If you learn something about the repository that will matter next time, remember it.
"""

GUIDES = ("SIDECAR.md", "AGENTS.md", "CONTRIBUTING.md")


def system_prompt(root: Path) -> str:
    parts = [BASE]
    notes = root / FOLDER / "notes.md"
    if notes.is_file():
        parts.append("# What you remember about this repository\n\n" + notes.read_text("utf-8"))
    for name in GUIDES:
        guide = root / name
        if guide.is_file():
            parts.append(f"# How this repository wants to be worked on\n\n{guide.read_text('utf-8')}")
            break
    return "\n\n".join(parts)
