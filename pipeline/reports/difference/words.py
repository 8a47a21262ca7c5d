"""The words that the reports of a difference share."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.findings.comparing import ChangeKind
from pipeline.findings.difference import Difference
from pipeline.findings.model import Baseline
from pipeline.findings.story_lines import StoryLine, Tone
from pipeline.reports.wording import place, plural

HEADS: Mapping[ChangeKind, str] = {
    "new": "New findings", "severity": "Findings of another severity", "fixed": "Fixed", "unknown": "Not known", "unchanged": "Unchanged",
}  # fmt: skip
SAYS: Mapping[ChangeKind, str] = {
    "new": "new", "severity": "of another severity", "fixed": "fixed", "unknown": "not known", "unchanged": "unchanged",
}  # fmt: skip
SIGNS: Mapping[Tone, str] = {"worse": "▲", "better": "▼", "neutral": "•"}


def side(named: Baseline) -> str:
    """A side by its name, and the commit behind it where the name is another."""
    revision = (named.revision or "")[:10]
    return f"{named.name} ({revision})" if revision and not named.name.startswith(revision) else named.name


def counted(difference: Difference) -> str:
    """How many findings became what, in one line."""
    said = [f"{count} {SAYS[kind]}" for kind, count in difference.counts.items() if count]
    return f"{plural(sum(difference.counts.values()), 'finding')}: {', '.join(said)}" if said else "no findings on either side"


def shown_at(line: StoryLine) -> str:
    """The first place that shows it."""
    return place(line.evidence[0]) if line.evidence else ""


def left_out(difference: Difference) -> str:
    """That less important lines are not told; empty where all are."""
    return f"and {plural(difference.story.left_out, 'thing')} of less importance" if difference.story.left_out else ""
