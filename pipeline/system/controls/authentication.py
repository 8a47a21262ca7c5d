"""Whether whoever reaches an entry was asked who they are: at the route, its router, its application, or inside.

Looks for refusals (an answer 401 or 403, an exception that means one, a closed socket) in what runs before or around an entry:
injected dependencies, decorators, middleware, resolvers, and the first messages of a socket. Gateways in front are not seen.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.asked_before import asked_before
from pipeline.system.controls.believed_tokens import BelievedTokens
from pipeline.system.controls.closed_sockets import closes_on_unknown
from pipeline.system.controls.guards import parts
from pipeline.system.controls.injections import Injections
from pipeline.system.controls.judged_addresses import judges_at
from pipeline.system.controls.only_logged import is_only_logged
from pipeline.system.controls.optional_logins import lets_strangers_pass
from pipeline.system.controls.own_decorators import comes_too_late, guards_around, handed_back, wrappers_of
from pipeline.system.controls.refusals import refusal_in
from pipeline.system.controls.taken_as_sent import is_never_read, is_taken_as_sent
from pipeline.system.controls.unknown_callers import AUTH_NAME, leaves_unknown, snake
from pipeline.system.controls.unset_keys import open_while_unset, verdict_while_unset
from pipeline.system.flows.switches import asked_only_if_set, off_by
from pipeline.system.model import Evidence
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.enclosing import around
from pipeline.system.program.flags import read_flags
from pipeline.system.program.marks import marks_on
from pipeline.system.program.open_lists import lets_everybody_in
from pipeline.system.program.tabled import Row, in_round
from pipeline.system.program.wrapped_elsewhere import calls_behind, wrapped_functions
from pipeline.system.rules.words import words_of

# Names of functions whose verdict, where it is tested, lets a caller in or not.
_VERDICT = re.compile(
    r"(^|_)(authenticate\w*|(is_)?authori[sz]ed?|is_authenticated|"
    r"(verify|check|validate|is_valid|valid)_(\w+_)?(token|key|apikey|jwt|session|signature|credentials?|password|auth\w*|bearer))($|_)",
    re.IGNORECASE,
)
# Objects that say who a request comes from.
_RESOLVER = re.compile(
    r"(user|identity|auth\w*|principal|session|token|credential)s?_?(resolver|authenticator|verifier)$|authenticator$", re.I
)
_OF_PAGES = frozenset({"cors", "origin", "origins", "csrf"})  # ask which page sends a request, and not who
_MAX_REACH, _MAX_DEPTH, _MAX_LOOKED_AT = 120, 6, 20
TAKING = "fastapi.security."  # schemes that take credentials out of a request; a class that is made of one may look at them


class Authenticating:
    """Which functions refuse callers they do not know."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly, self.program = assembly, assembly.program
        self.applications = Applications(assembly)
        self.injections = Injections(assembly, self.applications)
        self.believed = BelievedTokens(assembly, self.injections)
        self.unread: dict[Evidence, Node] = {}  # schemes whose credentials nobody looks at, where an entry would ask by them
        self.tokens: dict[Node, None] = {}  # readings of tokens that an entry believes
        self._known: dict[FunctionRef, Evidence | None] = {}
        self._off: dict[FunctionRef, Evidence] = {}  # functions that refuse only where a setting asks for it
        self._left_out: dict[Evidence, None] = {}  # why, for the entry that is looked at
        self._address = ""  # of the entry that is looked at
        self._auth_calls: dict[FunctionRef, Node] = {}
        for site in assembly.sites.calls:
            if site.rule.control in ("authentication", "authorisation") and not is_only_logged(assembly, site.node):
                value = self.program.value(site.node)
                self._auth_calls.setdefault((site.node[0], value.scope), site.node)
        self._markers: dict[FunctionRef, list[Node]] = {}
        self._rows: dict[tuple[Node, FunctionRef], Row] = {}  # of entries that a loop registers, with what is given in their round
        self._beside: dict[Node, set[FunctionRef]] = {}  # entries of one table: none of them runs before another
        for entry in assembly.sites.entries:
            if entry.rule.kind in ("http_route", "websocket", "webhook", "chat_ui"):
                self._markers.setdefault(entry.function, []).append(entry.marker)
                if entry.row is not None:
                    self._rows[entry.marker, entry.function] = entry.row
                if entry.rule.in_tables or entry.row is not None:
                    self._beside.setdefault(entry.marker, set()).add(entry.function)

    # Functions

    def function(self, reference: FunctionRef, depth: int) -> Evidence | None:
        """Evidence that a function authenticates, or None."""
        if reference not in self._known:
            self._known[reference] = None
            before = dict(self._left_out)
            self._known[reference] = self._look(reference, depth)
            new = [reason for reason in self._left_out if reason not in before]
            if self._known[reference] is None and new:
                self._off[reference] = new[0]
        if reference in self._off:
            self._left_out[self._off[reference]] = None
        return self._known[reference]

    def _look(self, reference: FunctionRef, depth: int) -> Evidence | None:
        dummy = self._other_definition(reference) or lets_everybody_in(self.assembly, reference)
        if dummy is not None:
            self._left_out[dummy] = None
            return None
        asked = self._auth_calls.get(reference) if self.program.function(reference).name != "<module>" else None
        asked = refusal_in(self.assembly, reference) if asked is None else asked
        asked = leaves_unknown(self.assembly, reference) if asked is None else asked
        token = self.believed.by(reference, asked)
        if token is not None:
            self._forged(token)
            return None
        if asked is not None:
            optional = lets_strangers_pass(self.assembly, reference, asked)
            self._left_out |= {optional: None} if optional is not None else {}
            return self._unless_off(asked) if optional is None else None
        if depth < _MAX_DEPTH:
            function = self.program.function(reference)
            for parameter in function.parameters:
                for dependency in self.injections.of_parameter(reference, parameter.name):
                    found = self.function(dependency, depth + 1)
                    if found is not None:
                        return found
                for node in (parameter.default, parameter.annotation):
                    if node is not None and self._asks(reference, parameter.value, node):
                        return self.assembly.cite((reference[0], node))
            for other in handed_back(self.assembly, reference):
                if (found := self.function(other, depth + 1)) is not None:
                    return found
            for call in self.assembly.calls_in(reference):
                for target in self.program.targets(call):
                    if AUTH_NAME.search(snake(self.program.function(target.function).name)):
                        found = self.function(target.function, depth + 1)
                        if found is not None:
                            return found
        return None

    def _unless_off(self, call: Node) -> Evidence | None:
        """Evidence for a check, where no setting has to be made for it to happen."""
        off = asked_only_if_set(self.assembly, call) or open_while_unset(self.assembly, call) or verdict_while_unset(self.assembly, call)
        if off is None:
            return self.assembly.cite(call)
        self._left_out[off] = None
        return None

    def _forged(self, token: Node) -> None:
        """A token that anybody writes says who calls: nobody is asked."""
        self.tokens[token] = None
        evidence = self.assembly.cite(token, "step", "the token is read without a look at its signature, so anybody may write it")
        if evidence is not None:
            self._left_out[evidence] = None

    def _other_definition(self, reference: FunctionRef) -> Evidence | None:
        """The function of the same name beside it, under another condition, that asks nobody: `def authenticated(): return True`."""
        own = self.program.function(reference)
        for other in self.program.functions.get(own.qualified_name, ()):
            function = self.program.function(other)
            if other[0] == reference[0] and other != reference and not (function.decorators or own.decorators):
                facts = self.program.files[other[0]]
                returned = [facts.values[identity] for identity in function.returns]
                if returned and all(value.kind == "constant" for value in returned) and not self.assembly.calls_in(other):
                    return self.assembly.function_evidence(other, "step", "nobody is asked where this definition is the one in use")
        return None

    def runs_before(self, reference: FunctionRef) -> frozenset[FunctionRef]:
        """Functions of the project that run before an entry: injected ones and middleware, at any of its addresses."""
        return self.injections.runs_before(reference, self._markers.get(reference, []))

    def left_out(self) -> tuple[Evidence, ...]:
        """Why checks of the entry that was looked at last do not count."""
        return tuple(self._left_out)

    def _asks(self, reference: FunctionRef, parameter: int, given: int) -> bool:
        """Whether a scheme is injected into a parameter, and what was sent is not believed as it comes."""
        node = (reference[0], given)
        if not self._scheme(node) or is_taken_as_sent(self.assembly, reference, parameter):
            return False
        if is_never_read(self.assembly, reference, parameter) and self._only_takes(node):
            self._unread(node)
            return False
        return True

    def _unread(self, scheme: Node) -> None:
        """A token that is asked for, of which nobody looks whether it is one."""
        evidence = self.assembly.cite(scheme, "step", "what was sent is taken out of the request, and nobody looks at it")
        if evidence is not None:
            self.unread[evidence] = scheme
            self._left_out[evidence] = None

    def _only_takes(self, node: Node) -> bool:
        """Whether a scheme of the framework stands there, as it is: it refuses who sends nothing, and believes the rest."""
        named: set[str] = set()
        queue, seen = [node], 0
        while queue and seen < _MAX_LOOKED_AT:
            current = queue.pop()
            seen += 1
            value = self.program.value(current)
            named.update(self.assembly.index.canonical(name) for name in (*self.program.types(current), *self.program.names(current)))
            if value.kind in ("call", "index", "collection", "unknown"):
                queue += [(current[0], given) for given in value.inputs]
        schemes = {name for name in named if name.startswith(TAKING)}
        return bool(schemes) and not any(name in self.program.classes for name in named)

    def _scheme(self, node: Node) -> bool:
        queue, seen = [node], 0
        while queue and seen < _MAX_LOOKED_AT:
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

    # Injection

    def _named(self, node: Node) -> bool:
        """An injected function from outside of what was scanned, named for what it does."""
        value = self.program.value(node)
        if value.kind != "call" or not any(
            name.rsplit(".", 1)[-1] in ("Depends", "Security") for name in self.program.names((node[0], value.inputs[0]))
        ):
            return False
        return any(
            AUTH_NAME.search(name.rsplit(".", 1)[-1]) and name not in self.program.functions
            for given in value.inputs[1:2]
            for name in (*self.program.names((node[0], given)), *self.program.types((node[0], given)))
        )

    def _given_dependencies(self, call: Node, argument: str) -> list[Evidence | None]:
        value = self.program.value(call)
        found: list[Evidence | None] = []
        for position in argument_positions(value, argument):
            given = (call[0], value.inputs[position])
            guarded = any(self.function(dependency, 0) is not None for dependency in self.injections.injected(given)) or any(
                self._named(element) for element in self.program.elements(given)
            )
            schemes = [element for element in self.program.elements(given) if self._scheme(element)]
            for element in (scheme for scheme in schemes if self._only_takes(scheme)):
                self._unread(element)
            if guarded or not all(self._only_takes(element) for element in schemes):
                found.append(self.assembly.cite(given))
        return found

    # Entries

    def of_entry(self, reference: FunctionRef, socket: bool = False) -> list[Evidence]:
        """Evidence that whoever reaches an entry was authenticated before; `socket` for websockets."""
        found: list[Evidence | None] = []
        self._left_out = {}
        self._address = self._whole_address(reference)
        function = self.program.function(reference)
        for parameter in function.parameters:
            for node in (parameter.default, parameter.annotation):
                if node is None:
                    continue
                at = (reference[0], node)
                asked = any(self.function(dependency, 0) is not None for dependency in self.injections.injected(at))
                if asked or self._asks(reference, parameter.value, node) or self._named(at):
                    found.append(self.assembly.cite(at))
        markers = self._markers.get(reference, ())
        for mark in marks_on(self.assembly, reference):  # also guards of a whole controller
            found += self._decorator(mark) if not comes_too_late(self.assembly, reference, mark, markers) else []
        found += [self.function(wrapper, 0) for wrapper in wrappers_of(self.assembly, reference, markers)]
        found += map(self.assembly.cite, guards_around(self.assembly, reference, markers))
        at_addresses = [self._at_address(marker, reference, socket) for marker in self._markers.get(reference, ())]
        if all(any(evidence is not None for evidence in asked) for asked in at_addresses):  # one open address opens the function
            found += [evidence for asked in at_addresses for evidence in asked]
        refusal = refusal_in(self.assembly, reference) or leaves_unknown(self.assembly, reference)
        token = self.believed.injected_into(reference) or self.believed.by(reference, refusal)
        if refusal is not None and token is not None:
            self._forged(token)
        elif refusal is not None:
            found.append(self._unless_off(refusal))
        for inner in sorted(self.assembly.reach(reference))[:_MAX_REACH]:
            everybody = lets_everybody_in(self.assembly, inner)
            if everybody is not None:
                self._left_out[everybody] = None
            if inner == reference or self._inside(inner, reference):
                found += self._verdicts(inner)
                closing = self.assembly.calls_in(inner) if socket else ()
                found += [self.assembly.cite(call) for call in closing if closes_on_unknown(self.assembly, call)]
            for call in self.assembly.calls_in(inner):
                for target in self.program.targets(call):
                    named = AUTH_NAME.search(snake(self.program.function(target.function).name))
                    if named and self.function(target.function, 1) is not None:
                        found.append(self._unless_off(call))
                if self._resolves(call):
                    found.append(self.assembly.cite(call))
        handed_on = sorted(self.assembly.handed_on.get(reference, ()))
        asked_there = [self.function(method, 0) for method in handed_on]
        found += asked_there if all(evidence is not None for evidence in asked_there) else []
        markers = self._markers.get(reference, ())
        found += [self._unless_off(call) for call in asked_before(self.assembly, reference, markers, self._is_named_asking)]
        if reference in self._auth_calls:
            found.append(self._unless_off(self._auth_calls[reference]))
        return [evidence for evidence in found if evidence is not None]

    def _is_named_asking(self, reference: FunctionRef) -> bool:
        return AUTH_NAME.search(snake(self.program.function(reference).name)) is not None and self.function(reference, 1) is not None

    def _whole_address(self, reference: FunctionRef) -> str:
        """The address of an entry as callers know it; empty where it has none, or several."""
        entry = self.assembly.entry_of_function.get(reference)
        address = self.assembly.draft(entry).attributes.get("path") if entry is not None else None
        return address if isinstance(address, str) and len(self._markers.get(reference, ())) == 1 else ""

    def _at_address(self, marker: Node, reference: FunctionRef, socket: bool) -> list[Evidence | None]:
        """What stands before a function at one of its addresses."""
        found: list[Evidence | None] = []
        if self.program.value(marker).kind == "call":
            found += self._given_dependencies(marker, "dependencies")
            found += self._handlers_before(marker, reference)
            for application in self.applications.of_marker(marker):
                found += self._application(application, socket, set(), self.applications.mounted_at(marker), marker)
        return found

    def _handlers_before(self, marker: Node, reference: FunctionRef) -> list[Evidence | None]:
        """`app.post(path, requireUser, handler)`: what is given between the address and the handler runs first."""
        found: list[Evidence | None] = []
        if not self.program.objects_are_entries(marker[0]):
            return found
        after, row = {reference, *self._beside.get(marker, ())}, self._rows.get((marker, reference))
        for given in self.program.value(marker).inputs[1:]:
            node = (marker[0], given)
            node = (in_round(self.program, node, row) if row is not None else None) or node
            for element in self.program.elements(node) if self.program.value(node).kind == "collection" else (node,):
                references = [r for name in self.program.names(element) for r in self.program.functions.get(name, ())]
                around = [layer for call in calls_behind(self.program, element) or [element] for layer in self.applications.layers(call)]
                around += wrapped_functions(self.program, element) if not references else []  # `const requireUser = catchAsync(...)`
                if any(inner not in after and self.function(inner, 0) is not None for inner in (*references, *around)) or (
                    not references and (self._scheme(element) or any(self._knows(name) for name in self.program.names(element)))
                ):
                    found.append(self.assembly.cite(element))
        return found

    def _knows(self, name: str) -> bool:
        return AUTH_NAME.search(snake(name.rsplit(".", 1)[-1])) is not None and name not in self.program.functions

    def _inside(self, inner: FunctionRef, outer: FunctionRef) -> bool:
        """Whether a function is defined inside another."""
        return inner != outer and outer in around(self.program, inner)

    def _verdicts(self, reference: FunctionRef) -> list[Evidence | None]:
        """Tests of what a function says that is named for judging credentials: `if not server.authenticate(message["key"])`."""
        file, number = reference
        found: list[Evidence | None] = []
        for branch in self.program.files[file].branches:
            if branch.scope != number:
                continue
            for part in parts(self.assembly, (file, branch.condition)):
                value = self.program.value(part)
                callee = self.program.value((part[0], value.inputs[0])) if value.kind == "call" else None
                if callee is not None and len(value.inputs) > 1 and callee.kind in ("name", "attribute") and _VERDICT.search(callee.text):
                    asked = (lets_everybody_in(self.assembly, target.function) for target in self.program.targets(part))
                    off = off_by(self.assembly, (file, branch.condition)) or next((one for one in asked if one is not None), None)
                    if off is None:
                        found.append(self.assembly.cite((file, branch.condition)))
                    else:
                        self._left_out[off] = None
        return found

    def _resolves(self, call: Node) -> bool:
        """`self.user_resolver.resolve(request)` that refuses unknown callers, or whose missing user is refused here.

        An abstract resolver that the project leaves to its users counts: who installs one says who the caller is.
        """
        program, value = self.program, self.program.value(call)
        callee = program.value((call[0], value.inputs[0]))
        if callee.kind != "attribute" or len(value.inputs) < 2:
            return False
        base = (call[0], callee.inputs[0])
        if not any(_RESOLVER.search(name.rsplit(".", 1)[-1]) for name in (program.value(base).text, *program.types(base))):
            return False
        targets = [target.function for target in program.targets(call) if self.assembly.purpose(target.function[0]) == "product"]
        if any(self.function(target, 1) is not None for target in targets):
            return True
        facts = program.files[call[0]]
        for branch in facts.branches:
            if branch.scope == value.scope and branch.exits_when and call in parts(self.assembly, (call[0], branch.condition)):
                return True
        return bool(targets) and all(self._is_abstract(target) for target in targets)

    def _is_abstract(self, reference: FunctionRef) -> bool:
        return any(
            name.rsplit(".", 1)[-1] == "abstractmethod"
            for decorator in self.program.function(reference).decorators
            for name in self.program.names((reference[0], decorator))
        )

    def _decorator(self, decorator: Node) -> list[Evidence | None]:
        value = self.program.value(decorator)
        callee = (decorator[0], value.inputs[0]) if value.kind == "call" else decorator
        found: list[Evidence | None] = []
        for name in self.program.names(callee):
            for known in self.assembly.index.for_call([name]):
                said = read_flags(self.program, decorator, known.rule.flags).controls
                if "authentication" in (known.rule.control, *said):
                    found.append(self.assembly.cite(decorator))
            if AUTH_NAME.search(name.rsplit(".", 1)[-1]):
                found.append(self.assembly.cite(decorator))
        return found

    def _application(self, origin: Node, socket: bool, seen: set[Node], address: str, hung: Node) -> list[Evidence | None]:
        """Dependencies and middleware of the application or router a route is hung on, at an address as seen from there."""
        found: list[Evidence | None] = []
        parts_of = self.applications.part_given(origin)
        handed = self.applications.handed(origin) if not parts_of else []
        if origin in seen or (self.program.value(origin).kind != "call" and not parts_of and not handed):
            return found
        seen.add(origin)
        at_each = [
            [one for whole in self.applications.makers(given) for one in self._application(whole, socket, seen, address, call) if one]
            for given, call in handed
        ]
        found += [one for asked in at_each for one in asked] if all(at_each) else []  # one open router opens the function
        found += self._given_dependencies(origin, "dependencies") if not parts_of and not handed else []
        for installed in self.applications.middleware(origin, hung):
            if (socket and installed.http_only) or not f"{address}/".startswith(f"{installed.below}/" if installed.below else ""):
                continue
            if installed.function is None or (self._lets_in(installed.function) and self._judges(installed.function)):
                at = installed.marker
                found.append(self._unless_off(at) if at is not None else self._cite_function(installed.function))
        for part in (*parts_of, origin):  # what runs before the whole router runs before its part
            if part in parts_of or self.applications.is_part(part):
                for whole in self.applications.makers(self.applications.receiver(part)):
                    found += self._application(whole, socket, seen, self.applications.mounted_at(part) + address, part)
        for include in self.applications.includes(origin):
            found += self._given_dependencies(include, "dependencies")
            for application in self.applications.makers(self.applications.receiver(include)):
                found += self._application(application, socket, seen, self.applications.mounted_at(include) + address, include)
        return found

    def _lets_in(self, middleware: FunctionRef) -> bool:
        """Whether a piece of middleware refuses, or leaves after a look at what a function says that is named for judging credentials."""
        if not _OF_PAGES.isdisjoint(words_of(self.program.function(middleware).qualified_name)):
            return False
        if self.function(middleware, 0) is not None:
            return True
        file, number = middleware
        left = [branch.condition for branch in self.program.files[file].branches if branch.scope == number and branch.exits_when]
        asked = [part for condition in left for part in parts(self.assembly, (file, condition)) if self.program.value(part).kind == "call"]
        return any(_VERDICT.search(snake(self.program.value((part[0], self.program.value(part).inputs[0])).text)) for part in asked)

    def _judges(self, middleware: FunctionRef) -> bool:
        """Whether a piece of middleware that refuses does so at the address of the entry that is looked at, and not below others alone."""
        asked = self._auth_calls.get(middleware) or refusal_in(self.assembly, middleware)
        return asked is None or judges_at(self.assembly, middleware, asked, self._address)

    def _cite_function(self, reference: FunctionRef | None) -> Evidence | None:
        return None if reference is None else self.assembly.function_evidence(reference)
