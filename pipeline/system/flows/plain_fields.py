"""Fields of records that hold no text, told by the name alone: `record.uuid`, where every class of the project declares `uuid: UUID`.

Takes a hit of the flow search. What reads such a field takes a number or an identifier, whoever made the record; the type of the record
itself is often lost, as where a library makes it (`Record.from_orm(sent)`). A name that one class declares as text is believed of none.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit
from pipeline.system.model import SinkRole

_OF_TEXT: frozenset[SinkRole] = frozenset({"path", "url", "shell", "process_arguments", "query", "template", "code", "html", "deletion"})


def is_no_text(assembly: Assembly, hit: Hit, role: SinkRole) -> bool:
    """Whether the way to a place that is harmed by text reads a field that holds none."""
    if role not in _OF_TEXT:
        return False
    program = assembly.program
    read = {program.value(node).text for node in hit.trace if program.value(node).kind == "attribute"}
    return any(_is_plain_everywhere(assembly, name) for name in sorted(read))


def is_a_record_of_numbers(assembly: Assembly, node: Node) -> bool:
    """Whether a value is a record of the project whose fields all hold numbers and the like: its size is fixed by its class."""
    program = assembly.program
    owners = [owner for owner in program.types(node) if owner in program.classes]
    fields = [(owner, field) for owner in owners for field, _annotation, _default, _line in program.classes[owner][1].fields]
    return bool(fields) and all(program.field_is_plain(owner, field) for owner, field in fields)


def _is_plain_everywhere(assembly: Assembly, name: str) -> bool:
    known = assembly.memo.plain_fields.get(name)
    if known is None:
        program = assembly.program
        declared = [
            program.is_plain(file, annotation)
            for file, facts in enumerate(program.files)
            for cls in facts.classes
            for field, annotation, _default, _line in cls.fields
            if field == name
        ]
        known = assembly.memo.plain_fields[name] = bool(declared) and all(declared)
    return known
