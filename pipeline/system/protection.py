"""Who may enter, and what stands in the way: authentication, limits and other controls around entries.

Reads decorators, injected dependencies, routers, middleware and calls that knowledge knows as
controls, and says which element or flow each of them covers.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly, SourceOf
from pipeline.system.code_elements import elements_of, receivers
from pipeline.system.entries import ENTRY_KINDS
from pipeline.system.guards import condition_kind, guard_kind
from pipeline.system.model import ControlKind, Evidence
from pipeline.system.sites import CallSite, argument_positions, read_flags

_AUTH_NAME = re.compile(
    r"(^|_)(auth\w*|current_user|current_\w*user|login_required|require_\w+|verify_\w*(token|key|jwt|session|signature)|api_key\w*|"
    r"check_(token|key|auth)\w*|get_(session_)?user|get_principal|get_identity|resolve_user|resolve_identity|logged_in)($|_)",
    re.IGNORECASE,
)
_RECORDED = frozenset({"agent", "hosted_llm", "local_llm", "tool", "mcp_tool", "ml_model"})
_MOUNTS = ("include_router", "register_blueprint", "mount")
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
    ]
)
_DENIED = frozenset({"401", "403"})


def add_protection(assembly: Assembly) -> None:
    """Controls of entries, then controls that calls are."""
    authenticating = _Authenticating(assembly)
    for reference, identity in sorted(assembly.entry_of_function.items()):
        kind = assembly.draft(identity).kind
        if kind in ENTRY_KINDS and kind != "mcp_tool":
            for evidence in authenticating.of_entry(reference):
                assembly.control("authentication", identity, evidence)
    for site in assembly.sites.calls:
        said = read_flags(assembly.program, site.node, site.rule.flags).controls if site.rule.kind is None else ()
        for control in dict.fromkeys([site.rule.control, *said]):
            if control is not None:
                _add_control(assembly, site, control)
    _add_field_limits(assembly)
    _add_guarded_uses(assembly)
    _add_recording_classes(assembly)


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
    for site in assembly.sites.classes:
        if site.rule.kind is not None:
            continue
        handed = [
            identity for file, facts in enumerate(program.files) for value, call in enumerate(facts.values)
            if call.kind == "call" and site.name in program.names((file, call.inputs[0])) for identity in _handed_to(assembly, (file,
            value))
        ]  # fmt: skip
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
    """The call below a function that writes to a log, a file or a table."""
    for function in sorted(assembly.reach(reference)):
        for call in assembly.calls_in(function):
            if any(sink.role in ("log", "store_write") for sink in assembly.sinks.get(call, ())):
                return call
    return None


def add_identities(assembly: Assembly) -> None:
    """Injected parameters of authenticating dependencies carry who the caller is."""
    authenticating = _Authenticating(assembly)
    for file, facts in enumerate(assembly.program.files):
        for number, function in enumerate(facts.functions):
            for parameter in function.parameters:
                for dependency in authenticating.dependencies((file, number), parameter.name):
                    if authenticating.function(dependency, 0) is not None:
                        assembly.sources.setdefault((file, parameter.value), []).append(
                            SourceOf(
                                "identity",
                                assembly.drafts.put("component", "session", "application", {}, assembly.function_evidence(dependency)),
                            )
                        )


class _Authenticating:
    """Which functions refuse callers they do not know."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly, self.program = assembly, assembly.program
        self._known: dict[FunctionRef, Evidence | None] = {}
        self._auth_calls: dict[FunctionRef, Node] = {}
        for site in assembly.sites.calls:
            if site.rule.control in ("authentication", "authorisation"):
                value = self.program.value(site.node)
                self._auth_calls.setdefault((site.node[0], value.scope), site.node)

    def function(self, reference: FunctionRef, depth: int) -> Evidence | None:
        """Evidence that a function authenticates, or None."""
        if reference in self._known:
            return self._known[reference]
        self._known[reference] = None
        found = self._look(reference, depth)
        self._known[reference] = found
        return found

    def _look(self, reference: FunctionRef, depth: int) -> Evidence | None:
        if reference in self._auth_calls and self.program.function(reference).name != "<module>":
            return self.assembly.cite(self._auth_calls[reference])
        for call in self.assembly.calls_in(reference):
            if self._denies(call):
                return self.assembly.cite(call)
        if depth < 3:
            function = self.program.function(reference)
            for parameter in function.parameters:
                for dependency in self.dependencies(reference, parameter.name):
                    found = self.function(dependency, depth + 1)
                    if found is not None:
                        return found
                for node in (parameter.default, parameter.annotation):
                    if node is not None and self._scheme((reference[0], node)):
                        return self.assembly.cite((reference[0], node))
            for call in self.assembly.calls_in(reference):
                for target in self.program.targets(call):
                    if _AUTH_NAME.search(self.program.function(target.function).name):
                        found = self.function(target.function, depth + 1)
                        if found is not None:
                            return found
        return None

    def _denies(self, call: Node) -> bool:
        """A refusal of unknown callers: an answer 401 or 403."""
        value = self.program.value(call)
        names = self.program.names((call[0], value.inputs[0]))
        if not any(name.rsplit(".", 1)[-1] in ("HTTPException", "abort", "Response", "JSONResponse", "HttpResponse", "PermissionDenied",
        "Unauthorized",
                                               "WebSocketException", "make_response") for name in names):  # fmt: skip
            return False
        if any(name.rsplit(".", 1)[-1] in ("PermissionDenied", "Unauthorized") for name in names):
            return True
        for given in value.inputs[1:]:
            inner = self.program.value((call[0], given))
            if inner.kind == "constant" and inner.text in _DENIED:
                return True
            if inner.kind == "attribute" and inner.text.startswith(("HTTP_401", "HTTP_403", "UNAUTHORIZED", "FORBIDDEN")):
                return True
        return False

    def _scheme(self, node: Node) -> bool:
        queue, seen = [node], 0
        while queue and seen < 20:
            current = queue.pop()
            seen += 1
            value = self.program.value(current)
            for name in (*self.program.types(current), *self.program.names(current)):
                for known in self.assembly.index.for_call([name]):
                    if known.rule.control == "authentication":
                        return True
            if value.kind in ("call", "index", "collection", "unknown"):
                queue += [(current[0], given) for given in value.inputs]
        return False

    def dependencies(self, reference: FunctionRef, parameter: str) -> list[FunctionRef]:
        """Functions injected for a parameter: Depends(f) as default or in Annotated, through aliases."""
        function = self.program.function(reference)
        found: list[FunctionRef] = []
        for given in function.parameters:
            if given.name == parameter:
                for node in (given.default, given.annotation):
                    if node is not None:
                        found += self.injected((reference[0], node))
        return found

    def injected(self, node: Node) -> list[FunctionRef]:
        """Functions handed to `Depends`-like calls anywhere inside an expression."""
        found: list[FunctionRef] = []
        queue, seen = [node], 0
        while queue and seen < 60:
            current = queue.pop()
            seen += 1
            value = self.program.value(current)
            if value.kind == "call":
                names = self.program.names((current[0], value.inputs[0]))
                if any(name.rsplit(".", 1)[-1] in ("Depends", "Security", "Provide", "Inject") for name in names):
                    for given in value.inputs[1:2]:
                        found += [r for name in self.program.names((current[0], given)) for r in self.program.functions.get(name, ())]
                        for owner in (*self.program.types((current[0], given)), *self.program.names((current[0], given))):
                            method = self.program.method(owner, "__call__") if owner in self.program.classes else None
                            if method is not None:
                                found.append(method)
            if value.kind == "name":
                queue += [other for other in self.program.lookup(current[0], value.text)[0] if other != current]
            elif value.kind in ("index", "collection", "operation", "choice", "attribute", "unknown"):
                queue += [(current[0], given) for given in value.inputs]
        return found

    def of_entry(self, reference: FunctionRef) -> list[Evidence]:
        """Evidence that whoever reaches an entry was authenticated before."""
        found: list[Evidence | None] = []
        function = self.program.function(reference)
        for parameter in function.parameters:
            for node in (parameter.default, parameter.annotation):
                if node is None:
                    continue
                at = (reference[0], node)
                if any(self.function(dependency, 0) is not None for dependency in self.injected(at)) or self._scheme(at) or self._named(at):
                    found.append(self.assembly.cite(at))
        for decorator in function.decorators:
            found += self._decorator((reference[0], decorator))
        for call in self.assembly.calls_in(reference):
            if self._denies(call):
                found.append(self.assembly.cite(call))
        for inner in sorted(self.assembly.reach(reference))[:120]:
            for call in self.assembly.calls_in(inner):
                for target in self.program.targets(call):
                    if _AUTH_NAME.search(self.program.function(target.function).name) and self.function(target.function, 1) is not None:
                        found.append(self.assembly.cite(call))
        if reference in self._auth_calls:
            found.append(self.assembly.cite(self._auth_calls[reference]))
        return [evidence for evidence in found if evidence is not None]

    def _named(self, node: Node) -> bool:
        """An injected function from outside of what was scanned, named for what it does."""
        value = self.program.value(node)
        if value.kind != "call" or not any(
            name.rsplit(".", 1)[-1] in ("Depends", "Security") for name in self.program.names((node[0], value.inputs[0]))
        ):
            return False
        return any(
            _AUTH_NAME.search(name.rsplit(".", 1)[-1]) and name not in self.program.functions
            for given in value.inputs[1:2]
            for name in (*self.program.names((node[0], given)), *self.program.types((node[0], given)))
        )

    def _decorator(self, decorator: Node) -> list[Evidence | None]:
        value = self.program.value(decorator)
        callee = (decorator[0], value.inputs[0]) if value.kind == "call" else decorator
        found: list[Evidence | None] = []
        for name in self.program.names(callee):
            for known in self.assembly.index.for_call([name]):
                if known.rule.control == "authentication":
                    found.append(self.assembly.cite(decorator))
            references = self.program.functions.get(name, ())
            if references and _AUTH_NAME.search(name.rsplit(".", 1)[-1]):
                found.append(self.assembly.cite(decorator))
            if not references and _AUTH_NAME.search(name.rsplit(".", 1)[-1]):
                found.append(self.assembly.cite(decorator))
        if value.kind == "call":
            found += self._given_dependencies(decorator, "dependencies")
            callee_value = self.program.value(callee)
            if callee_value.kind == "attribute":
                for origin in self.program.origins((decorator[0], callee_value.inputs[0])):
                    found += self._application(origin)
        return found

    def _given_dependencies(self, call: Node, argument: str) -> list[Evidence | None]:
        value = self.program.value(call)
        found: list[Evidence | None] = []
        for position in argument_positions(value, argument):
            given = (call[0], value.inputs[position])
            guarded = any(self.function(dependency, 0) is not None for dependency in self.injected(given)) or any(
                self._named(element) for element in self.program.elements(given)
            )
            if guarded or any(self._scheme(element) for element in self.program.elements(given)):
                found.append(self.assembly.cite(given))
        return found

    def _application(self, origin: Node) -> list[Evidence | None]:
        """Dependencies and middleware of the application or router a route hangs on."""
        value = self.program.value(origin)
        found: list[Evidence | None] = []
        if value.kind != "call":
            return found
        found += self._given_dependencies(origin, "dependencies")
        for middleware, reference in self._middleware(origin):
            if self.function(reference, 0) is not None:
                found.append(self.assembly.function_evidence(reference) if middleware is None else self.assembly.cite(middleware))
        for include in self._includes(origin):
            found += self._given_dependencies(include, "dependencies")
            for app in self.program.origins((include[0], self._receiver(include))):
                if app != origin:
                    found += self._application(app)
        return found

    def _receiver(self, call: Node) -> int:
        callee = self.program.value((call[0], self.program.value(call).inputs[0]))
        return callee.inputs[0] if callee.inputs else self.program.value(call).inputs[0]

    def _includes(self, router: Node) -> list[Node]:
        """`app.include_router(router, dependencies=...)` and alike."""
        return [call for call, given in self._mounts() if router in self.program.origins(given)]

    def _mounts(self) -> list[tuple[Node, Node]]:
        if self._mounted is None:
            self._mounted = []
            for file, facts in enumerate(self.program.files):
                for identity, value in enumerate(facts.values):
                    callee = facts.values[value.inputs[0]] if value.kind == "call" and len(value.inputs) > 1 else None
                    if callee is not None and callee.kind == "attribute" and callee.text in _MOUNTS:
                        self._mounted += [((file, identity), (file, given)) for given in value.inputs[1:3]]
        return self._mounted

    _mounted: list[tuple[Node, Node]] | None = None

    def _middleware(self, app: Node) -> list[tuple[Node | None, FunctionRef]]:
        return [(marker, function) for base, marker, function in self._installed() if app in self.program.origins(base)]

    def _installed(self) -> list[tuple[Node, Node | None, FunctionRef]]:
        """All middleware: what it is hung on, the call that hangs it there (None for a decorator), and its function."""
        if self._hung is None:
            self._hung = []
            for file, facts in enumerate(self.program.files):
                for number, function in enumerate(facts.functions):
                    for decorator in function.decorators:
                        value = self.program.value((file, decorator))
                        callee = self.program.value((file, value.inputs[0])) if value.kind == "call" else value
                        if callee.kind == "attribute" and callee.text in ("middleware", "before_request", "before_app_request"):
                            self._hung.append(((file, callee.inputs[0]), None, (file, number)))
                for identity, value in enumerate(facts.values):
                    if value.kind == "call" and len(value.inputs) > 1 and facts.values[value.inputs[0]].text == "add_middleware":
                        self._hung += self._added(file, identity)
        return self._hung

    def _added(self, file: int, call: int) -> list[tuple[Node, Node | None, FunctionRef]]:
        values = self.program.files[file].values
        callee = values[values[call].inputs[0]]
        if callee.kind != "attribute":
            return []
        methods = [
            self.program.method(name, "dispatch") or self.program.method(name, "__call__")
            for name in self.program.names((file, values[call].inputs[1]))
            if name in self.program.classes
        ]
        return [((file, callee.inputs[0]), (file, call), method) for method in methods if method is not None]

    _hung: list[tuple[Node, Node | None, FunctionRef]] | None = None


def _add_control(assembly: Assembly, site: CallSite, control: ControlKind) -> None:
    """A call that is a control, and what it covers."""
    rule, node = site.rule, site.node
    evidence = assembly.cite(node)
    value = assembly.program.value(node)
    covered: list[str] = []
    function = (node[0], value.scope)
    if rule.protects == "application" and control == "authentication":
        covered += [identity for identity, draft in assembly.drafts.by_id.items() if draft.kind == "chat_ui"]
    elif rule.protects == "application" and control in ("prompt_log", "audit_log"):
        covered += [identity for identity, draft in assembly.drafts.by_id.items() if draft.kind in _RECORDED]
    elif rule.protects == "application":
        covered += [identity for identity, draft in assembly.drafts.by_id.items() if draft.kind in ENTRY_KINDS and draft.kind != "mcp_tool"]
    elif rule.protects == "receiver":
        covered += receivers(assembly, node)
    elif rule.protects == "element" and node in assembly.element_of_call:
        covered.append(assembly.element_of_call[node])
    if rule.protects in ("function", "element"):
        covered += _decorated_entries(assembly, node)
    if rule.protects == "function":
        covered += _in_function(assembly, function)
    covered += _handed_to(assembly, node)
    if not covered and rule.protects in ("element", "receiver") and value.kind == "call":
        covered += [identity for given in value.inputs[1:4] for identity in elements_of(assembly, (node[0], given))]
    covered += [source for source, kind, target in list(assembly.relations) if kind == "loads" and target in covered]
    for identity in dict.fromkeys(covered):
        if control == "human_approval" and assembly.draft(identity).kind == "agent" and _cover_tools(assembly, node, identity, evidence):
            continue  # an approval of named tools is none of the agent's other acts
        assembly.control(control, identity, evidence)


def _decorated_entries(assembly: Assembly, node: Node) -> list[str]:
    found = []
    for reference, identity in assembly.entry_of_function.items():
        if reference[0] == node[0] and node[1] in assembly.program.function(reference).decorators:
            found.append(identity)
    return found


def _in_function(assembly: Assembly, function: FunctionRef) -> list[str]:
    """Elements used in a function, and the entry whose body it is."""
    if assembly.program.function(function).name == "<module>":
        return []
    found = [assembly.element_of_call[call] for call in assembly.calls_in(function) if call in assembly.element_of_call]
    if function in assembly.entry_of_function:
        found.append(assembly.entry_of_function[function])
    found += [
        identity
        for reference, identity in assembly.entry_of_function.items()
        if function != reference and function in assembly.reach(reference)
    ]
    return found


def _handed_to(assembly: Assembly, node: Node) -> list[str]:
    """Elements a control object is given to: `create_agent(middleware=[control])`."""
    found: list[str] = []
    for call, identity in assembly.element_of_call.items():
        value = assembly.program.value(call)
        if value.kind != "call" or call == node:
            continue
        for given, label in zip(value.inputs[1:], value.labels[1:], strict=True):
            if label in _HANDED_AS and node in assembly.program.elements((call[0], given)):
                found.append(identity)
    return found


def _cover_tools(assembly: Assembly, node: Node, agent: str, evidence: Evidence | None) -> bool:
    """An approval step covers the tools it names, or all tools where it names none; True where it names some."""
    value = assembly.program.value(node)
    named: set[str] = set()
    for position in argument_positions(value, "interrupt_on"):
        for origin in assembly.program.origins((node[0], value.inputs[position])):
            given = assembly.program.value(origin)
            if given.kind == "collection":
                for label, inner in zip(given.labels, given.inputs, strict=False):
                    if assembly.program.constant((origin[0], inner)) is not False:
                        named.add(label)
    for source, kind, target in list(assembly.relations):
        if source == agent and kind == "has_tool" and (not named or assembly.draft(target).name in named):
            assembly.control("human_approval", target, evidence)
    return bool(named)


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
