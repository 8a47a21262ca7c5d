"""Which file an imported Python module is.

A folder without `__init__.py` above a module may be a root that imports are written from, so a file
is known by every dotted name that such a root gives it. A script that is run where it lies finds its neighbours
by their bare names although its folder is a package; a name that other files import too is a package from outside.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Sequence
from typing import Protocol

from ingest.facts import ConfigFacts, Import
from ingest.folders import together

_BUILTINS = frozenset(dir(builtins))


def global_name(name: str) -> str | None:
    """What a name means that nothing in the file defines, or None."""
    return f"builtins.{name}" if name in _BUILTINS else None


class _File(Protocol):
    @property
    def path(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def imports(self) -> tuple[Import, ...]: ...


class DottedModules:
    """Finds the project's file behind a dotted module name, as seen from a file that imports it."""

    def __init__(self, files: Sequence[_File], _configuration: Sequence[ConfigFacts] = ()) -> None:
        self._files = files
        own = [(index, file) for index, file in enumerate(files) if file.language == "python"]
        packages = {file.path.rsplit("/", 1)[0] for _, file in own if file.path.endswith("/__init__.py")}
        packages = {folder for folder in packages if folder.rpartition("/")[2].isidentifier()}  # `back-end` cannot be imported
        self._by_name: dict[str, list[int]] = {}
        for index, file in own:
            for name in _names(file.path, packages):
                self._by_name.setdefault(name, []).append(index)
        self._packages = packages
        self._by_path = {file.path: index for index, file in own}
        self._folders = {"/".join(parts[:end]) for _, file in own for parts in (file.path.split("/"),) for end in range(1, len(parts))}
        self._outside = frozenset(name for _, file in own for name in self._imported_from_outside(file))

    def find(self, module: str, importer: int) -> int | None:
        """The file's index, or None where the module is not the project's own."""
        found = self._by_name.get(module)
        if not found:
            return self._neighbour(module, self._files[importer].path.rpartition("/")[0])
        here = self._files[importer].path.split("/")[:-1]
        if "." not in module:
            # A one-word module beside a script may be its neighbour; elsewhere it is a package from outside.
            near = [i for i in found if self._files[i].path.split("/")[: len(here)] == here or self._files[i].path.count("/") <= 1]
            near = [i for i in near if _folder(self._files[i].path) == here or _is_top(self._files[i].path)]
            if not near:
                return None
            found = near
        return max(found, key=lambda i: (together(here, self._files[i].path.split("/")[:-1]), -i))

    def _neighbour(self, module: str, folder: str) -> int | None:
        """The file beside a script in a package, or a part of what lies beside it, which are found when the script is run where it lies."""
        first = module.partition(".")[0]
        if folder not in self._packages or first in sys.stdlib_module_names or first in self._outside:
            return None
        for root in self._above(folder):
            path = f"{root}/{module.replace('.', '/')}"
            found = self._by_path.get(f"{path}.py", self._by_path.get(f"{path}/__init__.py"))
            if found is not None and (root == folder or ("." in module and f"{root}/{first}" in self._folders)):
                return found
        return None

    def _above(self, folder: str) -> Iterator[str]:
        """A package and those it lies in: whoever runs a script in one of them imports its parts from there, in all files below."""
        while folder in self._packages:
            yield folder
            folder = folder.rpartition("/")[0]

    def _imported_from_outside(self, file: _File) -> Iterator[str]:
        """First names of imports where no file of that name lies beside, or where it is the importing file itself."""
        folder, _, name = file.path.rpartition("/")
        before = f"{folder}/" if folder else ""
        for first in {found.target.partition(".")[0] for found in file.imports}:
            beside = f"{before}{first}.py" in self._by_path or any(f"{above}/{first}" in self._folders for above in self._above(folder))
            beside = beside or f"{before}{first}" in self._folders
            if not beside or name == f"{first}.py":
                yield first

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
