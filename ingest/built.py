"""Output of builds that lies in a tree: passed over where what it was built from is read, else read and told of.

Takes the sources of a tree, gives those that are built from others, with what they are built from. A name makes a file a candidate
(`dist/tools/mail.js` beside `src/tools/mail.ts`, `lib/cjs/mail.js` beside `lib/esm/mail.js`, `build/lib/app/mail.py` beside `app/mail.py`);
its words decide: it calls nothing that the other file does not name, and lacks little of what the other calls. A tree could otherwise
hide what it runs behind a source that says something else, and a stale build may lack a check. What a package publishes of itself is
often built and nothing else: that is read like anything people wrote.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from ingest.purpose import DECLARATIONS
from ingest.source import ReadError, Source
from ingest.text import read_bytes

_FORMATS = frozenset({"esm", "es", "mjs", "module", "cjs", "commonjs", "node"})  # one folder for each form of the same modules
_FOLDERS = frozenset({"dist", "build", "out", "lib"}) | _FORMATS
_BUILT_SUFFIXES = (".js", ".mjs", ".cjs")
_WRITTEN_SUFFIXES = (".ts", ".tsx", ".mts", ".cts", ".jsx")
_BEST_READ = (".mjs", ".js", ".cjs")  # of one module in several forms; folders in the order of `_BEST_FOLDERS`
_BEST_FOLDERS = ("esm", "es", "mjs", "module", "cjs", "commonjs", "node")
_COPIED = re.compile(r"(?:(.*)/)?build/lib(?:\.[^/]+)?/(.+\.py)", re.S)  # what setuptools leaves
_COMMENT = re.compile(rb"/\*.*?\*/|(?<![:\"'`\\])//[^\n]*", re.S)
_WORD = re.compile(rb"[A-Za-z_$][\w$]*")
_CALLED = re.compile(rb"([A-Za-z_$][\w$]*)\s*\(")
_ADDED = re.compile(rb"^_[A-Z][A-Za-z0-9]*_(?=\w)|(?:_js)?_\d+$")  # `_Mailer_send`, `path_1`, `mail_js_1`: how compilers call things
_NO_NAME = frozenset(
    b"if for while switch catch function return typeof await async constructor super import require extends as readonly yield in of new"
    b" void throw delete case else do const let var".split()
)
_HELPERS = frozenset(
    b"defineProperty getOwnPropertyDescriptor getOwnPropertyNames hasOwnProperty create call apply next done then resolve reject throw P"
    b" adopt fulfilled rejected step verb TypeError ReferenceError WeakMap WeakSet get set has add freeze seal ownKeys Promise".split()
)  # what compilers add to a module so that older programs can run it; names of theirs that begin with two underlines are not listed
_LOST = 0.1  # of what a source calls, a build may lack as much: names of types look like calls now and then


class _Said(NamedTuple):
    """The names in a file, and those of them that are called."""

    named: frozenset[bytes]
    called: frozenset[bytes]


def built_from(sources: Iterable[Source]) -> Mapping[str, str]:
    """Paths of sources that are built from others of the tree, each with one that it is built from."""
    known = {source.path: source for source in sources if source.kind in ("typescript", "python")}
    found: dict[str, str] = {}
    said: dict[str, _Said | None] = {}

    def of(path: str) -> _Said | None:
        if path not in said:
            said[path] = _said(known[path])
        return said[path]

    for path in sorted(known):
        for origin in _origins(path, known):
            if origin not in found and known[origin].purpose == known[path].purpose and _says_the_same(of(path), of(origin)):
                found[path] = origin
                break
    return found


def looks_built(path: str, names: Container[str]) -> bool:
    """Whether a name and what lies beside it tell of a build: in `dist`, with its declarations or its map, or a copy of setuptools."""
    stem = _stem(path)
    if stem is None:
        return _COPIED.fullmatch(path) is not None
    return "dist" in path.split("/")[:-1] or f"{path}.map" in names or any(f"{stem}{suffix}" in names for suffix in DECLARATIONS)


def _stem(path: str) -> str | None:
    return next((path.removesuffix(suffix) for suffix in _BUILT_SUFFIXES if path.endswith(suffix)), None)


def _origins(path: str, known: Container[str]) -> Iterator[str]:
    """What a file may be built from, by its name: written modules first, then the same module in a form that is read more easily."""
    if copied := _COPIED.fullmatch(path):
        above = f"{copied[1]}/" if copied[1] else ""
        yield from (origin for origin in (f"{above}{copied[2]}", f"{above}src/{copied[2]}") if origin in known)
    stem = _stem(path)
    if stem is None:
        return
    for place, suffixes in _written_places(stem):
        yield from (f"{place}{suffix}" for suffix in suffixes if f"{place}{suffix}" in known and f"{place}{suffix}" != path)
    suffix = PurePosixPath(path).suffix
    yield from (f"{stem}{better}" for better in _BEST_READ[: _BEST_READ.index(suffix)] if f"{stem}{better}" in known)
    parts = stem.split("/")
    for at, part in enumerate(parts[:-1]):
        if part in _FORMATS:
            for better in _BEST_FOLDERS[: _BEST_FOLDERS.index(part)]:
                other = "/".join((*parts[:at], better, *parts[at + 1 :]))
                yield from (f"{other}{form}" for form in _BEST_READ if f"{other}{form}" in known)


def _written_places(stem: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where the source of a module may lie: beside it, in a folder `src`, without the folders of a build, or with `src` in their place."""
    parts = stem.split("/")
    yield stem, _WRITTEN_SUFFIXES
    for at in range(len(parts)):
        yield "/".join((*parts[:at], "src", *parts[at:])), _WRITTEN_SUFFIXES
        if at == len(parts) - 1 or parts[at] not in _FOLDERS:
            continue
        rest = parts[at + 1 :]
        while rest:
            yield "/".join((*parts[:at], *rest)), _WRITTEN_SUFFIXES
            yield "/".join((*parts[:at], "src", *rest)), (*_WRITTEN_SUFFIXES, *_BUILT_SUFFIXES)
            if rest[0] not in _FORMATS | {"src", "lib"}:
                break
            rest = rest[1:]


def _says_the_same(built: _Said | None, origin: _Said | None) -> bool:
    """Whether a file does what another says, by the names in it: all that it calls, and nearly all that the other calls."""
    if built is None or origin is None:
        return False
    beyond = {name for name in built.called - origin.named - _HELPERS if not name.startswith(b"__")}
    return not beyond and len(origin.called - built.named) <= _LOST * len(origin.called)


def _said(source: Source) -> _Said | None:
    data = read_bytes(source)
    if isinstance(data, ReadError):
        return None
    code = _COMMENT.sub(b"", data) if source.kind == "typescript" else data
    return _Said(_names(_WORD, code), _names(_CALLED, code))


def _names(pattern: re.Pattern[bytes], code: bytes) -> frozenset[bytes]:
    return frozenset(_ADDED.sub(b"", name) for name in set(pattern.findall(code))) - _NO_NAME
