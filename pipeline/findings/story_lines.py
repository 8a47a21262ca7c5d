"""The form of a story: its lines, and what each is about."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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
    findings: tuple[str, ...] = Field(default=(), description="Ids of new findings that are about it, the worst first.")
    evidence: tuple[Evidence, ...] = Field(default=(), description="Lines that show it, of the newer tree, or of the older one where gone.")
    gone: bool = Field(default=False, description="Whether its evidence stands in the older tree.")
    count: int = Field(default=1, description="Things this line stands for.")


class Story(Frozen):
    """What a change does, the most important first."""

    lines: tuple[StoryLine, ...] = ()
    left_out: int = Field(default=0, description="Lines of less importance that are not told.")
