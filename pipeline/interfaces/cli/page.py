"""The pieces that pages on the terminal are made of: headings, and wrapped text below them in which nothing can act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

INDENT = 2
LEAST_ROOM = 32  # columns beside a name


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is being printed."""

    console: Console

    def title(self, name: str, kind: str, text: str) -> None:
        """The name of what is explained, what it is one of, and its title."""
        from rich.text import Text

        from pipeline.reports.escape import visible

        self.console.print(Text.assemble((visible(name), "bold magenta"), (f"  {visible(kind)}", "dim")))
        if text:
            self.console.print(Text(visible(text), "bold"))

    def heading(self, text: str) -> None:
        from rich.text import Text

        from pipeline.reports.escape import visible

        self.console.print()
        self.console.print(Text(visible(text), "bold cyan"))

    def prose(self, text: str, style: str = "") -> None:
        self._below(_text(text, style), INDENT)

    def bullet(self, text: str, style: str = "") -> None:
        """A line that begins with a dot; what does not fit hangs below the first word."""
        self._hanging("•", text, style, INDENT)

    def beneath(self, label: str, text: str, style: str = "") -> None:
        """What belongs to the bullet before, after a word such as `test:`."""
        self._hanging(label, text, style, INDENT + 2)

    def pairs(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and what is said of them, side by side, or below each other where there is no room for both."""
        from rich.table import Table
        from rich.text import Text

        from pipeline.reports.escape import visible

        shown = tuple(rows)
        if max((len(visible(name)) for name, _ in shown), default=0) + LEAST_ROOM > self.console.width:
            for name, said in shown:
                self.prose(name, "bold")
                self._below(_text(said), INDENT + 2)
            return
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="bold")
        table.add_column(overflow="fold")
        for name, said in shown:
            table.add_row(Text(visible(name)), _text(said))
        self._below(table, INDENT)

    def code(self, lines: Iterable[tuple[int, str, str]]) -> None:
        """Lines of code with their numbers, and at some of them what they show; long ones are cut."""
        from rich.text import Text

        from pipeline.reports.escape import shorten, visible

        room = self.console.width - INDENT - 6
        for number, text, said in lines:
            note = f"  <-- {said}" if said else ""
            shown = shorten(visible(text), max(room - len(note), 20))
            self._below(Text.assemble((f"{number:>4}  ", "dim"), (shown, "bold" if said else ""), (note, "yellow")), INDENT)

    def more(self, text: str) -> None:
        """The last line: where to go on."""
        self.console.print()
        self.prose(text, "dim")

    def _hanging(self, label: str, text: str, style: str, indent: int) -> None:
        from rich.table import Table
        from rich.text import Text

        from pipeline.reports.escape import visible

        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        table.add_row(Text(visible(label), style), _text(text, style))
        self._below(table, indent)

    def _below(self, what: RenderableType, indent: int) -> None:
        from rich.padding import Padding

        self.console.print(Padding(what, (0, 0, 0, indent)))


def _text(text: str, style: str = "") -> RenderableType:
    from rich.text import Text

    from pipeline.reports.escape import visible

    return Text(visible(" ".join(text.split())), style)
