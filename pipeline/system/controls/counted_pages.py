"""Files whose pages or entries are counted, or of which no more than some are read, where they are unpacked.

Takes the call that opens a file, gives the place that bounds it: a comparison of how many there are (`len(reader.pages) > 40`,
`doc.getNumberOfPages()`, `info.file_size`), the first ones alone (`reader.pages[:5]`), or an argument of the reader that says how many.
Looked at are the function that opens the file and those that call it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.walking import inside

_HOW_MANY = frozenset({
    "pages", "page_count", "pageCount", "numPages", "num_pages", "numpages", "getNumberOfPages", "numberOfPages", "NumberOfPages",
    "NumPage", "paragraphs", "file_size", "infolist", "namelist", "Entries", "UncompressedSize64", "getSize",
})  # fmt: skip
_BYTES = frozenset({"arrayBuffer", "bytes", "buffer", "stream", "blob", "read", "getBytes", "getInputStream", "b64decode", "files", "file"})
_COMPARED = frozenset({"<", ">", "<=", ">="})
_FIRST_ONES = frozenset({"islice", "min", "Take", "slice", "take", "setEndPage", "LimitReader", "CopyN"})
_TOLD = frozenset({"max", "maxpages", "max_pages", "last_page", "page_numbers", "pages", "max_length"})
_MOST = 40


def counted_pages(assembly: Assembly, call: Node) -> Node | None:
    """Where what an opened file holds is bounded; None where nothing does."""
    program = assembly.program
    if not _TOLD.isdisjoint(program.value(call).labels):
        return call
    own = (call[0], program.value(call).scope)
    around = [own, *((one[0], program.value(one).scope) for one in program.callers(own)[:10])]
    for file, scope in around:
        for identity, value in enumerate(program.files[file].values):
            if value.scope == scope and _bounds(assembly, (file, identity)):
                return file, identity
    return None


def _bounds(assembly: Assembly, node: Node) -> bool:
    program = assembly.program
    value = program.value(node)
    if value.kind == "operation" and value.text in _COMPARED:
        return any(_says_how_many(assembly, one) for one in inside(program, node, _MOST))
    if value.kind == "call" and callee_text(assembly, node) in _FIRST_ONES:
        return callee_text(assembly, node) in ("setEndPage", "LimitReader", "CopyN") or any(
            _says_how_many(assembly, one) for one in inside(program, node, _MOST)
        )
    if value.kind != "index" or len(value.inputs) < 2 or program.value((node[0], value.inputs[1])).text != "slice":
        return False
    return _says_how_many(assembly, (node[0], value.inputs[0]))


def is_of_a_file(assembly: Assembly, trace: Sequence[Node]) -> bool:
    """Whether what a caller sent goes on as the bytes of a file, and not as the name of one: `await form.get("paper").arrayBuffer()`."""
    texts = (assembly.program.value(node).text for node in trace)
    return any(text in _BYTES for text in texts) or any(callee_text(assembly, node) in _BYTES for node in trace)


def _says_how_many(assembly: Assembly, node: Node) -> bool:
    value = assembly.program.value(node)
    return value.kind == "attribute" and value.text in _HOW_MANY
