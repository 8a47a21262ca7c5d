"""Which file a Go name means: a package is a folder, found by its import path below the module that `go.mod` names."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.go.names import module_name, outside_name
from ingest.facts import CodeFacts, ConfigFacts


class PackageModules:
    """Finds the project's file that defines `package.Name`."""

    def __init__(self, files: Sequence[CodeFacts], configuration: Sequence[ConfigFacts] = ()) -> None:
        self._holders: dict[tuple[str, str], int] = {}
        self._folders: set[str] = set()
        for index, file in sorted(enumerate(files), key=lambda item: (item[1].path.endswith("_test.go"), item[1].path)):
            if file.language == "go":
                self._folders.add(file.module)
                for name in file.variables:
                    self._holders.setdefault((file.module, name), index)
        self._roots = {
            outside_name(setting.name): facts.path.rpartition("/")[0]
            for facts in configuration
            for setting in facts.settings
            if setting.kind == "go_module"
        }

    def find(self, module: str, importer: int) -> int | None:
        """No name in Go means one file."""
        return None

    def prefix(self, name: str, importer: int) -> tuple[int, tuple[str, ...]] | None:
        """The file that defines the first name behind the package, and that name with what follows."""
        dot = name.find(".", max(name.rfind("/"), 1) + 1)
        if dot < 0:
            return None
        package, rest = name[:dot], tuple(name[dot + 1 :].split("."))
        folder = package if package.startswith("./") else self._folder(package)
        holder = self._holders.get((folder, rest[0])) if folder is not None else None
        return None if holder is None else (holder, rest)

    def _folder(self, path: str) -> str | None:
        """The package's name in the project, where its import path lies below a module of the project."""
        path = root = outside_name(path)
        while root:
            if root in self._roots:
                inner = path[len(root) :].strip("/")
                folder = module_name("/".join(part for part in (self._roots[root], inner, "x.go") if part))
                return folder if folder in self._folders else None
            root = root.rpartition("/")[0]
        return None
