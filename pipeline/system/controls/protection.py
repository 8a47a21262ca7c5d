"""Who may enter, and what stands in the way: authentication, limits and other controls around entries.

Reads decorators, injected dependencies, routers, middleware and calls that knowledge knows as
controls, and says which element or flow each of them covers.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly, SourceOf
from pipeline.system.controls.asks_back import add_questions
from pipeline.system.controls.authentication import Authenticating
from pipeline.system.controls.believed_tokens import add_believed
from pipeline.system.controls.dummy_logins import add_dummy_logins, add_unread_schemes
from pipeline.system.controls.filter_chains import filter_chains
from pipeline.system.controls.front_doors import frameworks_of, front_doors
from pipeline.system.controls.graph_approvals import add_graph_approvals
from pipeline.system.controls.guards import condition_kind, guard_kind
from pipeline.system.controls.hook_approvals import add_hook_approvals
from pipeline.system.controls.installed import add_installed_checks
from pipeline.system.controls.interceptors import Interceptors
from pipeline.system.controls.loop_approvals import add_loop_approvals
from pipeline.system.controls.nest_guards import add_nest_guards
from pipeline.system.controls.net_filters import NetFilters
from pipeline.system.controls.only_logged import is_only_logged
from pipeline.system.controls.optional_logins import OPTIONAL
from pipeline.system.controls.rate_limits import add_rate_limits, is_counted
from pipeline.system.controls.route_policies import of_few, routes_below
from pipeline.system.controls.tool_call_records import add_tool_call_records
from pipeline.system.controls.tool_filters import add_tool_filters
from pipeline.system.controls.view_policies import add_view_policies
from pipeline.system.controls.wrapped_tools import is_given_bare
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.elements.second_look import look_again
from pipeline.system.flows.switches import asked_only_if_set, never_asked
from pipeline.system.model import ControlKind, Evidence
from pipeline.system.program.arguments import argument_node, entry_of
from pipeline.system.program.flags import read_flags
from pipeline.system.program.held import elements_of, receivers
from pipeline.system.program.marks import entries_marked, marks_on
from pipeline.system.program.sites import CallSite

_OF_TRAINING: frozenset[ControlKind] = frozenset({"model_lineage", "group_evaluation", "secure_aggregation", "differential_privacy"})
_RECORDED = frozenset({"agent", "hosted_llm", "local_llm", "tool", "mcp_tool", "ml_model"})
_WAIVED = frozenset({False, "approved", "not-applicable", "denied"})  # nobody is asked
_HANDED_AS = frozenset(
    [
        "middleware",
        "guardrails",
        "callbacks",
        "input_guardrails",
        "output_guardrails",
        "auth",
        "token_verifier",
        "interrupt_before",
        "hooks",
        "auth_provider",
        "transport_security",
        "checkpointer",
        "stop_when",
        "safety_settings",
        "logger",
        "config",  # `agent.invoke(messages, config={"callbacks": [tracer]})`
    ]
)


def add_protection(assembly: Assembly) -> None:
    """Controls of entries, then controls that calls are."""
    authenticating = Authenticating(assembly)
    frameworks = frameworks_of(assembly)
    doors = [*front_doors(assembly, authenticating), *filter_chains(assembly, authenticating)]
    interceptors, net_filters = Interceptors(assembly, authenticating), NetFilters(assembly, authenticating)
    doors += net_filters.doors
    unread: dict[Node, Evidence] = {}
    for reference, identity in sorted(assembly.entry_of_function.items()):
        kind = assembly.draft(identity).kind
        if kind in ENTRY_KINDS and kind != "mcp_tool":
            asked = authenticating.of_entry(reference, kind == "websocket")
            file, route = assembly.program.files[reference[0]].path, assembly.draft(identity).attributes
            path, method, framework = str(route.get("path", "")), str(route.get("method", "")), frameworks.get(reference, "")
            before = (door.before(file, path, method, framework) for door in doors)
            asked += [evidence for evidence in before if evidence is not None]
            asked += interceptors.before(reference)
            if not asked and net_filters.by_key(reference, path):
                assembly.draft(identity).attributes["by_shared_key"] = True
            asked += net_filters.before(reference)
            for evidence in asked:
                assembly.control("authentication", identity, evidence)
            draft = assembly.draft(identity)
            left_out = authenticating.left_out()
            passed_by = () if asked else left_out
            for reason in passed_by:
                draft.show(reason)
            unread |= {authenticating.unread[reason]: reason for reason in passed_by if reason in authenticating.unread}
            if any(reason.note == OPTIONAL for reason in left_out):
                draft.attributes["login_optional"] = True
    for token in sorted(authenticating.tokens):
        add_believed(assembly, token)
    add_dummy_logins(assembly, authenticating)
    add_unread_schemes(assembly, unread)
    for site in assembly.sites.calls:
        said = read_flags(assembly.program, site.node, site.rule.flags).controls if site.rule.kind is None else ()
        for control in dict.fromkeys([site.rule.control, *said]):
            if control is not None and _counts(assembly, authenticating, site, control) and not is_only_logged(assembly, site.node):
                _add_control(assembly, site, control)
        _approved_tools(assembly, site)
    add_graph_approvals(assembly)
    add_hook_approvals(assembly)
    _add_bare_decorators(assembly)
    add_rate_limits(assembly, authenticating)
    add_questions(assembly)
    add_loop_approvals(assembly)
    add_nest_guards(assembly)
    add_view_policies(assembly, authenticating)
    add_tool_filters(assembly)
    _add_field_limits(assembly)
    _add_guarded_uses(assembly)
    add_installed_checks(assembly)
    _add_recording_classes(assembly)
    add_tool_call_records(assembly)


def _add_bare_decorators(assembly: Assembly) -> None:
    """`@approved` without parentheses hands the function to what is a control as a call, and covers it as `@approved()` does."""
    program = assembly.program
    for reference, identity in sorted(assembly.entry_of_function.items()):
        for node in marks_on(assembly, reference):
            if program.value(node).kind == "call":
                continue
            names = [name for name in program.names(node) if name not in program.functions and name not in program.classes]
            for known in assembly.index.for_call(names):
                if known.rule.control is not None and known.rule.protects in ("function", "element"):
                    assembly.control(known.rule.control, identity, assembly.cite(node))


def _counts(assembly: Assembly, authenticating: Authenticating, site: CallSite, control: ControlKind) -> bool:
    """A check that no setting leaves out, and a limit that counts somebody: an answer 429 may only hand on what a provider said."""
    if control in ("authentication", "session_identity") and authenticating.believed.is_read(site.node):
        return False  # a token that is read and not verified
    if control == "authentication":
        return asked_only_if_set(assembly, site.node) is None
    answers = control == "rate_limit" and any(name.endswith(("HTTPException", "abort")) for name in site.names)
    return not answers or is_counted(assembly, site.node)


def _add_guarded_uses(assembly: Assembly) -> None:
    """A check of what a call is given, before it is called, covers the element that the call is."""
    program = assembly.program
    for node, identity in sorted(assembly.element_of_call.items()):
        value = program.value(node)
        if value.kind != "call":
            continue
        for given in value.inputs[1:]:
            current = program.value((node[0], given))
            for _ in range(6):
                if current.kind == "guarded":
                    kind = guard_kind(assembly, (node[0], given))
                    if kind in ("hash_check", "allow_list"):
                        assembly.control(kind, identity, assembly.cite((node[0], current.inputs[1])))
                if current.kind not in ("guarded", "choice", "call", "await") or not current.inputs:
                    break
                given = current.inputs[-1] if current.kind == "call" else current.inputs[0]
                current = program.value((node[0], given))
        facts = program.files[node[0]]
        for branch in facts.conditions.get(node[1], ()):
            test = facts.branches[branch]
            if condition_kind(assembly, (node[0], test.condition), test.exits_when != "holds") == "hash_check":
                assembly.control("hash_check", identity, assembly.cite((node[0], test.condition)))


def _add_recording_classes(assembly: Assembly) -> None:
    """Middleware of the project's own that writes calls to a log or an audit table covers the agent it is given to."""
    program = assembly.program
    recording = [site for site in assembly.sites.classes if site.rule.kind is None and not site.rule.run_by]
    made: dict[str, list[Node]] = {site.name: [] for site in recording}
    for file, facts in enumerate(program.files if recording else ()):
        for value, call in enumerate(facts.values):
            if call.kind == "call":
                for name in made.keys() & program.names((file, call.inputs[0])):
                    made[name].append((file, value))
    for site in recording:
        handed = [identity for node in made[site.name] for identity in _handed_to(assembly, node)]
        for method in site.rule.method:
            for reference in program.functions.get(f"{site.name}.{method}", ()):
                place = _records(assembly, reference)
                if place is None:
                    continue
                kind: ControlKind = "audit_log" if "tool" in method else "prompt_log"
                for identity in dict.fromkeys(handed):
                    assembly.control(kind, identity, assembly.cite(place), "the project's own middleware records it")
                    for source, relation, target in list(assembly.relations):
                        if source == identity and relation == ("has_tool" if kind == "audit_log" else "uses_model"):
                            assembly.control(kind, target, assembly.cite(place), "the project's own middleware records it")


def _records(assembly: Assembly, reference: FunctionRef) -> Node | None:
    """The call below a function that writes to a log, a file or a table, or by which it hands on what it was told."""
    for function in sorted(assembly.reach(reference)):
        for call in assembly.calls_in(function):
            if any(sink.role in ("log", "store_write") for sink in assembly.sinks.get(call, ())):
                return call
    told = {parameter.value for parameter in assembly.program.function(reference).parameters[1:]}
    for call in assembly.calls_in(reference):
        value = assembly.program.value(call)
        callee = assembly.program.value((call[0], value.inputs[0]))
        # `self.sink(prompts)`: to something of its own, from outside; printing or measuring it keeps nothing.
        if callee.kind == "attribute" and told & set(value.inputs[1:]) and not assembly.program.targets(call):
            return call
    return None


def add_identities(assembly: Assembly) -> None:
    """Injected parameters of authenticating dependencies carry who the caller is; elements are looked at once more."""
    look_again(assembly)
    authenticating = Authenticating(assembly)
    for file, facts in enumerate(assembly.program.files):
        for number, function in enumerate(facts.functions):
            for parameter in function.parameters:
                for dependency in authenticating.injections.of_parameter((file, number), parameter.name):
                    if authenticating.function(dependency, 0) is not None:
                        assembly.sources.setdefault((file, parameter.value), []).append(
                            SourceOf(
                                "identity",
                                assembly.drafts.put("component", "session", "application", {}, assembly.function_evidence(dependency)),
                            )
                        )


def _add_control(assembly: Assembly, site: CallSite, control: ControlKind) -> None:
    """A call that is a control, and what it covers."""
    rule, node = site.rule, site.node
    evidence = assembly.cite(node)
    value = assembly.program.value(node)
    covered: list[str] = []
    function = (node[0], value.scope)
    if rule.protects == "application" and control == "authentication":
        covered += [
            identity for identity, draft in assembly.drafts.by_id.items()
            if draft.kind == "chat_ui" or draft.attributes.get("serves_agents") is True
        ]  # fmt: skip
    elif rule.protects == "application" and control in ("prompt_log", "audit_log"):
        covered += [identity for identity, draft in assembly.drafts.by_id.items() if draft.kind in _RECORDED]
    elif rule.protects == "application" and control in _OF_TRAINING:
        covered += [identity for identity, draft in assembly.drafts.by_id.items() if draft.kind == "training_job"]
    elif rule.protects == "application":
        covered += [identity for identity, draft in assembly.drafts.by_id.items() if draft.kind in ENTRY_KINDS and draft.kind != "mcp_tool"]
    elif rule.protects == "receiver":
        covered += receivers(assembly, node)
    elif rule.protects == "routes":
        covered += routes_below(assembly, site)
        for few in of_few(assembly, site, covered) if control == "authentication" else ():
            assembly.control("authorisation", few, evidence)
    elif rule.protects == "element" and node in assembly.element_of_call:
        covered.append(assembly.element_of_call[node])
    if rule.protects in ("function", "element"):
        covered += entries_marked(assembly).get(node, [])
    if rule.protects == "function":
        covered += _in_function(assembly, function, control == "authentication")
        if control in _OF_TRAINING and assembly.program.function(function).name == "<module>":  # a script is one training
            covered += [
                identity for call in assembly.calls_in(function)
                if (identity := assembly.element_of_call.get(call)) is not None and assembly.draft(identity).kind == "training_job"
            ]  # fmt: skip
    covered += _handed_to(assembly, node)
    if not covered and rule.protects in ("element", "receiver") and value.kind == "call":
        covered += [identity for given in value.inputs[1:4] for identity in elements_of(assembly, (node[0], given))]
        covered = [one for one in covered if control != "human_approval" or not is_given_bare(assembly, one)]
    covered += [source for source, kind, target in list(assembly.relations) if kind == "loads" and target in covered]
    for identity in dict.fromkeys(covered):
        if control == "human_approval" and assembly.draft(identity).kind == "agent" and _cover_tools(assembly, node, identity, evidence):
            continue  # an approval of named tools is none of the agent's other acts
        assembly.control(control, identity, evidence)


def _in_function(assembly: Assembly, function: FunctionRef, is_login: bool = False) -> list[str]:
    """Elements used in a function, and the entries it runs for; a login that these ask only where a setting is made is none of theirs."""
    if assembly.program.function(function).name == "<module>":
        return []
    found = [assembly.element_of_call[call] for call in assembly.calls_in(function) if call in assembly.element_of_call]
    if function in assembly.entry_of_function:
        found.append(assembly.entry_of_function[function])
    found += [
        identity
        for reference, identity in assembly.entry_of_function.items()
        if function != reference
        and function in assembly.reach(reference)
        and not (is_login and never_asked(assembly, function, assembly.reach(reference)))
    ]
    return found


def _handed_to(assembly: Assembly, node: Node) -> list[str]:
    """Elements a control object is given to: `create_agent(middleware=[control])`."""
    if assembly.memo.handed is None:  # one look at all calls, instead of one for every control
        handed: dict[Node, dict[tuple[Node, int], str]] = {}
        for call, identity in assembly.element_of_call.items():
            value = assembly.program.value(call)
            if value.kind != "call":
                continue
            for position, given in _handed_over(assembly, call):
                for member in assembly.program.elements(given):
                    handed.setdefault(member, {})[call, position] = identity
        assembly.memo.handed = {member: tuple(given.items()) for member, given in handed.items()}
    return [identity for (call, _position), identity in assembly.memo.handed.get(node, ()) if call != node]


def _handed_over(assembly: Assembly, call: Node) -> Iterator[tuple[int, Node]]:
    """Arguments that hold controls, by their names or as properties of an object: `createAgent({ middleware: [limit] })`."""
    program, value = assembly.program, assembly.program.value(call)
    for position, label in enumerate(value.labels):
        given = (call[0], value.inputs[position])
        if position and label in _HANDED_AS:
            yield position, given
        elif position and label == "" and program.objects_are_entries(call[0]):
            yield from ((position, held) for name in _HANDED_AS if (held := entry_of(program, given, name)) is not None)


def _approved_tools(assembly: Assembly, site: CallSite) -> None:
    """Tools whose calls wait for a person because what they are given to says so: `toolApproval: { pay: "user-approval" }`."""
    owner = assembly.element_of_call.get(site.node)
    if owner is None or site.rule.approval_of is None or argument_node(assembly.program, site.node, site.rule.approval_of) is None:
        return
    _cover_tools(assembly, site.node, owner, assembly.cite(site.node), site.rule.approval_of)


def _cover_tools(assembly: Assembly, node: Node, agent: str, evidence: Evidence | None, wanted: str = "interrupt_on|interruptOn") -> bool:
    """An approval step covers the tools it names, or all tools where it names none; True where it names some."""
    named: set[str] = set()
    told = False
    listed = argument_node(assembly.program, node, wanted)
    for origin in assembly.program.origins(listed) if listed is not None else ():
        given = assembly.program.value(origin)
        if given.kind == "collection":
            told = True
            for label, inner in zip(given.labels, given.inputs, strict=False):
                if assembly.program.constant((origin[0], inner)) not in _WAIVED:
                    named.add(label)
    for source, kind, target in list(assembly.relations):
        if source == agent and kind == "has_tool" and (not told or assembly.draft(target).name in named):
            assembly.control("human_approval", target, evidence)
    return told


def _add_field_limits(assembly: Assembly) -> None:
    """Request models whose text fields are bounded limit what a route takes in."""
    kinds: dict[str, ControlKind] = {"max_length": "input_length_limit", "max_items": "input_length_limit"}
    for reference, identity in assembly.entry_of_function.items():
        for parameter in assembly.program.function(reference).parameters:
            nodes = [node for node in (parameter.annotation, parameter.default) if node is not None]
            limits = [found for node in nodes for found in _limits(assembly, (reference[0], node), kinds)]
            if parameter.annotation is not None:
                for cls in assembly.program.annotated((reference[0], parameter.annotation)):
                    if cls in assembly.program.classes:
                        file, facts = assembly.program.classes[cls]
                        for _name, annotation, default, _line in facts.fields:
                            limits += [
                                f for node in (annotation, default) if node is not None for f in _limits(assembly, (file, node), kinds)
                            ]
            for kind, node in limits:
                assembly.control(kind, identity, assembly.cite(node))


def _limits(assembly: Assembly, node: Node, kinds: dict[str, ControlKind]) -> list[tuple[ControlKind, Node]]:
    found: list[tuple[ControlKind, Node]] = []
    queue, seen = [node], 0
    while queue and seen < 30:
        current = queue.pop()
        seen += 1
        value = assembly.program.value(current)
        if value.kind == "call":
            found += [(kinds[label], current) for label in value.labels if label in kinds]
        if value.kind in ("call", "index", "collection", "operation", "unknown"):
            queue += [(current[0], given) for given in value.inputs]
        elif value.kind == "name":
            queue += [other for other in assembly.program.lookup(current[0], value.text)[0] if other != current]
    return found
