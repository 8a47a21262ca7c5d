"""Whose words a text is: the speaker that a chat message, a message class or another argument names.

Takes values where a message is made; gives the role as the field writes it (`system`, `user`, `assistant`, ...), several of them
(`system|user`) where the function that makes it is told, `?` where the data itself decides, and nothing where no speaker is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.code.program import Node, Program
from ingest.facts import Value

_OF_CLASS = {
    "SystemMessage": "system",
    "AIMessage": "assistant",
    "AssistantMessage": "assistant",
    "HumanMessage": "user",
    "UserMessage": "user",
    "NewUserMessage": "user",
    "NewAssistantMessage": "assistant",
}
_NAMED = re.compile(r"[A-Za-z](?:Role|MessageType)[._]?(System|Developer|User|Human|Generic|Assistant|AI|Model|Tool|Function)$")
_MOST_SPEAKERS = 4
_MOST_FIELDS = 8
_SAME = {"human": "user", "generic": "user", "ai": "assistant", "model": "assistant"}


def message_role(program: Program, node: Node, value: Value) -> str:
    """The constant `role` of a chat message: turns by different speakers are kept apart on the way."""
    at = next((position for position, label in enumerate(value.labels) if label in ("role", "Role")), None)
    at = _role_in_order(program, node, value) if at is None else at
    if at is None:
        return ""
    given = (node[0], value.inputs[at])
    return _one_of({role.text for role in program.constants(given)} or named_speakers(program, given)) or "?"


def _one_of(roles: set[str]) -> str:
    """The speaker where constants name one of these; nothing where they name none."""
    if 1 < len(roles) <= _MOST_SPEAKERS and not roles.isdisjoint(("system", "developer")):
        return "|".join(sorted(roles))  # which it is, the calls on the way say
    return min(roles) if len(roles) == 1 else "user" if roles else ""  # one of several constants: not the caller's choice


def field_in_order(program: Program, node: Node, position: int) -> str:
    """What a record of the project calls the field that it is given without a name: `new Message("system", text)`."""
    for name in program.names((node[0], program.value(node).inputs[0])):
        if name in program.classes:
            made = program.method(name, "__init__")
            fields = [one.name for one in program.function(made).parameters[1:]] if made is not None else program.declared_fields(name)
            return fields[position - 1] if 0 < position <= len(fields) else ""
    return ""


def _role_in_order(program: Program, node: Node, value: Value) -> int | None:
    """The position at which a record is given its role without a name."""
    if value.kind != "call" or any(value.labels) or not 2 < len(value.inputs) <= _MOST_FIELDS:
        return None
    return next((at for at in range(1, len(value.inputs)) if field_in_order(program, node, at).lower() == "role"), None)


def of_classes(names: Sequence[str]) -> str:
    """The speaker that the class of a message is named for; `?` where a table of classes, the system's among them, is asked which it is."""
    found = [_OF_CLASS[name] for name in names if name in _OF_CLASS]
    return "?" if len(set(found)) > 1 and "system" in found else found[0] if found else ""


def named_speakers(program: Program, node: Node) -> set[str]:
    """Speakers that constants of packages are named for: `openai.ChatMessageRoleUser`, `llms.ChatMessageTypeHuman`."""
    found = [_NAMED.search(name) for name in program.names(node)]
    said = {match.group(1).lower() for match in found if match is not None}
    return {_SAME.get(speaker, speaker) for speaker in said}


def speaker_given(program: Program, call: Node, value: Value) -> str:
    """The speaker that another argument names: `TextParts(ChatMessageTypeHuman, text)`."""
    for position in range(1, min(len(value.inputs), 4)):
        if named := named_speakers(program, (call[0], value.inputs[position])):
            return _one_of(named)
    return ""


def speaker_of_pair(program: Program, node: Node) -> str:
    """Of a pair (speaker, text): the constant speaker, `?` where the data itself says who speaks."""
    value = program.value(node)
    if value.kind == "constant":
        return value.text if value.text in ("system", "developer", "user", "human", "assistant", "ai") else ""
    return "?" if value.kind in ("attribute", "index") and value.text in ("role", "speaker", "sender", "author") else ""
