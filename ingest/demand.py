"""Which code need be read: what mentions the topics, and all that imports join to it.

Takes sources of code and `Topics` (what knowledge asks for, as patterns over bytes), gives those that are needed and those
that are passed over. Nothing is parsed: a byte scan finds mentions, and imports are told by their form. Needed are the
files that mention a topic, those that import them, directly or through others, and all that any of these import: data
flows along calls, and calls along imports. What offers itself by its words is needed where it imports one of these or
stands in the same package, for plugins are often loaded by name. In Python the unit is the file, and a dotted path in a
string is an import too, and so is a file of data that code which learns names as well (`shared_files`); in TypeScript it is the
package; of any other language all files are one unit, Java and Kotlin together. A script of a page that puts markup together is needed by
itself where it asks a path that a needed file names: it shows what a model answered.

What it leaves out: code that reaches an AI part only over the network or through a plugin of another package that is
loaded by a computed name. A file that is passed over is listed as skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ingest.code.python.modules import DottedModules
from ingest.facts import Import
from ingest.page_scripts import ASKS, LONGEST, MARKUP
from ingest.purpose import NOT_PRODUCT
from ingest.shared_files import SharedFiles
from ingest.source import Source
from ingest.text import read_bytes

_PYTHON = frozenset({"python", "notebook"})
_IMPORTING = _PYTHON | {"typescript"}  # what is joined by imports; all files of another language are one unit
_IMPORT = re.compile(
    rb"(?:^[ \t\"]*|[;:][ \t]*)(?:from[ \t]+(?P<source>[.\w]+)[ \t]+import[ \t]*"
    rb"(?P<names>\([^()]{0,20000}\)|[^\n\\;]*(?:\\\r?\n[^\n\\;]*){0,50})"
    rb"|import[ \t]+(?P<modules>[\w., \t]+))",
    re.MULTILINE,
)
_NOT_NAMES = re.compile(r"#[^\n]*|[()\\\"]")
_DOTTED = re.compile(rb"[\"']([A-Za-z_]\w{0,80}(?:\.[A-Za-z_]\w{0,80}){1,8})[\"':]")
_PACKAGE_NAME = re.compile(rb"\"name\"\s*:\s*\"([^\"\\\n]{1,200})\"")
_OUTWARD = re.compile(rb"[\"']((?:\.\./){1,12}[^\"'\n]{0,200})[\"']")
_RUNS_PYTHON = re.compile(
    rb"\bpython[\d.]{0,5}[ \t]+(?:-[uOB][ \t]+)?(?:-m[ \t]+(?P<module>[A-Za-z_][\w.]{0,200})|(?P<path>[\w./-]{1,200}\.py)\b)"
)
_MOST_READ = 32_000_000


@dataclass(frozen=True, slots=True)
class Topics:
    """What makes a file worth reading.

    Each of `about` is an alternative: patterns that must all occur. One of `beside` makes a file needed that imports a
    needed one or stands in its package (a tool that registers itself with an agent). One of `alone` makes a file needed
    for itself, and nothing else (a hard-coded credential).
    """

    about: tuple[tuple[re.Pattern[bytes], ...], ...]
    beside: tuple[re.Pattern[bytes], ...] = ()
    alone: tuple[re.Pattern[bytes], ...] = ()

    def mentioned(self, data: bytes) -> bool:
        found: dict[re.Pattern[bytes], bool] = {}  # alternatives share patterns

        def occurs(pattern: re.Pattern[bytes]) -> bool:
            if pattern not in found:
                found[pattern] = pattern.search(data) is not None
            return found[pattern]

        return any(all(map(occurs, patterns)) for patterns in self.about)

    def stands_beside(self, data: bytes) -> bool:
        return any(pattern.search(data) for pattern in self.beside)

    def stands_alone(self, data: bytes) -> bool:
        return any(pattern.search(data) for pattern in self.alone)


@dataclass(frozen=True, slots=True)
class Demand:
    needed: tuple[Source, ...]
    passed_over: tuple[Source, ...]


@dataclass(slots=True)
class _Imports:
    """Who imports whom."""

    _down: dict[str, set[str]] = field(default_factory=dict)
    _up: dict[str, set[str]] = field(default_factory=dict)

    def add(self, importer: str, imported: str) -> None:
        if importer != imported:
            self._down.setdefault(importer, set()).add(imported)
            self._up.setdefault(imported, set()).add(importer)

    def of(self, importer: str) -> set[str]:
        return self._down.get(importer, set())

    def above(self, units: Iterable[str]) -> set[str]:
        """The units and all that import them, directly or not."""
        return _reached(units, self._up)

    def below(self, units: Iterable[str]) -> set[str]:
        """The units and all that they import, directly or not."""
        return _reached(units, self._down)


def _reached(units: Iterable[str], steps: Mapping[str, set[str]]) -> set[str]:
    seen = set(units)
    queue = list(seen)
    while queue:
        for after in steps.get(queue.pop(), ()):
            if after not in seen:
                seen.add(after)
                queue.append(after)
    return seen


def demanded(code: Sequence[Source], topics: Topics, manifests: Sequence[Source] = (), pipelines: Sequence[Source] = ()) -> Demand:
    """The sources of code that are needed.

    `manifests` are the tree's package.json files, `pipelines` those that name the stages of a training: a script that only
    fetches data for it mentions no model. A file that cannot be looked into is needed.
    """
    packages = _Packages(manifests)
    units: dict[str, list[Source]] = {}
    for source in code:
        units.setdefault(packages.unit_of(source), []).append(source)
    about, imports = _mentions(code, topics, packages)
    about |= _stages(code, pipelines)

    def offers_itself(unit: str) -> bool:
        return any(topics.stands_beside(data) for source in units[unit] if (data := _bytes(source)) is not None)

    def is_read_alone(source: Source) -> bool:
        data = _bytes(source)  # notebooks are where models are made, whatever they are called
        return data is None or source.kind == "notebook" or topics.stands_alone(data)

    wanted = _closed(imports, about, units, offers_itself)
    is_needed = [packages.unit_of(source) in wanted or is_read_alone(source) for source in code]
    pages = _pages([source for source, needed in zip(code, is_needed, strict=True) if not needed and source.kind == "typescript"])
    if pages:
        served = [source for source, needed in zip(code, is_needed, strict=True) if needed and packages.unit_of(source) in wanted]
        asked = _named_by(served, {part for parts in pages.values() for part in parts})
        is_needed = [needed or not asked.isdisjoint(pages.get(source.path, ())) for source, needed in zip(code, is_needed, strict=True)]
    return Demand(
        tuple(source for source, needed in zip(code, is_needed, strict=True) if needed),
        tuple(source for source, needed in zip(code, is_needed, strict=True) if not needed),
    )


def _pages(scripts: Sequence[Source]) -> dict[str, set[bytes]]:
    """Scripts that write markup, each with the ends of the paths it asks: `/ask` of `/api/ask`."""
    found: dict[str, set[bytes]] = {}
    for source in scripts:
        data = _bytes(source) if source.purpose not in NOT_PRODUCT else None
        if data is not None and len(data) <= LONGEST and MARKUP.search(data):
            paths = (match[1].rstrip(b"/") for match in ASKS.finditer(data))
            ends = {b"/" + path.rsplit(b"/", 1)[-1] for path in paths if len(path.rsplit(b"/", 1)[-1]) > 1}
            if ends:
                found[source.path] = ends
    return found


def _named_by(sources: Sequence[Source], ends: set[bytes]) -> set[bytes]:
    """The ends of paths that a text in one of the sources ends with, or goes on with a part that is filled in."""
    named = re.compile(rb"(" + b"|".join(re.escape(end) for end in sorted(ends)) + rb")(?=/?[\"'`]|/[<{:\[*])")
    found: set[bytes] = set()
    for source in sources:
        found.update(match[1] for match in named.finditer(_bytes(source) or b""))
    return found


def _stages(code: Sequence[Source], pipelines: Sequence[Source]) -> set[str]:
    """Python files that a pipeline runs, by their path from its folder or as a module."""
    paths = [source.path for source in code if source.kind == "python"]
    found: set[str] = set()
    for pipeline in pipelines:
        for match in _RUNS_PYTHON.finditer(_bytes(pipeline) or b""):
            if match["module"] is not None:
                ending = "/" + match["module"].decode("ascii", "replace").replace(".", "/") + ".py"
                found.update(path for path in paths if f"/{path}".endswith(ending))
            else:
                found.add(str(PurePosixPath(pipeline.path).parent / match["path"].decode("ascii", "replace")))
    return found & set(paths)


def _mentions(code: Sequence[Source], topics: Topics, packages: _Packages) -> tuple[set[str], _Imports]:
    """The units that mention a topic, and who imports whom."""
    python = [source for source in code if source.kind in _PYTHON]
    modules = DottedModules([_File(source.path) for source in python])
    place = {source.path: index for index, source in enumerate(python)}
    about, imports, shared = set[str](), _Imports(), SharedFiles()
    for source in code:
        unit = packages.unit_of(source)
        if unit in about and source.kind not in _IMPORTING:
            continue
        data = _bytes(source)
        if data is None:
            continue
        if unit not in about and topics.mentioned(data):
            about.add(unit)
        if source.kind in _PYTHON:
            if source.purpose not in NOT_PRODUCT:
                shared.add(unit, data)
            for target in dict.fromkeys(_imported(data, source.path)):
                found = modules.prefix(target, place[source.path])
                if found is not None:
                    imports.add(unit, python[found[0]].path)
        elif source.kind == "typescript":
            for other in packages.named_in(data, source.path):
                imports.add(unit, other)
    return about | shared.joined(about, imports.below), imports


def _closed(imports: _Imports, about: set[str], units: Collection[str], offers_itself: Callable[[str], bool]) -> set[str]:
    """What reaches a topic, all that is used there, and what joins itself to it: by importing it, or as a part of the same package."""
    wanted = imports.above(about)
    asked: set[str] = set()
    while True:
        wanted = imports.below(wanted)
        around = {package for unit in wanted for package in _packages_above(unit) if package in units}
        wanted |= around  # importing a module runs the packages it stands in
        near = [unit for unit in units if unit not in wanted and unit not in asked]
        near = [u for u in near if not imports.of(u).isdisjoint(wanted) or not around.isdisjoint(_packages_above(u))]
        asked.update(near)
        joining = set(filter(offers_itself, near))
        if not joining:
            return wanted
        wanted |= joining


@dataclass(frozen=True, slots=True)
class _File:
    """What `DottedModules` asks of a file."""

    path: str
    language: str = "python"
    imports: tuple[Import, ...] = ()  # not read yet: what may lie beside a script is read with it


def _imported(data: bytes, path: str) -> Iterator[str]:
    """Dotted names a Python file imports, or names in a string, relative ones made absolute."""
    folder = path.split("/")[:-1]
    for match in _IMPORT.finditer(data):
        if match["source"] is not None:
            source = match["source"].decode("utf-8", "replace")
            above = len(source) - len(source.lstrip("."))
            if above:
                base = folder[: len(folder) - (above - 1)]
                source = ".".join([*base, *filter(None, [source.lstrip(".")])])
            names = _NOT_NAMES.sub(" ", match["names"].decode("utf-8", "replace"))
            yield source
            for name in names.split(","):
                words = name.split()
                if words and words[0] != "*":
                    yield f"{source}.{words[0]}" if source else words[0]
        else:
            for name in match["modules"].decode("utf-8", "replace").split(","):
                words = name.split()
                if words:
                    yield words[0]
    for match in _DOTTED.finditer(data):
        yield match[1].decode("utf-8", "replace")


def _packages_above(path: str) -> Iterator[str]:
    folders = path.split("/")[:-1]
    yield from ("/".join([*folders[:depth], "__init__.py"]) for depth in range(1, len(folders) + 1))


class _Packages:
    """The packages of a JavaScript tree: the folders of its package.json files, and how other packages call them."""

    def __init__(self, manifests: Sequence[Source]) -> None:
        self._folders = {str(PurePosixPath(source.path).parent) for source in manifests}
        self._names: dict[bytes, str] = {}
        for source in manifests:
            found = _PACKAGE_NAME.search(_bytes(source) or b"")
            if found is not None:
                self._names[found[1]] = self._label(str(PurePosixPath(source.path).parent))
        quoted = b"|".join(re.escape(name) for name in sorted(self._names))
        self._mentions = re.compile(rb"[\"'](" + quoted + rb")(?:/[^\"'\n]{0,200})?[\"']") if quoted else None

    def unit_of(self, source: Source) -> str:
        """What is read whole or not at all: a Python file, a JavaScript package, all files of another language."""
        if source.kind in _PYTHON:
            return source.path
        return self._package(source.path) if source.kind == "typescript" else f"<{'java' if source.kind == 'kotlin' else source.kind}>"

    def _package(self, path: str) -> str:
        """The package a file belongs to; what stands in none belongs to the tree."""
        folder = PurePosixPath(path).parent
        inside = next((str(above) for above in (folder, *folder.parents) if str(above) in self._folders), ".")
        return self._label(inside)

    def named_in(self, data: bytes, path: str) -> set[str]:
        """Packages that a file imports by name or by a path that leads out of its own."""
        found = {self._names[match[1]] for match in self._mentions.finditer(data)} if self._mentions is not None else set()
        for match in _OUTWARD.finditer(data):
            steps = [*path.split("/")[:-1], *match[1].decode("utf-8", "replace").split("/")]
            walked: list[str] = []
            for step in steps:
                if step == "..":
                    walked = walked[:-1]
                elif step not in ("", "."):
                    walked.append(step)
            found.add(self._package("/".join(walked)))
        return found

    @staticmethod
    def _label(folder: str) -> str:
        return f"<package {folder}>"


def _bytes(source: Source) -> bytes | None:
    """The file's bytes; those of wide encodings without their zeros, so that words can be found in them."""
    data = read_bytes(source, _MOST_READ)
    return data.replace(b"\0", b"") if isinstance(data, bytes) else None
