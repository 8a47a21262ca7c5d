"""What a report says of own knowledge: which folders, what they add, and what they set or switch off, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline.findings.model import Adjusted, OwnKnowledge, OwnThreat
from pipeline.threats import own as known
from pipeline.threats.engine import Outcome, SwitchedOff


def told_of(own: known.OwnKnowledge, outcomes: Iterable[Outcome]) -> tuple[OwnKnowledge, ...]:
    """One entry for each folder; a threat that is switched off says for how many elements it holds."""
    places = Counter(outcome.threat.slug for outcome in outcomes if isinstance(outcome, SwitchedOff))
    return tuple(
        OwnKnowledge(
            name=folder.name,
            digest=folder.digest,
            threats=tuple(OwnThreat(slug=slug, replaces=replaces) for slug, replaces in sorted(folder.threats.items())),
            frameworks=folder.frameworks,
            controls=folder.controls,
            adjusted=tuple(
                Adjusted(threat=slug, places=places[slug], **said.model_dump()) for slug, said in sorted(folder.adjustments.items())
            ),
        )
        for folder in own.folders
    )
