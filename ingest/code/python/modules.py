"""Which file an imported Python module is.

A folder without `__init__.py` above a module may be a root that imports are written from, so a file
is known by every dotted name that such a root gives it.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Protocol

from ingest.facts import ConfigFacts

_BUILTINS = frozenset(dir(builtins))


def global_name(name: str) -> str | None:
    """What a name means that nothing in the file defines, or None."""
    return f"builtins.{name}" if name in _BUILTINS else None


class _File(Protocol):
    @property
    def path(self) -> str: ...

    @property
    def language(self) -> str: ...


class DottedModules:
    """Finds the project's file behind a dotted module name, as seen from a file that imports it."""

    def __init__(self, files: Sequence[_File], _configuration: Sequence[ConfigFacts] = ()) -> None:
        self._files = files
        own = [(index, file) for index, file in enumerate(files) if file.language == "python"]
        packages = {file.path.rsplit("/", 1)[0] for _, file in own if file.path.endswith("/__init__.py")}
        self._by_name: dict[str, list[int]] = {}
        for index, file in own:
            for name in _names(file.path, packages):
                self._by_name.setdefault(name, []).append(index)

    def find(self, module: str, importer: int) -> int | None:
        """The file's index, or None where the module is not the project's own."""
        found = self._by_name.get(module)
        if not found:
            return None
        here = self._files[importer].path.split("/")[:-1]
        if "." not in module:
            # A one-word module beside a script may be its neighbour; elsewhere it is a package from outside.
            near = [i for i in found if self._files[i].path.split("/")[: len(here)] == here or self._files[i].path.count("/") <= 1]
            near = [i for i in near if _folder(self._files[i].path) == here or _is_top(self._files[i].path)]
            if not near:
                return None
            found = near
        return max(found, key=lambda i: (_shared(here, self._files[i].path.split("/")[:-1]), -i))

    def prefix(self, name: str, importer: int) -> tuple[int, tuple[str, ...]] | None:
        """The longest module that begins `name`, and what is left of the name behind it."""
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            found = self.find(".".join(parts[:cut]), importer)
            if found is not None:
                return found, tuple(parts[cut:])
        return None


def _folder(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return parts[:-1] if path.endswith("/__init__.py") else parts


def _is_top(path: str) -> bool:
    parts = path.split("/")
    return len(parts) == 1 or (len(parts) == 2 and parts[1] == "__init__.py") or parts[0] in ("src", "lib")


def _shared(left: list[str], right: list[str]) -> int:
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def _names(path: str, packages: set[str]) -> list[str]:
    stem, _, suffix = path.rpartition(".")
    if suffix == "ipynb":
        return [path]
    parts = stem.split("/")
    names = []
    for cut in range(len(parts)):
        if cut and "/".join(parts[:cut]) in packages:
            break
        kept = parts[cut:]
        if kept[-1] == "__init__":
            kept = kept[:-1]
        if kept:
            names.append(".".join(kept))
    return names
