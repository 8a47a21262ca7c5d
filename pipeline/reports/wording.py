"""The order and the words that all reports for people share.

Takes a scan and its findings; gives their order, their first sentence, the place to show first, names for ids.
It judges nothing: severity, confidence, coverage and reasons are the scan's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.findings.leading import headline as headline  # told on: the reports take all words from here
from pipeline.findings.leading import lead_way as lead_way
from pipeline.findings.listing import in_order
from pipeline.findings.model import SEVERITIES, STRIDE, Coverage, CoverageState, Finding, Scan
from pipeline.system.model import Control, Evidence, Role, Severity, Stride, Zone

CLOSED = ("accepted", "dismissed", "fixed")
LETTERS: dict[Stride, str] = {name: name[0].upper() for name in STRIDE}
ZONES: dict[Zone, str] = {
    "internet": "Internet", "user": "Users", "application": "Application", "data": "Data stores",
    "third_party": "Third parties", "supply_chain": "Supply chain", "build": "Build and CI",
}  # fmt: skip
STATES: dict[CoverageState, str] = {
    "finding": "finding", "mitigated": "mitigated", "not_applicable": "not applicable", "not_examined": "not examined",
}  # fmt: skip
ROLES: dict[Role, str] = {
    "source": "enters here", "step": "passes here", "sink": "here", "missing": "nothing guards this", "claim": "promised here",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """A reason and how many files share it."""

    reason: str
    count: int


def words(name: str) -> str:
    """A name of the vocabulary as prose: `denial_of_service` becomes `denial of service`."""
    return name.replace("_", " ")


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}".replace(",", " ") + ("" if count == 1 else "s")


def open_findings(scan: Scan) -> tuple[Finding, ...]:
    """What somebody still has to look at, in order."""
    return in_order(finding for finding in scan.findings if finding.status not in CLOSED)


def listed_findings(scan: Scan) -> tuple[Finding, ...]:
    """Those of them that are listed: all, or what is new where only that was asked for."""
    new_only = scan.baseline is not None and scan.baseline.new_only
    return tuple(finding for finding in open_findings(scan) if not new_only or finding.status in ("new", "reopened"))


def closed_counts(scan: Scan) -> tuple[Group, ...]:
    """How many findings are not shown because they were fixed, accepted or dismissed."""
    counted: Counter[str] = Counter(finding.status for finding in scan.findings)
    return tuple(Group(status, counted[status]) for status in CLOSED if counted[status])


def severity_counts(findings: Iterable[Finding]) -> tuple[tuple[Severity, int], ...]:
    counted = Counter(finding.severity for finding in findings)
    return tuple((severity, counted[severity]) for severity in SEVERITIES if counted[severity])


def sentence(finding: Finding) -> str:
    """The first sentence of the description, which speaks of this system; the title where there is none."""
    first = re.split(r"(?<=[.!?])\s+(?=[A-Z\"'`(])", finding.description.strip(), maxsplit=1)[0].strip()
    return (first or finding.title).rstrip(".")


def place(evidence: Evidence) -> str:
    """`path:line`, or where the file has no lines, the place in the document's own words."""
    if _is_worded(evidence):
        return f"{evidence.path}, {evidence.where}"
    where = f"{evidence.path}:{evidence.start_line}" if evidence.unit == "line" else f"{evidence.path}, paragraph {evidence.start_line}"
    if evidence.page is None:
        return where
    kind = "cell" if evidence.path.endswith(".ipynb") else "page"
    return f"{evidence.path}, {kind} {evidence.page}, {evidence.unit} {evidence.start_line}"


def span(evidence: Evidence) -> str:
    """The place with its last line, where it has more than one."""
    several = evidence.end_line > evidence.start_line and not _is_worded(evidence)
    return place(evidence) + (f"-{evidence.end_line}" if several else "")


def _is_worded(evidence: Evidence) -> bool:
    """Whether the document names its places better than counting does; files with lines are found by these."""
    return bool(evidence.where) and (evidence.unit != "line" or evidence.page is not None)


def hops(finding: Finding) -> tuple[Evidence, ...]:
    """The places the data passes on the way that is told, in order, none twice in a row."""
    path = lead_way(finding)
    return tuple(hop for index, hop in enumerate(path) if index == 0 or place(path[index - 1]) != place(hop))


def names(scan: Scan) -> dict[str, str]:
    """Element and boundary ids with the names people know them by."""
    found = {element.id: element.name for element in scan.system.elements}
    return {**{boundary.id: boundary.name for boundary in scan.system.boundaries}, **found}


def path_names(scan: Scan, finding: Finding) -> tuple[str, ...]:
    """The attack path in names; an id without an element is shown as it is."""
    known = names(scan)
    return tuple(known.get(item, item) for item in finding.attack_path)


def skipped_count(scan: Scan) -> int:
    """Files passed over; an entry may stand for many."""
    return sum(item.count for item in scan.skipped)


def skipped_by_reason(scan: Scan) -> tuple[Group, ...]:
    """Reasons with their counts, most frequent first."""
    counted: Counter[str] = Counter()
    for item in scan.skipped:
        counted[item.reason] += item.count
    return tuple(Group(reason, count) for reason, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def unseen(scan: Scan) -> str:
    """What documents hold in places people do not see, in one sentence; empty where there is nothing of it."""
    counts = scan.summary.hidden
    kinds = ", ".join(f"{count} {words(kind)}" for kind, count in counts.items())
    return f"{plural(sum(counts.values()), 'passage')} people do not see, which count as no promise ({kinds})" if counts else ""


def built(scan: Scan) -> str:
    """How much of what was read a build made, in one sentence; empty where nothing of it."""
    if not (count := scan.summary.built):
        return ""
    return f"{plural(count, 'file')} read that a build made: the source is not in the tree"


def pictures_read(scan: Scan) -> str:
    """Who read the text in pictures and where these were sent for it, in one sentence; empty where none was read."""
    counted = Counter((one.reader, one.sent_to) for one in scan.pictures)
    return "; ".join(
        f"{plural(count, 'picture')} sent to {sent_to} and read there by {reader}"
        if sent_to
        else f"{plural(count, 'picture')} read by {reader}, on this machine"
        for (reader, sent_to), count in sorted(counted.items(), key=str)
    )


def control_at(control: Control) -> str:
    """A control with the first place it was seen at."""
    return f"{words(control.kind)} at {place(control.evidence[0])}" if control.evidence else words(control.kind)


def coverage_words(cell: Coverage, known: Mapping[str, Control]) -> str:
    """A cell of the matrix in one line: what it says, why, and by which controls; these are given by their ids."""
    by = ", ".join(control_at(known[item]) if item in known else item for item in cell.controls)
    return f"{words(cell.stride)}: {STATES[cell.state]}; {cell.reason}" + (f" ({by})" if by else "")


def coverage_counts(scan: Scan) -> tuple[tuple[CoverageState, int], ...]:
    counted = Counter(cell.state for cell in scan.coverage)
    return tuple((state, counted[state]) for state in STATES)


def verdict(scan: Scan) -> str:
    """One sentence on what this scan can say; it never calls a system safe."""
    found = open_findings(scan)
    if found:
        worst = found[0].severity
        count = sum(finding.severity == worst for finding in found)
        sure = sum(finding.severity == worst and finding.confidence == "high" for finding in found)
        verdict = f"{plural(count, worst + ' finding')} to look at first" + (f", {sure} with high confidence" if sure else "")
    elif closed := closed_counts(scan):
        verdict = f"No open findings, {', '.join(f'{group.count} {group.reason}' for group in closed)}"
        verdict += "; the matrix says what was examined and what was not"
    elif scan.system.elements:
        verdict = "No findings; the matrix says what was examined and what was not"
    else:
        verdict = "Nothing to model: no part of a system was recognised"
    said = ". ".join(filter(None, (verdict, without_ai(scan))))
    return said + (". The scan is incomplete: see errors" if scan.errors else "")


def without_ai(scan: Scan) -> str:
    """That nothing of AI was found and what is not listed therefore, in one sentence; empty where something was, or nobody looked."""
    found = scan.without_ai
    if found is None:
        return ""
    said = f"No AI part was found in {plural(found.files, 'file')}"
    said += ", beside agents that help to write it" if found.developers_tools else ""
    if not found.risks:
        return said
    counted = Counter(risk.threat for risk in found.risks)
    threats = ", ".join(f"{slug} {count}" if count > 1 else slug for slug, count in sorted(counted.items()))
    return (
        f"{said}, so {plural(len(found.risks), 'ordinary risk')} {'is' if len(found.risks) == 1 else 'are'} not listed ({threats});"
        " --part-of-ai-system lists them"
    )
