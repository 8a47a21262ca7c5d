"""What changed since an earlier scan: new, worse, better, fixed, and what nobody looked for this time."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.citing import distinct, of_change, of_scan
from pipeline.chat.model import Subject
from pipeline.chat.wording import code, finding_line, listed
from pipeline.findings.comparing import Change, ChangeKind
from pipeline.findings.model import SEVERITIES, Finding

_MOST = 6
_KINDS: dict[ChangeKind, str] = {
    "new": "New",
    "fixed": "Fixed",
    "unknown": "Not looked for this time, so neither open nor fixed",
    "severity": "Differently severe",
    "unchanged": "As before",
}


def answer(case: Case) -> Draft:
    view, draft = case.view, Draft()
    draft.subject = (Subject(kind="system", id=view.scan.target.name, name=view.scan.target.name),)
    changes, name = _changes(case)
    if changes is None:
        draft.say("This is the only scan that is known here, so every finding counts as new.", of_scan(view.scan))
        draft.not_answered = (
            "what changed: there is no earlier scan of this system to hold it against; scan again after a change, or give a baseline"
        )
        return draft
    wanted = _wanted(case.asked.plain)
    by_kind: dict[ChangeKind, list[Change]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change)
    counted = [f"{len(found)} {_KINDS[kind].split(',')[0].lower()}" for kind in _KINDS if (found := by_kind.get(kind))]
    draft.say(
        f"Since {name}: {listed(counted, 5) or 'nothing was found then, and nothing is now'}.",
        of_scan(view.scan),
        distinct(map(of_change, changes), 3),
    )
    for kind in wanted or ("new", "severity", "fixed", "unknown"):
        _say(draft, kind, by_kind.get(kind, []), case.asked.plain)
    if wanted and not any(by_kind.get(kind) for kind in wanted):
        draft.say(f"Nothing is {' or '.join(_KINDS[kind].lower() for kind in wanted)} since then.", of_scan(view.scan))
    draft.follow_ups = ("how do I fix the first one?", "why is the first one so severe?")
    return draft


def _say(draft: Draft, kind: ChangeKind, found: Sequence[Change], asked: str) -> None:
    if kind == "severity":
        worse = "worse" in asked
        better = "better" in asked or "improved" in asked
        found = [one for one in found if not (worse ^ better) or _is_worse(one) is worse]
    for change in found[:_MOST]:
        reason = f"; {change.reason}" if change.reason else ""
        draft.say(f"{_KINDS[kind].split(',')[0]}: {finding_line(change.finding)}{reason}", of_change(change))
        draft.listed.append(Subject(kind="finding", id=change.finding.id, name=change.finding.title))
    if len(found) > _MOST:
        rest = found[_MOST:]
        draft.say(
            f"{_KINDS[kind].split(',')[0]} too: {listed([f'{one.finding.threat} ({one.finding.id[:8]})' for one in rest], 8, 'others')}.",
            distinct(map(of_change, rest), 6),
        )


def _is_worse(change: Change) -> bool:
    return change.before is not None and SEVERITIES.index(change.finding.severity) < SEVERITIES.index(change.before.severity)


def _wanted(asked: str) -> tuple[ChangeKind, ...]:
    """What the question asks of alone; empty: all."""
    if any(word in asked for word in ("fixed", "resolved", "solved", "closed", "better", "improve")):
        return ("fixed", "severity") if "better" in asked or "improve" in asked else ("fixed",)
    if "worse" in asked:
        return ("new", "severity")
    if any(word in asked for word in ("new", "added", "introduced")) and "anything" not in asked:
        return ("new",)
    return ()


def _changes(case: Case) -> tuple[tuple[Change, ...] | None, str]:
    """The changes that were handed over; else what the scan's own statuses say against its baseline."""
    if case.earlier is not None:
        return case.earlier.changes, case.earlier.name
    baseline = case.view.scan.baseline
    if baseline is None:
        return None, ""
    return tuple(of_status(finding) for finding in case.view.findings.values()), f"the scan of {code(baseline.name)}"


def of_status(finding: Finding) -> Change:
    """What the status of a finding says of it, against the baseline of its scan."""
    kinds: dict[str, ChangeKind] = {"new": "new", "reopened": "new", "fixed": "fixed", "unknown": "unknown"}
    reason = "it was closed before" if finding.status == "reopened" else finding.status_reason
    return Change(kind=kinds.get(finding.status, "unchanged"), finding=finding, reason=reason, before=None)
