"""A model's answer taken over: ids looked up, quotes located, and what rests on neither left out and said.

Takes a reply and a scan, gives statements with the scan's own citations. A model names things; what is shown of them are the scan's words
and the lines of the files, never the reply's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.agent.grounding import Missing, Quote
from pipeline.agent.schemas import AnsweredQuestion, AnswerStatement, LocatedQuote
from pipeline.agent.taking import Taker
from pipeline.chat import citing
from pipeline.chat.model import Citation, Statement
from pipeline.chat.view import View
from pipeline.system.model import Evidence

MOST_STATEMENTS, MOST_CITED = 20, 8
_MOST_TEXT, _MOST_TOLD = 700, 120


@dataclass(slots=True)
class Taken:
    """What of an answer can be shown, and what cannot, with the reason."""

    statements: list[Statement] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)  # ids that were cited, in order


class Taking:
    """Knows the scan and its files."""

    def __init__(self, view: View, taker: Taker, may_tell: Callable[[str], bool]) -> None:
        """`may_tell` says of a path whether it may be shown to the model: what it cannot have read, it cannot cite."""
        self._view, self._taker, self._may_tell = view, taker, may_tell

    def problems(self, reply: AnsweredQuestion) -> str:
        """What is wrong with a reply, for the model to mend once; empty if nothing is."""
        said: list[str] = []
        for number, statement in enumerate(reply.statements[:MOST_STATEMENTS], 1):
            said += (f"statement {number}: there is no id {self._prose(one)!r}" for one in statement.ids if not self._of_id(one))
            missing = [one for one in statement.quotes if isinstance(self._located(one), Missing)]
            said += (f"statement {number}: not found in {self._prose(one.path)}: {self._prose(one.text)!r}" for one in missing)
            if not statement.ids and not statement.quotes:
                said.append(f"statement {number} names neither an id nor a quote")
        return "\n".join(said)

    def taken(self, reply: AnsweredQuestion) -> Taken:
        """The statements that rest on something."""
        found = Taken()
        for statement in reply.statements[:MOST_STATEMENTS]:
            self._take(statement, found)
        left = len(reply.statements) - MOST_STATEMENTS
        if left > 0:
            found.dropped.append(f"{left} more statements than one answer may hold")
        return found

    def not_answered(self, reply: AnsweredQuestion) -> str:
        return self._taker.prose(reply.not_answered or "", _MOST_TEXT)

    def _take(self, statement: AnswerStatement, found: Taken) -> None:
        text = self._taker.prose(statement.text, _MOST_TEXT)
        cited: list[Citation] = []
        for identity in statement.ids[:MOST_CITED]:
            cited += self._of_id(identity)
            if identity in self._view.findings and identity not in found.findings:
                found.findings.append(identity)
        for quote in statement.quotes[:MOST_CITED]:
            located = self._located(quote)
            if isinstance(located, Evidence):
                cited.append(_passage(located))
        if text and cited:
            found.statements.append(Statement(text=text, citations=tuple(dict.fromkeys(cited))[:MOST_CITED]))
        else:
            found.dropped.append(
                f"“{self._prose(statement.text)}”: {'nothing it cites was found in the scan' if text else 'it says nothing'}"
            )

    def _of_id(self, identity: str) -> tuple[Citation, ...]:
        """The citations of an id the scan has; none for one it has not, or that only files say which were not shown."""
        view = self._view
        made: Mapping[str, Callable[[], tuple[Citation, ...]]] = {
            **({identity: lambda: citing.of_finding_whole(view.findings[identity], 2)} if identity in view.findings else {}),
            **({identity: lambda: citing.of_element_whole(view.elements[identity], 2)} if identity in view.elements else {}),
            **({identity: lambda: citing.of_flow(view.flows[identity], 2)} if identity in view.flows else {}),
            **({identity: lambda: (citing.of_control(view.controls[identity]),)} if identity in view.controls else {}),
            **({identity: lambda: citing.of_claim(view.claims[identity])} if identity in view.claims else {}),
        }
        found = made[identity]() if identity in made else ()
        return tuple(one for one in found if not one.path or self._may_tell(one.path))

    def _located(self, quote: LocatedQuote) -> Evidence | Missing:
        restore = self._taker.restore
        return self._taker.grounds.locate(Quote(restore(quote.path), restore(quote.text), quote.line), "source")

    def _prose(self, text: str) -> str:
        return self._taker.prose(text, _MOST_TOLD)


def _passage(evidence: Evidence) -> Citation:
    return Citation(
        kind="passage", id=evidence.where, path=evidence.path, lines=(evidence.start_line, evidence.end_line), page=evidence.page,
        unit=evidence.unit, where=evidence.where, quote=evidence.quote,
    )  # fmt: skip
