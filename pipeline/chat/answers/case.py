"""What an answer is made from, and what it is made of: a case goes in, a draft comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.chat.model import Citation, Statement, Subject
from pipeline.chat.questions import Asked
from pipeline.chat.terms import Terms
from pipeline.chat.view import View
from pipeline.chat.wording import element_subject, finding_subject
from pipeline.findings.comparing import Change
from pipeline.findings.model import Finding

MOST_LISTED = 8  # items of one answer; the others are counted


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of each finding since an earlier scan, and what that scan is called."""

    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One question about one scan."""

    asked: Asked
    view: View
    terms: Terms
    earlier: Earlier | None = None

    @property
    def elements(self) -> tuple[str, ...]:
        """The elements it is about, with those that are the same thing."""
        return self.view.same_as(self.asked.elements)

    def findings(self, *, of_all: bool = False) -> tuple[Finding, ...]:
        """The findings it is about: those that were named, else those of the named threats, elements or paths; worst first."""
        asked, view = self.asked, self.view
        if asked.findings:
            return tuple(view.findings[one] for one in asked.findings if one in view.findings)
        if asked.threats:
            return tuple(finding for finding in view.open if finding.threat in asked.threats)
        if asked.paths:
            ids = {one for path in view.scan.attack_paths if path.id in asked.paths for one in path.routes[0].findings}
            return tuple(finding for finding in view.open if finding.id in ids)
        if asked.elements:
            return view.at(self.elements)
        return view.open if of_all and asked.whole else ()


@dataclass(slots=True)
class Draft:
    """An answer while it is made."""

    statements: list[Statement] = field(default_factory=list)
    not_answered: str = ""
    subject: tuple[Subject, ...] = ()
    listed: list[Subject] = field(default_factory=list)
    follow_ups: tuple[str, ...] = ()

    def say(self, text: str, *citations: Citation | Iterable[Citation]) -> None:
        """Adds a statement; one without a citation is a fault of ours and is refused by the model."""
        cited: list[Citation] = []
        for one in citations:
            cited += [one] if isinstance(one, Citation) else one
        self.statements.append(Statement(text=text, citations=tuple(dict.fromkeys(cited))[:8]))

    def about_elements(self, view: View, elements: Sequence[str]) -> None:
        self.subject = tuple(element_subject(view.elements[one]) for one in elements if one in view.elements)

    def list_findings(self, findings: Iterable[Finding]) -> None:
        self.listed += map(finding_subject, findings)
