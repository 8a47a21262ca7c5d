"""Which part of a conversation data becomes: the system's words, one turn, or the message list with its roles."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.flows.kept_speakers import without_system
from pipeline.system.flows.taint import Hit
from pipeline.system.flows.told_speakers import speaker_on_way
from pipeline.system.model import SinkRole
from pipeline.system.program.access_paths import is_whole
from pipeline.system.program.speakers import message_role
from pipeline.system.rules.words import words_of

_SYSTEM_ROLES = frozenset({"system", "developer"})


_ASSISTANTS = ("assistant", "ai")
_ASKED = ("hosted_llm", "local_llm", "agent")
_SPEAKERS = _SYSTEM_ROLES | {"user", "human", "assistant", "ai", "tool", "function"}
_SYSTEM_MESSAGES = frozenset({"SystemMessage", "SystemMessagePromptTemplate", "SystemChatMessage", "DeveloperChatMessage",
                              "ChatRequestSystemMessage", "CreateSystemMessage"})  # fmt: skip
_TEXT_FIELDS = frozenset({"content", "text", "message", "body", "parts", "value"})


_LISTS = frozenset(
    {
        "builtins.list",
        "builtins.dict",
        "typing.List",
        "typing.Dict",
        "typing.Sequence",
        "collections.abc.Sequence",
        "typing.Iterable",
        "typing.Any",
    }
)


# Classes of one turn, which say who speaks: a caller who sends one chooses that.
_TURNS = frozenset({"Microsoft.Extensions.AI.ChatMessage", "OpenAI.Chat.ChatMessage", "Microsoft.SemanticKernel.ChatMessageContent"})


# What gives one text of a request, whatever was sent: Go, C#, Java.
_ONE_TEXT = frozenset({"FormValue", "PostFormValue", "PathValue", "QueryParam", "DefaultQuery", "Param", "getParameter", "getHeader"})
# Fields of a request that hold no turns, though they hold several things.
_NO_TURNS = re.compile(
    r"^(image|photo|picture|screenshot|file|attachment|document|audio|video|url|tag|id|filter)s$|(Image|File|Attachment|Url|Tag|Id|Filter)s$"
    r"|_(image|file|attachment|url|tag|id|filter)s$"
)
_NUMBER = re.compile(r"(?:\w+_)?(?:conversation|session|thread|chat|dialogue)_(?:id|uuid|key|number)")
_LIST_FIELDS = frozenset({"messages", "history", "conversation", "turns", "chat_history", "msgs"})


def conversation_role(assembly: Assembly, hit: Hit, key: str = "") -> SinkRole:
    """Which part of a message list the data became: the system's words, a turn, or the whole list.

    A list without the system's turns, whoever sent it, is turns. A record that is spread where the list is looked for
    under a `key` brings it.
    """
    role = "conversation" if key and _is_spread(assembly, hit, {key}) else _role(assembly, hit)
    return "prompt" if role == "conversation" and (_names_conversation(assembly, hit) or without_system(assembly, hit)) else role


def _names_conversation(assembly: Assembly, hit: Hit) -> bool:
    """Whether all that was sent is which conversation is meant: what is kept under that number is what the program has put there."""
    taken = (assembly.program.value(node) for node in hit.trace)
    return any(value.kind in ("attribute", "index", "parameter") and _NUMBER.fullmatch("_".join(words_of(value.text))) for value in taken)


def _begins_history(assembly: Assembly, hit: Hit, call: Node, names: Iterable[str]) -> bool:
    """`new ChatHistory(text)` of Semantic Kernel: the one text it is made of is the system's; a list it is made of has its own speakers."""
    if not any(name.endswith("SemanticKernel.ChatCompletion.ChatHistory") for name in names):
        return False
    at = hit.trace.index(call)
    before = assembly.program.value(hit.trace[at - 1]).kind if at else ""
    return len(assembly.program.value(call).inputs) == 2 and before not in ("", "collection", "update")


def _role(assembly: Assembly, hit: Hit) -> SinkRole:
    if any("@" in part for part in hit.path):
        role = next(part for part in hit.path if "@" in part).split("@")[1]
        if role == "?" or "|" in role:
            role = speaker_on_way(assembly, hit) or ("?" if role == "?" else "user")
        if role == "?" or _under_a_test_of_the_role(assembly, hit):
            role = _given_speaker(assembly, hit) or ("user" if role == "?" and _is_one_text(assembly, hit) else role)
        if role in _ASSISTANTS and (_is_a_reply(assembly, hit) or _is_answered(assembly, hit)):
            role = "user"  # what a model said is its own turn
        # A caller who says who speaks, or whose text is put into the assistant's mouth, writes the conversation.
        return "system_prompt" if role in _SYSTEM_ROLES else "conversation" if role in ("?", *_ASSISTANTS) else "prompt"
    lists = False
    for node in reversed(hit.trace):
        value = assembly.program.value(node)
        if value.kind == "collection" and value.text == "dictionary" and "role" in value.labels:
            speaker = assembly.program.constant((node[0], value.inputs[value.labels.index("role")]))
            return "system_prompt" if speaker in _SYSTEM_ROLES else "prompt"
        if value.kind == "collection" and value.text == "tuple" and len(value.inputs) == 2:
            first = assembly.program.value((node[0], value.inputs[0]))
            if first.kind == "constant" and first.text in ("system", "user", "human", "ai", "assistant", "developer"):
                return "system_prompt" if first.text in _SYSTEM_ROLES else "prompt"
        if value.kind == "call":
            names = assembly.program.names((node[0], value.inputs[0]))
            of_project = any(name in assembly.program.classes for name in names)
            if of_project and (speaker := message_role(assembly.program, node, value)) not in ("", "?"):
                return "system_prompt" if speaker in _SYSTEM_ROLES else "prompt"
            if any(name.rsplit(".", 1)[-1] in _SYSTEM_MESSAGES for name in names) or _begins_history(assembly, hit, node, names):
                return "system_prompt"
            if any(name.rsplit(".", 1)[-1].endswith(("Message", "MessageContent")) for name in names) and _says_system(assembly, node):
                return "system_prompt"
            if any(name.rsplit(".", 1)[-1].endswith("Message") for name in names):
                return "prompt"
            if any(name.startswith("builtins.str.") or name.endswith((".format", ".join", ".strip")) for name in names):
                return "prompt"
        if value.kind == "format" or _annotated_with(assembly, node, {"builtins.str"}):
            return "prompt"
        if not lists and _brings_no_turns(assembly, node):
            return "prompt"
        if not lists and _entry(assembly, node) not in ("", *_LIST_FIELDS, *_TEXT_FIELDS, "input"):
            return "prompt"  # one entry of what a caller sends is not the list, whatever it lies in
        lists = (
            lists
            or _annotated_with(assembly, node, _LISTS | _TURNS)
            or (value.kind in ("attribute", "index", "parameter") and value.text.lower() in _LIST_FIELDS)
        )
        if value.kind == "call" and len(value.inputs) > 1 and _first_constant(assembly, node) in _LIST_FIELDS:
            lists = True
    return "conversation" if lists and not _is_text_of_a_form(assembly, hit) else "prompt"


def _brings_no_turns(assembly: Assembly, node: Node) -> bool:
    """Whether a list or map cannot hold turns: a field named for media or files, a parameter or field that maps texts to texts.

    A map of texts may be one turn, but no list of them; as `history` it is a record of several.
    """
    value = assembly.program.value(node)
    if value.kind not in ("attribute", "index", "parameter") or value.text.lower() in _LIST_FIELDS:
        return False
    return bool(_NO_TURNS.search(value.text)) or _maps_texts(assembly, node)


def _maps_texts(assembly: Assembly, node: Node) -> bool:
    """Whether a parameter or field is declared as `dict[str, str]`, or as one that may be missing."""
    program = assembly.program
    for at in _annotations(assembly, node):
        value = program.value(at)
        either = value.kind in ("operation", "collection")  # `dict[str, str] | None`
        for part in [(at[0], given) for given in value.inputs] if either else [at]:
            given = [(part[0], identity) for identity in program.value(part).inputs]
            if program.value(part).kind != "index" or len(given) < 2 or not {"builtins.dict", "typing.Dict"} & set(program.names(given[0])):
                continue
            inner = [(part[0], identity) for identity in program.value(given[1]).inputs]
            if len(inner) == 2 and all("builtins.str" in program.names(one) for one in inner):
                return True
    return False


def _is_a_reply(assembly: Assembly, hit: Hit) -> bool:
    """Whether the text is what one of several clients answers, others of which ask a model: a dry run that repeats what it is told."""
    for node in hit.trace:
        if assembly.program.value(node).kind != "call":
            continue
        targets = {target.function for target in assembly.program.targets(node)}
        if len(targets) > 1 and any(_asks_a_model(assembly, target) for target in targets):
            return True
    return False


def _is_answered(assembly: Assembly, hit: Hit) -> bool:
    """Whether the text went to a model before it was put into the assistant's mouth: `{"role": "assistant", "content": ask(text)}`."""
    program, asked = assembly.program, False
    for node in hit.trace:
        value = program.value(node)
        if asked and value.kind in ("call", "collection") and message_role(program, node, value) in _ASSISTANTS:
            return True
        sinks = assembly.sinks.get(node, ()) if value.kind == "call" else ()
        asked = asked or any(sink.role in ("prompt", "conversation") and assembly.draft(sink.element).kind in _ASKED for sink in sinks)
    return False


def _asks_a_model(assembly: Assembly, function: FunctionRef) -> bool:
    return any(
        sink.role in ("prompt", "conversation") and assembly.draft(sink.element).kind in ("hosted_llm", "local_llm")
        for call in assembly.calls_in(function)
        for sink in assembly.sinks.get(call, ())
    )


def _is_one_text(assembly: Assembly, hit: Hit) -> bool:
    """Whether one text is taken of what was sent, which brings no speaker along: `request.UserInput`, declared as a string."""
    if _is_text_of_a_form(assembly, hit):
        return True
    taken = (node for node in hit.trace if assembly.program.value(node).kind == "attribute")
    names = {*_TEXT_FIELDS, *_LIST_FIELDS, "role", "speaker", "sender", "author"}
    return any(assembly.program.value(n).text.lower() not in names and _annotated_with(assembly, n, {"builtins.str"}) for n in taken)


def _is_text_of_a_form(assembly: Assembly, hit: Hit) -> bool:
    value = assembly.program.value(hit.trace[0])
    return value.kind == "call" and assembly.program.value((hit.trace[0][0], value.inputs[0])).text in _ONE_TEXT


def _under_a_test_of_the_role(assembly: Assembly, hit: Hit) -> bool:
    """Whether the message is made where an earlier one was asked who speaks: `case "assistant": NewAssistantMessage(m.text)`."""
    for node in hit.trace:
        value, facts = assembly.program.value(node), assembly.program.files[node[0]]
        if value.text == "dictionary" and "role" in value.labels:  # `case "system": return { role: "system", content: m.content }`
            asked = [one.condition for one in facts.branches if one.scope == value.scope and one.side(node[1]) is True]
        elif value.kind == "call" and value.inputs and facts.values[value.inputs[0]].text.endswith("Message"):
            asked = [facts.branches[branch].condition for branch in facts.conditions.get(node[1], ())]
        else:
            continue
        parts = [facts.values[part] for condition in asked for part in (condition, *facts.values[condition].inputs)]
        if any(part.kind in ("attribute", "index") and part.text.lower() == "role" for part in parts):
            return True
    return False


def _says_system(assembly: Assembly, call: Node) -> bool:
    """`new ChatMessage(ChatRole.System, text)`: the role is a member of what a package defines."""
    given = [assembly.program.value((call[0], position)) for position in assembly.program.value(call).inputs[1:]]
    return any(
        value.kind == "attribute"
        and value.text.lower() in _SYSTEM_ROLES
        and "Role" in assembly.program.value((call[0], value.inputs[0])).text
        for value in given
    )


def _given_speaker(assembly: Assembly, hit: Hit) -> str:
    """The role the text was given where it became a message, which a later list only repeats: `{"role": m.role, "content": m.content}`.

    Empty where the data itself may say who speaks.
    """
    for before, node in zip(hit.trace, hit.trace[1:], strict=False):
        value = assembly.program.value(node)
        role = next((label for label in value.labels if label in ("role", "Role")), "")
        if value.kind not in ("call", "collection") or not role or before[0] != node[0] or before[1] not in value.inputs:
            continue
        if value.labels[value.inputs.index(before[1])].lower() not in _TEXT_FIELDS:
            continue
        said = [_speaker(assembly, origin) for origin in assembly.program.origins((node[0], value.inputs[value.labels.index(role)]))]
        if said and all(said):
            return next((speaker for speaker in said if speaker in _SYSTEM_ROLES), said[0])
    return ""


def _speaker(assembly: Assembly, node: Node) -> str:
    """A constant speaker, or a member of an enumeration named for one."""
    value = assembly.program.value(node)
    text = value.text.lower() if value.kind in ("constant", "attribute") else ""
    return text if text in _SPEAKERS and (value.kind == "constant" or value.text.isupper()) else ""


def _entry(assembly: Assembly, node: Node) -> str:
    """The entry that is taken of a dictionary by name: `payload["question"]`, `payload.get("question")`."""
    value = assembly.program.value(node)
    if value.kind == "index":
        return "" if value.text.isdigit() else value.text
    if value.kind == "call" and len(value.inputs) > 1 and assembly.program.value((node[0], value.inputs[0])).text in ("get", "pop"):
        constant = _first_constant(assembly, node)
        return constant if isinstance(constant, str) else ""
    return ""


def _first_constant(assembly: Assembly, call: Node) -> object:
    """The first argument of a call, where it is a constant: the key of `body.get("messages")`."""
    return assembly.program.constant((call[0], assembly.program.value(call).inputs[1]))


def _annotated_with(assembly: Assembly, node: Node, wanted: Iterable[str]) -> bool:
    """Whether a parameter or field is annotated with one of these types."""
    program = assembly.program
    names: set[str] = set()
    for at in _annotations(assembly, node):
        inner = program.value(at)
        names |= set(program.names(at))
        if inner.kind in ("operation", "index"):
            names |= {name for given in inner.inputs for name in program.names((at[0], given))}
    return bool(names & set(wanted))


def _annotations(assembly: Assembly, node: Node) -> list[Node]:
    """What a parameter or field is declared as."""
    program, value = assembly.program, assembly.program.value(node)
    annotations: list[Node] = []
    if value.kind == "parameter":
        found = program.parameter_of(node)
        if found is not None:
            annotation = program.function(found[0]).parameters[found[1]].annotation
            annotations += [] if annotation is None else [(node[0], annotation)]
    elif value.kind == "attribute":
        for owner in program.types((node[0], value.inputs[0])):
            if owner in program.classes:
                annotations += program.field_annotations(owner, value.text)
    return annotations


def is_whole_request(assembly: Assembly, hit: Hit, sink: Sink) -> bool:
    """Whether the data is all that a model is asked with, roles included, without a prompt of the program: `create({...body})`."""
    sinks = assembly.sinks.get(hit.call, ())
    keys = {other.key for other in sinks if other.role == "conversation" and other.argument == hit.argument and other.key}
    return bool(sink.key and keys) and _is_spread(assembly, hit, {sink.key, *keys})


def _is_spread(assembly: Assembly, hit: Hit, keys: set[str]) -> bool:
    """Whether all options of a call are the data's own record, and none of these keys stands beside it."""
    program, value = assembly.program, assembly.program.value(hit.call)
    if not is_whole(hit.path) or not 0 < hit.argument < len(value.inputs):
        return False
    displays = [program.value(origin) for origin in program.origins((hit.call[0], value.inputs[hit.argument]))]
    return bool(displays) and all(
        display.kind == "collection" and "**" in display.labels and keys.isdisjoint(display.labels) for display in displays
    )
