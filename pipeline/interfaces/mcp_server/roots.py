"""Which folders may be scanned: those named at the start, and what lies in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UnusableInput
from pipeline.reports.escape import shorten, visible


@dataclass(frozen=True, slots=True)
class Roots:
    """The folders, resolved, in the order they were named."""

    folders: tuple[Path, ...]

    @classmethod
    def named(cls, paths: Sequence[Path]) -> Roots:
        """The folders at these paths.

        Raises:
            UnusableInput: one of them is no folder.
        """
        folders = []
        for path in paths or (Path(),):
            if not path.is_dir():
                raise UnusableInput("no such folder", shorten(str(path), 200), "name folders that may be scanned")
            folders.append(path.resolve())
        return cls(tuple(dict.fromkeys(folders)))

    def inside(self, asked: str | None) -> Path:
        """The folder that is asked for: the first one where none is; links and `..` are followed before it is looked where that leads.

        Raises:
            UnusableInput: it lies in none of the folders, or is no folder.
        """
        if not asked:
            return self.folders[0]
        shown = shorten(visible(asked), 120)
        try:
            wanted = (self.folders[0] / asked).resolve()
        except (OSError, ValueError, RuntimeError):
            raise UnusableInput("path is no path", shown, f"name a folder in {self.told()}") from None
        if not any(wanted == folder or wanted.is_relative_to(folder) for folder in self.folders):
            raise UnusableInput("path lies outside of the folders this server may read", shown, f"name a folder in {self.told()}")
        if not wanted.is_dir():
            raise UnusableInput("path is no folder", shown, f"name a folder in {self.told()}")
        return wanted

    def told(self) -> str:
        return ", ".join(visible(str(folder)) for folder in self.folders)


def name_of(folder: Path) -> str:
    return visible(folder.name or os.fspath(folder))
