"""Arguments that may be a path, a file or an address: `read_csv(BytesIO(sent))` is handed a file, and opens nothing.

An upload that is handed over whole (`read_csv(request.files["sheet"])`, `Image.open(sent)` of Streamlit) is a file, too; only what it is
called (`.filename`, `.name`) names one.

Takes a hit of the flow search whose data arrives where a path is expected. What is read out of such a file again is text like any other.
An address names no file of the machine, whatever stands behind its scheme; which host is called is a matter of its own.
"""

from __future__ import annotations

import re

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit

_FILES = frozenset({
    "io.StringIO", "io.BytesIO", "io.TextIOWrapper", "io.BufferedReader", "gzip.GzipFile", "tempfile.SpooledTemporaryFile",
    "fastapi.UploadFile", "starlette.datastructures.UploadFile", "werkzeug.datastructures.FileStorage",
})  # fmt: skip
_HELD_BY = frozenset({"file", "stream", "buffer", "body"})  # what holds an upload gives its open file or its bytes under these names
_LOOKED_UP = frozenset({"get", "getlist", "values", "pop"})  # how one of the uploads of a request is asked for
_NAMES = frozenset({"filename", "name", "path", "filepath", "originalname"})  # parts of an upload that are texts
_TAKEN_OUT = frozenset({"index", "element_of"})
_ADDRESS = re.compile(r"(?!file:)[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_MAX_NESTED = 8
_SAME = frozenset({"choice", "guarded", "await", "name", "parameter"})


def is_no_path(assembly: Assembly, hit: Hit) -> bool:
    """Whether what arrives is an open file that the data is in (a buffer made of it, the file of an upload), or an address."""
    program = assembly.program
    if _is_handed_whole(assembly, hit):
        return True
    for node in reversed(hit.trace):
        value = program.value(node)
        if value.kind not in _SAME and not (value.kind == "call" and program.targets(node)):
            return _is_file(assembly, node) or _is_address(assembly, node)
    return False


def _is_handed_whole(assembly: Assembly, hit: Hit) -> bool:
    """Whether an upload itself arrives, or one out of all the uploads of a request: an object to read, that is called something."""
    program, first = assembly.program, hit.trace[0]
    begun = program.value(first)
    if not any(source.label == "uploaded_file" for source in assembly.sources.get(first, ())):
        return False
    if begun.kind == "parameter":
        if _FILES.isdisjoint(program.types(first)):
            return False
    elif begun.text in _NAMES:
        return False
    return all(_is_taken_out(program, node) for node in hit.trace[1:])


def _is_taken_out(program: Program, node: Node) -> bool:
    """Whether a value is what it is made of, or one of it."""
    value = program.value(node)
    if value.kind == "call":
        return bool(program.targets(node)) or program.value((node[0], value.inputs[0])).text in _LOOKED_UP
    if value.kind == "attribute":
        return value.text in _LOOKED_UP
    return value.kind in _SAME or (value.kind in _TAKEN_OUT and value.text not in _NAMES)


def _is_address(assembly: Assembly, node: Node) -> bool:
    """Whether a text is put together of a constant scheme and what comes behind it: `f"s3://{bucket}/{name}"`."""
    program, value = assembly.program, assembly.program.value(node)
    for _ in range(_MAX_NESTED):
        if not value.inputs or not (value.kind == "format" or (value.kind == "operation" and value.text == "+")):
            break
        node = (node[0], value.inputs[0])
        value = program.value(node)
    begun = program.constant(node)
    return isinstance(begun, str) and _ADDRESS.match(begun) is not None


def _is_file(assembly: Assembly, node: Node) -> bool:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "call":
        return not _FILES.isdisjoint(program.callee_names(node))
    if value.kind == "attribute" and value.text in _HELD_BY:
        base = (node[0], value.inputs[0])
        return not _FILES.isdisjoint(program.types(base)) or _is_upload(assembly, base)
    return False


def _is_upload(assembly: Assembly, node: Node) -> bool:
    """Whether a value is what a framework hands over as an upload: `request.files["sheet"]`."""
    program, value = assembly.program, assembly.program.value(node)
    for origin in (node, *program.origins(node)):
        value = program.value(origin)
        base = (origin[0], value.inputs[0]) if value.kind in ("index", "call") and value.inputs else origin
        inner = program.value(base)
        base = (base[0], inner.inputs[0]) if value.kind == "call" and inner.kind == "attribute" else base
        if any(source.label == "uploaded_file" for source in assembly.sources.get(base, ())):
            return True
    return False
