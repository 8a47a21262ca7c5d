"""Files that are uploaded to be tuned on: `training_file: file.id`, where `file` is what an upload to the same provider gave back.

Takes an assembly whose calls are known, before data is followed, and makes the content of the upload the data of the training job: what is
handed over is only an identifier. Files that were uploaded by another run are not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.arguments import argument_positions, entry_of, option_positions
from pipeline.system.program.walking import inputs_of, walk

_UPLOADS = frozenset({"create", "upload", "upload_file", "uploadFile", "put"})
_FILE = "file|0"
_MOST = 40


def add_tuning_files(assembly: Assembly) -> None:
    """Gives each upload whose identifier a tuning job takes the role that its content has."""
    for call, sinks in sorted(assembly.sinks.items()):
        for sink in [one for one in sinks if one.role == "training_data"]:
            if assembly.draft(sink.element).attributes.get("fine_tuning") is not True:
                continue
            for upload in _uploads(assembly, call, sink):
                for position, key in _contents(assembly, upload):
                    added = Sink(position, "training_data", sink.element, key)
                    known = assembly.sinks.setdefault(upload, [])
                    known += [added] if added not in known else []


def _uploads(assembly: Assembly, call: Node, sink: Sink) -> Iterator[Node]:
    """Calls that gave what the identifier is read off: `client.files.create(...)` of `file.id`."""
    program = assembly.program
    given: Node | None = (call[0], program.value(call).inputs[sink.argument])
    if sink.key and given is not None:
        given = entry_of(program, given, sink.key)
    if given is None:
        return

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        return [*(inputs_of(program, node)[:1] if value.kind != "call" else ()), *(one for one in program.origins(node) if one != node)]

    reached = list(walk(given, onward, _MOST))
    if not any(program.value(node).kind in ("attribute", "index") and program.value(node).text == "id" for node in reached):
        return
    for node in reached:
        value = program.value(node)
        callee = program.value((node[0], value.inputs[0])) if value.kind == "call" else None
        owner = program.value((node[0], callee.inputs[0])) if callee is not None and callee.kind == "attribute" else None
        if owner is not None and owner.text == "files" and callee_text(assembly, node) in _UPLOADS:
            yield node


def _contents(assembly: Assembly, upload: Node) -> list[tuple[int, str]]:
    value = assembly.program.value(upload)
    options = option_positions(assembly.program, upload, "file")[:1]
    return options or [(position, "") for position in argument_positions(value, _FILE)[:1]]
