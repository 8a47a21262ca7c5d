"""What matters most: the worst findings, and the attack path they make together."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.listing import counts, say_findings
from pipeline.chat.citing import of_path, of_scan
from pipeline.chat.model import Subject
from pipeline.findings.model import SEVERITIES, Finding
from pipeline.reports.paths import open_paths
from pipeline.reports.wording import verdict

_MOST = 5


def answer(case: Case) -> Draft:
    view, draft = case.view, Draft()
    scan = view.scan
    draft.subject = (Subject(kind="system", id=scan.target.name, name=scan.target.name),)
    if not view.open:
        draft.say(f"{verdict(scan)}.", of_scan(scan))
        return draft
    draft.say(f"{counts(view.open).capitalize()}. The worst first:", of_scan(scan))
    say_findings(draft, _distinct_first(case), _MOST)
    paths = open_paths(scan)
    if paths:
        draft.say(f"Together they make attack paths; the most dangerous: {paths[0].title} ({paths[0].severity}).", of_path(paths[0]))
    draft.follow_ups = (
        "how do I fix the first one?",
        "why is the first one so severe?",
        "show me the attack paths",
        "what was not examined?",
    )
    return draft


def _distinct_first(case: Case) -> list[Finding]:
    """Worst first; of equally bad ones each threat once before it comes again, so that five are not five of the same."""
    seen: dict[tuple[str, str], int] = {}
    ranked = []
    for place, finding in enumerate(case.view.open):
        again = seen.get((finding.severity, finding.threat), 0)
        seen[finding.severity, finding.threat] = again + 1
        ranked.append((SEVERITIES.index(finding.severity), again, place, finding))
    return [finding for *_, finding in sorted(ranked, key=lambda one: one[:3])]
