"""Fields of records that hold no text, told by the name alone: `record.uuid`, where every class of the project declares `uuid: UUID`.

Takes a hit of the flow search. What reads such a field takes a number or an identifier, whoever made the record; the type of the record
itself is often lost, as where a library makes it (`Record.from_orm(sent)`). A name that one class declares as text is believed of none.
Numbers of messages, files and people in a chat network are the network's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit
from pipeline.system.model import SinkRole
from pipeline.system.program.access_paths import Path, is_whole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.walking import inside, walk
from pipeline.system.rules.words import words_of

_OF_TEXT: frozenset[SinkRole] = frozenset({"path", "url", "shell", "process_arguments", "query", "template", "code", "html", "deletion"})
_OF_MODELS: frozenset[SinkRole] = frozenset({"prompt", "system_prompt", "conversation", "instructions"})
# What a chat network itself gives to a message, a file, or whoever writes: `voice.file_unique_id`, `message.id`.
_GIVEN_BY_NETWORK = frozenset({
    "file_id", "file_unique_id", "message_id", "update_id", "media_group_id", "message_thread_id", "chat_id", "client_msg_id", "event_ts",
    "thread_ts", "messageId", "fileId", "channelId", "guildId",
})  # fmt: skip
_GIVEN = frozenset({"id", "ts"})
_OF_NETWORK = frozenset({"message", "msg", "chat", "user", "author", "channel", "guild", "interaction", "attachment", "sender", "update"})
_ADDRESSES = frozenset({"pydantic.EmailStr", "pydantic.networks.EmailStr", "pydantic.v1.EmailStr"})
_AROUND = frozenset({"typing.Optional", "typing.Annotated", "typing.Union", "sqlalchemy.orm.Mapped"})
_FORMS = frozenset({"schema", "response_format", "text_format", "output_type", "response_model", "response_schema", "result_type"})
_MOST = 60  # values that the name of one model is looked for in


def is_no_text(assembly: Assembly, hit: Hit, role: SinkRole) -> bool:
    """Whether the way to a place that is harmed by text reads a field that holds none."""
    program = assembly.program
    if role not in _OF_TEXT and role not in _OF_MODELS:
        return False
    read = {program.value(node).text for node in hit.trace if program.value(node).kind == "attribute"}
    if role in _OF_MODELS:
        return bool(read) and (not read.isdisjoint(_names_of_models(assembly)) or _is_shaped(assembly, hit))
    return _is_given_by_network(assembly, hit) or any(_is_plain_everywhere(assembly, name) for name in sorted(read))


def _is_shaped(assembly: Assembly, hit: Hit) -> bool:
    """Whether the way reads a field that no sentence fits into: an address of mail, or a choice that a model's answer was held to."""
    program = assembly.program
    for node in hit.trace:
        value = program.value(node)
        if value.kind != "attribute":
            continue
        base = (node[0], value.inputs[0])
        owners = [owner for owner in program.types(base) if owner in program.classes]
        annotations = [one for owner in owners for one in program.field_annotations(owner, value.text)]
        if annotations and all(_is_address(program, file, annotation) for file, annotation in annotations):
            return True
        if not owners and _is_chosen(assembly, value.text) and _is_answer(assembly, base):
            return True
    return False


def _is_address(program: Program, file: int, annotation: int | None) -> bool:
    """Whether an annotation names an address of mail alone: it holds no space."""
    if annotation is None:
        return False
    parts = [one for one in inside(program, (file, annotation), 12) if program.value(one).kind in ("name", "attribute")]
    named = {name for one in parts for name in program.names(one)}
    return bool(named & _ADDRESSES) and named <= _ADDRESSES | _AROUND


def _is_answer(assembly: Assembly, base: Node) -> bool:
    """Whether a value is what a call of a library gave, and so may be the answer of a model that was held to a class."""
    program = assembly.program
    return any(program.value(one).kind == "call" and not program.targets(one) for one in program.origins(base))


def _is_chosen(assembly: Assembly, name: str) -> bool:
    """Whether every class that models of the program must answer in, and that has such a field, leaves a choice or a number there."""
    if assembly.memo.answered_in is None:
        assembly.memo.answered_in = frozenset(_answered_in(assembly))
    program = assembly.program
    declaring = [cls for cls in sorted(assembly.memo.answered_in) if any(field == name for field, *_ in program.classes[cls][1].fields)]
    return bool(declaring) and all(program.field_is_plain(cls, name) for cls in declaring)


def _answered_in(assembly: Assembly) -> Iterator[str]:
    """Classes that calls hand to a model as the form of its answer."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        for value in facts.values if facts.language == "python" else ():
            if value.kind != "call":
                continue
            method = facts.values[value.inputs[0]].text == "with_structured_output"
            given = value.inputs[1:2] if method else ()
            shaped = (one for label, one in zip(value.labels, value.inputs, strict=False) if label in _FORMS)
            for one in (*given, *shaped):
                yield from (name for name in program.names((file, one)) if name in program.classes)


def _is_given_by_network(assembly: Assembly, hit: Hit) -> bool:
    """Whether the way from a message of a chat network reads what the network gave it: who writes chooses none of it."""
    program = assembly.program
    if not any(assembly.draft(source.element).kind == "chat_ui" for source in assembly.sources.get(hit.trace[0], ())):
        return False
    for node in hit.trace:
        value = program.value(node)
        if value.kind != "attribute":
            continue
        of = words_of(program.value((node[0], value.inputs[0])).text)
        if value.text in _GIVEN_BY_NETWORK or (value.text in _GIVEN and not _OF_NETWORK.isdisjoint(of)):
            return True
    return False


def _names_of_models(assembly: Assembly) -> frozenset[str]:
    """Fields that say which model is asked: the provider refuses what is no such name, so that no other text goes on by them."""
    known = assembly.memo.names_of_models
    if known is None:
        program, found = assembly.program, set[str]()
        for site in assembly.sites.calls:
            wanted = site.rule.name_from if site.rule.kind in ("hosted_llm", "local_llm") else None
            given = argument_node(program, site.node, wanted) if wanted is not None else None
            for node in _read_back(program, given) if given is not None else ():
                value = program.value(node)
                if value.kind == "attribute" and "model" in words_of(value.text)[-1:]:
                    found.add(value.text)
        known = assembly.memo.names_of_models = frozenset(found)
    return known


def _read_back(program: Program, given: Node) -> Iterator[Node]:
    """What a value is taken from, up to the fields it is read of."""
    return walk(given, lambda node: [] if program.value(node).kind == "attribute" else program.step_back(node), _MOST, nearest_first=True)


def is_key_of_a_record(path: Path) -> bool:
    """Whether what is held is the key of a record, by the name of the entry it stands in."""
    return not is_whole(path[-1:]) and words_of(path[-1].split("@")[0])[-1:] in (["id"], ["ids"], ["uuid"], ["uid"])


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
