"""What a change does to a system, as a few sentences: what came, what went, what it means, each with the lines that show it.

Takes two scans of one system, gives a `Story`: the most important first. It is about the system, not about findings: those stand beside it,
as `comparing.compare` tells them. Names in its sentences were written by others; who shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.findings.model import Scan, Story
from pipeline.findings.model import StoryKind as StoryKind
from pipeline.findings.model import StoryLine as StoryLine
from pipeline.findings.model import Tone as Tone


def story_of(old: Scan, new: Scan, *, renames: Mapping[str, str] | None = None, most: int = 20) -> Story:
    """The story from the older scan to the newer one; `renames` are old paths and what they are called now."""
    return Story()
