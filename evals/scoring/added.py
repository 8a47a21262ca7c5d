"""What a model added to a scan: the same system by rules alone and with the model, held against the same labels.

Nothing that rules say may go or change because a model was asked; what does is listed. Threats that the model proposed and that were
dropped are told apart by why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from evals.result import Added, SystemResult
from pipeline.findings.model import Finding, LLMUse, NotTaken, Scan

_BESIDE = frozenset({"arguments", "origin", "doubt", "source", "evidence"})  # what a model may put beside a finding of rules
_PROPOSALS = ("threat", "contradiction")
_NOT_SHOWN = ("no quote of it can be shown", "it has no quote", "what is said does not stand", "what is done does not stand")
_REFUTED = "refuted by a second reading"
Why = Literal["not shown", "refuted", "not taken"]


def added_by(alone: Scan, judged_alone: SystemResult, scan: Scan, judged: SystemResult) -> Added | None:
    """What the model added; None where it answered nothing."""
    use = scan.llm
    if use is None or not answered(use):
        return None
    was, now = _tiers(judged_alone), _tiers(judged)
    tiers = [label.tier for label in judged_alone.labels if label.tier is not None]
    dropped = Counter(why_dropped(one) for one in use.not_taken if one.what in _PROPOSALS)
    arguments = Counter(argument.stance for finding in scan.findings for argument in finding.arguments)

    def won(tier: int) -> tuple[str, ...]:
        return tuple(label for label, at in now.items() if at >= tier > was.get(label, 0))

    return Added(
        alone=(sum(tier >= 1 for tier in tiers), sum(tier >= 2 for tier in tiers), sum(tier >= 3 for tier in tiers)),
        won=won(3), won_in_file=won(2), won_at_element=won(1), lost=tuple(label for label, at in was.items() if now.get(label, 0) < at),
        sprung=tuple(
            trap.claim for trap, before in zip(judged.traps, judged_alone.traps, strict=True) if trap.sprung_by and not before.sprung_by
        ),
        rules=len(alone.findings), changed=tuple(changes_of_rules(alone, scan)),
        confirmed=sum(finding.source == "both" for finding in scan.findings),
        argued_for=arguments["for"], argued_against=arguments["against"], not_shown=dropped["not shown"], refuted=dropped["refuted"],
        not_taken=dropped["not taken"], doubted=sum(bool(finding.doubt) for finding in scan.findings), unreached=len(use.unreached),
    )  # fmt: skip


def answered(use: LLMUse) -> bool:
    """Whether any reply came, now or from those that are kept."""
    return bool(use.calls or use.cache_hits)


def why_dropped(one: NotTaken) -> Why:
    if one.reason.startswith(_REFUTED):
        return "refuted"
    return "not shown" if one.reason.startswith(_NOT_SHOWN) else "not taken"


def changes_of_rules(alone: Scan, scan: Scan) -> Iterator[str]:
    """Findings of rules that are not there any more, or are said in another way. Evidence may be added, none may go."""
    now = {finding.id: finding for finding in scan.findings}
    for finding in alone.findings:
        other = now.get(finding.id)
        about = f"{finding.threat} at {finding.element} ({finding.id})"
        if other is None:
            yield f"{about}: gone"
        elif different := _different(finding, other):
            yield f"{about}: {', '.join(different)}"


def _different(finding: Finding, other: Finding) -> list[str]:
    fields = [name for name in Finding.model_fields if name not in _BESIDE and getattr(finding, name) != getattr(other, name)]
    if other.evidence[: len(finding.evidence)] != finding.evidence:
        fields.append("evidence")
    if other.source not in (finding.source, "both"):
        fields.append("source")
    return fields


def _tiers(system: SystemResult) -> dict[str, int]:
    return {label.id: label.tier for label in system.labels if label.tier is not None}
