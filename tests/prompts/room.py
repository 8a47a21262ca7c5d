"""A folder of prompts as a test wants it: a sample of its own, and what every prompt that takes values shares."""

from __future__ import annotations

from pathlib import Path

import pytest

from prompts import loading

ROOM = Path(__file__).resolve().parents[2] / "prompts"

SAMPLE = """---
name: look
version: 3
purpose: To test.
inputs: {element: trusted, evidence: untrusted}
output: Sights
---
You look at one element.

- Say what you see.

=== given ===
The element is {{element}}, and once more: {{element}}.

{{evidence}}

Look at {{element}} now.
"""


def use(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> None:
    """From here on prompts are loaded from the folder, which holds these texts by their names in `test/`."""
    (folder / "common").mkdir()
    (folder / "common" / "exhibits.md").write_bytes((ROOM / "common" / "exhibits.md").read_bytes())
    (folder / "test").mkdir()
    for name, text in texts.items():
        (folder / "test" / f"{name}.md").write_text(text, encoding="utf-8")
    monkeypatch.setattr(loading, "files", lambda package: folder)
