"""Documents as sentences that tell of the system: what each stands below and beside, and which of them tell of nothing that is.

Takes the passages of a document, gives `Told`: a sentence with the names it may be about where it bears none itself: the first cell
of its row, then its headings from the inside out. A cell is read with the heading of its column. Left out: documents about other systems
and decisions that were not taken, sections on what was not chosen or is yet to come, rows of risks that are closed, and what a mail
quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.facts import DocumentFacts, Passage
from ingest.source import Purpose
from pipeline.system.rules.clauses import read_clauses
from pipeline.system.rules.promises import is_wished, sentences
from pipeline.system.rules.words import words_of

# Documents of these purposes speak of another system, or of none.
TOLD_OF_OTHERS: frozenset[Purpose] = frozenset({"test", "vendored", "generated", "example"})
# And so do documents and folders that are called so: of literature, of what was, of what a model or a developer is asked for.
TOLD_ELSEWHERE = frozenset(
    {"research", "paper", "papers", "literature", "survey", "bibliography", "competitors", "related", "blog", "blogs", "posts", "news",
     "changelog", "changelogs", "changes", "history", "releases", "awesome", "qa", "troubleshooting"}
)  # fmt: skip
_ASKED_FOR = frozenset(
    {
        "test",
        "tests",
        "testing",
        "prompt",
        "prompts",
        "progress",
        "qna",
        "stories",
        "story",
        "epics",
        "tasks",
        "skills",
        "templates",
        "template",
        "contributing",
        "tutorial",
        "tutorials",
    }
)
_PROSE = ("paragraph", "list_item", "table_row", "caption")
_NOT_TAKEN = re.compile(r"\b(rejected|superseded|deprecated|withdrawn|obsolete|replaced by)\b", re.IGNORECASE)
_STATUS = re.compile(r"^\W*status\b\W{1,6}(.{0,80})", re.IGNORECASE)
_STANDING = 15  # passages at the beginning of a document, where its status stands
# Sections on what was weighed, is not part of the system or is yet to come, and on what others have done.
_NOT_NOW = re.compile(
    r"\b(alternatives?|options?|rejected|(?:not|never) (?:chosen|part)|non-?goals?|out[- ]of[- ]scope|future|roadmap|later"
    r"|next steps|ideas|backlog"
    r"|open (?:points|questions)|wish ?list|proposals?|to-?dos?|glossary|references|related work|examples?|tutorials?|installation|usage"
    r"|quick ?start|getting started|action plan|implementation plan|timeline|milestones?|no longer valid|for comparison|changelog"
    r"|previous(?:ly)?)\b",
    re.IGNORECASE,
)
_NO_SENTENCE = re.compile(
    r"\$\$|\\(?:frac|sum|log|left|text|mathbb|in)\b|\w\(\)|=>|</?\w+>|\{\{|\w\.\w+\(|\bhttps?://\S+/\S+\.(?:md|html)\b"
)  # code, and what programs wrote down
_WRITTEN_DOWN = re.compile(
    r"</?(?:tool_call|arg_key|arg_value|think)>|^\W*Thinking: |^\$ \w", re.MULTILINE
)  # a session of a program, not a design
# What programs that write code are told. A team's own file of the first kind may describe its system; one that a tool wrote does not.
_GUIDES = re.compile(r"/(?:agents?|claude|gemini|copilot-instructions|conventions|llms)(?:[.-]\w+)?\.(?:md|txt)$", re.IGNORECASE)
_RULES_OF_EDITORS = re.compile(
    r"/\.(?:cursorrules|windsurfrules|clinerules)$|/\.(?:cursor|windsurf|clinerules|roo)/.*\.mdc?$", re.IGNORECASE
)
_CAME_ALONG = re.compile(
    r"\bauto[- ]?generated\b|\bgenerated (?:by|with|from)\b|\bscaffold(?:ed)? (?:by|with)\b|\bdo not edit\b", re.IGNORECASE
)
_MOST_ASKED = 400  # passages of a document that are looked at for that
# Folders of what a system works on, which is no word about it.
_CONTENT = frozenset({"data", "knowledge_base", "knowledge-base", "kb", "corpus", "samples", "fixtures", "content", "prompts"})
_QUOTED = re.compile(r"(?:\bOn [^>]{5,160} wrote:\s*)?(?:(?<=\s)|^)>.*$", re.DOTALL)
_STATE = frozenset({"state", "status", "stand", "treatment"})
_CLOSED = re.compile(
    r"^\W*(closed|mitigated|done|resolved|fixed|not applicable|n/?a|transferred|avoided|eliminated|implemented|dropped|rejected)\b",
    re.IGNORECASE,
)
_TO_COME = frozenset({"will", "shall", "should", "would", "could", "might", "must", "to"})
_CARRIED = "\0"
_LONGEST_HEAD = 120  # characters of a heading that are read
_LONGEST_HEADER = 48  # characters of a cell that names a column
_HEADER_WORDS = 5


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of a document, or a cell of a table, with what it may be about."""

    sentence: str
    passage: Passage
    heads: tuple[str, ...]
    column: str = ""  # the heading of its column, where it stands in a table
    in_row: bool = False  # beside the first cell of a row, which is the first of `heads`
    asked: str = ""  # the question that it answers

    @property
    def in_column(self) -> str:
        """The sentence as its column's heading has it read: "Authentication: none"."""
        return f"{self.column}: {self.sentence}" if self.column else self.sentence

    @property
    def clause(self) -> str:
        """The sentence by itself; a cell beside the first one of its row."""
        return f"{self.heads[0]}: {self.sentence}" if self.in_row and self.heads else self.sentence

    @property
    def read(self) -> str:
        """The sentence as it is read: below its heading, in its column, beside the first cell of its row."""
        before = ": ".join(filter(None, (*self.heads[:1], self.column)))
        return f"{before}: {self.sentence}" if before else self.sentence


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table below its head."""

    passage: Passage
    columns: tuple[str, ...]  # headings; empty where the table has none
    cells: tuple[str, ...]

    def under(self, names: frozenset[str]) -> str:
        """The first cell whose column bears one of the words."""
        return next((cell for column, cell in zip(self.columns, self.cells, strict=False) if names & set(words_of(column))), "")


def is_asked_for(told: Told) -> bool:
    """Whether a sentence stands in a list of things to do and tells of nobody who does them."""
    if not is_wished(told.sentence, told.passage.section):
        return False
    return not any(clause.doer and clause.kinds and clause.modal not in _TO_COME for clause in read_clauses(told.sentence))


def is_generated_guide(document: DocumentFacts) -> bool:
    """Whether a document guides programs that write code and came with a framework or a collection of rules: it tells of no system."""
    path = "/" + document.path
    if _RULES_OF_EDITORS.search(path):
        return True
    begun = " ".join(passage.text[:400] for passage in document.passages[:_STANDING])
    return _GUIDES.search(path) is not None and _CAME_ALONG.search(begun) is not None


def describes(document: DocumentFacts) -> bool:
    """Whether a document tells what this system is: not another's, no decision that was not taken or no longer holds."""
    if is_generated_guide(document):
        return False
    if document.purpose in TOLD_OF_OTHERS or (TOLD_ELSEWHERE | _ASKED_FOR) & set(words_of(document.path.rsplit(".", 1)[0])):
        return False
    if sum(_WRITTEN_DOWN.search(passage.text[:2_000]) is not None for passage in document.passages[:_MOST_ASKED]) > 1:
        return False
    if _CONTENT & set(document.path.lower().split("/")[:-1]):
        return False
    for at, passage in enumerate(document.passages[:_STANDING]):
        if passage.hidden:
            continue
        told = _STATUS.match(passage.text)
        if told is None and passage.kind == "title" and passage.text.strip().lower() == "status":
            told = re.match(r"(.{0,80})", document.passages[at + 1].text) if at + 1 < len(document.passages) else None
        if told is not None and _NOT_TAKEN.search(told[1]):
            return False
    return True


def told_of(document: DocumentFacts) -> Iterator[Told]:
    """What a document tells of the system as it is, in its order; what speakers note for themselves is among it, marked as hidden."""
    rows = {id(row.passage): row for row in rows_of(document.passages)}
    asked = ""
    for passage in document.passages:
        is_note = passage.hidden == "speaker_notes"
        if not is_note and (passage.kind not in _PROSE or passage.hidden):
            continue
        if any(_NOT_NOW.search(title) for title in passage.section):
            continue
        headings = tuple(title[:_LONGEST_HEAD] for title in reversed(passage.section) if title)
        row = rows.get(id(passage))
        if row is not None:
            yield from _told_in(row, headings)
        elif passage.kind != "table_row":
            text = _QUOTED.sub("", passage.text) if document.path.endswith(".eml") else passage.text
            asked = asked if asked.startswith(_CARRIED) else ""
            asked = asked.removeprefix(_CARRIED)
            for sentence in sentences(text):
                if sentence.rstrip("*_ ").endswith("?"):
                    asked = sentence.strip("*_ ")
                if _NO_SENTENCE.search(sentence) is None:
                    yield Told(sentence, passage, headings, asked="" if sentence.strip("*_ ") == asked else asked)
            asked = _CARRIED + asked if text.rstrip("*_ ").endswith("?") else ""  # a question that stands alone is answered by what follows


def _told_in(row: Row, headings: tuple[str, ...]) -> Iterator[Told]:
    if _CLOSED.match(row.under(_STATE)):
        return
    heads = (row.cells[0][:_LONGEST_HEAD], *headings)
    for at, cell in enumerate(row.cells):
        column = row.columns[at] if at < len(row.columns) else ""
        for sentence in filter(lambda each: _NO_SENTENCE.search(each) is None, sentences(cell)):
            yield Told(sentence, row.passage, heads if at else headings, column if at else "", bool(at))


def rows_of(passages: Sequence[Passage]) -> Iterator[Row]:
    """The rows of all tables with their cells, the heads of tables left out."""
    columns: tuple[str, ...] = ()
    before: Passage | None = None
    for at, passage in enumerate(passages):
        if passage.kind != "table_row" or passage.hidden:
            before = None if not passage.hidden else before
            continue
        cells = tuple(cell.strip() for cell in passage.text.split(" | "))
        is_first = before is None or (before.section, before.place.page) != (passage.section, passage.place.page)
        before = passage
        if is_first:
            following = passages[at + 1] if at + 1 < len(passages) else None
            columns = cells if following is not None and following.kind == "table_row" and _is_head(cells) else ()
            if columns:
                continue
        yield Row(passage, columns, cells)


def _is_head(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and all(
        len(cell) <= _LONGEST_HEADER and len(cell.split()) <= _HEADER_WORDS and not re.search(r"\d\d|://|\s\S+\.$", cell) for cell in cells
    )
