"""What a change does to a system, as a few sentences: what came, what went, what it means, each with the lines that show it.

Takes two scans of one system, gives a `Story`: the most important first. It is about the system, not about findings: those stand beside it,
as `comparing.compare` tells them. What only moved or got another name is no news. Names in its sentences were written by others; who shows
them escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.findings.comparing import Change
from pipeline.findings.model import SEVERITIES, Scan
from pipeline.findings.story_lines import Story, StoryKind, StoryLine, Tone
from pipeline.findings.story_sides import Both, Told
from pipeline.findings.story_telling import all_told
from pipeline.system.model import Severity

__all__ = ["Story", "StoryKind", "StoryLine", "Tone", "story_of"]

_LOUDER: dict[Severity, int] = {"critical": 9, "high": 6, "medium": 3, "low": 1, "info": 0}
MOST_EVIDENCE, MOST_FINDINGS = 3, 5


def story_of(
    old: Scan, new: Scan, *, renames: Mapping[str, str] | None = None, changes: Sequence[Change] | None = None, most: int = 20
) -> Story:
    """The story from the older scan to the newer one.

    `renames` are old paths and what they are called now, `changes` what became of the findings: those of the newer scan that are new are
    named beside what brought them.
    """
    told = [_with_findings(one, new, changes) for one in all_told(Both(old, new, renames or {}))]
    told.sort(key=lambda one: (-one.weight, one.line.kind, one.line.text))
    return Story(lines=tuple(one.line for one in told[:most]), left_out=max(len(told) - most, 0))


def _with_findings(told: Told, new: Scan, changes: Sequence[Change] | None) -> Told:
    """The line with the findings that came with it; what brings severe ones is told first."""
    came = {change.finding.id for change in changes or () if change.kind == "new"}
    if told.line.gone or told.line.tone == "better":
        return told
    elements = set(told.line.elements)
    found = [finding for finding in new.findings if finding.id in came and finding.element in elements]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    line = told.line.model_copy(update={"findings": tuple(finding.id for finding in found[:MOST_FINDINGS])})
    return Told(line, told.weight + max((_LOUDER[finding.severity] for finding in found), default=0))
