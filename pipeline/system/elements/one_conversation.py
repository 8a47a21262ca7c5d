"""Conversations that all callers of a service share because a framework is told one key, one memory or one object for all of them.

Takes an assembly whose elements and sinks are known, and functions that run when a route or socket is used. Marked are models and agents
- that go on with a kept conversation whose key is a constant, or a constant where the caller names none (`threadId ?? "default"`),
- that Spring AI asks with a memory and without any key, or with a constant one: `advisors(a -> a.param(CONVERSATION_ID, "desk"))`,
- that LangChain4j builds once with one memory: `AiServices.builder(Desk.class).chatMemory(...)`,
- that .NET gives a history which the container keeps for the whole process: `AddSingleton(new ChatHistory())`.
A key that is put together, and a memory that is made while a request is served, are somebody's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import entry_of
from pipeline.system.program.enclosing import around
from pipeline.system.program.walking import inside, walk

_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_TEXT = frozenset({"str", "String", "toString", "trim", "strip", "valueOf"})  # what leaves a text as it is
_KEY_NAMES = frozenset({"CONVERSATION_ID", "CHAT_MEMORY_CONVERSATION_ID_KEY", "chat_memory_conversation_id"})
_DEFAULT_KEY = frozenset({"DEFAULT_CONVERSATION_ID"})
_MEMORY_ADVISORS = frozenset({"MessageChatMemoryAdvisor", "PromptChatMemoryAdvisor", "VectorStoreChatMemoryAdvisor"})
_BY_KEY = "whoever names no conversation is in this one"
_MOST = 40


def mark_one_conversation(assembly: Assembly, serving: Set[FunctionRef]) -> None:
    """Marks models that everybody shares a conversation with."""
    used = {identity for function in serving for identity in _asked_in(assembly, function)}
    for identity, place, note in (
        *_constant_keys(assembly, serving),
        *_spring_keys(assembly, serving),
        *_built_with_memory(assembly, serving),
        *_singletons(assembly, serving),
    ):
        if identity not in used:
            continue
        draft = assembly.draft(identity)
        draft.attributes["shared_conversation"] = True
        draft.attributes["shared_by_framework"] = True
        evidence = assembly.cite(place, "sink", note)
        if evidence is not None and not any((e.path, e.start_line) == (evidence.path, evidence.start_line) for e in draft.evidence):
            draft.evidence.insert(0, evidence)


# Keys


def _constant_keys(assembly: Assembly, serving: Set[FunctionRef]) -> Iterator[tuple[str, Node, str]]:
    """Kept conversations that are gone on with by a constant."""
    for node, sinks in sorted(assembly.sinks.items()):
        function = (node[0], assembly.program.value(node).scope)
        for sink in sinks if function in serving else ():
            if sink.role != "conversation_key":
                continue
            key: Node | None = (node[0], assembly.program.value(node).inputs[sink.argument])
            for part in sink.key.split("|")[0].split(".") if sink.key else ():
                key = entry_of(assembly.program, key, part) if key is not None else None
            found = _constant(assembly, key) if key is not None else None
            for identity in _asked_with(assembly, sink.element, function) if found is not None else ():
                yield identity, key or node, _BY_KEY if found == "sometimes" else "one conversation for everybody"


def _asked_with(assembly: Assembly, kept: str, function: FunctionRef) -> list[str]:
    """Models that a kept conversation is for: the agent itself where it has a memory, or those asked behind the same function."""
    if assembly.draft(kept).kind in _MODELS:
        return [kept] if any(s == kept and kind == "uses_memory" for s, kind, _t in assembly.relations) else []
    return _models_behind(assembly, function)


def _constant(assembly: Assembly, key: Node) -> str | None:
    """`always` for a key that is a constant, `sometimes` for one that is where nobody names another."""
    program = assembly.program

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        if value.kind == "choice":
            return [(node[0], one) for one in value.inputs]
        if value.kind in ("await", "guarded"):
            return [(node[0], value.inputs[0])]
        if value.kind == "call":
            callee = program.value((node[0], value.inputs[0]))
            plain = callee.text in _TEXT
            return [(node[0], one) for one in (value.inputs[1:2] or callee.inputs[:1])] if plain else []
        if value.kind == "parameter":
            place = program.parameter_of(node)
            default = program.function(place[0]).parameters[place[1]].default if place is not None else None
            is_entry = place is not None and place[0] in assembly.entry_of_function
            return [(node[0], default)] if is_entry and default is not None else []
        return [origin for origin in program.origins(node) if origin != node] if value.kind in ("name", "attribute") else []

    ends = [node for node in walk(key, onward, _MOST) if not onward(node)]
    said = [
        program.value(node).text in _DEFAULT_KEY or (isinstance(text := program.constant(node), str) and bool(text.strip()))
        for node in ends
    ]
    if not any(said):
        return None
    return "always" if all(said) else "sometimes"


def _models_behind(assembly: Assembly, function: FunctionRef) -> list[str]:
    """Models asked in a function or what it runs, those with a memory of their own first."""
    calls = (call for reached in sorted(assembly.reach(function)) for call in assembly.calls_in(reached))
    found = dict.fromkeys(identity for call in calls if (identity := assembly.element_of_call.get(call)) is not None)
    models = [identity for identity in found if assembly.draft(identity).kind in _MODELS]
    kept = {s for s, _kind, t in assembly.relations if assembly.draft(t).kind == "memory"}
    return [identity for identity in models if identity in kept] or models[:1]


# Spring AI


def _spring_keys(assembly: Assembly, serving: Set[FunctionRef]) -> Iterator[tuple[str, Node, str]]:
    program, keyed = assembly.program, False
    advisors: list[Node] = []
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values) if facts.language in ("java", "kotlin") else ():
            if value.kind != "call":
                continue
            callee, node = facts.values[value.inputs[0]], (file, identity)
            if callee.text == "conversationId":
                keyed = True
            elif callee.text == "param" and len(value.inputs) > 2 and facts.values[value.inputs[1]].text in _KEY_NAMES:
                keyed = True
                key = (file, value.inputs[2])
                function = _serving(assembly, (file, value.scope), serving)
                if function is not None and (facts.values[key[1]].text in _DEFAULT_KEY or _constant(assembly, key) == "always"):
                    yield from ((model, node, "one conversation for everybody") for model in _asked_in(assembly, function))
            elif any(part.text in _MEMORY_ADVISORS for part in (callee, *(facts.values[one] for one in callee.inputs))):
                advisors.append(node)
    for node in () if keyed else advisors:
        for model in _models_behind(assembly, (node[0], program.value(node).scope)):
            yield model, node, "no request says whose conversation it is"


def _serving(assembly: Assembly, function: FunctionRef, serving: Set[FunctionRef]) -> FunctionRef | None:
    """The function around a lambda that runs when a request is served."""
    return next((one for one in around(assembly.program, function) if one in serving), None)


def _asked_in(assembly: Assembly, function: FunctionRef) -> list[str]:
    found = {sink.element for call in assembly.calls_in(function) for sink in assembly.sinks.get(call, ())}
    found |= {identity for call in assembly.calls_in(function) if (identity := assembly.element_of_call.get(call)) is not None}
    return sorted(identity for identity in found if assembly.draft(identity).kind in _MODELS)


# LangChain4j, .NET


def _built_with_memory(assembly: Assembly, serving: Set[FunctionRef]) -> Iterator[tuple[str, Node, str]]:
    """Services that are built at the start with one memory."""
    for node, identity in sorted(assembly.element_of_call.items()):
        value = assembly.program.value(node)
        if value.kind != "call" or "chatMemory" not in value.labels or assembly.draft(identity).kind != "agent":
            continue
        if (node[0], value.scope) not in serving:
            yield identity, (node[0], value.inputs[value.labels.index("chatMemory")]), "one memory for everybody"


def _singletons(assembly: Assembly, serving: Set[FunctionRef]) -> Iterator[tuple[str, Node, str]]:
    """Histories that a container makes once."""
    program = assembly.program
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values) if facts.language == "csharp" else ():
            callee = facts.values[value.inputs[0]] if value.kind == "call" else value
            if value.kind != "call" or not callee.text.startswith("AddSingleton"):
                continue
            if any(program.value(part).text == "ChatHistory" for part in inside(program, (file, identity), _MOST)) or _makes_history(
                assembly, (file, identity)
            ):
                for model in sorted({m for function in serving for m in _asked_in(assembly, function)}):
                    yield model, (file, identity), "one history for the whole process"


def _makes_history(assembly: Assembly, call: Node) -> bool:
    """Whether the function that a container is given makes a history."""
    program = assembly.program
    for given in program.value(call).inputs[1:]:
        value = program.value((call[0], given))
        for reference in program.functions.get(value.text, ()) if value.kind == "function" else ():
            if any(program.value((one[0], program.value(one).inputs[0])).text == "ChatHistory" for one in assembly.calls_in(reference)):
                return True
    return False
