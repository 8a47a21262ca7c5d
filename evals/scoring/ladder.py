"""How far up the evidence of a finding stands, checked on the bytes of the system and not by what the scan says of itself.

E0 every cited file is there; E1 the places are in it; E2 the quotes are what stands there, secrets masked; E3 the finding cites the
construct it is about. A finding stands on the highest rung below which all hold. The next two need a reader and are counted elsewhere:
E4 what is cited supports the claim, as a label or a judgement says; E5 it overlaps the lines of the label it serves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ingest import lines_of, list_sources
from pipeline.findings.model import Finding, Scan
from pipeline.system.model import Evidence, System

NOTHING_HOLDS, CONSTRUCT = -1, 3
_MASK = "****"
_WORD = re.compile(r"[A-Za-z0-9]{3,}")
Lines = Mapping[int | None, tuple[str, ...]]


class Ladder:
    """The files of one system, each read once."""

    def __init__(self, root: Path, scan: Scan) -> None:
        self._root = root
        self._system = scan.system
        self._sources = {source.path: source for source in list_sources(root).sources}
        self._elements = {element.id: element for element in scan.system.elements}
        self._lines = cache(self._read)

    def rung(self, finding: Finding) -> int:
        """-1 to 3."""
        checks = (self._exists, self._in_range, self._is_equal)
        for rung, holds in enumerate(checks):
            if not all(holds(one) for one in finding.evidence):
                return rung - 1
        return CONSTRUCT if self._has_construct(finding) else CONSTRUCT - 1

    def is_invented(self, finding: Finding) -> bool:
        """Whether the finding is about something that is not in the system: no such element, or nothing of what shows it is there."""
        element = self._elements.get(finding.element)
        if element is None:
            return True
        shown = element.evidence or finding.evidence
        return not any(self._exists(one) and self._in_range(one) for one in shown)

    def _read(self, path: str) -> Lines:
        source = self._sources.get(path)
        return {} if source is None else lines_of(source)

    def _exists(self, evidence: Evidence) -> bool:
        place = self._root / evidence.path
        return ".." not in Path(evidence.path).parts and place.is_file() and not place.is_symlink()

    def _in_range(self, evidence: Evidence) -> bool:
        if not self._exists(evidence):
            return False
        if evidence.unit == "transcript":  # a picture has no lines of its own
            return True
        lines = self._lines(evidence.path).get(evidence.page)
        return lines is not None and evidence.start_line <= evidence.end_line <= len(lines)

    def _is_equal(self, evidence: Evidence) -> bool:
        if evidence.unit == "transcript":
            return True
        lines = self._lines(evidence.path).get(evidence.page, ())
        stands = "\n".join(lines[evidence.start_line - 1 : evidence.end_line])
        if _MASK not in evidence.quote:
            return evidence.quote == stands
        pattern = r"[^\n]+?".join(re.escape(part) for part in evidence.quote.split(_MASK))
        return re.fullmatch(pattern, stands) is not None

    def _has_construct(self, finding: Finding) -> bool:
        """A piece that stands where the model saw the element or one it is tied to, or a quote that has a word of its name."""
        if not any(one.quote.strip() for one in finding.evidence):
            return False
        element = self._elements.get(finding.element)
        names = {word.lower() for word in _WORD.findall(element.name if element else finding.element)}
        seen = _seen_at(self._system, {finding.element, *finding.attack_path})
        return any(_meets(one, seen) or names & {word.lower() for word in _WORD.findall(one.quote)} for one in finding.evidence)


def _seen_at(system: System, ids: set[str]) -> list[Evidence]:
    """Where the model saw these elements, what flows between them, and what is said of them."""
    seen = [one for element in system.elements if element.id in ids for one in element.evidence]
    seen += [one for flow in system.flows if flow.source in ids or flow.target in ids for one in flow.steps]
    seen += [one for tie in system.relations if tie.source in ids or tie.target in ids for one in tie.evidence]
    seen += [one for claim in system.claims if ids & set(claim.about) for one in claim.evidence]
    return seen


def _meets(evidence: Evidence, seen: list[Evidence]) -> bool:
    return any(
        one.path == evidence.path
        and one.page == evidence.page
        and one.start_line <= evidence.end_line
        and one.end_line >= evidence.start_line
        for one in seen
    )
