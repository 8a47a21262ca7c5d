"""Arguments that may be a path, a file or an address: `read_csv(BytesIO(sent))` is handed a file, and opens nothing.

An upload that is handed over whole (`read_csv(request.files["sheet"])`, `Image.open(sent)` of Streamlit) is a file, too; only what it is
called (`.filename`, `.name`) names one.

Takes a hit of the flow search whose data arrives where a path is expected. What is read out of such a file again is text like any other.
An address names no file of the machine, whatever stands behind its scheme; which host is called is a matter of its own.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
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
    for node in reversed(hit.trace):
        value = program.value(node)
        if _is_handed_whole(assembly, node):
            return True
        if value.kind not in _SAME and not (value.kind == "call" and program.targets(node)):
            return _is_file(assembly, node) or _is_address(assembly, node)
    return False


def _is_handed_whole(assembly: Assembly, node: Node) -> bool:
    """Whether a value is an upload itself, or one out of all the uploads of a request: an object to read, that is called something."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "parameter":
        return not _FILES.isdisjoint(program.types(node))
    for _ in range(_MAX_NESTED):
        if any(source.label == "uploaded_file" for source in assembly.sources.get(node, ())):
            return not (value.kind == "attribute" and value.text in _NAMES)
        callee = program.value((node[0], value.inputs[0])) if value.kind == "call" and value.inputs else None
        if callee is not None and callee.kind == "attribute" and callee.text in _LOOKED_UP:
            value = callee
        elif value.kind not in _TAKEN_OUT:
            return False
        if not value.inputs:
            return False
        node = (node[0], value.inputs[0])
        value = program.value(node)
    return False


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
