"""A conversation in which a model answers: the offline answer first, then a model's, of which only what can be located is shown.

The model is asked through the analyst's own plumbing: budget, kept replies, egress log, placeholders for secrets, files that are kept back.
Where it gives no answer, or nothing of it can be shown, the offline answer stands, and why is said.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

from pipeline.agent.asking import Question
from pipeline.agent.model import Unanswered
from pipeline.agent.running import ANSWER, Analyst, Subject
from pipeline.agent.schemas import AnsweredQuestion
from pipeline.agent.settings import AgentSettings
from pipeline.chat.asking.taking import Taking
from pipeline.chat.conversation import Conversation
from pipeline.chat.model import Answer, Citation, Piece, Statement
from pipeline.chat.wording import finding_subject
from pipeline.retrieval import Hit
from prompts import Exhibit

Watch = Callable[[str], None]
_MOST_FINDINGS, _MOST_ELEMENTS, _MOST_PASSAGES, _MOST_BEFORE = 40, 60, 6, 3
_MOST_PASSAGE = 1_200
_ROUNDS = 6  # model calls in which tools are offered
_STEPS: Mapping[str, str] = {
    "search_passages": "searches passages: {query}", "read_lines": "reads {path}", "show_element": "looks at {id}",
    "show_flows": "follows flows of {element}", "show_finding": "reads finding {id}", "show_threat": "reads the page of {threat}",
    "list_elements": "lists elements", "list_findings": "lists findings", "list_folder": "lists files",
}  # fmt: skip


class ModelTalk:
    """Answers of a model about the scan of a conversation; to be used as a context. Not to be asked from two places at a time."""

    def __init__(
        self, talk: Conversation, subject: Subject, settings: AgentSettings, search: Callable[[str], Sequence[Hit]] | None = None
    ) -> None:
        self._talk, self._search = talk, search
        self._analyst = Analyst(subject, settings)
        self._model = settings.endpoint.name
        self._with_tools = settings.with_tools
        material = self._analyst.material
        self._taking = Taking(talk.view, material.taker, material.files.paths.__contains__)

    def __enter__(self) -> Self:
        self._analyst.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None) -> None:
        self._analyst.__exit__(kind, failure, trace)

    def ask(self, question: str, watch: Watch | None = None) -> Answer:
        """The answer to a question; `watch` is told what the model looks at."""
        offline = self._talk.ask(question)
        asked = Question(
            ANSWER, self._values(question, offline), AnsweredQuestion, "question", self._with_tools, _ROUNDS, self._taking.problems
        )
        replied = self._analyst.ask(asked, None if watch is None else lambda tool, given: watch(_step(tool, given)))
        if isinstance(replied, Unanswered):
            return self._instead(offline, f"{self._model} gave no answer: {replied.why}")
        taken = self._taking.taken(replied.reply)
        missing = self._taking.not_answered(replied.reply)
        if not taken.statements and not (missing and not offline.statements):
            dropped = taken.dropped or ["the reply holds no statement"]
            return self._instead(offline, *dropped)
        cited = tuple(finding_subject(self._talk.view.findings[one]) for one in taken.findings)
        answer = Answer(
            question=question, intent=offline.intent, subject=offline.subject or cited[:1], statements=tuple(taken.statements),
            not_answered=missing, follow_ups=offline.follow_ups, listed=cited or offline.listed, origin="model", model=self._model,
            dropped=tuple(taken.dropped),
        )  # fmt: skip
        self._talk.replace_last(answer)
        return answer

    async def stream(self, question: str) -> AsyncIterator[Piece]:
        """The same as it comes: what the model looks at, then each statement that was located, last the whole answer."""
        pieces: queue.SimpleQueue[Piece | BaseException] = queue.SimpleQueue()

        def work() -> None:
            try:
                answer = self.ask(question, lambda text: pieces.put(Piece(kind="step", text=text)))
                for statement in answer.statements:
                    pieces.put(Piece(kind="statement", statement=statement))
                pieces.put(Piece(kind="answer", answer=answer))
            except BaseException as failure:  # it is raised where it is waited for
                pieces.put(failure)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        while True:
            piece = await asyncio.to_thread(pieces.get)
            if isinstance(piece, BaseException):
                raise piece
            yield piece
            if piece.kind == "answer":
                return

    def _instead(self, offline: Answer, *why: str) -> Answer:
        """The offline answer, with why the model's is not shown."""
        answer = offline.model_copy(update={"dropped": why})
        self._talk.replace_last(answer)
        return answer

    def _values(self, question: str, offline: Answer) -> Mapping[str, str | Sequence[Exhibit]]:
        material = self._analyst.material
        shown, known = material.shown, material.known
        findings = "\n".join(f"{one.id} {one.severity} {one.threat} {one.element}" for one in known[:_MOST_FINDINGS])
        left = len(known) - _MOST_FINDINGS
        elements = "\n".join(f"{one.id} ({one.zone})" for one in shown.elements[:_MOST_ELEMENTS])
        more = len(shown.elements) - _MOST_ELEMENTS
        return {
            "question": question,
            "before": [
                Exhibit(f"question {number}", f"{one.question}\n{self._texts(one)}") for number, one in enumerate(self._earlier(), 1)
            ],
            "offline": [Exhibit("answer of the rules", self._texts(offline))],
            "findings": [Exhibit("findings", findings + (f"\nand {left} more: list_findings" if left > 0 else ""))] if findings else [],
            "elements": [Exhibit("elements", elements + (f"\nand {more} more: list_elements" if more > 0 else ""))] if elements else [],
            "passages": self._passages(question),
        }

    def _earlier(self) -> Sequence[Answer]:
        return self._talk.history[:-1][-_MOST_BEFORE:]

    def _texts(self, answer: Answer) -> str:
        """Statements with their ids; of those that rest on files which are kept back none."""
        lines = [
            f"- {one.text} [{', '.join(dict.fromkeys(cited.id for cited in one.citations if _has_id(cited)))}]"
            for one in answer.statements
            if self._may(one)
        ]
        return "\n".join([*lines, *([f"No answer: {answer.not_answered}"] if answer.not_answered else [])]) or "(nothing)"

    def _may(self, statement: Statement) -> bool:
        files = self._analyst.material.files.paths
        return all(not one.path or one.path in files for one in statement.citations)

    def _passages(self, question: str) -> list[Exhibit]:
        if self._search is None:
            return []
        files = self._analyst.material.files.paths
        hits = [hit for hit in self._search(question) if hit.path in files][:_MOST_PASSAGES]
        return [Exhibit(f"{hit.path}, lines {hit.start_line}-{hit.end_line}", hit.text[:_MOST_PASSAGE]) for hit in hits]


def _has_id(citation: Citation) -> bool:
    return citation.kind in ("element", "flow", "finding", "control", "claim")


def _step(tool: str, given: Mapping[str, object]) -> str:
    """What a call of a tool is, in words."""
    said = {name: str(value)[:80] for name, value in given.items() if value is not None}
    try:
        return _STEPS[tool].format(**said)
    except (KeyError, IndexError, ValueError):
        return tool.replace("_", " ")
