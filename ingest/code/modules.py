"""Which file an imported module is: the module table of a project, each language by its own rules."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.languages import Modules, Namespaces, language_of
from ingest.facts import CodeFacts, ConfigFacts


class ModuleTable:
    """Finds the project's file behind a module's name, as seen from a file that imports it."""

    def __init__(self, files: Sequence[CodeFacts], configuration: Sequence[ConfigFacts] = ()) -> None:
        tables: dict[str, Modules] = {}
        for name in sorted({file.language for file in files}):
            tables[name] = language_of(name).modules(files, configuration)
        self._tables = tuple(tables[file.language] for file in files)
        opened = {name: table if isinstance(table, Namespaces) else None for name, table in tables.items()}
        self._namespaces = tuple(opened[file.language] for file in files)

    def find(self, module: str, importer: int) -> int | None:
        """The file's index, or None where the module is not the project's own."""
        return self._tables[importer].find(module, importer)

    def prefix(self, name: str, importer: int) -> tuple[int, tuple[str, ...]] | None:
        """The longest module that begins `name`, and what is left of the name behind it."""
        return self._tables[importer].prefix(name, importer)

    def visible(self, name: str, importer: int) -> tuple[str, ...]:
        """What a bare name may stand for where files open namespaces."""
        table = self._namespaces[importer]
        return () if table is None else table.visible(name, importer)

    def extensions(self, name: str, importer: int) -> tuple[str, ...]:
        """Functions in sight that are called as methods."""
        table = self._namespaces[importer]
        return () if table is None else table.extensions(name, importer)
