"""What a free or a qualified name means in a file: values of the project, or names from outside.

Takes the facts of all files and their module table; follows imports, re-exports and star imports from file to
file. What a value behind a name denotes in turn is asked of `program`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.answers import Node
from ingest.code.languages import Language
from ingest.code.modules import ModuleTable
from ingest.facts import CodeFacts, ConfigFacts

_MAX_CHANGES = 64  # of one imported thing in a row, at the top of a file


class Imports:
    """The names that each file of a project sees."""

    def __init__(self, files: Sequence[CodeFacts], languages: Sequence[Language], configuration: Sequence[ConfigFacts]) -> None:
        self._files, self._languages = files, languages
        self._modules = ModuleTable(files, configuration)
        self._targets: list[dict[str, list[str]]] = []
        for file in files:
            table: dict[str, list[str]] = {}
            for statement in file.imports:
                table.setdefault(statement.local, []).append(statement.target)
            self._targets.append(table)

    def lookup(self, file: int, name: str) -> tuple[list[Node], list[str]]:
        """What a free name means in a file: the project's values, or names from outside."""
        facts = self._files[file]
        if name in facts.variables:
            own = _nodes(file, facts.variables[name])
            if self._is_imported_and_changed(file, name):  # `import { registry } from "./registry"; registry.add(...)`
                given = [self.resolve(target, file) for target in self._targets[file][name]]
                return [*own, *(node for nodes, _outside in given for node in nodes)], [one for _nodes, outside in given for one in outside]
            return own, self._library_behind(file, name)
        targets = self._targets[file].get(name) or self._modules.visible(name, file)
        if targets:
            nodes: list[Node] = []
            outside: list[str] = []
            for target in targets:
                found, rest = self.resolve(target, file)
                nodes += found
                outside += rest
            return nodes, outside
        for source in self._targets[file].get("*", ()):
            module = self._modules.find(source, file)
            if module is not None and module != file and name in self._files[module].variables:
                return _nodes(module, self._files[module].variables[name]), []
        known = self._languages[file].global_name(name)
        if known is not None:
            return [], [known]
        stars = [f"{source}.{name}" for source in self._targets[file].get("*", ()) if self._modules.find(source, file) is None]
        return [], stars

    def _is_imported_and_changed(self, file: int, name: str) -> bool:
        """Whether all that a file's own values of a name are, is what calls have made of the imported one."""
        if name not in self._targets[file]:
            return False
        values = self._files[file].values
        for identity in self._files[file].variables[name]:
            value = values[identity]
            for _ in range(_MAX_CHANGES):
                if value.kind != "update" or not value.inputs:
                    break
                value = values[value.inputs[0]]
            if value.kind != "name" or value.text != name or value is values[identity]:
                return False
        return True

    def _library_behind(self, file: int, name: str) -> list[str]:
        """What of a library a name stands for where that is installed, and for nothing else: `except ImportError: torch = None`."""
        values = (self._files[file].values[identity] for identity in self._files[file].variables[name])
        if name not in self._targets[file] or not all(value.kind == "constant" and value.constant_type == "none" for value in values):
            return []
        resolved = [self.resolve(target, file) for target in self._targets[file][name]]
        return [] if any(found for found, _outside in resolved) else [outside for _found, named in resolved for outside in named]

    def extensions(self, name: str, file: int) -> tuple[str, ...]:
        """Functions that a file may call as methods of that name."""
        return tuple(self._modules.extensions(name, file))

    def file_of(self, target: str, importer: int) -> int | None:
        """The file that an import names, whichever file what it takes of it comes from."""
        found = self._modules.prefix(target, importer)
        return None if found is None else found[0]

    def resolve(self, target: str, importer: int, depth: int = 0) -> tuple[list[Node], list[str]]:
        """What a qualified name means to a file that imports it."""
        found = self._modules.prefix(target, importer)
        if found is None or depth > 8:
            return [], [self._languages[importer].outside_name(target)]
        module, rest = found
        if not rest:
            return [], [f"module:{module}"]
        facts = self._files[module]
        if rest[0] in facts.variables:
            if len(rest) == 1:
                return _nodes(module, facts.variables[rest[0]]), []
            return [], [f"{facts.module}.{'.'.join(rest)}"]
        for again in self._targets[module].get(rest[0], ()):
            if again != target:
                return self.resolve(".".join([again, *rest[1:]]), module, depth + 1)
        for source in self._targets[module].get("*", ()):
            star = self._modules.find(source, module)
            if star is not None and rest[0] in self._files[star].variables:
                return _nodes(star, self._files[star].variables[rest[0]]), []
            if star is not None and star != module and not self._targets[star].keys().isdisjoint((rest[0], "*")):
                inner, outside = self.resolve(".".join([source, *rest]), module, depth + 1)
                if inner or outside != [f"{self._files[star].module}.{'.'.join(rest)}"]:
                    return inner, outside
        return [], [f"{facts.module}.{'.'.join(rest)}"]


def _nodes(file: int, ids: Sequence[int]) -> list[Node]:
    return [(file, identity) for identity in ids]
