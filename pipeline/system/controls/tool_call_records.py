"""Records of tool calls that a project keeps by itself: a log line, a recorder's file, a table of messages.

Takes an assembly with elements and sinks; calls that are told tool calls and write them down become an audit record of the agents and
models of the same top folder: what is called a tool call, or the name of a tool together with its arguments, as a loop over a reply or its
stream has them. Whether all agents there go through the recorder is not followed; a count or a name of a tool alone is no record.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from ingest.code.runners import run
from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_COVERED: frozenset[ElementKind] = frozenset({"agent", "hosted_llm", "local_llm"})
_WRITES = frozenset({"record", "log", "save", "store", "persist", "write", "audit", "trace"})
_KEPT_IN = frozenset({"message", "messages", "session", "sessions", "history", "trajectory", "transcript", "conversation", "conversations"})
_FAILURES = frozenset({"error", "errorf", "exception", "warning", "warn", "warnf", "critical", "fatal", "fatalf"})
_ADDS = frozenset({"create", "update", "insert", "add", "append"})
_PARTS = frozenset({"call", "calls", "arguments", "args", "input", "inputs"})
_CALLED = frozenset({"tool", "function", "plugin", "action"})  # what is run by its name
_NAME = ("name", "Name")
_GIVEN = frozenset({"arguments", "args", "kwargs", "input", "inputs", "params", "parameters"})
_FILES = frozenset({"dump", "dumps", "write_text", "writelines", "appendFile", "appendFileSync", "writeFile", "writeFileSync", "WriteFile"})
# What one said and what was answered: where a record takes no more, what was done between is not in it.
_SAID = frozenset({"question", "answer", "reply", "prompt", "response", "query", "text", "request"})
_WHOSE = frozenset({"id", "ids", "key", "uuid", "user", "person", "customer", "owner", "self", "cls", "this", "at", "time", "db"})
_TRACES = frozenset({"trace", "verbose"})
_MAX_DEPTH, _MAX_LOOKED_AT = 8, 60
# What Pydantic AI gives of a run: its messages with all that was called in it.
_WHOLE = frozenset({"new_messages_json", "all_messages_json", "new_messages", "all_messages"})


def add_tool_call_records(assembly: Assembly) -> None:
    """`audit_log` for the agents and models of a folder in which tool calls are written down."""
    covered: dict[str, list[str]] = {}
    for identity, draft in assembly.drafts.by_id.items():
        if draft.kind in _COVERED:
            for folder in {_folder(e.path) for e in draft.evidence}:
                covered.setdefault(folder, []).append(identity)
    if not covered:
        return
    _add_own_logging(assembly)
    program = assembly.program
    for file, facts in enumerate(program.files):
        elements = covered.get(_folder(facts.path), ())
        spoken = (value.text for value in facts.values if value.kind != "constant") if elements else ()
        names_of = (
            (facts.values[one.inputs[0]].text for one in facts.values if one.text in _NAME and one.kind == "attribute") if elements else ()
        )
        if not any(_is_tool_call(text) or _is_tool_name(text) or text == "parts" or text in _WHOLE for text in spoken) and not any(
            map(_is_called, names_of)
        ):
            continue
        for number, value in enumerate(facts.values):
            if value.kind == "call" and _records(assembly, (file, number)):
                evidence = assembly.cite((file, number))
                for element in elements:
                    assembly.control("audit_log", element, evidence, "tool calls are written down here")
                break


def _add_own_logging(assembly: Assembly) -> None:
    """Semantic Kernel writes names, arguments and results of what it calls to its log where that writes traces, by files of settings."""
    settings = assembly.memo.debug_loggers
    near = next((settings[name] for name in ("Microsoft.SemanticKernel", "Microsoft", "root") if name in settings), None)
    if near is None or str(near.attributes.get("value") or "").strip("\"' ").lower() not in _TRACES:
        return
    for identity, draft in assembly.drafts.by_id.items():
        if (
            draft.kind in _COVERED
            and draft.nodes
            and any(name.startswith("Microsoft.SemanticKernel.") for node in draft.nodes for name in _called_by(assembly, node))
        ):
            assembly.control("audit_log", identity, assembly.cite_place(near.place), "the framework writes what it calls to its log")


def _called_by(assembly: Assembly, node: Node) -> tuple[str, ...]:
    value = assembly.program.value(node)
    return tuple(assembly.program.callee_names(node)) if value.kind == "call" else ()


def _folder(path: str) -> str:
    return path.split("/", 1)[0] if "/" in path else ""


def _is_tool_call(text: str) -> bool:
    if "tool" not in text.lower():
        return False
    words = words_of(text)
    return "tool" in words and not _PARTS.isdisjoint(words) and words[-1] not in ("id", "ids", "count")


def _is_tool_name(text: str) -> bool:
    """`tool_name`, `function_name`, `toolName`."""
    if "ame" not in text:
        return False
    words = words_of(text)
    return words[-1:] == ["name"] and not _CALLED.isdisjoint(words)


def _is_called(text: str) -> bool:
    return (words_of(text) or [""])[-1] in _CALLED


def _records(assembly: Assembly, call: Node) -> bool:
    """Whether a call writes down what it is told, and is told tool calls or keeps messages of an agent that makes them."""
    program, value = assembly.program, assembly.program.value(call)
    written = any(sink.role in ("log", "store_write") for sink in assembly.sinks.get(call, ()))
    callee = program.value((call[0], value.inputs[0]))
    handed = tuple(run(program, call, value))  # `asyncio.to_thread(audit.record, ...)` records
    verb = (words_of(program.function(handed[0]).name if handed else callee.text) or [""])[0]
    if verb in _FAILURES:  # what went wrong is a part of what was done
        return False
    kept = _keeps_messages(assembly, call, verb)
    stored = any(sink.role == "store_write" for sink in assembly.sinks.get(call, ()))
    if (stored or verb in _WRITES) and _keeps_parts(assembly, call):
        return True
    if not written and not kept and (verb not in _WRITES or not _ends_in_writing(assembly, call)):
        return False
    if kept:
        return not _is_talk_alone(assembly, call) and _ends_in_writing(assembly, call)
    named = any(_is_tool_call(label) for label in value.labels[1:])
    return named or _holds_tool_call(assembly, [(call[0], given) for given in value.inputs[1:]])


def _keeps_parts(assembly: Assembly, call: Node) -> bool:
    """Whether messages are stored with their parts, calls of tools among them, as these libraries give them: `parts: message.parts`."""
    program = assembly.program
    for node in inside(program, call, _MAX_LOOKED_AT):
        value = program.value(node)
        if value.kind == "attribute" and value.text == "parts" and "parts" in _labels_above(assembly, call):
            return True
        if value.kind == "attribute" and value.text in _WHOLE:
            return True
    return False


def _labels_above(assembly: Assembly, call: Node) -> set[str]:
    """Names under which a call is given anything, at any depth of the records it is given."""
    program = assembly.program
    return {label for node in inside(program, call, _MAX_LOOKED_AT) for label in program.value(node).labels}


def _keeps_messages(assembly: Assembly, call: Node, verb: str) -> bool:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    if verb not in _ADDS or callee.kind != "attribute":
        return False
    owner = words_of(assembly.program.value((call[0], callee.inputs[0])).text)
    return bool(owner) and owner[-1] in _KEPT_IN


def _is_talk_alone(assembly: Assembly, call: Node) -> bool:
    """Whether what keeps messages is told a question and its answer, and nothing else: `append(conversation_id, question, answer)`."""
    program, told = assembly.program, list[str]()
    for target in program.targets(call):
        told += [(words_of(parameter.name) or [""])[-1] for parameter in program.function(target.function).parameters]
    said = [word for word in told if word not in _WHOSE]
    return bool(said) and _SAID.issuperset(said)


def _holds_tool_call(assembly: Assembly, given: list[Node]) -> bool:
    """Whether what a call is given is made of something that is called a tool call, or of a tool's name and arguments, a few steps back."""
    program, level, seen, named, filled = assembly.program, given, set[Node](), False, False
    for _ in range(_MAX_DEPTH + 2):
        following: list[Node] = []
        for node in level:
            value = program.value(node)
            if value.kind in ("name", "parameter", "attribute", "index"):
                named = named or _is_tool_name(value.text)
                if value.kind == "attribute" and value.text in _NAME:  # context.Function.Name
                    named = named or _is_called(program.value((node[0], value.inputs[0])).text)
                filled = filled or _GIVEN.issuperset(words_of(value.text)[-1:] or [""])
                if _is_tool_call(value.text) or (named and filled):
                    return True
            counts = value.kind == "call" and program.value((node[0], value.inputs[0])).text in ("len", "sum", "bool")
            label = value.kind in ("attribute", "index") and words_of(value.text)[-1:] in (
                ["name"],
                ["id"],
                ["type"],
            )  # not what it is given
            if node not in seen and value.kind not in ("function", "class") and not counts and not label:
                following += [(node[0], inner) for inner in value.inputs if inner < node[1]]
            seen.add(node)
        level = following
    return False


def _ends_in_writing(assembly: Assembly, call: Node) -> bool:
    """Whether what a call runs writes a file or a table."""
    program = assembly.program
    for function in (*(target.function for target in program.targets(call)), *run(program, call, program.value(call))):
        for inner in _calls(assembly, function):
            value = assembly.program.value(inner)
            if assembly.program.value((inner[0], value.inputs[0])).text in _FILES:
                return True
            if any(sink.role in ("store_write", "query") for sink in assembly.sinks.get(inner, ())):
                return True
    return False


def _calls(assembly: Assembly, function: FunctionRef) -> Iterator[Node]:
    for reached in sorted(assembly.reach(function)):
        yield from assembly.calls_in(reached)
