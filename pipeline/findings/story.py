"""What a change does to a system, as a few sentences: what came, what went, what it means, each with the lines that show it.

Takes two scans of one system, gives a `Story`: the most important first. It is about the system, not about findings: those stand beside it,
as `comparing.compare` tells them. Names in its sentences were written by others; who shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from pipeline.findings.model import Scan
from pipeline.system.model import Evidence, Frozen

StoryKind = Literal[
    "entry_added", "entry_removed", "flow_added", "flow_removed", "control_removed", "control_added", "control_moved", "claim_broken",
    "claim_kept", "outside_added", "outside_removed", "model_changed", "tool_added", "tool_removed", "store_added", "store_removed",
    "element_added", "element_removed", "element_renamed", "package_added", "package_removed", "attribute_changed", "suppression_added",
    "suppression_removed",
]  # fmt: skip
Tone = Literal["worse", "better", "neutral"]


class StoryLine(Frozen):
    """One thing that a change does."""

    kind: StoryKind
    tone: Tone = Field(description="Whether it makes things worse or better, as far as its kind says.")
    text: str = Field(description="One sentence without a full stop, with the names of the elements.")
    elements: tuple[str, ...] = Field(
        default=(), description="Ids it is about, of the newer scan, or of the older one where they are gone."
    )
    flows: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    findings: tuple[str, ...] = Field(default=(), description="Ids of open findings of the newer scan, new ones first, that are about it.")
    evidence: tuple[Evidence, ...] = Field(default=(), description="Lines that show it, of the newer tree, or of the older one where gone.")
    gone: bool = Field(default=False, description="Whether its evidence stands in the older tree.")
    count: int = Field(default=1, description="Things this line stands for.")


class Story(Frozen):
    """What a change does, the most important first."""

    lines: tuple[StoryLine, ...] = ()
    left_out: int = Field(default=0, description="Lines of less importance that are not told.")


def story_of(old: Scan, new: Scan, *, renames: Mapping[str, str] | None = None, most: int = 20) -> Story:
    """The story from the older scan to the newer one; `renames` are old paths and what they are called now."""
    return Story()
