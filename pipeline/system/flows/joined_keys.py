"""Keys of objects that are put together as paths: `path.Join("art", id, filename)` takes `..` away, and the folder with it.

A bucket knows no folders, so that `art/../models/current.json` is an object of its own and leads nowhere. What resolves dots before the
key is used makes `models/current.json` of it. Takes a way of data that ends in a store whose objects are found by keys; where the data
went through such a join, or through what cleans a path, the store is reached as a folder would be.
"""

from __future__ import annotations

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit
from pipeline.system.model import AttributeValue

_RESOLVE = frozenset({
    "go:path.Join", "go:path.Clean", "go:path/filepath.Join", "go:path/filepath.Clean", "node:path.join", "node:path.posix.join",
    "node:path.normalize", "node:path.posix.normalize", "node:path.resolve", "path.join", "path.posix.join", "path.normalize",
    "path.resolve",
    "posixpath.normpath", "os.path.normpath", "os.path.abspath", "os.path.realpath", "System.IO.Path.GetFullPath",
})  # fmt: skip
_METHODS = frozenset({"normalize", "resolve"})  # of java.nio.file.Path and java.net.URI
_OF_PATHS = ("java.nio.file.", "java.net.URI", "pathlib.")


def store_reached(assembly: Assembly, store: str, hit: Hit) -> str:
    """The store that a key leads to: another element where the key was resolved as a path, which is no store of keys any more."""
    draft = assembly.draft(store)
    if draft.attributes.get("keyed") is not True or not any(_resolves(assembly.program, node) for node in hit.trace[1:]):
        return store
    attributes: dict[str, AttributeValue] = {name: value for name, value in draft.attributes.items() if name != "keyed"}
    cited = assembly.cite(hit.call)
    return assembly.drafts.put(draft.kind, f"{draft.name} by paths", draft.zone, attributes, cited, None, assembly.purpose(hit.call[0]))


def _resolves(program: Program, node: Node) -> bool:
    value = program.value(node)
    if value.kind != "call":
        return False
    names = program.callee_names(node)
    callee = program.value((node[0], value.inputs[0]))
    return not _RESOLVE.isdisjoint(names) or (callee.text in _METHODS and any(name.startswith(_OF_PATHS) for name in names))
