"""What was not examined, and why: files that were skipped or could not be read, cells of the matrix, what a model was not asked."""

from __future__ import annotations

from collections import Counter

from pipeline.chat.answers.case import Case, Draft
from pipeline.chat.citing import distinct, of_cell, of_element, of_error, of_examined, of_finding, of_scan, of_skipped
from pipeline.chat.model import Citation
from pipeline.chat.wording import code, elements_words, listed, named
from pipeline.findings.model import Coverage
from pipeline.reports.wording import plural, skipped_by_reason, skipped_count, without_ai, words

_MOST = 6


def answer(case: Case) -> Draft:
    draft = Draft()
    if case.asked.filters.files:
        return _of_files(case, draft)
    if case.asked.elements:
        return _of_elements(case, draft)
    return _of_scan(case, draft)


def _of_files(case: Case, draft: Draft) -> Draft:
    view = case.view
    for path in case.asked.filters.files[:4]:
        found = [finding for finding in view.open if any(place.path == path for place in finding.evidence)]
        said = f"; {plural(len(found), 'finding')} cite it" if len(found) != 1 else "; 1 finding cites it"
        draft.say(f"{code(path)} was read{said}.", of_examined(view.scan, path), distinct(map(of_finding, found), 3))
        draft.list_findings(found)
    return draft


def _of_elements(case: Case, draft: Draft) -> Draft:
    view = case.view
    draft.about_elements(view, case.asked.elements)
    name = elements_words(view, case.asked.elements)
    cells = [cell for one in case.elements for cell in view.cells.get(one, ())]
    missed = [cell for cell in cells if cell.state == "not_examined"]
    for reason, found in _by_reason(missed):
        classes = listed([words(cell.stride) for cell in found], 6)
        draft.say(f"Not examined at {name}: {classes}; {reason}.", distinct(map(of_cell, found), 6))
    seen = [cell for cell in cells if cell.state != "not_examined"]
    if seen:
        counted = Counter(cell.state for cell in seen)
        told = listed([f"{count} {words(state)}" for state, count in sorted(counted.items())])
        draft.say(f"Examined at {name}: {told}.", distinct(map(of_cell, seen), 6))
    if not cells:
        draft.say(f"The matrix has no cell of {name}.", distinct(of_element(view.elements[one]) for one in case.elements))
    return draft


def _of_scan(case: Case, draft: Draft) -> Draft:
    view = case.view
    scan = view.scan
    skipped = skipped_by_reason(scan)
    if skipped:
        draft.say(f"{plural(skipped_count(scan), 'file')} skipped:", of_scan(scan))
        for group in skipped[:_MOST]:
            of_it = [one for one in scan.skipped if one.reason == group.reason]
            where = listed([code(one.path) for one in of_it if not one.path.startswith("(") and one.path != "*"], 3, "others")
            draft.say(
                f"{plural(group.count, 'file')}: {group.reason}{f' ({where})' if where else ''}.", distinct(map(of_skipped, of_it), 3)
            )
        rest = skipped[_MOST:]
        if rest:
            others = [one for one in scan.skipped if one.reason in {group.reason for group in rest}]
            draft.say(
                f"And {sum(group.count for group in rest)} for {plural(len(rest), 'other reason')}.", distinct(map(of_skipped, others), 4)
            )
    for failed in scan.errors[:4]:
        draft.say(f"Could not be read: {code(failed.path)}: {failed.error}.", of_error(failed))
    missed = [cell for cell in scan.coverage if cell.state == "not_examined"]
    for reason, found in _by_reason(missed)[:4]:
        names = listed(list(dict.fromkeys(named(view, cell.element) for cell in found)), 4, "others")
        draft.say(f"{plural(len(found), 'cell')} of the matrix: {reason} ({names}).", distinct(map(of_cell, found), 4))
    if said := without_ai(scan):
        draft.say(f"{said}.", of_scan(scan))
    if scan.llm is None:
        draft.say("No model was asked: what rules cannot know, such as abuse of the domain, nobody looked for.", of_scan(scan))
    elif scan.llm.unreached:
        first = scan.llm.unreached[0]
        quote = Citation(kind="scan", id=scan.target.name, quote=first.told)
        draft.say(f"The model did not get to {plural(len(scan.llm.unreached), 'part')}; the first: {first.told}.", quote)
    if not (skipped or scan.errors or missed):
        draft.say("Every file that was listed was read, and every cell of the matrix was looked at.", of_scan(scan))
    return draft


def _by_reason(cells: list[Coverage]) -> list[tuple[str, list[Coverage]]]:
    found: dict[str, list[Coverage]] = {}
    for cell in cells:
        found.setdefault(cell.reason, []).append(cell)
    return sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
