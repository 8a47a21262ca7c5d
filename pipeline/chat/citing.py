"""Citations, each made from what the scan or the catalog holds: the one place where an answer gets its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.chat.model import Citation, CitationKind
from pipeline.findings.comparing import Change
from pipeline.findings.model import AttackPath, Coverage, Failed, Finding, Scan, Skipped
from pipeline.reports.wording import CLOSED, headline, plural
from pipeline.retrieval import Hit
from pipeline.system.model import Boundary, Claim, Control, DrawnName, Element, Evidence, Flow, Package, Relation
from pipeline.threats.schema import Threat

MOST_PLACES = 3  # of one thing


def of_finding(finding: Finding) -> Citation:
    return _placed("finding", finding.id, headline(finding))


def of_finding_whole(finding: Finding, most: int = MOST_PLACES) -> tuple[Citation, ...]:
    """The finding with its first places, the one to show first in front."""
    first = headline(finding)
    rest = (place for place in finding.evidence if place is not first)
    return tuple(_placed("finding", finding.id, place) for place in (first, *rest))[:most]


def of_evidence(finding: Finding, place: Evidence) -> Citation:
    return _placed("finding", finding.id, place)


def of_element(element: Element) -> Citation:
    place = element.evidence[0] if element.evidence else None
    return _placed("element", element.id, place)


def of_element_whole(element: Element, most: int = MOST_PLACES) -> tuple[Citation, ...]:
    return _all("element", element.id, element.evidence[:most])


def of_flow(flow: Flow, most: int = MOST_PLACES) -> tuple[Citation, ...]:
    """The flow where it begins and where it ends."""
    steps = flow.steps if len(flow.steps) <= most else (*flow.steps[: most - 1], flow.steps[-1])
    return _all("flow", flow.id, steps)


def of_relation(relation: Relation) -> Citation:
    return _placed("relation", f"{relation.source} {relation.kind} {relation.target}", relation.evidence[0] if relation.evidence else None)


def of_control(control: Control) -> Citation:
    return _placed("control", control.id, control.evidence[0] if control.evidence else None)


def of_claim(claim: Claim) -> tuple[Citation, ...]:
    return _all("claim", claim.id, claim.evidence[:MOST_PLACES])


def against(claim: Claim) -> tuple[Citation, ...]:
    """The places that do not keep it."""
    return tuple(_placed("claim", claim.id, place) for place in claim.against[:MOST_PLACES])


def of_boundary(boundary: Boundary) -> Citation:
    return Citation(kind="boundary", id=boundary.id, quote=boundary.name)


def of_package(package: Package) -> Citation:
    return _placed("package", f"{package.ecosystem}:{package.name}", package.evidence[0] if package.evidence else None)


def of_drawn(drawn: DrawnName) -> tuple[Citation, ...]:
    return _all("drawing", drawn.element, drawn.evidence[:MOST_PLACES])


def of_cell(cell: Coverage) -> Citation:
    return Citation(kind="coverage", id=f"{cell.element} {cell.stride}", quote=f"{cell.state}: {cell.reason}")


def of_path(path: AttackPath) -> tuple[Citation, ...]:
    """The path, at the places of the hops of its easiest way."""
    places = [place for hop in path.routes[0].hops for place in hop.evidence[:1]]
    return _all("path", path.id, places)


def of_change(change: Change) -> Citation:
    return _placed("change", change.finding.id, headline(change.finding))


def of_skipped(skipped: Skipped) -> Citation:
    return Citation(kind="skipped", id=skipped.path, quote=skipped.reason)


def of_error(failed: Failed) -> Citation:
    return Citation(kind="error", id=failed.path, quote=failed.error)


def of_scan(scan: Scan) -> Citation:
    """The scan as a whole: for what was counted over all of it."""
    still = sum(finding.status not in CLOSED for finding in scan.findings)
    read = f"{plural(scan.summary.files, 'file')} read, {plural(still, 'finding')} not closed"
    return Citation(kind="scan", id=scan.target.name, quote=read)


def of_examined(scan: Scan, path: str) -> Citation:
    return Citation(kind="scan", id=scan.target.name, path=path, quote="read")


def of_threat(threat: Threat) -> Citation:
    return Citation(kind="threat", id=threat.slug, quote=threat.summary)


def of_word(word: str, says: str) -> Citation:
    return Citation(kind="word", id=word, quote=says)


def of_item(taxonomy_id: str, name: str) -> Citation:
    return Citation(kind="taxonomy", id=taxonomy_id, quote=name)


def of_hit(hit: Hit, start: int, end: int, quote: str) -> Citation:
    return Citation(
        kind="passage",
        id=hit.symbol or " > ".join(hit.section),
        path=hit.path,
        lines=(start, end),
        page=hit.page,
        unit=hit.unit,
        quote=quote,
    )


def distinct(citations: Iterable[Citation], most: int = 6) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(citations))[:most]


def _all(kind: CitationKind, identity: str, places: Sequence[Evidence]) -> tuple[Citation, ...]:
    return tuple(_placed(kind, identity, place) for place in places) or (_placed(kind, identity, None),)


def _placed(kind: CitationKind, identity: str, place: Evidence | None) -> Citation:
    if place is None:
        return Citation(kind=kind, id=identity)
    return Citation(
        kind=kind, id=identity, path=place.path, lines=(place.start_line, place.end_line), page=place.page, unit=place.unit,
        where=place.where, quote=place.quote,
    )  # fmt: skip


def of_path_place(path: AttackPath, place: Evidence) -> Citation:
    return _placed("path", path.id, place)
