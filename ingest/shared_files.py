"""Scripts that hand each other files: which code is needed because it writes what code that learns reads.

Takes the bytes of Python files one by one, gives those that name a file of data or of a model that a file which learns or predicts names
as well, directly or through others. Only names that are written in one piece are seen, and common ones (`config.json`) tell nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from itertools import islice

_ENDS = re.compile(
    rb"\.(?:csv|tsv|parquet|feather|jsonl|ndjson|json|arrow|npy|npz|pkl|pickle|joblib|pth?|ckpt|h5|hdf5|xlsx|onnx)(?:\.gz)?[\"']"
)
_NAME = re.compile(rb"[\w.-]{1,80}$")
_IN_FOLDER = re.compile(rb"[\w.-]{1,80}/[\w.-]{1,80}$")
_LEARNS = re.compile(rb"\.fit\(|\.partial_fit\(|\.predict(?:_proba)?\(|\.train\(|Trainer\(|optimizer\.step\(|\.backward\(|_model\(")
_LONGEST = 170
_MOST = 400  # names of one file


class SharedFiles:
    """The files of data that Python files name."""

    def __init__(self) -> None:
        self._names: dict[str, frozenset[bytes]] = {}
        self._learning: set[str] = set()

    def add(self, path: str, data: bytes) -> None:
        """Looks into one file."""
        names = frozenset(name for found in islice(_ENDS.finditer(data), _MOST) if (name := _named(data, found)) is not None)
        if names:
            self._names[path] = names
        if _LEARNS.search(data) is not None:
            self._learning.add(path)

    def joined(self, about: Collection[str], used_by: Callable[[Iterable[str]], Collection[str]]) -> set[str]:
        """The files that hand something to a file that learns, among those that are about models, or get something from it.

        `used_by` gives what files import: names may stand there.
        """
        found = self._learning.intersection(about)
        known = {name for path in used_by(found) for name in self._names.get(path, ())} if found else set()
        while True:
            more = {path for path, names in self._names.items() if path not in found and not known.isdisjoint(names)}
            if not more:
                return found
            found |= more
            known |= {name for path in more for name in self._names[path]}


def _named(data: bytes, end: re.Match[bytes]) -> bytes | None:
    """The name that ends here; of JSON, which holds anything, with the folder it lies in."""
    written = data[max(0, end.start() - _LONGEST) : end.end() - 1]
    found = (_IN_FOLDER if b".json" in end[0] and b".jsonl" not in end[0] else _NAME).search(written)
    return found[0] if found is not None else None
