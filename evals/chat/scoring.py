"""How well one answer meets its reference: what it cites, what it says, and whether it rightly says that there is no answer.

- Precision: the part of its citations of places that lie in files the reference is about.
- Recall: the part of the wanted places that it cites, within a few lines.
- Right: an answerable question has statements that match all that is to be said and nothing that is refused; an unanswerable one has an
  answer that says so, and no finding, control or element of the scan is offered in its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from evals.chat.model import Reference
from pipeline.chat import Answer, Citation

WITHIN = 3  # lines


@dataclass(frozen=True, slots=True)
class Score:
    """One question; None is what does not apply."""

    right: bool
    abstained: bool
    cited: int
    cited_right: int
    wanted: int
    found: int
    uncited: int  # statements without a citation; there must be none
    why: str = ""


def scored(reference: Reference, answer: Answer) -> Score:
    """The score of an answer to the question of a reference."""
    text = "\n".join(statement.text for statement in answer.statements)
    abstained = bool(answer.not_answered)
    placed = [citation for statement in answer.statements for citation in statement.citations if citation.path]
    uncited = sum(not statement.citations for statement in answer.statements)
    if not reference.answerable:
        claims = [one for statement in answer.statements for one in statement.citations if one.kind in ("finding", "control", "flow")]
        right = abstained and not claims
        return Score(right, abstained, 0, 0, 0, 0, uncited, "" if right else "answered what has no answer")
    good = sum(any(_in_file(citation.path, one) for one in reference.about) for citation in placed)
    found = sum(any(_meets(citation, one) for one in want.split("|") for citation in placed) for want in reference.wants)
    missing = [says for says in reference.says if not re.search(says, text, re.IGNORECASE)]
    refused = [says for says in reference.refuses if re.search(says, text, re.IGNORECASE | re.MULTILINE)]
    why = "no statement" if not answer.statements else f"not said: {missing}" if missing else f"said: {refused}" if refused else ""
    return Score(
        right=not why, abstained=abstained and not answer.statements, cited=len(placed), cited_right=good, wanted=len(reference.wants),
        found=found, uncited=uncited, why=why,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """Over many questions."""

    questions: int
    precision: float
    recall: float
    right: float
    abstained_right: tuple[int, int]  # of the unanswerable
    abstained_wrong: tuple[int, int]  # of the answerable
    seconds: float  # the middle of all
    slowest: float


def figures(scores: Sequence[tuple[Reference, Score, float]]) -> Figures:
    """Sums over questions; precision and recall over all citations and all wanted places."""
    answerable = [score for reference, score, _ in scores if reference.answerable]
    others = [score for reference, score, _ in scores if not reference.answerable]
    times = sorted(seconds for _, _, seconds in scores)
    return Figures(
        questions=len(scores),
        precision=_share(sum(one.cited_right for one in answerable), sum(one.cited for one in answerable)),
        recall=_share(sum(one.found for one in answerable), sum(one.wanted for one in answerable)),
        right=_share(sum(one.right for one in answerable), len(answerable)),
        abstained_right=(sum(one.right for one in others), len(others)),
        abstained_wrong=(sum(one.abstained for one in answerable), len(answerable)),
        seconds=times[len(times) // 2] if times else 0.0,
        slowest=times[-1] if times else 0.0,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _in_file(path: str, wanted: str) -> bool:
    return wanted == "**" or fnmatchcase(path, wanted)


def _meets(citation: Citation, want: str) -> bool:
    match = re.fullmatch(r"(.+?):(\d+)-(\d+)", want)
    if match is None:
        return _in_file(citation.path, want)
    if citation.path != match[1] or citation.lines is None:
        return False
    return citation.lines[0] <= int(match[3]) + WITHIN and citation.lines[1] >= int(match[2]) - WITHIN
