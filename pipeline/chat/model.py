"""What a question about a scan becomes: statements that each cite the scan, or the reason why there is none.

Values only. Texts may hold names of scanned files: whoever shows them escapes, as reports do.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.system.model import Frozen, Unit

CitationKind = Literal[
    # of the scan
    "element", "flow", "relation", "boundary", "package", "control", "claim", "drawing", "finding", "path", "coverage",
    "change", "skipped", "error", "scan",
    # of the files, found by searching them
    "passage",
    # of the knowledge: `threatloom explain ID` shows it
    "threat", "word", "taxonomy",
]  # fmt: skip
SubjectKind = Literal["system", "element", "finding", "path", "threat", "control", "taxonomy", "claim", "word", "file", "label"]
Origin = Literal["scan", "passages", "model"]


class Citation(Frozen):
    """What a statement rests on; with a place where the scan has one."""

    kind: CitationKind
    id: str = Field(description="Id of what is cited: of an element, a finding, a control; the slug of a threat, the id of a taxonomy.")
    path: str = Field(default="", description="File relative to the scanned root; empty where what is cited has no place.")
    lines: tuple[int, int] | None = Field(default=None, description="First and last line, counted from 1.")
    page: int | None = None
    unit: Unit = "line"
    where: str = Field(default="", description="The place in words, where the file has no lines.")
    quote: str = Field(default="", description="Exact text of these lines, secrets masked; of what has no place, what it says.")


class Statement(Frozen):
    """One thing that is said. Names of the system stand between backticks."""

    text: str
    citations: Annotated[tuple[Citation, ...], Field(min_length=1)]


class Subject(Frozen):
    """What is spoken of, so that `it` means the same in the next question."""

    kind: SubjectKind
    id: str
    name: str


class Answer(Frozen):
    """What is known about a question; either statements, or what was looked for in vain, or both."""

    question: str
    intent: str = Field(description="The kind of question it was taken for; empty: none.")
    subject: tuple[Subject, ...] = Field(default=(), description="What the question is about, as it was understood.")
    statements: tuple[Statement, ...] = ()
    not_answered: str = Field(default="", description="What the evidence does not answer: what was looked for, and why it may be missing.")
    follow_ups: tuple[str, ...] = Field(default=(), description="Questions that go on from here.")
    listed: tuple[Subject, ...] = Field(default=(), description="What the statements list, in order: `the second one` is one of these.")
    origin: Origin = Field(default="scan", description="Whether the scan, its files or a model said it.")
    model: str = Field(default="", description="The model that was asked; empty: none.")
    dropped: tuple[str, ...] = Field(default=(), description="What a model said and is not shown, each with its reason.")


class Piece(Frozen):
    """A part of an answer as it comes: what is being done, a statement, and last the whole answer."""

    kind: Literal["step", "statement", "answer"]
    text: str = Field(default="", description="Of a step: what is being done.")
    statement: Statement | None = None
    answer: Answer | None = None
