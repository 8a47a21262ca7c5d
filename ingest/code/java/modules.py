"""Which file a Java name means: a class is looked for by its package, among files of one name in the nearest folder."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.java.names import PACKAGE
from ingest.facts import CodeFacts, ConfigFacts


class PackageModules:
    """Finds the project's file behind `package.Class`, as seen from a file that names it."""

    def __init__(self, files: Sequence[CodeFacts], configuration: Sequence[ConfigFacts] = ()) -> None:
        self._files = files
        self._holders: dict[str, list[int]] = {}  # `package.Class` to the files that define it
        for index, file in enumerate(files):
            if file.language != "java":
                continue
            package = next((given.target for given in file.imports if given.local == PACKAGE), "")
            for cls in file.classes:
                if cls.qualified_name == f"{file.module}.{cls.name}":
                    self._holders.setdefault(f"{package}.{cls.name}" if package else cls.name, []).append(index)

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
                return self._nearest(holders, importer), tuple(parts[cut - 1 :])
        return None

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
