"""Names that a server itself gives to uploads: `req.file.path` of multer, `file.filepath` of formidable, `element.path` of Chainlit.

Takes a hit of the flow search whose data chooses a file. What the caller called the file (`originalname`) is another part; what a program
makes of that where it names the stored file is not looked into.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit

_OF_MULTER = frozenset({"path", "filename", "destination"})
_CALLED = "originalname"  # by whoever sent it
_CALLED_BY_SENDER = frozenset({_CALLED, "FileName", "Name", "filename", "original_filename", "originalFilename"})
_FIRST = 8  # values between an upload and what is taken of it
_OF_FORMIDABLE = frozenset({"filepath", "newFilename"})
_REQUESTS = frozenset({"req", "request"})
# Puts what came with a message into a folder of the session, under a name of its own.
_CHAINLIT, _ASKS_FOR_FILE = "chainlit.", "chainlit.AskFileMessage"


def is_name_of_upload(assembly: Assembly, hit: Hit) -> bool:
    """Whether the way takes no more of an upload than what its sender calls it: nothing of what the file says."""
    for at, node in enumerate(hit.trace[:_FIRST]):
        value = assembly.program.value(node)
        if value.kind == "attribute" and value.text in _CALLED_BY_SENDER:
            return True
        if at and value.kind not in ("attribute", "guarded", "choice", "await", "name"):
            return False
    return False


def is_stored_name(assembly: Assembly, hit: Hit) -> bool:
    """Whether the way takes the place or the name under which the framework has put an upload down."""
    uploaded = False
    for node in hit.trace:
        value = assembly.program.value(node)
        uploaded = (uploaded or _is_sent(assembly, node)) and value.text != _CALLED
        if value.kind == "attribute" and value.text == "path" and _is_of_chainlit(assembly, hit.trace):
            return True
        if value.kind != "attribute" or not assembly.program.objects_are_entries(node[0]):
            continue  # in Flask, too, there is `request.files["letter"].filename`, and it is the caller's
        if value.text in _OF_FORMIDABLE or (value.text in _OF_MULTER and (uploaded or _is_file(assembly, (node[0], value.inputs[0])))):
            return True
    return False


def _is_of_chainlit(assembly: Assembly, trace: tuple[Node, ...]) -> bool:
    """Whether data are the files that came with a message, or those that the person was asked for."""
    program = assembly.program
    if program.value(trace[0]).kind == "call":
        return any(name.startswith(_ASKS_FOR_FILE) for name in program.callee_names(trace[0]))
    found = program.parameter_of(trace[0]) if any(program.value(node).text == "elements" for node in trace) else None
    marks = () if found is None else program.function(found[0]).decorators
    return any(name.startswith(_CHAINLIT) for mark in marks for name in program.names((trace[0][0], mark)))


def _is_file(assembly: Assembly, node: Node) -> bool:
    """Whether a value is a file of multer: declared as one, or `req.file` and one of `req.files`."""
    program, value = assembly.program, assembly.program.value(node)
    if any(name.endswith("Multer.File") for name in program.types(node)) or _is_declared(assembly, node):
        return True
    while value.kind in ("element_of", "index", "guarded", "choice", "await") and value.inputs:
        node = (node[0], value.inputs[0])
        value = program.value(node)
    return _is_sent(assembly, node)


def _is_sent(assembly: Assembly, node: Node) -> bool:
    """Whether a value is `req.file` or `req.files`: what a helper is handed of it are files still."""
    program, value = assembly.program, assembly.program.value(node)
    return value.kind == "attribute" and value.text in ("file", "files") and program.value((node[0], value.inputs[0])).text in _REQUESTS


def _is_declared(assembly: Assembly, node: Node) -> bool:
    """Whether a parameter is declared as `Express.Multer.File`, a namespace that no file imports."""
    program, found = assembly.program, assembly.program.parameter_of(node)
    annotation = None if found is None else program.function(found[0]).parameters[found[1]].annotation
    queue = [] if annotation is None else [annotation]
    while queue:
        value = program.value((node[0], queue.pop()))
        if value.kind == "attribute" and value.text == "File" and program.value((node[0], value.inputs[0])).text == "Multer":
            return True
        queue += value.inputs
    return False
