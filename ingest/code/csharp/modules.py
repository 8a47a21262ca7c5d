"""What a C# name may mean to a file: classes of its own and of the open namespaces, extension methods that are in sight.

Namespaces are opened by the file, by `global using` of a file of the same project, and by the SDK. What several projects of a repository
define is looked for in the nearest folder. A class that none of them defines may come from any open namespace of a package.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ingest.code.csharp import names
from ingest.code.csharp.names import (
    HOLDS,
    KNOWN,
    LISTED,
    MARKUP,
    MEMBERS_OF,
    NAMESPACE,
    OPENS,
    OPENS_EVERYWHERE,
    PACKAGE_ROOTS,
    ROOTS,
    SPELLED,
)
from ingest.facts import CodeFacts, ConfigFacts

_MOST = 40  # namespaces of packages that a name is looked for in
# What nearly every file opens, and what few names of a file are from: looked in last.
_EVERYWHERE = (
    "System",
    "Microsoft.JSInterop",
    "Microsoft.EntityFrameworkCore",
    "Microsoft.Extensions.DependencyInjection",
    "Microsoft.Extensions.Options",
    "Microsoft.AspNetCore.Components.Web.Virtualization",
    "Microsoft.AspNetCore.Components.Routing",
    "Microsoft.AspNetCore.Components.Forms",
    "Microsoft.AspNetCore.Authorization",
)


class NamespaceModules:
    """Finds the project's file behind `Namespace.Class`, as seen from a file that names it."""

    def __init__(self, files: Sequence[CodeFacts], configuration: Sequence[ConfigFacts] = ()) -> None:
        self._files = files
        self._holders: dict[str, list[int]] = {}  # `Namespace.Class` to the files that define it
        self._own: set[str] = set()  # namespaces of the project, outer ones too
        self._within: dict[int, tuple[str, ...]] = {}
        self._opened: dict[int, list[str]] = {}
        self._statics: dict[int, list[str]] = {}
        self._extensions: dict[str, list[tuple[str, str]]] = {}
        self._below: dict[str, list[str]] = {}  # folders to the namespaces that their `_Imports.razor` opens
        self._components: list[tuple[int, str]] = []  # Razor files whose namespace is that of their folder, and their classes
        everywhere: list[tuple[str, str]] = []
        projects = {
            _folder(facts.path): facts.path.rpartition("/")[2].removesuffix(".csproj")
            for facts in configuration
            if facts.path.endswith(".csproj")
        }
        for index, file in enumerate(files):
            if file.language == "csharp":
                everywhere += self._add(index, file)
        self._place_components(projects)
        for index in self._within:
            root = _project(files[index].path, projects)
            if files[index].path.endswith(MARKUP):
                self._opened[index] += self._opened_above(files[index].path)
            self._opened[index] += [target for folder, target in everywhere if _project(folder + "/", projects) == root]
        self._visible: dict[tuple[int, str], tuple[str, ...]] = {}

    def _add(self, index: int, file: CodeFacts) -> list[tuple[str, str]]:
        within: dict[str, None] = {}
        opened: dict[str, None] = {}
        everywhere: list[tuple[str, str]] = []
        for given in file.imports:
            if given.local == NAMESPACE:
                parts = given.target.split(".")
                for cut in range(len(parts), 0, -1):
                    within[".".join(parts[:cut])] = None
            elif given.local == HOLDS:
                self._holders.setdefault(given.target, []).append(index)
            elif given.local == OPENS:
                opened[given.target] = None
            elif given.local == names.OPENS_BELOW:
                self._below.setdefault(_folder(file.path), []).append(given.target)
            elif given.local == names.COMPONENT:
                self._components.append((index, given.target))
            elif given.local == OPENS_EVERYWHERE:
                everywhere.append((_folder(file.path), given.target))
            elif given.local == MEMBERS_OF:
                self._statics.setdefault(index, []).append(given.target)
        self._own |= set(within)
        self._within[index], self._opened[index] = tuple(within), list(opened)
        texts = [file.values[i].text for i in range(len(file.values))] if any(f.decorators for f in file.functions) else []
        for function in file.functions:
            if any(texts[mark] == "@extension" for mark in function.decorators):
                self._extensions.setdefault(function.name, []).append((next(iter(within), ""), function.qualified_name))
        return everywhere

    def _place_components(self, projects: Mapping[str, str]) -> None:
        """A Razor file that says no namespace is in that of its `.razor.cs`, else of its project and the folders in that."""
        by_path = {file.path: index for index, file in enumerate(self._files) if file.language == "csharp"}
        for index, name in self._components:
            path = self._files[index].path
            beside = by_path.get(f"{path}.cs")
            namespace = self._within[beside][0] if beside is not None and self._within[beside] else self._folder_namespace(path, projects)
            parts = namespace.split(".") if namespace else []
            outer = [".".join(parts[:cut]) for cut in range(len(parts), 0, -1)]
            self._holders.setdefault(".".join([*outer[:1], name]), []).append(index)
            self._within[index] = tuple(outer)
            self._own.update(outer)

    def _folder_namespace(self, path: str, projects: Mapping[str, str]) -> str:
        root = _project(path, projects)
        inside = _folder(path).removeprefix(root).strip("/")
        return ".".join(part for part in (projects.get(root, ""), *inside.split("/")) if part)

    def _opened_above(self, path: str) -> list[str]:
        folder, found = path, list[str]()
        while folder:
            folder = _folder(folder)
            found += self._below.get(folder, ())
        return found

    def find(self, module: str, importer: int) -> int | None:
        """No name in C# means a whole file."""
        return None

    def prefix(self, name: str, importer: int) -> tuple[int, tuple[str, ...]] | None:
        """The file whose class begins `name`, and what is left of the name behind the namespace."""
        if name.startswith("./"):
            return None
        parts = name.split(".")
        for cut in range(len(parts), 0, -1):
            holders = self._holders.get(".".join(parts[:cut]))
            if holders:
                return self._nearest(holders, importer), tuple(parts[cut - 1 :])
        return None

    def visible(self, name: str, importer: int) -> tuple[str, ...]:
        """Whole names that a bare name may stand for, the project's own alone where it has one."""
        if name.startswith("@"):
            return ()
        key = (importer, name)
        if key not in self._visible:
            self._visible[key] = self._look(name, importer)
        return self._visible[key]

    def _look(self, name: str, importer: int) -> tuple[str, ...]:
        opened, within = self._opened.get(importer, []), self._within.get(importer, ())
        for namespace in (*within, "", *opened):
            whole = f"{namespace}.{name}" if namespace else name
            if whole in self._holders or (whole in self._own and namespace in within):
                return (whole,)  # a class, or a namespace beside one's own: `Core.Api.Service` inside `Acme.Web` is `Acme.Core.Api.Service`
        if name in KNOWN or name in SPELLED:
            return (KNOWN.get(name) or SPELLED[name],)
        if name in ROOTS or name in PACKAGE_ROOTS or name in self._own or any(given.split(".", 1)[0] == name for given in opened):
            return (name,)
        # A project may add to a package's namespace, extension methods mostly: it stays the package's.
        outside = [given for given in opened if given not in LISTED and (given not in self._own or given.split(".", 1)[0] in ROOTS)]
        outside.sort(key=lambda given: given.startswith(_EVERYWHERE))
        return tuple(f"{given}.{name}" for given in (*self._statics.get(importer, ()), *outside)[:_MOST]) or (name,)

    def extensions(self, name: str, importer: int) -> tuple[str, ...]:
        """Extension methods of that name whose namespace is open in the file."""
        found = self._extensions.get(name)
        if not found:
            return ()
        open_here = {"", *self._within.get(importer, ()), *self._opened.get(importer, ())}
        near = tuple(qualified for namespace, qualified in found if namespace in open_here)
        return near[:4]

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


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _project(path: str, projects: Collection[str]) -> str:
    """The innermost folder around a path that holds a project file; else the outermost folder."""
    folder = _folder(path)
    while folder and folder not in projects:
        folder = _folder(folder)
    return folder
