"""The difference of two scans as one value: what became of the findings, and the story of the change; the JSON of `threatloom diff`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from pydantic import Field

from pipeline.findings.comparing import CHANGE_KINDS, Change, ChangeKind
from pipeline.findings.model import Baseline, Scan, Target, Tool
from pipeline.findings.story_lines import Story
from pipeline.system.model import Frozen

DIFFERENCE_VERSION: Final = "1.0"


class Difference(Frozen):
    """From an older scan to a newer one."""

    schema_version: Literal["1.0"] = DIFFERENCE_VERSION
    tool: Tool
    target: Target = Field(description="Of the newer scan.")
    old: Baseline = Field(description="How the older side was named, and what it was made with.")
    new: Baseline = Field(description="How the newer side was named.")
    counts: dict[ChangeKind, int] = Field(description="Findings by what became of them.")
    changes: tuple[Change, ...] = Field(
        default=(), description="Those that are not unchanged, by kind and then the worst first; unchanged ones are counted."
    )
    story: Story = Story()
    notes: tuple[str, ...] = Field(default=(), description="What makes the comparison weaker than it looks.")


def difference_of(
    new: Scan, names: tuple[Baseline, Baseline], changes: Sequence[Change], story: Story, notes: Iterable[str] = ()
) -> Difference:
    """The difference; `names` are those of the older and the newer side."""
    return Difference(
        tool=new.tool, target=new.target, old=names[0], new=names[1],
        counts={kind: sum(change.kind == kind for change in changes) for kind in CHANGE_KINDS},
        changes=tuple(change for change in changes if change.kind != "unchanged"), story=story, notes=tuple(notes),
    )  # fmt: skip
