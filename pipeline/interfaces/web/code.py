"""Quoted places as code: lines with numbers and colours. Colours are classes, given on the server; all text is made visible and escaped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from markupsafe import Markup, escape

from pipeline.findings.model import Finding
from pipeline.reports.escape import shorten, visible_lines
from pipeline.reports.wording import ROLES, headline, lead_way, span
from pipeline.system.model import Evidence

MOST_LINES, MOST_WIDE = 40, 400
MOST_COLOURED = 40_000  # characters; a lexer is a set of patterns, and what it is given was written by others


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    code: Markup
    cited: bool = True


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quoted place, ready to be shown."""

    evidence: Evidence
    number: int  # of the way that is told, from 1; 0 for one that stands beside it
    where: str
    role: str
    note: str
    lines: tuple[Line, ...]
    more: int
    main: bool


def excerpts(finding: Finding) -> tuple[Excerpt, ...]:
    """The way first, from where data enters to where it ends, and then what is beside it."""
    way, main = lead_way(finding), headline(finding)
    numbered = len(way) > 1
    ordered = [*way, *(one for one in finding.evidence if not any(one is step for step in way))]
    return tuple(excerpt(one, at if numbered and at <= len(way) else 0, one is main) for at, one in enumerate(ordered, 1))


def excerpt(evidence: Evidence, number: int = 0, main: bool = False) -> Excerpt:
    lines = visible_lines(evidence.quote)
    shown = coloured(evidence.path, lines[:MOST_LINES])
    start = evidence.start_line
    return Excerpt(
        evidence, number, span(evidence), evidence.role, evidence.note or ROLES[evidence.role],
        tuple(Line(at, line) for at, line in enumerate(shown, start)), max(len(lines) - MOST_LINES, 0), main,
    )  # fmt: skip


def coloured(path: str, lines: Iterable[str]) -> tuple[Markup, ...]:
    """Visible lines of a file as markup; of a kind that is not known, escaped and not coloured."""
    cut = tuple(shorten(line, MOST_WIDE) for line in lines)
    text = "\n".join(cut)
    lexer = _lexer(PurePosixPath(path).suffix[:12].lower()) if len(text) <= MOST_COLOURED else None
    if lexer is not None:
        from pygments import highlight
        from pygments.formatters import HtmlFormatter

        # The formatter escapes all text and closes its spans at the end of each line.
        made = highlight(text, lexer, HtmlFormatter(nowrap=True)).split("\n")[: len(cut)]
        if len(made) == len(cut):
            return tuple(map(Markup, made))
    return tuple(map(escape, cut))


@lru_cache(maxsize=64)
def _lexer(suffix: str) -> Any:  # Any: pygments has no types
    from pygments.lexers import get_lexer_for_filename
    from pygments.util import ClassNotFound

    suffix = {".ipynb": ".py", ".tf": ".tf"}.get(suffix, suffix)
    if suffix in ("", ".md", ".txt"):
        return None
    try:
        return get_lexer_for_filename(f"file{suffix}", stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
