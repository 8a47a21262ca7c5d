"""The figures of the questions as a part of `docs/chat.md`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from evals.chat.model import Split, Style
from evals.chat.running import Asked
from evals.chat.scoring import Figures, figures

BEGIN, END = "<!-- figures: written by `python -m evals.chat --write` -->", "<!-- end of figures -->"
_HEAD = "| questions | number | right | citation precision | citation recall | rightly without answer | wrongly without answer | seconds |"


def table(asked: Sequence[Asked]) -> str:
    """The figures by half, by style and by system, in Markdown."""
    lines = [_HEAD, "|---|---|---|---|---|---|---|---|"]
    for name, part in _parts(asked):
        if part:
            lines.append(_row(name, figures([(one.reference, one.score, one.seconds) for one in part])))
    return "\n".join(lines)


def misses(asked: Sequence[Asked]) -> Iterator[str]:
    """What was not right, one line each."""
    for one in asked:
        if not one.score.right:
            yield f"{one.system}/{one.reference.id} [{one.answer.intent}]: {one.reference.ask}: {one.score.why}"


def within(page: str, text: str) -> str:
    """A page with its figures replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def _parts(asked: Sequence[Asked]) -> Iterator[tuple[str, list[Asked]]]:
    for split in get_args(Split):
        yield split, [one for one in asked if one.split == split]
    for style in get_args(Style):
        yield f"held-out, {style}", [one for one in asked if one.split == "held-out" and one.reference.style == style]
    for system in sorted({one.system for one in asked}):
        yield system, [one for one in asked if one.system == system]


def _row(name: str, of: Figures) -> str:
    right, without = of.abstained_right, of.abstained_wrong
    return (
        f"| {name} | {of.questions} | {of.right:.2f} | {of.precision:.2f} | {of.recall:.2f} | {right[0]} of {right[1]} "
        f"| {without[0]} of {without[1]} | {of.seconds:.2f} |"
    )
