"""The pieces that pages on the terminal are made of: headings, and wrapped text below them in which nothing can act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is being printed."""

    console: Console

    def heading(self, text: str) -> None:
        from rich.text import Text

        self.console.print()
        self.console.print(Text(text, "bold cyan"))

    def prose(self, text: str, style: str = "") -> None:
        from rich.padding import Padding
        from rich.text import Text

        from pipeline.reports.escape import visible

        self.console.print(Padding(Text(visible(" ".join(text.split())), style), (0, 0, 0, 2)))
