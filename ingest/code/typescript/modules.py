"""Which file an import of TypeScript or JavaScript means.

Relative specifiers were made paths from the root when the file was read. Others are looked up in the
`paths` and `baseUrl` of the nearest tsconfig or jsconfig (`extends` is followed inside of what is scanned),
in the `imports` of the nearest package.json, and among the packages the project itself holds, by their
names; built folders are looked for as sources. Where no configuration says it, `@/` and `~/` are `src/` or
the folder a package begins in, which is what the usual templates mean.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from ingest.code.typescript.auto_imports import AutoImports
from ingest.code.typescript.names import plain, split
from ingest.facts import CodeFacts, ConfigFacts, Setting

_BUILT = frozenset({"dist", "build", "lib", "out", "esm", "cjs", "es", "types"})
_MAX_EXTENDS = 5


class SpecifierModules:
    """Finds the project's file behind a module specifier, as seen from a file that imports it."""

    def __init__(self, files: Sequence[CodeFacts], configuration: Sequence[ConfigFacts] = ()) -> None:
        self._files = files
        self._by_path: dict[str, int] = {}
        for index, file in sorted(enumerate(files), key=lambda item: _preference(item[1].path)):
            if file.language == "typescript":
                self._by_path.setdefault(file.module, index)
                if file.module.endswith("/index"):
                    self._by_path.setdefault(file.module.removesuffix("/index"), index)
        for index, file in enumerate(files):  # `./ChatMessage` may be left without its suffix
            if file.language == "typescript" and file.path.endswith(".vue"):
                self._by_path.setdefault(file.module.removesuffix("_vue"), index)
        if "./index" in self._by_path:
            self._by_path.setdefault(".", self._by_path["./index"])
        self._paths: dict[str, list[tuple[str, tuple[str, ...]]]] = {}  # folder of a configuration to its patterns
        self._packages: dict[str, tuple[str, Setting]] = {}
        self._found: dict[tuple[str, str], int | None] = {}
        self._read(configuration)
        self._auto = AutoImports(files, configuration)

    def visible(self, name: str, importer: int) -> tuple[str, ...]:
        """What a name means that a file does not import, where the project's build does it."""
        return self._auto.visible(name, importer)

    def extensions(self, _name: str, _importer: int) -> tuple[str, ...]:
        return ()

    def find(self, module: str, importer: int) -> int | None:
        """The file's index, or None where the module is not the project's own."""
        if module.startswith("./") or module == ".":
            return self._by_path.get(module)
        if module.startswith("node:"):
            return None
        folder = posixpath.dirname(self._files[importer].path)
        key = (folder, module)
        if key not in self._found:
            self._found[key] = next((found for path in self._candidates(module, folder) if (found := self._at(path)) is not None), None)
        return self._found[key]

    def prefix(self, name: str, importer: int) -> tuple[int, tuple[str, ...]] | None:
        """The module that begins `name`, and what is left of the name behind it."""
        module, rest = split(name)
        found = self.find(module, importer)
        return None if found is None else (found, tuple(rest.split(".")) if rest else ())

    def _at(self, path: str) -> int | None:
        normal = posixpath.normpath(path)
        return None if normal.startswith("..") else self._by_path.get("./" + plain(normal) if normal != "." else ".")

    # Candidates, likeliest first

    def _candidates(self, module: str, folder: str) -> Iterator[str]:
        for above in _upwards(folder):
            if above in self._paths:
                yield from _substituted(module, self._paths[above])
                if not module.startswith("#"):
                    break
        yield from self._of_package(module)
        if module.startswith("$lib/"):  # of SvelteKit
            yield from (posixpath.join(above, "src/lib", module[5:]) for above in _upwards(folder))
        if module.startswith(("@/", "~/")):
            for above in _upwards(folder):
                yield posixpath.join(above, "src", module[2:])
                yield posixpath.join(above, module[2:])

    def _of_package(self, module: str) -> Iterator[str]:
        parts = module.split("/")
        for cut in (2, 1) if module.startswith("@") else (1,):
            known = self._packages.get("/".join(parts[:cut]))
            if known is None:
                continue
            folder, setting = known
            inner = "/".join(parts[cut:])
            exports = setting.attributes.get("exports")
            for entry in exports if isinstance(exports, tuple) else ():
                pattern, _, target = entry.partition(" ")
                yield from _built_from(folder, next(_matched("/".join([".", *parts[cut:]]), plain(pattern), (target,)), ""))
            if inner:
                for start in ("", "src"):
                    yield posixpath.join(folder, start, inner)
                yield from _built_from(folder, inner)
            else:
                main = setting.attributes.get("main")
                yield from _built_from(folder, str(main)) if main else ()
                for start in ("src/index", "index", "src/main", "lib/index"):
                    yield posixpath.join(folder, start)

    # Configuration

    def _read(self, configuration: Sequence[ConfigFacts]) -> None:
        documents = {file.path: setting for file in configuration for setting in file.settings if setting.kind == "module_paths"}
        for file in configuration:
            folder = posixpath.dirname(file.path)
            for setting in file.settings:
                if setting.kind == "npm_module":
                    self._packages.setdefault(plain(setting.name), (folder, setting))
                    imports = setting.attributes.get("imports")
                    if isinstance(imports, tuple) and imports:
                        self._paths.setdefault(folder, []).extend(_patterns(imports, folder))
        for path in sorted(documents, key=lambda path: (posixpath.basename(path) not in ("tsconfig.json", "jsconfig.json"), path)):
            self._paths.setdefault(posixpath.dirname(path), []).extend(_inherited(path, documents, 0))


def _inherited(path: str, documents: dict[str, Setting], depth: int) -> list[tuple[str, tuple[str, ...]]]:
    setting = documents.get(path)
    if setting is None or depth > _MAX_EXTENDS:
        return []
    folder = posixpath.dirname(path)
    base, paths = setting.attributes.get("base_url"), setting.attributes.get("paths")
    root = posixpath.normpath(posixpath.join(folder, str(base))) if base is not None else folder
    found = _patterns(paths, root) if isinstance(paths, tuple) else []
    if not found:
        extends = setting.attributes.get("extends")
        for parent in extends if isinstance(extends, tuple) else ():
            if parent.startswith("."):
                target = posixpath.normpath(posixpath.join(folder, parent))
                found += _inherited(target if target.endswith(".json") else target + ".json", documents, depth + 1)
    if base is not None:
        found.append(("*", (posixpath.join(root, "*"),)))
    return found


def _patterns(written: tuple[str, ...], folder: str) -> list[tuple[str, tuple[str, ...]]]:
    """`@/* ./src/*`, several of them for one pattern, as (pattern, targets from the root)."""
    found: dict[str, list[str]] = {}
    for entry in written:
        pattern, _, target = entry.partition(" ")
        found.setdefault(plain(pattern) if not pattern.endswith("*") else pattern, []).append(posixpath.join(folder, target))
    return [(pattern, tuple(targets)) for pattern, targets in found.items()]


def _substituted(module: str, patterns: list[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    for pattern, targets in sorted(patterns, key=lambda item: -len(item[0].split("*", 1)[0])):
        for path in _matched(module, pattern, targets):
            yield path
            yield from _built_from("", path)


def _matched(module: str, pattern: str, targets: tuple[str, ...]) -> Iterator[str]:
    before, star, after = pattern.partition("*")
    if not star:
        if module == pattern:
            yield from targets
    elif module.startswith(before) and module.endswith(after) and len(module) >= len(before) + len(after):
        inner = module[len(before) : len(module) - len(after)]
        yield from (target.replace("*", inner, 1) for target in targets)


def _built_from(folder: str, path: str) -> Iterator[str]:
    """A file of a package as it is named, and the source it was built from."""
    if not path:
        return
    yield posixpath.join(folder, path)
    parts = posixpath.normpath(path).split("/")
    for position, part in enumerate(parts[:-1]):
        if part in _BUILT:
            yield posixpath.join(folder, *parts[:position], "src", *parts[position + 1 :])
            yield posixpath.join(folder, *parts[:position], *parts[position + 1 :])
            return


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _preference(path: str) -> tuple[int, str]:
    """Where several files have one name, the source is meant and not what was built from it."""
    return (0 if path.endswith((".ts", ".tsx", ".mts", ".cts")) else 1, path)
