"""Flows out of code: from every source through the program to every sink, each hop cited."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly, Sink
from pipeline.system.code_elements import host_of
from pipeline.system.knowledge import Known
from pipeline.system.framework import CallRule
from pipeline.system.model import ControlKind, Evidence, Flow, Label, Role, SinkRole
from pipeline.system.sites import CallSite, argument_positions
from pipeline.system.words import mentions
from pipeline.system.taint import RETURNED, TESTED, CallBehaviour, FlowGraph, FlowSearch, Hit

MAX_WAYS = 6  # ways kept of one flow: between the same elements, in the same role
MAX_STEPS = 14
_TAKES_NUMBERS: frozenset[SinkRole] = frozenset({"features", "training_data", "query_parameters", "request_body", "payment"})
_NOT_FOLLOWED: frozenset[Label] = frozenset({"environment_value", "identity"})  # known where they arise; where they go is no threat by itself
_SYSTEM_ROLES = frozenset({"system", "developer"})


def add_code_flows(assembly: Assembly) -> None:
    """Searches from all sources and adds what they reach."""
    graph = FlowGraph(assembly.program)
    behaviours = _Behaviours(assembly)
    search = FlowSearch(graph, behaviours.of, frozenset(assembly.entry_of_function))
    groups: dict[tuple[str, Label], dict[Node, tuple[str, ...]]] = {}
    for node, sources in assembly.sources.items():
        for source in sources:
            groups.setdefault((source.element, source.label), {})[node] = source.path
    for (element, label), nodes in sorted(groups.items()):
        if label in _NOT_FOLLOWED:
            continue
        for hit in search.search(nodes, only_text=label == "secret_value"):
            _add_hit(assembly, element, label, hit, behaviours, graph)
        if search.cut:
            assembly.notes.append((element, "flow search reached its bound: some flows from here were not followed to the end"))
            search.cut = False


class _Behaviours:
    """What knowledge says of each outside call, by node and argument."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._sites: dict[Node, list[CallSite]] = {}
        for site in assembly.sites.calls:
            self._sites.setdefault(site.node, []).append(site)

    def sites(self, node: Node) -> list[CallSite]:
        return self._sites.get(node, [])

    def of(self, call: Node, argument: int) -> CallBehaviour:
        sinks = self._assembly.sinks.get(call, ())
        is_sink = any(sink.argument == argument for sink in sinks)
        carries, called = True, None
        for site in self._sites.get(call, ()):
            if site.rule.stops or site.rule.result is not None:
                carries = False
            if site.rule.calls_argument is not None:
                called = site.rule.calls_argument
        if is_sink and not any(sink.role in ("prompt", "system_prompt", "instructions") for sink in sinks):
            carries = False
        return CallBehaviour(carries, is_sink, called)

    def passed(self, trace: Iterable[Node]) -> list[tuple[Node, Known[CallRule]]]:
        """Rules of calls the data went through: what they clean or control."""
        return [(node, Known(site.rule, site.framework)) for node in trace for site in self._sites.get(node, ()) if not site.is_read]


def _add_hit(assembly: Assembly, source: str, label: Label, hit: Hit, behaviours: _Behaviours, graph: FlowGraph) -> None:
    if hit.argument == TESTED:
        _decides(assembly, source, label, hit)
        return
    if "#" in hit.path and not any(sink.role in _TAKES_NUMBERS for sink in assembly.sinks.get(hit.call, ())):
        return
    if hit.argument == RETURNED:
        reference: FunctionRef = (hit.call[0], -1 - hit.call[1])
        target = assembly.entry_of_function[reference]
        draft = assembly.draft(target)
        if target != source:
            _add_way(assembly, source, target, label, "response", hit, behaviours, graph)
        returned = assembly.program.value(hit.trace[-1])
        if draft.attributes.get("renders_html") is True or (draft.attributes.get("text_is_html") is True and returned.kind == "format" and not hit.path):
            page = assembly.drafts.put("renderer", f"{draft.name} page", None, {}, assembly.cite(hit.trace[-1], "sink"))
            _add_way(assembly, source, page, label, "html", hit, behaviours, graph)
        return
    for sink in assembly.sinks.get(hit.call, ()):
        if sink.key and hit.path and hit.path[0].split("@")[0] not in (sink.key, "*", "?"):
            continue
        if sink.role == "url" and sink.argument == hit.argument and _host_is_fixed(assembly, hit):
            continue
        if sink.argument == hit.argument and (sink.element != source or sink.role in ("prompt", "conversation", "system_prompt")):
            role = _conversation_role(assembly, hit) if sink.role == "conversation" else sink.role
            if label == "model_reply" and role in ("store_write", "payment", "response") and _hands_on_verdict(assembly, hit):
                assembly.draft(source).attributes["decides"] = True
                assembly.draft(source).nodes.append(hit.call)
            if role == "conversation" and (label != "user_input" or assembly.draft(source).kind == "chat_ui"):
                role = "prompt"  # what the system itself kept of a conversation, or a chat widget's own history
            _add_way(assembly, source, sink.element, label, role, hit, behaviours, graph)


_VERDICTS = ("decision", "verdict", "approved", "approve", "accepted", "eligible", "rejected", "grade", "hire", "granted", "allowed", "denied")


def _hands_on_verdict(assembly: Assembly, hit: Hit) -> bool:
    """A field of a structured reply that is a decision by its name is stored or answered as one."""
    steps = [assembly.program.value(node) for node in hit.trace]
    return any(value.kind in ("attribute", "index") and mentions([value.text], _VERDICTS) for value in steps) and any(
        "structured" in name.lower() or name.endswith(".parse") for node in hit.trace for name in _called(assembly, node)
    )


def _host_is_fixed(assembly: Assembly, hit: Hit) -> bool:
    """`f"https://api.example/v1/{x}"`: the data chooses a part of the path, not who is asked."""
    program = assembly.program
    for node in hit.trace:
        value = program.value(node)
        if value.kind == "format" and value.inputs:
            first = program.value((node[0], value.inputs[0]))
            if first.kind == "constant" and host_of(first.text) is not None and first.text.count("/") >= 3:
                return True
            if first.kind in ("name", "attribute", "choice") and (node[0], value.inputs[0]) not in hit.trace:
                known = [program.value(origin) for origin in program.origins((node[0], value.inputs[0]))]
                if known and all(v.kind == "constant" and host_of(v.text) is not None for v in known):
                    return True
    return False


def _decides(assembly: Assembly, source: str, label: Label, hit: Hit) -> None:
    """A branch depends on what a model said."""
    draft = assembly.draft(source)
    if label == "prediction" or (label == "model_reply" and _is_verdict(assembly, hit)):
        draft.attributes["decides"] = True
        evidence = assembly.cite(hit.call, "sink", "what happens next depends on it")
        if evidence is not None and len(draft.evidence) < 12 and not any(
            (e.path, e.page, e.start_line) == (evidence.path, evidence.page, evidence.start_line) for e in draft.evidence
        ):
            draft.evidence.append(evidence)
        draft.nodes.append(hit.call)


def _is_verdict(assembly: Assembly, hit: Hit) -> bool:
    """A reply that is compared with a word or a number decides; one that is only looked at for being there does not."""
    program = assembly.program
    queue, seen = [hit.call], 0
    while queue and seen < 12:
        node = queue.pop()
        seen += 1
        value = program.value(node)
        if value.kind == "operation" and value.text in ("==", "!=", "in", "not in", "<", ">", "<=", ">="):
            others = [program.value((node[0], given)) for given in value.inputs]
            if any(o.kind == "constant" and o.constant_type in ("string", "integer", "float") and len(o.text) > 1 for o in others):
                return not any(o.kind == "call" and "builtins.len" in program.names((node[0], o.inputs[0])) for o in others)
        if value.kind in ("operation", "choice"):
            queue += [(node[0], given) for given in value.inputs]
        elif value.kind == "attribute" and value.text not in ("content", "text", "choices", "tool_calls", "output", "message", "stop_reason", "data"):
            if any("structured" in name.lower() or name.endswith(".parse") for step in hit.trace for name in _called(assembly, step)):
                return True
    return False


def _called(assembly: Assembly, node: Node) -> tuple[str, ...]:
    value = assembly.program.value(node)
    return assembly.program.callee_names(node) if value.kind == "call" else ()


_LISTS = frozenset({"builtins.list", "builtins.dict", "typing.List", "typing.Dict", "typing.Sequence", "collections.abc.Sequence", "typing.Iterable", "typing.Any"})
_LIST_FIELDS = frozenset({"messages", "history", "conversation", "turns", "chat_history", "msgs"})


def _conversation_role(assembly: Assembly, hit: Hit) -> SinkRole:
    """Which part of a message list the data became: the system's words, a turn, or the whole list."""
    if any("@" in part for part in hit.path):
        role = next(part for part in hit.path if "@" in part).split("@")[1]
        # A caller who says who speaks, or whose text is put into the assistant's mouth, writes the conversation.
        return "system_prompt" if role in _SYSTEM_ROLES else "conversation" if role in ("?", "assistant", "ai") else "prompt"
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
            if any(name.rsplit(".", 1)[-1] in ("SystemMessage", "SystemMessagePromptTemplate") for name in names):
                return "system_prompt"
            if any(name.rsplit(".", 1)[-1].endswith("Message") for name in names):
                return "prompt"
            if any(name.startswith("builtins.str.") or name.endswith((".format", ".join", ".strip")) for name in names):
                return "prompt"
        if value.kind == "format" or _annotated_with(assembly, node, {"builtins.str"}):
            return "prompt"
        lists = lists or _annotated_with(assembly, node, _LISTS) or (value.kind in ("attribute", "index", "parameter") and value.text in _LIST_FIELDS)
        if value.kind == "call" and len(value.inputs) > 1 and program_constant(assembly, node) in _LIST_FIELDS:
            lists = True
    return "conversation" if lists else "prompt"


def program_constant(assembly: Assembly, call: Node) -> object:
    """The first argument of a call, where it is a constant: the key of `body.get("messages")`."""
    return assembly.program.constant((call[0], assembly.program.value(call).inputs[1]))


def _annotated_with(assembly: Assembly, node: Node, wanted: Iterable[str]) -> bool:
    """Whether a parameter or field is annotated with one of these types."""
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
    names: set[str] = set()
    for at in annotations:
        inner = program.value(at)
        names |= set(program.names(at))
        if inner.kind in ("operation", "index"):
            names |= {name for given in inner.inputs for name in program.names((at[0], given))}
    return bool(names & set(wanted))


def _add_way(
    assembly: Assembly, source: str, target: str, label: Label, role: SinkRole, hit: Hit, behaviours: _Behaviours, graph: FlowGraph
) -> None:
    known = assembly.flows.get((source, target, role), [])
    if len(known) >= MAX_WAYS:
        return
    if any(flow.steps and hit.trace and _same_end(assembly, flow, hit) and label in flow.carries for flow in known):
        return
    controls: list[tuple[ControlKind, Node]] = []
    # `clean(markdown(x))`: what comes out of the sink is cleaned before anybody sees it.
    after = [
        (hit.call[0], user) for user, position in graph.users(hit.call)
        if position == 1 and assembly.program.value((hit.call[0], user)).labels[1:2] == ("",)
    ] if hit.argument >= 0 else []  # fmt: skip
    for node, rule in behaviours.passed([*hit.trace, *after]):
        if node in after and not rule.rule.cleans:
            continue
        if rule.rule.cleans and role in rule.rule.cleans:
            if rule.rule.control is None:
                return
            controls.append((rule.rule.control, node))
        elif rule.rule.control is not None and rule.rule.protects == "data" and not rule.rule.cleans:
            controls.append((rule.rule.control, node))
    controls += [(kind, node) for node in hit.trace if (kind := _validated(assembly, node)) is not None]
    controls += [("human_approval", node) for node in _asked(assembly, hit)]
    controls += [("redaction", node) for node in hit.trace if _redacts(assembly, node)]
    controls += [("review_before_use", node) for node in hit.trace if _reads_reviewed(assembly, node)]
    controls += [(kind, guard) for guard in hit.guards if (kind := guard_kind(assembly, guard)) is not None]
    steps = _steps(assembly, hit)
    if not steps:
        return
    identity = f"{source}->{target}:{role}" + (f"#{len(known) + 1}" if known else "")
    for kind, node in controls:
        assembly.control(kind, identity, assembly.cite(node))
    assembly.flow(Flow(id=identity, source=source, target=target, carries=(label,), role=role, steps=steps))


def _validated(assembly: Assembly, node: Node) -> ControlKind | None:
    """The data is a parameter of a project function that refuses what it does not like and gives it back: a validator."""
    program = assembly.program
    found = program.parameter_of(node) if program.value(node).kind == "parameter" else None
    if found is None:
        return None
    name = program.function(found[0]).name.lstrip("_").lower()
    if not name.startswith(("validate", "check", "ensure", "assert", "verify", "sanitize", "sanitise", "normalize_and_check", "resolve_safe", "safe_", "is_safe")):
        return None
    if not _refuses(assembly, found[0]):
        return None
    called = {text for inner in assembly.reach(found[0]) for call in assembly.calls_in(inner) for text in _last_names(assembly, call)}
    if called & {"getaddrinfo", "ip_address", "gethostbyname", "is_private", "urlparse", "urlsplit"}:
        return "egress_limit"
    if called & {"resolve", "realpath", "is_relative_to", "commonpath", "commonprefix", "abspath"}:
        return "allow_list"
    return "input_validation"


def _last_names(assembly: Assembly, call: Node) -> list[str]:
    callee = assembly.program.value((call[0], assembly.program.value(call).inputs[0]))
    return [callee.text.rsplit(".", 1)[-1]] if callee.kind in ("name", "attribute") else []


_ASKING = frozenset({"builtins.input", "typer.confirm", "typer.prompt", "click.confirm", "click.prompt", "rich.prompt.Confirm.ask", "rich.prompt.Prompt.ask",
                     "inquirer.confirm", "inquirer.prompt", "getpass.getpass", "prompt_toolkit.prompt", "questionary.confirm", "streamlit.button"})  # fmt: skip


def _asked(assembly: Assembly, hit: Hit) -> list[Node]:
    """Tests on the way whose outcome a person was asked for: `if input("run it? ") == "y"`."""
    program = assembly.program
    found: list[Node] = []
    for call in (*hit.trace, hit.call) if hit.argument >= 0 else ():
        facts = program.files[call[0]]
        for branch in facts.conditions.get(call[1], ()):
            condition = (call[0], facts.branches[branch].condition)
            if any(_ASKING & set(_called(assembly, root)) for root in _parts(assembly, condition)):
                found.append(condition)
    return list(dict.fromkeys(found))


def _parts(assembly: Assembly, node: Node) -> list[Node]:
    """A condition's operands and where they come from."""
    found: list[Node] = []
    queue = [node]
    while queue and len(found) < 30:
        current = queue.pop()
        if current in found:
            continue
        found.append(current)
        value = assembly.program.value(current)
        if value.kind in ("operation", "choice", "attribute", "index", "await", "guarded", "call"):
            queue += [(current[0], given) for given in value.inputs[:4]]
        elif value.kind == "name":
            queue += assembly.program.origins(current)[:2]
    return found


_REDACTS = ("redact", "redacted", "anonymize", "anonymise", "pseudonymize", "pseudonymise", "scrub", "mask", "strip_pii", "remove_pii", "deidentify")


def _redacts(assembly: Assembly, node: Node) -> bool:
    """A parameter of one of the project's own functions that is named for redacting and replaces text."""
    found = assembly.program.parameter_of(node) if assembly.program.value(node).kind == "parameter" else None
    if found is None or not mentions([assembly.program.function(found[0]).name], _REDACTS):
        return False
    return any(
        assembly.program.value((call[0], assembly.program.value(call).inputs[0])).text in ("sub", "subn", "replace", "translate", "anonymize", "mask")
        for call in assembly.calls_in(found[0])
    )


_REVIEWED = ("accepted", "approved", "reviewed", "moderated", "verified", "curated", "vetted")


def _reads_reviewed(assembly: Assembly, node: Node) -> bool:
    """A read from a store that asks for reviewed records only: `where(Feedback.accepted)`, `WHERE approved = 1`."""
    if not any(source.label == "stored_data" for source in assembly.sources.get(node, ())):
        return False
    queue, seen = list(assembly.program.value(node).inputs), 0
    while queue and seen < 40:
        value = assembly.program.value((node[0], queue.pop()))
        seen += 1
        if value.kind in ("attribute", "constant") and mentions([value.text], _REVIEWED) and (value.kind == "attribute" or " " in value.text):
            return True
        if any(mentions([label], _REVIEWED) for label in value.labels):
            return True
        queue += value.inputs
    return False


def _same_end(assembly: Assembly, flow: Flow, hit: Hit) -> bool:
    end = assembly.place(hit.trace[-1] if hit.argument == RETURNED else hit.call)
    last = flow.steps[-1]
    return (last.path, last.start_line, last.page) == (end.path, end.start_line, end.page)


def _steps(assembly: Assembly, hit: Hit) -> tuple[Evidence, ...]:
    nodes = list(hit.trace) if hit.argument == RETURNED else [*hit.trace, hit.call]
    places: list[Node] = []
    for node in nodes:
        if assembly.program.value(node).kind in ("choice", "guarded") and node != nodes[-1]:
            continue  # joins and guards have no place of their own
        here = assembly.place(node)
        if places:
            before = assembly.place(places[-1])
            if (before.path, before.start_line, before.page) == (here.path, here.start_line, here.page):
                if node == nodes[-1] and len(places) > 1:
                    places[-1] = node
                continue
        places.append(node)
    if len(places) > MAX_STEPS:
        half = MAX_STEPS // 2
        places = [*places[:half], *places[-half:]]
    steps: list[Evidence] = []
    for position, node in enumerate(places):
        role: Role = "source" if position == 0 and len(places) > 1 else "sink" if position == len(places) - 1 else "step"
        evidence = assembly.cite(node, role)
        if evidence is not None:
            steps.append(evidence)
    return tuple(steps)


def guard_kind(assembly: Assembly, guard: Node) -> ControlKind | None:
    """What a test on the way says about the data that passed it."""
    value = assembly.program.value(guard)
    side, _, part = value.text.partition(":")
    kind = condition_kind(assembly, (guard[0], value.inputs[1]), side == "holds")
    return kind if not part or kind in ("hash_check", "session_identity") else None


def condition_kind(assembly: Assembly, node: Node, holds: bool, depth: int = 0) -> ControlKind | None:
    """An allow-list, a limit, a comparison with a known identity, or another check; None for a mere presence test."""
    program, value = assembly.program, assembly.program.value(node)
    if depth > 6:
        return None
    if value.kind == "operation":
        if value.text.startswith("not ") or value.text == "not":
            inner = (node[0], value.inputs[0])
            if value.text == "not":
                return condition_kind(assembly, inner, not holds, depth + 1)
        if value.text in ("in", "not in") and (value.text == "in") == holds:
            return "allow_list"
        if value.text in ("<", "<=", ">", ">=") and any(_is_length(assembly, (node[0], given)) for given in value.inputs):
            return "input_length_limit"
        if value.text in ("==", "!=") and (value.text == "==") == holds:
            if any(_is_digest(assembly, (node[0], given)) for given in value.inputs):
                return "hash_check"
            for given in value.inputs:
                if _is_identity(assembly, (node[0], given)):
                    return "session_identity"
            if any(program.value((node[0], given)).kind == "constant" and program.value((node[0], given)).text for given in value.inputs):
                return "allow_list"
        if value.text in ("<", "<=", ">", ">="):
            return "input_validation"
        return None
    if value.kind == "choice":
        for given in value.inputs:
            found = condition_kind(assembly, (node[0], given), holds, depth + 1)
            if found is not None:
                return found
        return None
    if value.kind == "call":
        names = program.names((node[0], value.inputs[0]))
        if any(name in ("builtins.isinstance", "builtins.hasattr", "builtins.len", "builtins.bool") for name in names):
            return None
        if any(name.endswith("compare_digest") for name in names):
            return "hash_check" if any(_is_digest(assembly, (node[0], given)) for given in value.inputs[1:]) else "authentication"
        last = [name.rsplit(".", 1)[-1] for name in names]
        if any(name in ("match", "fullmatch", "startswith", "endswith", "is_relative_to", "isalnum", "isdigit", "issubset") for name in last):
            return "input_validation"
        if names and not any(name.startswith("builtins.") for name in names):
            targets = program.targets(node)
            if not targets:
                return "input_validation"
            refusing = [target for target in targets if _refuses(assembly, target.function)]
            for target in refusing:
                for parameter in program.function(target.function).parameters[-1:]:
                    found = _validated(assembly, (target.function[0], parameter.value))
                    if found is not None:
                        return found
            return "input_validation" if refusing else None
    return None


def _refuses(assembly: Assembly, reference: FunctionRef) -> bool:
    """Whether a function of the project tests what it is given: it returns a verdict or leaves below a test."""
    facts = assembly.program.files[reference[0]]
    return any(branch.scope == reference[1] for branch in facts.branches) or any(
        facts.values[returned].kind == "operation" for returned in facts.functions[reference[1]].returns
    )


def _is_digest(assembly: Assembly, node: Node) -> bool:
    return any(
        name.startswith(("hashlib.", "hmac.")) or name.rsplit(".", 1)[-1] in ("sha256", "sha512", "file_digest", "hexdigest")
        for root in _roots(assembly, node)
        for name in assembly.program.names(root)
    )


def _is_length(assembly: Assembly, node: Node) -> bool:
    value = assembly.program.value(node)
    return value.kind == "call" and "builtins.len" in assembly.program.names((node[0], value.inputs[0]))


def _is_identity(assembly: Assembly, node: Node) -> bool:
    """Whether a value is who the caller is, as the server established it (an injected or session value)."""
    return any(
        source.label == "identity" for origin in _roots(assembly, node) for source in assembly.sources.get(origin, ())
    )


def _roots(assembly: Assembly, node: Node) -> list[Node]:
    found: list[Node] = []
    queue = [node]
    while queue and len(found) < 20:
        current = queue.pop()
        found.append(current)
        value = assembly.program.value(current)
        if value.kind in ("attribute", "index", "await", "guarded", "call"):
            queue.append((current[0], value.inputs[0]))
        elif value.kind in ("choice",):
            queue += [(current[0], given) for given in value.inputs]
        elif value.kind in ("parameter", "name"):
            queue += [origin for origin in assembly.program.origins(current) if origin != current and origin not in found]
    return found


__all__ = ["Sink", "add_code_flows", "argument_positions", "condition_kind", "guard_kind"]
