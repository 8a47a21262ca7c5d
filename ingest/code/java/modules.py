"""Which file a name of Java or Kotlin means: a class is looked for by its package, among files of one name in the nearest folder.

Both are one program, and name each other's classes; what Kotlin's files define outside of classes belongs to the package, and for Java to
a class that is named after the file.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.java.names import PACKAGE
from ingest.code.kotlin.names import OPENS
from ingest.facts import CodeFacts, ConfigFacts


class PackageModules:
    """Finds the project's file behind `package.Class`, as seen from a file that names it."""

    def __init__(self, files: Sequence[CodeFacts], configuration: Sequence[ConfigFacts] = ()) -> None:
        self._files = files
        self._holders: dict[str, list[int]] = {}  # `package.Class` to the files that define it
        self._files_as_classes: dict[str, list[int]] = {}  # `package.FileKt` to the files of Kotlin
        self._extensions: dict[str, list[tuple[str, str]]] = {}  # functions called as methods, with their package
        self._within: dict[int, str] = {}
        for index, file in enumerate(files):
            if file.language not in ("java", "kotlin"):
                continue
            package = next((given.target for given in file.imports if given.local == PACKAGE), "")
            for cls in file.classes:
                if cls.qualified_name == f"{file.module}.{cls.name}":
                    self._holders.setdefault(_inside(package, cls.name), []).append(index)
            if file.language == "kotlin":
                self._add_top(index, file, package)

    def _add_top(self, index: int, file: CodeFacts, package: str) -> None:
        """What a file of Kotlin defines beside its classes."""
        self._within[index] = package
        name = file.path.rpartition("/")[2].rpartition(".")[0]
        self._files_as_classes.setdefault(_inside(package, f"{name[:1].upper()}{name[1:]}Kt"), []).append(index)
        for name in file.variables:
            holders = self._holders.setdefault(_inside(package, name), [])
            if index not in holders:
                holders.append(index)
        for function in file.functions:
            if any(file.values[mark].text == "@extension" for mark in function.decorators):
                self._extensions.setdefault(function.name, []).append((package, function.qualified_name))

    def find(self, module: str, importer: int) -> int | None:
        """No name in Java means a whole file."""
        return None

    def prefix(self, name: str, importer: int) -> tuple[int, tuple[str, ...]] | None:
        """The file whose class begins `name`, and what is left of the name behind the package."""
        if name.startswith("./"):
            return None
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            holders = self._holders.get(".".join(parts[:cut]))
            if holders:
                return self._nearest(holders, importer), tuple(part for part in parts[cut - 1 :] if part != "Companion")
            holders = self._files_as_classes.get(".".join(parts[:cut]))
            if holders and cut < len(parts):
                return self._nearest(holders, importer), tuple(parts[cut:])
        return None

    def visible(self, name: str, importer: int) -> tuple[str, ...]:
        """Readers say of each free name what it may be."""
        return ()

    def extensions(self, name: str, importer: int) -> tuple[str, ...]:
        """Extension functions of that name in sight of a file of Kotlin: of its package, or imported."""
        found = self._extensions.get(name)
        if not found or importer not in self._within:
            return ()
        given = self._files[importer].imports
        opened = {self._within[importer], *(one.target for one in given if one.local == OPENS)}
        opened |= {one.target.rpartition(".")[0] for one in given if one.local == name}
        return tuple(qualified for package, qualified in found if package in opened)[:4]

    def _nearest(self, holders: list[int], importer: int) -> int:
        here = self._files[importer].path.split("/")

        def distance(index: int) -> tuple[int, str]:
            shared = 0
            for mine, other in zip(here, self._files[index].path.split("/"), strict=False):
                if mine != other:
                    break
                shared += 1
            return -shared, self._files[index].path

        return min(holders, key=distance)


def _inside(package: str, name: str) -> str:
    return f"{package}.{name}" if package else name
