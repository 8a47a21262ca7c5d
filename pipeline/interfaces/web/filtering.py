"""Which findings of a system are shown, as the address says: severities, a class of STRIDE, a status, who saw it, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from pipeline.findings.model import SEVERITIES, STRIDE
from pipeline.interfaces.web.desk import digest
from pipeline.reports.wording import CLOSED

if TYPE_CHECKING:
    from pipeline.record import TrackedFinding

OPEN, ALL = "open", "all"
STATUS_CHOICES = (OPEN, "new", "reopened", "unknown", "accepted", "dismissed", "fixed", ALL)
SOURCE_CHOICES = ("rule", "llm", "both", "contradiction")
MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """What an address asks for; words it does not know are taken for nothing asked."""

    severity: tuple[str, ...] = ()
    stride: str = ""
    status: str = OPEN
    source: str = ""
    element: str = ""  # as elements stand in addresses
    threat: str = ""
    q: str = ""

    def fits(self, tracked: TrackedFinding) -> bool:
        finding = tracked.finding
        if self.status == OPEN and finding.status in CLOSED:
            return False
        return (
            (self.status in (OPEN, ALL) or finding.status == self.status)
            and (not self.severity or finding.severity in self.severity)
            and (not self.stride or self.stride in finding.stride)
            and (not self.source or finding.source == self.source)
            and (not self.threat or finding.threat == self.threat)
            and (not self.element or digest(finding.element) == self.element)
            and all(word in _text(tracked) for word in self.q.lower().split())
        )

    @property
    def narrows(self) -> bool:
        return self != Filter()

    def address(self, **changed: str | tuple[str, ...]) -> str:
        """The query of an address that asks for this, with some of it changed."""
        fields: Mapping[str, str | tuple[str, ...]] = {
            "severity": self.severity, "stride": self.stride, "status": self.status, "source": self.source, "element": self.element,
            "threat": self.threat, "q": self.q, **changed,
        }  # fmt: skip
        told = [(name, value) for name, value in fields.items() if value and (name, value) != ("status", OPEN)]
        return "?" + urlencode(told, doseq=True, errors="replace") if told else "?"


def filter_of(query: QueryParams) -> Filter:
    def one(name: str, choices: Iterable[str]) -> str:
        return query.get(name, "") if query.get(name) in set(choices) else ""

    asked = set(query.getlist("severity"))
    return Filter(
        severity=tuple(name for name in SEVERITIES if name in asked),
        stride=one("stride", STRIDE),
        status=one("status", STATUS_CHOICES) or OPEN,
        source=one("source", SOURCE_CHOICES),
        element=query.get("element", "")[:16],
        threat=query.get("threat", "")[:MOST_WORDS],
        q=query.get("q", "")[:MOST_WORDS],
    )


def counts_of(found: Iterable[TrackedFinding]) -> dict[str, int]:
    """How many findings there are of each severity."""
    return Counter(one.finding.severity for one in found)


def _text(tracked: TrackedFinding) -> str:
    finding = tracked.finding
    parts = (finding.id, finding.threat, finding.title, finding.description, finding.element, *(one.path for one in finding.evidence))
    return "\n".join(parts).lower()
