"""Some files of a tree changed, and put back: a comment line at the end of files spread evenly over the tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.corpus import python_files

_LEAST_LINES = 50  # an empty `__init__.py` would be too cheap a change


@contextmanager
def changed(folder: Path, count: int, taking: int = 0) -> Iterator[Sequence[Path]]:
    """The files that differ inside the block; their bytes are put back after it. Each taking changes them to other bytes."""
    before = {path: path.read_bytes() for path in chosen(folder, count)}
    try:
        for path, body in before.items():
            path.write_bytes(body + f"\n# changed by the benchmark ({count}, {taking})\n".encode())
        yield tuple(before)
    finally:
        for path, body in before.items():
            path.write_bytes(body)


def chosen(folder: Path, count: int) -> Sequence[Path]:
    """Files of some length, spread evenly over the sorted tree; all of them where there are not as many."""
    able = [path for path in python_files(folder) if path.read_bytes().count(b"\n") >= _LEAST_LINES]
    count = min(count, len(able))
    return tuple(able[(2 * number + 1) * len(able) // (2 * count)] for number in range(count))
