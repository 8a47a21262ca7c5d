"""The difference on a terminal: the story first, then the findings by what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from pipeline.findings.comparing import CHANGE_KINDS, Change
from pipeline.findings.difference import Difference
from pipeline.reports.difference.words import HEADS, SIGNS, counted, left_out, shown_at, side
from pipeline.reports.escape import visible
from pipeline.reports.table import COLOURS, NARROWEST, WIDEST
from pipeline.reports.wording import headline, place, plural, sentence

MOST = 40  # findings of one kind
_TONES = {"worse": "bright_red", "better": "green", "neutral": ""}
_ASCII = str.maketrans({"▲": "^", "▼": "v", "•": "*", "→": ">", "“": '"', "”": '"', "…": "~"})


def render(difference: Difference, *, width: int = 100, colour: bool = False, ascii_only: bool = False) -> str:
    out = StringIO()
    console = Console(
        file=out, width=min(max(width, NARROWEST), WIDEST), force_terminal=colour, color_system="standard" if colour else None,
        no_color=not colour, legacy_windows=False, markup=False, highlight=False, emoji=False, soft_wrap=False, _environ={},
    )  # fmt: skip
    for part in _parts(difference):
        console.print(part)
    text = "\n".join(line.rstrip() for line in out.getvalue().split("\n")).strip("\n") + "\n"
    return text.translate(_ASCII).encode("ascii", "backslashreplace").decode() if ascii_only else text


def _parts(difference: Difference) -> Iterator[Text | Padding]:
    yield Text.assemble(
        ("threatloom ", "bold"),
        (visible(difference.target.name), "bold cyan"),
        f"  {visible(side(difference.old))} → {visible(side(difference.new))}",
    )
    yield Text()
    if difference.story.lines:
        yield Text("what changed", "bold")
        for line in difference.story.lines:
            yield Padding(Text.assemble((f"{SIGNS[line.tone]} ", _TONES[line.tone]), visible(line.text), overflow="fold"), (0, 0, 0, 1))
            if where := shown_at(line):
                yield Padding(Text(f"{visible(where)}{' (before)' if line.gone else ''}", "dim", overflow="fold"), (0, 0, 0, 3))
        if more := left_out(difference):
            yield Padding(Text(more, "dim"), (0, 0, 0, 3))
        yield Text()
    for kind in CHANGE_KINDS:
        changes = [change for change in difference.changes if change.kind == kind]
        if not changes:
            continue
        yield Text(HEADS[kind].lower(), "bold")
        for change in changes[:MOST]:
            yield from _change(change)
        if len(changes) > MOST:
            yield Padding(Text(f"and {plural(len(changes) - MOST, 'more')}", "dim"), (0, 0, 0, 3))
        yield Text()
    for note in difference.notes:
        yield Text(visible(note), "yellow")
    yield Text(counted(difference), "bold")


def _change(change: Change) -> Iterator[Text | Padding]:
    finding = change.finding
    head = Text.assemble((f" {finding.severity} ", COLOURS[finding.severity]), " ", (visible(finding.threat), "bold"))
    if finding.status in ("accepted", "dismissed"):
        head.append(f" ({finding.status})", "dim")
    yield head.append(f"  {visible(place(headline(finding)))}", "dim")
    yield Padding(Text(visible(sentence(finding)), overflow="fold"), (0, 0, 0, 3))
    if change.reason:
        yield Padding(Text(visible(change.reason), "dim", overflow="fold"), (0, 0, 0, 3))
