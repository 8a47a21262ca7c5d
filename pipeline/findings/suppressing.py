"""What decisions of the scanned tree do to the findings of a scan: they close them, and are told with their reason; none hides one.

Takes a scan as rules and a model made it, the suppressions of its settings and comments, and the day; gives the scan with statuses and
decisions, and each suppression with the findings it closes, or why it closes none. The first that fits decides. Nothing here depends on
anything but these, so that it is done anew for a kept result.

A suppression of settings with a path is about findings that are shown in such a file first; a comment is about those that are shown beside
it, or whose first way passes there. A further place of a finding closes nothing: the rest of it would be closed unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from pathspec import GitIgnoreSpec

from pipeline.findings.leading import headline, lead_way
from pipeline.findings.lifecycle import OPEN, holds
from pipeline.findings.model import Coverage, Finding, Scan, Suppression
from pipeline.system.model import Evidence

NOT_APPLIED = "not applied: --no-suppressions"
NOT_IN_BASELINE = "it was added since the baseline, whose suppressions alone count here"
Slugs = Callable[[str], str | None]
"""The name that a slug has today: its own, that of the threat it was renamed to, or None where no threat is called so."""


def suppressed(scan: Scan, said: Sequence[Suppression], today: date, slugs: Slugs) -> Scan:
    """The scan with what its tree decides."""
    present = {finding.threat for finding in scan.findings}
    rules = [_Rule(one, today, one.threat if one.threat in present or "/" in one.threat else slugs(one.threat)) for one in said]
    by_rule: dict[int, list[str]] = {}
    findings: list[Finding] = []
    for finding in scan.findings:
        fitting = [number for number, rule in enumerate(rules) if rule.closes(finding)]
        for number in fitting:
            by_rule.setdefault(number, []).append(finding.id)
        if fitting and finding.status in OPEN:
            decision = rules[fitting[0]].said.decision
            finding = finding.model_copy(update={"status": decision.kind, "decision": decision})
        findings.append(finding)
    told = tuple(
        rule.said.model_copy(
            update={"findings": (closed := tuple(by_rule.get(number, ()))), "stale": rule.stale or _stale(rule, closed, scan)}
        )
        for number, rule in enumerate(rules)
    )
    return with_findings(scan, findings).model_copy(update={"suppressions": told})


def not_applied(scan: Scan, said: Sequence[Suppression]) -> Scan:
    """The scan for who wants to see everything: suppressions are told, and close nothing."""
    return scan.model_copy(update={"suppressions": tuple(one.model_copy(update={"stale": one.stale or NOT_APPLIED}) for one in said)})


def with_findings(scan: Scan, findings: Sequence[Finding]) -> Scan:
    """The scan with other statuses of its findings, and what is counted and said of these."""
    summary = scan.summary.model_copy(update={"new": sum(finding.status in ("new", "reopened") for finding in findings)})
    coverage = tuple(_with_decisions(scan.coverage, {finding.id: finding for finding in findings}))
    return scan.model_copy(update={"findings": tuple(findings), "summary": summary, "coverage": coverage})


def added_since(new: Scan, old: Scan, renames: Mapping[str, str] | None = None) -> Scan:
    """The newer of two scans, with a mark at each suppression that the older one does not have."""
    known = {_identity(one, renames or {}) for one in old.suppressions}
    told = tuple(one.model_copy(update={"added": _identity(one, {}) not in known}) for one in new.suppressions)
    return new.model_copy(update={"suppressions": told})


def only_of_baseline(new: Scan, today: date, slugs: Slugs) -> Scan:
    """The scan as it is when suppressions that were added since the baseline do not count; `added_since` has marked them."""
    said = [
        one.model_copy(update={"stale": NOT_IN_BASELINE if one.added and (one.findings or not one.stale) else one.stale, "findings": ()})
        for one in new.suppressions
    ]
    ours = {one.decision.where for one in said}  # and not those of the record
    opened = [_opened(finding) if finding.decision is not None and finding.decision.where in ours else finding for finding in new.findings]
    kept = [one if one.stale == NOT_IN_BASELINE else one.model_copy(update={"stale": _malformed(one)}) for one in said]
    return suppressed(with_findings(new, opened), kept, today, slugs)


def _opened(finding: Finding) -> Finding:
    return finding.model_copy(update={"status": "new", "decision": None}) if finding.status in ("accepted", "dismissed") else finding


def _malformed(said: Suppression) -> str:
    """What was wrong with it before anything was compared; the other reasons are found anew."""
    return said.stale if not said.stale.startswith(_FOUND) else ""


def _identity(said: Suppression, renames: Mapping[str, str]) -> tuple[str, ...]:
    """What makes two suppressions the same; lines move, and the words of a reason may be mended."""
    path = renames.get(said.path, said.path)
    return (said.decision.kind, said.threat, said.finding, path, said.decision.until, "comment" if said.lines else "")


class _Rule:
    """A suppression, ready to be asked."""

    def __init__(self, said: Suppression, today: date, threat: str | None) -> None:
        self.said = said
        self.threat = threat  # what its slug is called today; None where no threat is called so
        self.stale = said.stale
        if not self.stale and not holds(said.decision, today):
            self.stale = f"its last day, {said.decision.until}, has passed"
        self._spec = GitIgnoreSpec.from_lines([said.path]) if said.path and said.lines is None else None

    def closes(self, finding: Finding) -> bool:
        return not self.stale and self.names(finding) and any(self.is_beside(place) for place in self._places(finding))

    def names(self, finding: Finding) -> bool:
        """Whether it is about such a finding, wherever that is."""
        said = self.said
        if not said.threat and not said.finding:
            return False
        if said.finding and said.finding != finding.id:
            return False
        return not said.threat or self.threat == finding.threat

    def _places(self, finding: Finding) -> Iterable[Evidence]:
        first = headline(finding)
        return (first, *lead_way(finding)) if self.said.lines is not None else (first,)

    def is_beside(self, place: Evidence) -> bool:
        said = self.said
        if said.lines is not None:
            within = place.start_line <= said.lines[1] and said.lines[0] <= place.end_line
            return place.path == said.path and place.page == said.page and place.unit == "line" and within
        return self._spec is None or self._spec.match_file(place.path)


_FOUND = ("its last day, ", "no threat is called ", "no such finding ", "nothing of ")


def _stale(rule: _Rule, closed: Sequence[str], scan: Scan) -> str:
    """Why a suppression that holds closes nothing; empty where it closes something."""
    if closed:
        return ""
    said = rule.said
    if said.threat and rule.threat is None:
        return f"no threat is called {said.threat}"
    named = [finding for finding in scan.findings if rule.names(finding)]
    if said.lines is not None:
        further = next((one for one in named if any(rule.is_beside(place) for place in one.evidence)), None)
        if further is not None:
            first = headline(further)
            return f"nothing of {said.threat or said.finding} is shown first here: the finding stands at {first.path}:{first.start_line}"
    what = said.threat or f"finding {said.finding}"
    unlisted = scan.without_ai.risks if scan.without_ai else ()
    if not named and any(risk.id == said.finding or (not said.finding and risk.threat == rule.threat) for risk in unlisted):
        return f"nothing of {what} is listed: it is a risk of ordinary parts, and no AI part was found"
    if not named:
        return f"no such finding any more: {what} is not reported" + (" here" if said.lines is not None else "")
    where = f"beside {said.decision.where}" if said.lines is not None else f"in {said.path}"
    return f"nothing of {what} is reported {where}"


def _with_decisions(coverage: Sequence[Coverage], findings: Mapping[str, Finding]) -> Iterator[Coverage]:
    """Cells whose findings are all closed by a decision say so: they are findings still, and nobody has to look at them."""
    for cell in coverage:
        reason = cell.reason.partition(_DECIDED)[0]
        closed = [findings[item] for item in cell.findings if item in findings and findings[item].decision is not None]
        if cell.findings and len(closed) == len(cell.findings) and all(one.status in ("accepted", "dismissed") for one in closed):
            words = " and ".join(sorted({one.status for one in closed}))
            reason = f"{reason}{_DECIDED}{words}"
        yield cell if reason == cell.reason else cell.model_copy(update={"reason": reason})


_DECIDED = "; decided: "
