"""Whether a scan could have seen an earlier finding again: what is not found any more is only fixed where somebody looked for it.

Takes the finding as it was, the two scans, and what is known of the tree as it is now; gives `seen`, `gone` or `unseen`, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from pathspec import GitIgnoreSpec

from pipeline.findings.lifecycle import Sight
from pipeline.findings.model import Finding, Scan, Skipped
from pipeline.findings.moves import DECISIVE, squeezed
from pipeline.system.model import Evidence

_UNLISTED = "no AI part was found this time, so risks of ordinary parts are not listed"
_IN_PART = "read in part"  # as a scan says of a file that a reader gave up on somewhere


class Tree(Protocol):
    """The scanned files as they are now, for who has them; nothing is read but what an earlier finding cites."""

    def exists(self, path: str) -> bool: ...
    def still_says(self, evidence: Evidence) -> bool:
        """Whether the quoted text still stands somewhere in that file."""


class Seen(NamedTuple):
    sight: Sight
    reason: str = ""


def _could_hold(skip: Skipped) -> bool:
    """Whether a file that was read before may be among what was passed over: what no reader is for was not read then either."""
    return not skip.path.startswith("(") and not (skip.path.startswith("*") and skip.reason.startswith("no reader"))


class Sights:
    """What the newer of two scans says of findings of the older one."""

    def __init__(self, old: Scan, new: Scan, tree: Tree | None = None, renames: Mapping[str, str] | None = None) -> None:
        self._old, self._new, self._tree, self._renames = old, new, tree, renames or {}
        self._examined = frozenset(new.examined)
        self._failed = {failed.path for failed in new.errors}
        self._passed_over = tuple((GitIgnoreSpec.from_lines([skip.path]), skip) for skip in new.skipped if _could_hold(skip))
        before = {skip.path for skip in old.skipped if skip.reason.startswith(_IN_PART)}
        self._in_part = {skip.path for skip in new.skipped if skip.reason.startswith(_IN_PART)} - before
        self._switched_off = {told.threat: told.reason for own in new.own_knowledge for told in own.adjusted if told.switched_off}
        self._unlisted = {risk.id for risk in new.without_ai.risks} if new.without_ai else set()
        self._unlisted_threats = {risk.threat for risk in new.without_ai.risks} if new.without_ai else set()
        self._other_knowledge = old.tool.knowledge != new.tool.knowledge

    def of(self, finding: Finding) -> Seen:
        """Of a finding of the older scan that the newer one does not have."""
        if "." in self._failed:
            return Seen("unseen", "the system model could not be built this time")
        if reason := self._switched_off.get(finding.threat):
            return Seen("unseen", f"own knowledge switches {finding.threat} off: {reason}")
        if finding.id in self._unlisted:
            return Seen("unseen", _UNLISTED)
        if not self._failed.isdisjoint((finding.element, *finding.attack_path)):
            return Seen("unseen", "the search for flows from there ended at its bound this time")
        places = tuple(self._as_now(evidence) for evidence in finding.evidence)
        paths = tuple(dict.fromkeys(place.path for place in places))
        for path in paths:
            if reason := self._not_looked_at(path):
                return Seen("unseen", f"{path}: {reason}")
        gone = [path for path in paths if path not in self._examined and self._is_gone(path)]
        if gone:
            return Seen("gone", f"{gone[0]} is gone")
        if finding.source == "llm":
            return self._of_model(finding, places)
        if self._other_knowledge and not self._changed(places):
            return Seen(
                "unseen", "another version of threatloom, or of its knowledge, does not report it; whether its lines changed is not known"
            )
        if finding.threat in self._unlisted_threats and not self._changed(places):  # it may be one of those under another id
            return Seen("unseen", _UNLISTED)
        if part_of := self._told_in(finding.threat, places):
            return Seen("gone", f"its places are told in finding {part_of} now")
        return Seen("gone", "its lines were examined and it was not found again")

    def _told_in(self, threat: str, places: Iterable[Evidence]) -> str:
        """The finding of the same threat that cites all places that decided this one: several that became one."""
        ends = {(place.path, squeezed(place.quote)) for place in places if place.role in DECISIVE}
        whole = (
            other.id
            for other in self._new.findings
            if other.threat == threat and ends <= {(place.path, squeezed(place.quote)) for place in other.evidence}
        )
        return next(whole, "") if ends else ""

    def _of_model(self, finding: Finding, places: Iterable[Evidence]) -> Seen:
        if self._new.llm is None:
            return Seen("unseen", "a model saw it, and none was asked this time")
        if any(missed.element == finding.element for missed in self._new.llm.unreached):
            return Seen("unseen", "a model saw it, and did not get to it this time")
        if self._tree is not None and self._changed(places):
            return Seen("gone", "the lines that a model cited have changed, and it was not said again")
        return Seen("unseen", "a model saw it and did not say it again")

    def _as_now(self, place: Evidence) -> Evidence:
        """A place of the older scan, by what its file is called now."""
        return place.model_copy(update={"path": self._renames.get(place.path, place.path)})

    def _not_looked_at(self, path: str) -> str:
        if path in self._examined:
            return "read in part this time" if path in self._in_part else ""
        if path in self._failed:
            return "could not be read this time"
        if path in self._old.given_documents:
            return "this document was not given this time"
        if self._tree is not None and not self._tree.exists(path):
            return ""
        return next((f"not read this time, {skip.reason}" for spec, skip in self._passed_over if spec.match_file(path)), "")

    def _is_gone(self, path: str) -> bool:
        return self._tree is None or not self._tree.exists(path)

    def _changed(self, places: Iterable[Evidence]) -> bool:
        """Whether a cited text does not stand in its file any more; False where the files are not at hand."""
        return self._tree is not None and not all(self._tree.still_says(place) for place in places)
