"""What a tool does to the world: effects by the sinks its functions reach, by what knowledge says of calls, and by what it is called.

Takes an assembly whose flows are known; gives tools and MCP tools their `effects`, `side_effect` and, by `whose_data`, the parameter that
names a person, by `told_credentials` the one that holds a credential. A tool that is named for reading has only the effects it was asked
for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ingest.code.program import FunctionRef, Node
from pipeline.system.agents.small_deeds import adds_a_record, asks_itself, clears_old, converts, is_a_deal, only_logs, only_prints
from pipeline.system.agents.told_credentials import add_told_credentials
from pipeline.system.agents.whose_data import add_whose_data
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.elements.shown_answers import OWN_ROUTE
from pipeline.system.elements.tool_parts import calls_of, entries, reach_of, runs_at
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import SinkRole
from pipeline.system.program.flags import read_flags
from pipeline.system.program.passing_files import is_for_this_run
from pipeline.system.rules.words import load_words, mentions, words_of

_EFFECT_OF_ROLE: dict[SinkRole, str] = {
    "payment": "payment", "message": "message", "deletion": "deletion", "store_write": "write", "code": "execute", "shell": "shell",
    "process_arguments": "shell", "query": "query", "url": "network", "request_body": "network", "path": "file", "index_write": "write",
    "memory_write": "write", "training_data": "write",
}  # fmt: skip
_DONE: frozenset[SinkRole] = frozenset({"payment", "message", "code", "shell", "deletion"})
# The last words of an address by which something is looked up, whatever the method: long questions are posted.
_LOOKED_UP = frozenset({"search", "searches", "query", "queries", "lookup", "retrieve", "retrieval", "find", "scroll", "rerank", "count",
                        "extract", "scrape", "crawl", "embed", "embeddings", "moderations",
                        "completion", "completions", "generate", "embedding", "reranking"})  # fmt: skip
# What a name ends in that is only told.
_TOLD = frozenset({
    "status", "statuses", "state", "history", "details", "detail", "info", "information", "policy", "policies", "summary", "methods",
    "options", "list", "count", "total", "amount", "eligibility", "quote", "estimate", "preview", "report", "terms",
})  # fmt: skip
# Statements that change records which are there. One that adds a record may only note something down for a person to look at.
_CHANGES_RECORDS = re.compile(
    r"\s*(?:with\b[^;]{0,2000}?\)\s*)?(?P<verb>update\s+(?:only\s+)?[\w.\"`\[\]]+\s|delete\s+from\s|truncate\s)", re.IGNORECASE
)
_READS = frozenset({
    "get", "list", "find", "search", "lookup", "look", "read", "show", "check", "is", "has", "fetch", "describe", "calculate", "estimate",
    "format", "parse", "validate", "verify",
    "count", "explain", "preview", "can", "grep", "glob", "ls", "view", "cat", "tree", "diff", "diagnostics",
})  # fmt: skip
# What nobody calls a tool that only tells: `update_order_status` acts, whatever its last word is.
_CHANGING = frozenset({
    "create", "add", "append", "insert", "set", "save", "put", "post", "update", "upsert", "edit", "modify", "change", "rename", "write",
    "send", "submit", "publish", "upload", "delete", "remove", "cancel", "approve", "reject", "assign", "enable", "disable", "reset",
    "apply",
})  # fmt: skip
_MAKES = frozenset({"generate", "create", "make", "build", "get", "prepare", "new"})
_BY_A_LINK = frozenset({"payment", "message", "write"})  # what making a link is not yet; that it is made at a service is no record changed
# What libraries call the function of every tool: it says nothing of what the tool does.
_OF_ALL_TOOLS = frozenset({"forward", "run", "execute", "invoke", "call", "handle", "handler", "func", "function", "lambda", "apply"})
_BY_A_NAME = frozenset({"payment", "message", "deletion"})  # what a tool may be called for without doing it
_TOLD_A_COMMAND = frozenset({"shell", "code", "process_arguments"})
_RECKONING = frozenset({"calc", "calculator", "calculate", "calculation", "math", "maths", "arithmetic", "sum", "equation"})
SIDE_EFFECTS = frozenset({"payment", "message", "deletion", "write", "execute", "shell", "file_write"})
_CHANGES = SIDE_EFFECTS | {"query"}
_OF_FILES = frozenset({"deletion", "write", "file"})  # nothing, where the file is gone when the work is done

_PATH = re.compile(r"^(?:https?://[^/]+)?/[^/]*[A-Za-z]")
_POSTS = frozenset({"post", "fetch", "request", "postform", "post_json", "postjson"})

_Stated = dict[Node, set[str | None]]


def add_effects(assembly: Assembly) -> None:
    """Effects of every tool."""
    words, stated = load_words(), _stated_effects(assembly)
    servers = [draft for draft in assembly.drafts.by_id.values() if draft.kind == "mcp_server"]
    one_person = bool(servers) and all(draft.attributes.get("transport") == "stdio" for draft in servers)
    chosen = {entry.function: frozenset(entry.rule.parameters_at) for entry in assembly.sites.entries if entry.rule.parameters_at}
    for reference, identity in entries(assembly):
        draft = assembly.draft(identity)
        if draft.kind not in ("tool", "mcp_tool"):
            continue
        effects = set(_as_tuple(draft.attributes.get("effects")))
        told = any(one.name not in ("self", "cls") for one in assembly.program.function(reference).parameters)
        lasting, adds = bool(effects), set[Node]()  # whether more is written than new records, and by which calls these are
        reached = _own_reach(assembly, reference, identity)
        acts = bool(set(words.posts) & {*words_of(draft.name), *words_of(_own_name(assembly, reference))})
        for function in reached:
            outside = function == reference or _does_something(assembly, function)
            clears = clears_old(assembly, reference, function)
            for call in calls_of(assembly, function, identity):
                found = [(effect, sink.element) for sink in assembly.sinks.get(call, ())
                         if (effect := _of_sink(assembly, call, sink, reached))]  # fmt: skip
                found += [(effect, assembly.element_of_call[call]) for effect in _declared(assembly, call, stated, acts)]
                if sent := _statement(assembly, call):
                    found.append((sent, ""))
                for effect, element in found:
                    if effect == "deletion" and clears:
                        continue
                    if effect == "write" and not told and element and assembly.draft(element).kind == "file_store":
                        effect = "file"  # a file of the program's own, with what the program says
                    effects.add(effect)
                    if effect == "write" and element and adds_a_record(assembly, call, element):
                        adds.add(call)
                    elif effect == "write":
                        lasting = True
            name = assembly.program.function(function).name
            if clears:
                continue
            for effect, verbs in words.effects.items():
                if (
                    outside
                    and (function == reference or effects & {"network", "write", "query"})
                    and mentions([name], verbs)
                    and _acts(name)
                ):
                    effects.add(effect)
        # What stands in a function that is handed on (`new Promise(...)`) is reached by what the model chose alone.
        for (source, _target, role), ways in assembly.flows.items():
            if source == identity and role in _DONE and any(runs_at(assembly, reached, way.steps[-1]) for way in ways if way.steps):
                effects.add(_EFFECT_OF_ROLE[role])
        own = mentions([draft.name], [word for verbs in words.effects.values() for word in verbs])
        if own is not None and _acts(draft.name) and _calls_anything(assembly, reached, identity):
            effects |= {effect for effect, verbs in words.effects.items() if own in verbs}
        if not _acts(draft.name) and not ((own_name := _own_name(assembly, reference)) and _acts(own_name)):
            # A tool that is named for reading may note, or tell somebody that a key has expired: that is not what it is called for.
            asked = _asked_for(assembly, reference, identity, stated, acts)
            effects = {effect for effect in effects if effect not in SIDE_EFFECTS or effect in asked}
        if _makes_a_link(_own_name(assembly, reference) or draft.name):
            effects -= _BY_A_LINK
        if draft.attributes.get("read_only") is True:
            effects &= {"query", "network"}
        if "shell" in effects and not _is_told_a_command(assembly, identity) and only_prints(assembly, reference, identity, reached):
            effects.discard("shell")
        logs = not lasting and only_logs(assembly, identity, reached, adds)
        if logs:
            effects -= _BY_A_NAME
        if effects:
            draft.attributes["effects"] = tuple(sorted(effects))
        if effects & SIDE_EFFECTS:
            draft.attributes["side_effect"] = True
            if asks_itself(assembly, identity, reached):
                draft.attributes["asks_its_caller"] = True
        if adds and not lasting and effects & SIDE_EFFECTS == {"write"}:
            draft.attributes["only_adds"] = logs or not is_a_deal(draft.name, _own_name(assembly, reference))
        if effects & SIDE_EFFECTS == {"execute"} and _reckons(assembly, reference, draft.name):
            draft.attributes["reckons"] = True
        given = chosen.get(reference, frozenset())
        add_whose_data(assembly, reference, identity, reached, given, one_person)
        add_told_credentials(assembly, reference, identity, given)


def _of_sink(assembly: Assembly, call: Node, sink: Sink, reached: Collection[FunctionRef]) -> str:
    """The effect of what a call is given; empty where it has none, or none that is left when the tool has answered."""
    effect = _EFFECT_OF_ROLE.get(sink.role, "")
    if effect in _OF_FILES and is_for_this_run(assembly, call):
        return ""
    if sink.role == "index_write" and _is_passing(assembly, sink.element, reached):
        return ""
    return "file" if sink.role == "process_arguments" and converts(assembly, call) else effect


def _is_told_a_command(assembly: Assembly, identity: str) -> bool:
    return any(source == identity and role in _TOLD_A_COMMAND for source, _target, role in assembly.flows)


def _reckons(assembly: Assembly, reference: FunctionRef, name: str) -> bool:
    """Whether a tool is named for sums: by its name, its function, or the class whose method that is (`MathTool.execute`)."""
    function = assembly.program.function(reference)
    said = (name, function.name, (function.owner or "").rpartition(".")[2])
    return not _RECKONING.isdisjoint(word for text in said for word in words_of(text))


def _statement(assembly: Assembly, call: Node) -> str:
    """What a statement does to records ("write", "deletion" or "") that a call sends to a database, itself or through a function."""
    program = assembly.program
    for given in program.value(call).inputs[1:3]:
        value = program.value((call[0], given))
        if value.kind == "call" and len(value.inputs) == 2:  # `text("update ...")`
            given = value.inputs[1]
            value = program.value((call[0], given))
        first = program.value((call[0], value.inputs[0])) if value.kind == "format" and value.inputs else value
        text = program.constant((call[0], given)) if value.kind != "format" else first.text if first.kind == "constant" else ""
        said = _CHANGES_RECORDS.match(text) if isinstance(text, str) else None
        if said is not None and _asks_a_database(assembly, call):
            return "write" if said["verb"].lower().startswith("update") else "deletion"
    return ""


def _asks_a_database(assembly: Assembly, call: Node) -> bool:
    inner = [
        call,
        *(one for target in assembly.program.targets(call) for f in assembly.reach(target.function) for one in assembly.calls_in(f)),
    ]
    return any(sink.role == "query" for one in inner for sink in assembly.sinks.get(one, ()))


def _own_reach(assembly: Assembly, reference: FunctionRef, identity: str) -> Collection[FunctionRef]:
    """Functions a tool runs; what an agent behind it does, and the tools that one chooses, is theirs."""
    reached = reach_of(assembly, reference, identity)
    agents = {site.name for site in assembly.sites.classes if site.framework == "shape" and site.rule.kind == "agent"}
    others = {
        inner for inner in reached
        if inner != reference and (_is_tool_type(assembly, inner) or assembly.program.function(inner).owner in agents)
    }  # fmt: skip
    if not others:
        return reached
    own, queue = set[FunctionRef](), [reference]
    while queue:
        current = queue.pop()
        if current not in own and current not in others:
            own.add(current)
            queue += [target.function for call in assembly.calls_in(current) for target in assembly.program.targets(call)]
    return own & set(reached)


def _is_tool_type(assembly: Assembly, reference: FunctionRef) -> bool:
    identity = assembly.entry_of_function.get(reference)
    if identity is None or assembly.program.function(reference).owner is None:
        return False
    draft = assembly.draft(identity)
    return draft.kind == "tool" and draft.attributes.get("recognised") == "shape"


def _calls_anything(assembly: Assembly, reached: Collection[FunctionRef], identity: str) -> bool:
    """Whether functions call more than the language itself; one that only puts an answer together has no effect, whatever its name."""
    program = assembly.program
    called = (
        program.names((call[0], program.value(call).inputs[0])) for function in reached for call in calls_of(assembly, function, identity)
    )
    return any(not names or not all(name.startswith("builtins.") or name in program.classes for name in names) for names in called)


def _does_something(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function, or one that it calls, touches anything outside the program."""
    reached = assembly.reach(function)
    return any(assembly.sinks.get(call) or call in assembly.element_of_call for inner in reached for call in assembly.calls_in(inner))


def _asked_for(assembly: Assembly, reference: FunctionRef, identity: str, stated: _Stated, acts: bool) -> set[str]:
    """Effects of a tool that take what the model said, or that stand in the tool's own body.

    A program that is fixed, given arguments to look something up (`rg pattern`), is no command of the model.
    """
    chosen: dict[SinkRole, str] = {role: effect for role, effect in _EFFECT_OF_ROLE.items() if role != "process_arguments"}
    found = {effect for role, effect in chosen.items() if any(key[0] == identity and key[2] == role for key in assembly.flows)}
    for call in calls_of(assembly, reference, identity):
        found |= {chosen.get(sink.role, "") for sink in assembly.sinks.get(call, ())} | set(_declared(assembly, call, stated, acts))
    return found


def _own_name(assembly: Assembly, reference: FunctionRef) -> str:
    """The name of a tool's function; empty where all tools of a library have a function of that name."""
    name = assembly.program.function(reference).name.strip("_<>")
    words = words_of(name)
    return "" if name.removeprefix("a") in _OF_ALL_TOOLS or (words and words[-1] in _OF_ALL_TOOLS) else name


def _acts(name: str) -> bool:
    """`refund_order` acts; `get_refund_policy` reads, and so does `paymentStatus`: its last word says what is given back."""
    words = words_of(name)
    if not words or words[0] in _CHANGING:
        return True
    if words[-1] in _TOLD or words[0] in _READS:
        return False
    return not _READS & set(words[1:]) or bool(_acting_words() & set(words))


def _acting_words() -> set[str]:
    """Words that say something is done: `git_list_files` only looks, `run_search` and `delete_read_mails` do not."""
    words = load_words()
    return {*_CHANGING, *words.posts, *(verb for verbs in words.effects.values() for verb in verbs)} - {"list", "search"}


def _makes_a_link(name: str) -> bool:
    """`generate_payment_link`: somebody else pays, books or signs by it, later and by themselves."""
    words = words_of(name)
    return words[-1:] in (["link"], ["links"], ["url"], ["urls"]) and words[0] in _MAKES


def _stated_effects(assembly: Assembly) -> _Stated:
    """What knowledge says of single calls: a store that is written elsewhere is only read where it is asked."""
    found: _Stated = {}
    for site in assembly.sites.calls:
        if site.rule.kind is not None and site.rule.element_from == "call":
            said = {**site.rule.attributes, **read_flags(assembly.program, site.node, site.rule.flags).attributes}.get("effect")
            found.setdefault(site.node, set()).add(said if isinstance(said, str) else None)
    return found


def _declared(assembly: Assembly, call: Node, stated: _Stated, acts: bool) -> Iterable[str]:
    element = assembly.element_of_call.get(call)
    if element is None:
        return
    effect = assembly.draft(element).attributes.get("effect")
    if call in stated and effect not in stated[call]:
        return
    if isinstance(effect, str) and effect in _OF_FILES and is_for_this_run(assembly, call):
        return
    if isinstance(effect, str) and effect != "read":
        only_asks = effect == "write" and (
            _is_looked_up(assembly, call)
            or _only_answers(assembly, assembly.draft(element).name)
            or (not acts and _is_question(assembly, call, element))
        )
        yield "network" if only_asks else effect


def _only_answers(assembly: Assembly, name: str) -> bool:
    """Whether what is asked is a route of the system's own that changes nothing: it asks a model, or looks something up."""
    path = name.removeprefix(OWN_ROUTE)
    routes = [reference for reference, known in entries(assembly) if assembly.draft(known).attributes.get("path") == path]
    if path == name or not routes:
        return False
    for reference in routes:
        for function in assembly.reach(reference):
            for call in assembly.calls_in(function):
                if any(_EFFECT_OF_ROLE.get(sink.role) in _CHANGES for sink in assembly.sinks.get(call, ())):
                    return False
                used = assembly.element_of_call.get(call)
                if used is not None and assembly.draft(used).attributes.get("effect") in _CHANGES:
                    return False
    return True


def _is_question(assembly: Assembly, call: Node, element: str) -> bool:
    """Whether a request is posted where nothing is named for a change: neither what its function is called, nor its address."""
    program = assembly.program
    if assembly.draft(element).kind not in ("external_service", "web_content") or callee_text(assembly, call).lower() not in _POSTS:
        return False
    texts = list(_address_texts(assembly, call))
    if any(_PATH.search(text) for text in texts):
        return False  # what is posted to `/v1/orders` is an order
    around = (call[0], program.value(call).scope)
    return not any(set(load_words().posts) & set(words_of(text)) for text in (program.function(around).name, *texts))


def _address_texts(assembly: Assembly, call: Node) -> Iterable[str]:
    """What is literally known of the address of a request."""
    program = assembly.program
    for given in program.value(call).inputs[1:2]:
        for origin in program.origins((call[0], given)):
            value = program.value(origin)
            parts = [program.value((origin[0], part)) for part in value.inputs] if value.kind in ("format", "operation") else [value]
            yield from (part.text for part in parts if part.kind == "constant")


def _is_looked_up(assembly: Assembly, call: Node) -> bool:
    """Whether a request goes to an address that ends in a word for searching: `POST /v1/search` asks and changes nothing."""
    program = assembly.program
    for given in program.value(call).inputs[1:4]:
        for origin in program.origins((call[0], given)):
            value = program.value(origin)
            parts = [program.value((origin[0], part)) for part in value.inputs] if value.kind in ("format", "operation") else [value]
            texts = [part.text for part in parts if part.kind == "constant" and "/" in part.text]
            path = texts[-1].split("?")[0].rstrip("/") if texts else ""
            last = path.rsplit("/", 1)[-1]
            if path and (_LOOKED_UP & set(words_of(last)[-1:]) or (last == "graphql" and _only_queries(assembly, call))):
                return True
    return False


def _only_queries(assembly: Assembly, call: Node) -> bool:
    """Whether the function around sends queries of GraphQL and no mutation."""
    facts = assembly.program.files[call[0]]
    scope = facts.values[call[1]].scope
    texts = [value.text.lstrip() for value in facts.values if value.scope == scope and value.kind == "constant"]
    return any(text.startswith("query") for text in texts) and not any("mutation" in text for text in texts)


def _is_passing(assembly: Assembly, store: str, reached: Collection[FunctionRef]) -> bool:
    """Whether an index is gone with the run or the process: one in memory by its name, or one of a library made while the tool runs."""
    draft = assembly.draft(store)
    if draft.kind != "vector_store" or draft.attributes.get("remote") or draft.attributes.get("persistent"):
        return False
    made = draft.nodes[:1]
    names = [name for node in made if assembly.program.value(node).kind == "call" for name in assembly.program.callee_names(node)]
    if draft.attributes.get("in_memory") is True or mentions(names, ("in_memory", "ephemeral")):
        return True
    inside = any((file, assembly.program.value((file, value)).scope) in reached for file, value in made)
    return inside and draft.attributes.get("product") == "FAISS"


def _as_tuple(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, tuple) else ()
