"""Files in other folders, with the imports and links that lead to them.

Modules of Python, TypeScript and JavaScript move one folder down; packages of Go and Java are moved whole; documents below `docs/` move
together. A file stays where its path or dotted name is written anywhere else than in an import: it would no longer be found.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import normpath, relpath

from evals.variants.model import Changed, Tree
from evals.variants.syntax import grammar_of

_FOLDERS = ("alcove", "annexe", "gallery", "pantry", "parlour")
_SCRIPT = (".ts", ".tsx", ".js", ".jsx", ".mjs")
_IMPORT = re.compile(r"^[ \t]*(?:from\s+[.\w]+\s+import\b.*|import\s+[.\w].*)$", re.M)
_FROM = re.compile(r"^(?P<lead>[ \t]*from\s+)(?P<module>\.*[\w.]*)(?P<mid>\s+import\s+)(?P<rest>\([^)]*\)|[^\n#]*)", re.M)
_PLAIN = re.compile(r"^(?P<lead>[ \t]*import\s+)(?P<module>[\w.]+)(?P<rest>[^\n]*)$", re.M)
_SPECIFIER = re.compile(r"(?P<lead>\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(?P<quote>[\"'])(?P<to>\.{1,2}/[^\"']*)(?P=quote)")
_LINK = re.compile(r"(\]\(|src=\"|href=\")(?!https?:|#|mailto:|/)([^)\"#\s]+)")


def move(tree: Tree, rng: random.Random) -> Changed:
    """Modules and documents in other folders."""
    folder = _folder(tree, rng)
    moved = {**_python(tree, folder), **_scripts(tree, folder), **_packages(tree, folder), **_documents(tree, folder)}
    if not moved:
        return Changed(tree)
    roots, parts = _source_roots(tree), _module_folders(tree)
    modules = {_dotted(old, roots): _dotted(new, roots) for old, new in moved.items() if old.endswith(".py")}
    result: dict[str, bytes] = {}
    for path, data in sorted(tree.items()):
        result[moved.get(path, path)] = _rewritten(path, data, moved, modules, roots, parts)
    for new in moved.values():
        if new.endswith(".py") and str(PurePosixPath(new).parent.parent / "__init__.py") in tree:
            result.setdefault(str(PurePosixPath(new).parent / "__init__.py"), b"")
    dotted = {new: old for old, new in modules.items()}
    return Changed(result, names=dotted, paths={new: old for old, new in moved.items()})


def _folder(tree: Tree, rng: random.Random) -> str:
    known = {part for path in tree for part in PurePosixPath(path).parts}
    return rng.choice([name for name in _FOLDERS if name not in known and not any(name.encode() in data for data in tree.values())])


def _source_roots(tree: Tree) -> tuple[str, ...]:
    """Folders that modules are imported from: those above the outermost packages, and those of loose modules."""
    folders = (PurePosixPath(path).parent for path in tree if PurePosixPath(path).name == "__init__.py")
    packages = {str(folder) for folder in folders if folder.name.isidentifier()}
    roots = {str(PurePosixPath(package).parent) for package in packages if str(PurePosixPath(package).parent) not in packages}
    return tuple(sorted({"" if root == "." else root for root in roots}, key=len, reverse=True))


def _dotted(path: str, roots: tuple[str, ...]) -> str:
    root = next((root for root in roots if not root or path.startswith(f"{root}/")), "")
    bare = path[len(root) :].lstrip("/").removesuffix(".py").removesuffix("/__init__")
    return bare.replace("/", ".")


def _python(tree: Tree, folder: str) -> dict[str, str]:
    """Modules of packages that nothing but imports speaks of."""
    roots = _source_roots(tree)
    chosen = {}
    elsewhere = {path: _without_imports(path, data) for path, data in tree.items()}
    for path in sorted(tree):
        pure = PurePosixPath(path)
        in_package = str(pure.parent / "__init__.py") in tree
        if pure.suffix != ".py" or not in_package or pure.name.startswith("_") or pure.name.startswith("test"):
            continue
        if (
            b"__file__" in tree[path]
            or b"__package__" in tree[path]
            or b"importlib.resources" in tree[path]
            or b"__name__ ==" in tree[path]
        ):
            continue
        spoken = (_dotted(path, roots), path, f"{pure.parent.name}/{pure.name}", f"{pure.parent.name}.{pure.stem}")
        if not any(word in text for text in elsewhere.values() for word in spoken):
            chosen[path] = str(pure.parent / folder / pure.name)
    return chosen


def _without_imports(path: str, data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return _IMPORT.sub("", text) if path.endswith(".py") else text


def _scripts(tree: Tree, folder: str) -> dict[str, str]:
    """TypeScript and JavaScript that is imported by a relative path, is no page or route by its place, and is spoken of nowhere else."""
    texts = {path: _SPECIFIER.sub("", data.decode("utf-8", "replace")) for path, data in tree.items()}
    reached = set()
    for path, data in tree.items():
        if path.endswith(_SCRIPT):
            for found in _SPECIFIER.finditer(data.decode("utf-8", "replace")):
                reached |= set(_resolved(path, found["to"], tree))
    chosen = {}
    for path in sorted(reached):
        pure = PurePosixPath(path)
        by_place = {"app", "pages", "api", "routes"} & set(pure.parts[:-1]) or pure.stem in ("index", "main", "page", "route", "middleware")
        spoken = (path, f'/{pure.stem}"', f"/{pure.stem}'", f"/{pure.name}")
        if not by_place and pure.suffix in _SCRIPT and not any(word in text for text in texts.values() for word in spoken):
            chosen[path] = str(pure.parent / folder / pure.name)
    return chosen


def _resolved(path: str, to: str, tree: Tree) -> Iterator[str]:
    base = normpath(str(PurePosixPath(path).parent / to))
    bare = base.removesuffix(".js").removesuffix(".jsx").removesuffix(".mjs")
    for candidate in (base, *(bare + suffix for suffix in _SCRIPT), *(f"{base}/index{suffix}" for suffix in _SCRIPT)):
        if candidate in tree:
            yield candidate
            return


def _packages(tree: Tree, folder: str) -> dict[str, str]:
    """Packages of Go and Java that are imported by their full name: one folder further down."""
    chosen: dict[str, str] = {}
    for suffix in (".go", ".java"):
        folders = {str(PurePosixPath(path).parent) for path in tree if path.endswith(suffix)}
        for old in sorted(folders):
            name = PurePosixPath(old).name
            inside = [path for path in tree if str(PurePosixPath(path).parent) == old]
            below = any(other.startswith(f"{old}/") for other in folders)
            plain = all(path.endswith(suffix) for path in inside) and not any(b"package main" in tree[path] for path in inside)
            if old == "." or below or not plain or name in ("internal", "java", "cmd") or (suffix == ".java" and "/java/" not in old):
                continue
            spoken = any(old in data.decode("utf-8", "replace") for path, data in tree.items() if not path.endswith(suffix))
            if not spoken:
                chosen |= {path: f"{PurePosixPath(old).parent}/{folder}/{name}/{PurePosixPath(path).name}" for path in inside}
    return chosen


def _documents(tree: Tree, folder: str) -> dict[str, str]:
    return {
        path: f"docs/{folder}/{path.removeprefix('docs/')}"
        for path in sorted(tree)
        if path.startswith("docs/") and grammar_of(path) is None
    }


def _rewritten(
    path: str, data: bytes, moved: Mapping[str, str], modules: Mapping[str, str], roots: tuple[str, ...], parts: Sequence[str]
) -> bytes:
    suffix = PurePosixPath(path).suffix
    text = data.decode("utf-8", "surrogateescape")
    if suffix == ".py":
        new = _python_imports(path, text, moved, modules, roots)
    elif suffix in _SCRIPT:
        new = _script_imports(path, text, moved)
    elif suffix in (".go", ".java"):
        new = _package_imports(text, suffix, moved, parts)
    elif suffix in (".md", ".html"):
        new = _links(path, text, moved)
    else:
        return data
    return new.encode("utf-8", "surrogateescape")


def _python_imports(path: str, text: str, moved: Mapping[str, str], modules: Mapping[str, str], roots: tuple[str, ...]) -> str:
    package = _dotted(str(PurePosixPath(path).parent / "__init__.py"), roots)

    def absolute(module: str) -> str:
        dots = len(module) - len(module.lstrip("."))
        if not dots:
            return module
        above = package.split(".")[: len(package.split(".")) - dots + 1]
        return ".".join([*above, module.lstrip(".")]).strip(".")

    def from_import(found: re.Match[str]) -> str:
        module = absolute(found["module"])
        if module in modules:
            return f"{found['lead']}{modules[module]}{found['mid']}{found['rest']}"
        listed = re.sub(r"#[^\n]*", "", found["rest"]).strip().strip("()").replace("\n", " ")
        names = [part.strip() for part in listed.split(",") if part.strip()]
        apart = [name for name in names if f"{module}.{name.split()[0]}" in modules]
        if not apart:
            return f"{found['lead']}{module}{found['mid']}{found['rest']}" if path in moved else found[0]
        indent = found["lead"][: len(found["lead"]) - len(found["lead"].lstrip())]
        lines = [f"from {modules[f'{module}.{name.split()[0]}'].rpartition('.')[0]} import {name}" for name in apart]
        if rest := [name for name in names if name not in apart]:
            lines.append(f"from {module} import {', '.join(rest)}")
        return indent + "; ".join(lines) + "\n" * found["rest"].count("\n")  # the lines below stay where they are

    text = _FROM.sub(from_import, text)
    return _PLAIN.sub(
        lambda found: f"{found['lead']}{modules[found['module']]}{found['rest']}" if found["module"] in modules else found[0],
        text,
    )


def _script_imports(path: str, text: str, moved: Mapping[str, str]) -> str:
    def specifier(found: re.Match[str]) -> str:
        target = normpath(str(PurePosixPath(path).parent / found["to"]))
        real = next((old for old in moved if old in (target, *(target.removesuffix(".js") + suffix for suffix in _SCRIPT))), None)
        if real is None and path not in moved:
            return found[0]
        to = target if real is None else str(PurePosixPath(moved[real]).parent / PurePosixPath(target).name)
        new = relpath(to, str(PurePosixPath(moved.get(path, path)).parent))
        return f"{found['lead']}{found['quote']}{new if new.startswith('.') else './' + new}{found['quote']}"

    return _SPECIFIER.sub(specifier, text)


def _module_folders(tree: Tree) -> tuple[str, ...]:
    """Folders whose go.mod names a module: imports count from there. The innermost first."""
    return tuple(sorted((str(PurePosixPath(path).parent) for path in tree if PurePosixPath(path).name == "go.mod"), key=len, reverse=True))


def _below(folder: str, modules: Sequence[str]) -> str:
    """A folder as it is imported, without what leads to its module."""
    home = next((module for module in modules if folder.startswith(f"{module}/")), "")
    return folder[len(home) + 1 :] if home else folder


def _package_imports(text: str, suffix: str, moved: Mapping[str, str], modules: Sequence[str]) -> str:
    folders = {str(PurePosixPath(old).parent): str(PurePosixPath(new).parent) for old, new in moved.items() if old.endswith(suffix)}
    for old, new in sorted(folders.items(), key=lambda pair: -len(pair[0])):
        if suffix == ".go":
            text = re.sub(rf'("[^"\n]*/){re.escape(_below(old, modules))}"', rf'\g<1>{_below(new, modules)}"', text)
        else:
            was, becomes = (place.split("/java/", 1)[1].replace("/", ".") for place in (old, new))
            text = re.sub(rf"\b{re.escape(was)}(?=[;.])(?!\.[a-z])", becomes, text)
    return text


def _links(path: str, text: str, moved: Mapping[str, str]) -> str:
    def link(found: re.Match[str]) -> str:
        target = normpath(str(PurePosixPath(path).parent / found[2]))
        if target not in moved and path not in moved:
            return found[0]
        return found[1] + relpath(moved.get(target, target), str(PurePosixPath(moved.get(path, path)).parent))

    return _LINK.sub(link, text)
