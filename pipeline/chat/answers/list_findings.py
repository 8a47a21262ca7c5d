"""Which findings are of a class, an id of a taxonomy, a severity, a status, a file, a threat or a part."""

from __future__ import annotations

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.answers.listing import counts, say_findings
from pipeline.chat.citing import distinct, of_examined, of_finding, of_item, of_scan, of_skipped, of_threat, of_word
from pipeline.chat.model import Citation
from pipeline.chat.wording import code, elements_words, listed
from pipeline.findings.model import Finding
from pipeline.handbook import load_glossary
from pipeline.reports.wording import CLOSED, words

_MOST = 8


def answer(case: Case) -> Draft:
    asked, view, draft = case.asked, case.view, Draft()
    filters = asked.filters
    closed = bool(set(filters.statuses).intersection(CLOSED))
    found = [finding for finding in (view.findings.values() if closed else view.open) if _fits(case, finding)]
    if asked.elements:
        draft.about_elements(view, asked.elements)
        here = {finding.id for finding in (*view.at(case.elements), *view.through(case.elements))}
        found = [finding for finding in found if finding.id in here]
    if asked.findings:
        found = [finding for finding in found if finding.id in asked.findings]
    what = _what(case)
    if found:
        draft.say(f"{counts(found).capitalize()}{what}.", of_scan(view.scan), _defined(case), distinct(map(of_finding, found), 4))
        say_findings(draft, found, _MOST)
        for finding in found[:_MOST]:
            if closed and finding.decision is not None:
                by = f" by {finding.decision.by}" if finding.decision.by else ""
                until = f", until {finding.decision.until}" if finding.decision.until else ""
                draft.say(
                    f"{finding.threat} ({finding.id[:8]}) was {finding.decision.kind}{by}{until}: {finding.decision.reason}",
                    of_finding(finding),
                )
        draft.follow_ups = ("how do I fix the first one?", "why is the first one so severe?")
        return draft
    _say_none(case, draft, what)
    return draft


def _fits(case: Case, finding: Finding) -> bool:
    filters = case.asked.filters
    ids = {one for _, listed_ids in finding.taxonomy for one in listed_ids}
    return (
        (not filters.stride or not set(filters.stride).isdisjoint(finding.stride))
        and (
            not filters.taxonomy
            or not ids.isdisjoint(filters.taxonomy)
            or any(one.startswith(f"{wanted}.") for one in ids for wanted in filters.taxonomy)
        )
        and (not filters.severities or finding.severity in filters.severities)
        and (not filters.statuses or finding.status in filters.statuses or (filters.statuses == ("open",) and finding.status not in CLOSED))
        and (not filters.files or any(place.path in filters.files for place in finding.evidence))
        and (not filters.threats or finding.threat in filters.threats)
    )


def _what(case: Case) -> str:
    """` of tampering, with LLM01:2025, in `app.py``."""
    filters = case.asked.filters
    parts = [f" of {listed([words(one) for one in filters.stride])}"] if filters.stride else []
    parts += [f" under {listed(list(filters.taxonomy), 4)}"] if filters.taxonomy else []
    alone = len(filters.severities) == 1  # the count says it
    parts += [f", {listed(list(filters.severities))}"] if filters.severities and not alone else []
    parts += [f", {listed(list(filters.statuses))}"] if filters.statuses else []
    parts += [f" in {listed([code(one) for one in filters.files], 3)}"] if filters.files else []
    parts += [f" of {listed(list(filters.threats), 3)}"] if filters.threats else []
    parts += [f" about {elements_words(case.view, case.asked.elements)}"] if case.asked.elements else []
    return "".join(parts)


def _defined(case: Case) -> tuple[Citation, ...]:
    """What the ids and classes of the question are called."""
    filters, glossary = case.asked.filters, load_glossary()
    cited = [of_item(one, name) for one in filters.taxonomy if (name := case.terms.name_of(one))]
    cited += [of_word(one, glossary.stride[one]) for one in filters.stride]
    return distinct(cited, 3)


def _say_none(case: Case, draft: Draft, what: str) -> None:
    view, filters = case.view, case.asked.filters
    known = [one for one in filters.taxonomy if case.terms.name_of(one)]
    if filters.taxonomy and not known:
        draft.not_answered = f"{listed(list(filters.taxonomy), 3)} stands in no taxonomy that is known here"
        return
    draft.say(
        f"No finding{what} in what was examined.",
        of_scan(view.scan),
        _defined(case),
        *(of_examined(view.scan, path) for path in filters.files),
    )
    slugs = [
        threat
        for threat in view.catalog.threats
        if (known and any(set(ids).intersection(known) for _, ids in threat.taxonomy)) or threat.slug in filters.threats
    ]
    if slugs:
        draft.say(f"Looked for: {listed([threat.slug for threat in slugs], 6, 'others')}.", distinct(map(of_threat, slugs), 6))
    if known and not slugs:
        draft.not_answered = f"no threat of the catalog covers {listed(known, 3)}: nothing was looked for"
    if view.scan.skipped and not filters.files:
        draft.say(
            f"What was skipped may hold some: {listed([f'{one.path} ({one.reason})' for one in view.scan.skipped], 3, 'others')}.",
            distinct(map(of_skipped, view.scan.skipped), 3),
        )
