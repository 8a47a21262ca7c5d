"""Where a scan of a fleet begins that also takes what the scanned tree may say of itself: what is left out, and decisions with a reason.

A revision says it in its own settings file, not in one that happens to lie in a work tree.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.fleet import child

if TYPE_CHECKING:
    from pipeline.fleet.order import ScanOrder
    from pipeline.interfaces.settings import Settings
    from pipeline.scan import ScanSettings


def main() -> None:
    child.main(settings_of)


def settings_of(folder: Path, rev: str | None, order: ScanOrder) -> ScanSettings:
    """What an order says, and what the tree says of itself. The environment of a worker says nothing of one system."""
    from pipeline.interfaces.settings import load_settings
    from pipeline.scan import ScanSettings

    said: Settings = load_settings(folder, {}, {}) if rev is None else _of_revision(folder, rev)
    docs = (*order.docs, *said.docs) if rev is None else order.docs  # of a revision, they are among its files anyway
    return ScanSettings(
        docs=tuple(map(Path, docs)), exclude=(*order.exclude, *said.exclude), knowledge=tuple(map(Path, order.knowledge)),
        suppress=said.suppress, part_of_ai_system=said.part_of_ai_system,
    )  # fmt: skip


def _of_revision(folder: Path, rev: str) -> Settings:
    from ingest.revision import commit_of, repository_of
    from pipeline.interfaces.settings import FILE_NAME, MOST_BYTES, MOST_PYPROJECT_BYTES, load_settings

    git = repository_of(folder)
    commit = commit_of(git, rev)
    below = "" if folder == git.top else f"{folder.relative_to(git.top).as_posix()}/"
    with tempfile.TemporaryDirectory(prefix="threatloom-") as room:
        for name, most in ((FILE_NAME, MOST_BYTES), ("pyproject.toml", MOST_PYPROJECT_BYTES)):
            blob = f"{commit}:{below}{name}"
            size = git.run(git.top, "cat-file", "-s", blob)
            if size is None or not size.strip().isdigit() or int(size) > most:
                continue
            if (text := git.run(git.top, "cat-file", "blob", blob)) is not None:
                Path(room, name).write_bytes(text)
        return load_settings(Path(room), {}, {})
