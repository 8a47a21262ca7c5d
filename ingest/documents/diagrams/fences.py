"""Diagrams that stand as text inside another document: which fences hold one, and what is in it.

Takes the lines of a fence with the word it is marked by, gives the diagrams and what of them was not read. A diagram that is too large or
no readable text of its language costs itself alone, never the document around it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.documents.diagrams.drawing import Budget
from ingest.documents.diagrams.graphviz import read_dot
from ingest.documents.diagrams.mermaid import read_mermaid
from ingest.documents.diagrams.plantuml import read_plantuml
from ingest.documents.limits import Deadline, DocumentLimits, LimitReached, Unreadable
from ingest.facts import Diagram

_MERMAID = frozenset({"mermaid", "{mermaid}"})
_PLANTUML = frozenset({"plantuml", "puml", "uml", "c4plantuml", "{plantuml}", "{uml}"})
_GRAPHVIZ = frozenset({"dot", "graphviz", "gv", "{graphviz}", "{dot}"})


def read_fence(
    mark: str, path: str, lines: Sequence[str], first_line: int, budget: Budget, limits: DocumentLimits, deadline: Deadline
) -> tuple[tuple[Diagram, ...], tuple[str, ...]]:
    """The diagrams of a fence marked `mark`, whose first line is line `first_line` of the file; none where it holds something else."""
    word = mark.strip().lower()
    try:
        if word in _MERMAID:
            return _some(read_mermaid(path, lines, first_line, deadline, budget)), ()
        if word in _PLANTUML:
            return read_plantuml(path, lines, first_line, budget, deadline)
        if word in _GRAPHVIZ:
            return _some(read_dot(path, lines, first_line, budget, limits, deadline)), ()
    except (LimitReached, Unreadable) as reason:
        deadline.check()  # where the time of the whole document is over, it is not this fence alone that is left out
        return (), (f"a diagram in line {first_line} that {reason}",)
    return (), ()


def _some(diagram: Diagram | None) -> tuple[Diagram, ...]:
    return () if diagram is None else (diagram,)
