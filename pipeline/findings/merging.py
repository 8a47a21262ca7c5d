"""Rule findings and what a model says, in one list.

The rules' part is the same as without a model: nothing of it goes, closes or weighs less.
What a model proposes at the same element with the same slug is the same finding, seen by both. Its arguments stand beside the findings they
are about. Cells of the matrix say who looked, and what the budget did not reach.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipeline.findings.fingerprint import fingerprint
from pipeline.findings.listing import in_order
from pipeline.findings.model import STRIDE, Argument, Coverage, Finding, Origin
from pipeline.findings.proposed import finding_of
from pipeline.system.model import Evidence
from pipeline.threats.catalog import Catalog
from pipeline.threats.contradictions import SLUGS
from pipeline.threats.view import View

if TYPE_CHECKING:
    from pipeline.agent.model import Examination, Proposal
    from pipeline.agent.model import Origin as AgentOrigin

_MOST_EVIDENCE = 30
_SEVERAL = frozenset(SLUGS.values())  # threats that are about one sentence of a document: one element may have several


class Merged(NamedTuple):
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]


def merge(findings: Sequence[Finding], coverage: Sequence[Coverage], said: Examination, catalog: Catalog) -> Merged:
    """The findings of both, and the matrix over the completed system."""
    view = View(said.completed)
    at = {(cell.element, identity) for cell in coverage for identity in cell.findings}
    at |= {(finding.element, finding.id) for finding in findings}
    slugs = {(element, finding.threat): finding.id for finding in findings for element, identity in at if identity == finding.id}
    seen_too: dict[str, list[Proposal]] = defaultdict(list)
    fresh: dict[str, list[list[Proposal]]] = defaultdict(list)  # of one threat at one element, those that rest on the same places
    by_id = {finding.id: finding for finding in findings}
    for proposal in said.proposals:
        known = slugs.get((proposal.element, proposal.threat))
        if known and (proposal.threat not in _SEVERAL or _share(by_id[known].evidence, proposal.evidence)):
            seen_too[known].append(proposal)
            continue
        alike = fresh[f"{proposal.threat}\n{proposal.element}"]
        several = proposal.threat in _SEVERAL or proposal.threat.startswith("custom/")
        same = next((group for group in alike if not several or any(_share(one.evidence, proposal.evidence) for one in group)), None)
        if same is None:
            alike.append([proposal])
        else:
            same.append(proposal)
    arguments: dict[str, list[Argument]] = defaultdict(list)
    for each in said.arguments:
        arguments[each.finding].append(
            Argument(stance=each.stance, reason=each.reason, evidence=each.evidence, origin=_origin(each.origin))
        )
    old = [_annotated(finding, seen_too[finding.id], arguments[finding.id]) for finding in findings]
    new = [_joined(view, proposals, catalog, number) for _key, groups in sorted(fresh.items()) for number, proposals in enumerate(groups)]
    new = [finding for finding in new if finding.id not in {known.id for known in findings}]
    return Merged(in_order((*old, *new)), _coverage(coverage, said, new))


def _annotated(finding: Finding, seen: Sequence[Proposal], arguments: Sequence[Argument]) -> Finding:
    """A rule finding with what was said of it: its severity, confidence and words stay."""
    if not seen and not arguments:
        return finding
    changed: dict[str, object] = {"arguments": tuple(arguments)}
    if seen:
        changed |= {"source": "both", "origin": _origin(seen[0].origin), "evidence": _evidence(finding.evidence, seen)}
    return finding.model_copy(update=changed)


def _share(one: Iterable[Evidence], other: Iterable[Evidence]) -> bool:
    """Whether two rest on a line in common."""
    lines = {(e.path, e.page, line) for e in one for line in range(e.start_line, e.end_line + 1)}
    return any((e.path, e.page, line) in lines for e in other for line in range(e.start_line, e.end_line + 1))


def _joined(view: View, proposals: Sequence[Proposal], catalog: Catalog, number: int) -> Finding:
    """One finding of what several scenes said of the same: the least doubted that shows most leads. `number`: of that threat there."""
    ordered = sorted(proposals, key=lambda proposal: (bool(proposal.doubt), -len(proposal.evidence)))
    finding = finding_of(view, ordered[0], catalog)
    if number:  # told apart by what they rest on, as their threat and element are the same
        words = " ".join(finding.evidence[0].quote.split())
        finding = finding.model_copy(update={"id": fingerprint(finding.threat, f"{finding.element}\n{words}")})
    return finding.model_copy(update={"evidence": _evidence(finding.evidence, ordered[1:])})


def _evidence(known: Sequence[Evidence], more: Iterable[Proposal]) -> tuple[Evidence, ...]:
    places = list(known)
    seen = {(e.path, e.page, e.start_line) for e in places}
    for proposal in more:
        for each in proposal.evidence:
            if (each.path, each.page, each.start_line) not in seen and len(places) < _MOST_EVIDENCE:
                seen.add((each.path, each.page, each.start_line))
                places.append(each)
    return tuple(places)


def _origin(origin: AgentOrigin) -> Origin:
    return Origin(model=origin.model, prompt=origin.prompt, version=origin.version, digest=origin.digest)


def covered(coverage: Sequence[Coverage], more: Sequence[Finding]) -> tuple[Coverage, ...]:
    """The matrix with more findings in it."""
    found = _by_cell(more)
    return tuple(_cell(cell, found.get((cell.element, cell.stride), ()), (), {}) for cell in coverage)


def _by_cell(findings: Iterable[Finding]) -> Mapping[tuple[str, str], list[Finding]]:
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        for stride in finding.stride:
            found[finding.element, stride].append(finding)
    return found


def _coverage(coverage: Sequence[Coverage], said: Examination, new: Sequence[Finding]) -> tuple[Coverage, ...]:
    found = _by_cell(new)
    looked = {(cell.element, cell.stride) for cell in said.looked_at}
    missed: dict[tuple[str, str], str] = {(cell.element, cell.stride): why for cell, why in said.not_reached.items()}
    known = {(cell.element, cell.stride) for cell in coverage}
    added = [
        Coverage(element=element.id, stride=stride, state="not_examined", reason="known from the LLM analyst only")
        for element in said.completed.elements
        for stride in STRIDE
        if (element.id, stride) not in known
    ]
    return tuple(_cell(cell, found.get((cell.element, cell.stride), ()), looked, missed) for cell in (*coverage, *added))


def _cell(
    cell: Coverage, findings: Sequence[Finding], looked: Collection[tuple[str, str]], missed: Mapping[tuple[str, str], str]
) -> Coverage:
    """What rules say stands; that a model saw nothing is told, and closes nothing."""
    key = (cell.element, cell.stride)
    if findings:
        slugs = ", ".join(dict.fromkeys(finding.threat for finding in findings))
        reason = f"{cell.reason}, {slugs}" if cell.state == "finding" else slugs
        ids = tuple(dict.fromkeys((*cell.findings, *(finding.id for finding in findings))))
        return cell.model_copy(update={"state": "finding", "reason": reason, "findings": ids})
    if cell.state == "finding":
        return cell
    if key in looked:
        return cell.model_copy(update={"reason": f"{cell.reason}; the LLM analyst looked and reported nothing"})
    if key in missed and cell.state == "not_examined":
        return cell.model_copy(update={"reason": f"{cell.reason}; the LLM analyst did not reach it: {missed[key]}"})
    return cell
