"""Two scans of one system: what is new, fixed, unchanged, differently severe, or unknown because nobody looked this time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from pipeline.findings.identity import matched
from pipeline.findings.lifecycle import CLOSED, next_status
from pipeline.findings.listing import in_order
from pipeline.findings.model import Baseline, Finding, Scan
from pipeline.findings.sight import Sights, Tree
from pipeline.system.model import Frozen

ChangeKind = Literal["new", "fixed", "unknown", "severity", "unchanged"]
CHANGE_KINDS: tuple[ChangeKind, ...] = ("new", "severity", "fixed", "unknown", "unchanged")


class Change(Frozen):
    """What became of one finding between two scans."""

    kind: ChangeKind
    finding: Finding = Field(description="As the newer scan has it; of one that it does not have, as the older one had it.")
    before: Finding | None = Field(default=None, description="As the older scan had it; null where it is new.")
    reason: str = ""


def compare(old: Scan, new: Scan, *, renames: Mapping[str, str] | None = None, tree: Tree | None = None) -> tuple[Change, ...]:
    """What became of every finding of either scan, worst first within each kind.

    `renames` are old paths and what they are called now; `tree` is what is known of the files as they are now.
    """
    pairs = matched(old, new, renames or {})
    before = {found: finding for finding in old.findings if finding.status != "fixed" for found in [pairs.get(finding.id)] if found}
    sights = Sights(old, new, tree, renames)
    changes: list[Change] = []
    for finding in in_order(finding for finding in new.findings if finding.status != "fixed"):
        was = before.get(finding.id)
        if was is None:
            changes.append(Change(kind="new", finding=finding))
        elif was.severity != finding.severity:
            changes.append(Change(kind="severity", finding=finding, before=was, reason=f"was {was.severity}"))
        else:
            changes.append(Change(kind="unchanged", finding=finding, before=was))
    for finding in in_order(finding for finding in old.findings if finding.status != "fixed" and finding.id not in pairs):
        seen = sights.of(finding)
        changes.append(Change(kind="fixed" if seen.sight == "gone" else "unknown", finding=finding, before=finding, reason=seen.reason))
    return tuple(sorted(changes, key=lambda change: CHANGE_KINDS.index(change.kind)))


def with_baseline(new: Scan, changes: tuple[Change, ...], baseline: Baseline) -> Scan:
    """The newer scan with the status of each finding against the older one, and with those that are gone or were not looked for."""
    told: list[Finding] = []
    for change in changes:
        finding, was = change.finding, change.before
        decided = finding.decision.kind if finding.decision is not None and finding.status in ("accepted", "dismissed") else None
        if change.kind in ("fixed", "unknown"):
            status = next_status(finding.status, "gone" if change.kind == "fixed" else "unseen", decided)
        else:
            status = next_status(was.status if was is not None else None, "seen", decided)
        if change.kind == "unknown" and finding.status in CLOSED and status == finding.status:
            continue  # closed before, and not looked for: there is nothing to say of it
        told.append(finding.model_copy(update={"status": status, "status_reason": change.reason}))
    summary = new.summary.model_copy(
        update={"new": sum(one.status in ("new", "reopened") for one in told), "fixed": sum(one.status == "fixed" for one in told)}
    )
    return new.model_copy(update={"findings": in_order(told), "summary": summary, "baseline": baseline})
