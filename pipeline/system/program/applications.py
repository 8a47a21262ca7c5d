"""What hangs on a web application: the routers it includes, and the middleware that runs before its routes.

Takes an assembly, answers for the call that made an application or router. What a piece of middleware does
with a request is judged in `authentication`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_positions
from pipeline.system.program.flags import read_flags
from pipeline.system.program.put_around import layers_of, put_around
from pipeline.system.program.socket_servers import SocketServers
from pipeline.system.program.walking import passed_by
from pipeline.system.program.wrapped_applications import around
from pipeline.system.program.wrapped_elsewhere import wrapped_functions

_MOUNTS = ("include_router", "register_blueprint", "mount", "use", "route", "register", "add_routes")
PARTS = frozenset({"Group", "With", "PathPrefix", "Subrouter"})  # calls that give a part of a router
_TAKE_PARTS = frozenset({"Group", "Route"})  # or hand it to a function: `r.Route("/api", func(r chi.Router) { ... })`
_TAKE_PLUGINS = "register"  # `app.register(routes, { prefix: "/api" })`: the function is given a part of `app`,
_NO_PART = re.compile(r"(^|\.)fastify-plugin(\.|$)|(^|\.)fp$")  # or `app` itself, where this is put around it
_SERVES = frozenset({"ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"})
_PUTS_BELOW = frozenset({"Handle", "Mount", "Handler"})  # of Go's routers: another router, with what is put around it, below an address
_MAX_LAYERS = 40
_MOUNTED = 7  # arguments among which a router is looked for: `app.use("/api", limit, requireUser, router)`
_MADE_BY = ("middleware", "createMiddleware", "create", "define", "experimental_middleware")  # a piece of middleware made of a function
_TOO_LATE = frozenset({"onSend", "onResponse", "onError", "onTimeout", "onClose", "onReady", "onRoute", "onRegister", "preSerialization"})
_BEFORE = ("before_request", "before_app_request", "on_request", "register_middleware")
_SEES_REQUESTS = ("process_request", "process_request_async", "process_resource")  # methods of an object that an application is given


@dataclass(frozen=True, slots=True)
class Installed:
    """Middleware, or a function that runs before each request of an application."""

    application: Node  # what it is hung on
    marker: Node | None  # the call that hangs it there; None for a decorator
    function: FunctionRef | None  # None where it comes from outside and knowledge says that it authenticates
    http_only: bool = True  # websockets pass it by
    below: str = ""  # the beginning of the addresses it runs before; empty: all


class Applications:
    """Routers and middleware of the whole program, found once."""

    def __init__(self, assembly: Assembly) -> None:
        self.assembly, self.program = assembly, assembly.program
        self._sockets = SocketServers(self.program)
        self._mounted: list[tuple[Node, Node]] | None = None
        self._hung: list[Installed] | None = None
        self._routes: list[tuple[Node, frozenset[Node]]] | None = None
        self._added_later: list[tuple[Node, frozenset[Node]]] | None = None
        self._parts: dict[Node, list[Node]] | None = None
        self._decorated: dict[str, list[FunctionRef]] | None = None
        self._authenticates = {
            site.node
            for site in assembly.sites.calls
            if site.rule.protects == "application" and "authentication" in read_flags(assembly.program, site.node, site.rule.flags).controls
        }

    def includes(self, router: Node) -> list[Node]:
        """`app.include_router(router, dependencies=...)` and alike."""
        return [call for call, given in self._mounts() if router in self.makers(given)]

    def _mounts(self) -> list[tuple[Node, Node]]:
        """Calls that put something on an application, each with what it may be."""
        if self._mounted is None:
            self._mounted = []
            for file, facts in enumerate(self.program.files):
                for identity, value in enumerate(facts.values):
                    callee = facts.values[value.inputs[0]] if value.kind == "call" and len(value.inputs) > 1 else None
                    if callee is not None and callee.kind == "attribute" and callee.text in _MOUNTS:
                        self._mounted += [((file, identity), (file, given)) for given in value.inputs[1:_MOUNTED]]
        return self._mounted

    def makers(self, node: Node) -> list[Node]:
        """The calls that made an application or router; `@router.put(...)` reads like an addition to it, and is none."""
        found: dict[Node, None] = {}
        queue, seen = list(self.program.origins(node)), set[Node]()
        while queue:
            current = queue.pop(0)
            if current in seen:
                continue
            seen.add(current)
            if self.program.value(current).kind == "update":
                queue += self.program.origins((current[0], self.program.value(current).inputs[0]))
            else:
                found[current] = None
        return list(found)

    def receiver(self, call: Node) -> Node:
        """What a method is called on."""
        callee = self.program.value((call[0], self.program.value(call).inputs[0]))
        return call[0], callee.inputs[0] if callee.inputs else self.program.value(call).inputs[0]

    def of_marker(self, marker: Node) -> list[Node]:
        """Applications and routers that a decorator or a registering call puts a function on."""
        value = self.program.value(marker)
        if value.kind != "call":
            return []
        if self._routes is None:  # Starlette(routes=[Route("/", f)])
            self._routes = [
                ((file, identity), frozenset(self._handlers((file, call.inputs[call.labels.index(label)]))))
                for file, facts in enumerate(self.program.files)
                for identity, call in enumerate(facts.values)
                for label in (("routes", "route_handlers") if call.kind == "call" else ())
                if label in call.labels
            ]
        hung_on = self.receiver(marker)
        is_aiohttp = self.program.files[marker[0]].language == "python" and self.program.value(hung_on).kind == "attribute"
        if is_aiohttp and self.program.value(hung_on).text == "router":  # app.router.add_get
            hung_on = (hung_on[0], self.program.value(hung_on).inputs[0])
        if (server := self._sockets.behind(hung_on)) is not None:
            hung_on = server
        tables = [made for made, routes in self._tables() if marker in routes]
        return [*self.makers(hung_on), *tables, *(made for made, routes in self._routes if marker in routes)]

    def _tables(self) -> list[tuple[Node, frozenset[Node]]]:
        """Applications that are given a list of routes afterwards: `app.add_routes([web.get("/", index)])`."""
        if self._added_later is None:
            self._added_later = [
                (made, frozenset(self.program.elements(given)))
                for call, given in self._mounts()
                if self.program.value(given).kind == "collection"
                for made in self.makers(self.receiver(call))
            ]
        return self._added_later

    def _handlers(self, listed: Node) -> Iterator[Node]:
        """Routes of a list; of functions and controllers that stand there by themselves, the marks that make them routes."""
        for element in self.program.elements(listed):
            yield element
            for name in self.program.names(element):
                methods = self.program.classes[name][1].methods if name in self.program.classes else ()
                references = [*self.program.functions.get(name, ()), *((self.program.classes[name][0], number) for number in methods)]
                for reference in references:
                    yield from ((reference[0], mark) for mark in self.program.function(reference).decorators)

    def middleware(self, application: Node, hung: Node | None = None) -> list[Installed]:
        """What runs before the routes of an application, where the application is made or afterwards.

        With `hung`, the call that puts a route or a router on it, without what is only put on behind that: `app.use` is in order.
        """
        if self._hung is None:
            self._hung = self._find()
        found = (one for one in self._hung if application in self.makers(one.application))
        return [*(one for one in found if hung is None or not self._is_later(one, hung)), *self._links(application)]

    def _is_later(self, one: Installed, hung: Node) -> bool:
        """Whether a call of `use` stands behind another call, in the same function."""
        if one.marker is None or one.marker[0] != hung[0] or one.marker[1] <= hung[1]:
            return False
        value, other = self.program.value(one.marker), self.program.value(hung)
        if value.kind != "call" or value.scope != other.scope:
            return False
        return self.program.value((one.marker[0], value.inputs[0])).text in ("use", "Use")

    def mounted_at(self, include: Node) -> str:
        """The beginning of the addresses of what a call mounts: `app.use("/api", router)`; empty where it says none."""
        value = self.program.value(include)
        first = self.program.constant((include[0], value.inputs[1])) if len(value.inputs) > 1 else None
        return first.split("*", 1)[0].rstrip("/") if isinstance(first, str) else ""

    def _links(self, made: Node) -> Iterator[Installed]:
        """What runs before whatever is made by a chain of calls: `base.use(requireUser).input(schema)`."""
        current, seen = made, 0
        while seen < 16:
            seen += 1
            value = self.program.value(current)
            callee = self.program.value((current[0], value.inputs[0])) if value.kind == "call" else value
            if callee.kind != "attribute":
                return
            if value.kind == "call" and callee.text == "use":
                for position in range(1, len(value.inputs)):
                    for node in self._middleware_made((current[0], value.inputs[position])):
                        yield from (Installed(made, current, one, False) for one in self._functions(node))
            below = self.program.origins((current[0], callee.inputs[0]))
            if len(below) != 1:
                return
            current = below[0]

    def _middleware_made(self, node: Node) -> list[Node]:
        """A piece of middleware, and the function it was made of: `t.middleware(({ next }) => ...)`."""
        found = [node]
        for origin in self.program.origins(node):
            value = self.program.value(origin)
            if value.kind == "call" and self.program.value((origin[0], value.inputs[0])).text in _MADE_BY:
                found += [(origin[0], given) for given in value.inputs[1:3]]
        return found

    def _find(self) -> list[Installed]:
        found: list[Installed] = []
        for file, facts in enumerate(self.program.files):
            for number, function in enumerate(facts.functions):
                for decorator in function.decorators:
                    value = facts.values[decorator]
                    callee = facts.values[value.inputs[0]] if value.kind == "call" else value
                    if callee.kind == "attribute" and callee.text in ("middleware", *_BEFORE):
                        found.append(Installed((file, callee.inputs[0]), None, (file, number)))
            for store in facts.stores if facts.language == "go" else ():
                if store.attribute == "Handler":  # server.Handler = signedIn(mux)
                    found += self._wrapped((file, store.value))
            for identity, value in enumerate(facts.values):
                if value.kind != "call":
                    continue
                callee = facts.values[value.inputs[0]]
                if callee.kind == "attribute" and len(value.inputs) > 1 and callee.text == "add_middleware":
                    found += self._added((file, callee.inputs[0]), (file, identity))
                elif callee.kind == "attribute" and callee.text in ("use", "addHook", "Use") and self.program.objects_are_entries(file):
                    found += self._used((file, callee.inputs[0]), (file, identity))
                elif callee.kind == "attribute" and callee.text in PARTS and self.program.objects_are_entries(file):
                    found += self._used((file, identity), (file, identity))  # what is given to a part runs before its routes
                elif self.program.objects_are_entries(file) and (callee.text in _SERVES or "Handler" in value.labels):
                    for position in (at for at in range(1, len(value.inputs)) if value.labels[at] in ("", "Handler")):
                        found += self._wrapped((file, value.inputs[position]))
                elif facts.language == "go" and callee.text in _PUTS_BELOW and len(value.inputs) > 1:
                    found += self._wrapped((file, value.inputs[-1]))
                elif callee.kind == "attribute" and len(value.inputs) > 1 and callee.text in _BEFORE:
                    found += self._given((file, callee.inputs[0]), (file, identity), 1)
                elif callee.kind == "call" and len(value.inputs) > 1 and facts.values[callee.inputs[0]].text == "middleware":
                    inner = facts.values[callee.inputs[0]]  # app.middleware("http")(function)
                    if inner.inputs:
                        found += self._given((file, inner.inputs[0]), (file, identity), 1)
                elif len(value.inputs) > 1 and callee.kind != "call" and not self.program.objects_are_entries(file):
                    found += [
                        Installed(inside, (file, identity), method, False) for inside, method in around(self.program, (file, identity))
                    ]
                # FastAPI(middleware=[Middleware(Class)])
                for position in argument_positions(value, "middleware|middlewares|before_request"):
                    for element in self.program.elements((file, value.inputs[position])):
                        found += self._listed((file, identity), element)
        found += (Installed(made, made, None, http_only=False) for made in sorted(self._authenticates))  # what it is made with
        return [*found, *self._of_plugins(found)]

    def _listed(self, application: Node, element: Node) -> list[Installed]:
        """One piece of middleware that an application is made with: a function, a description of a class, or an object."""
        value = self.program.value(element)
        functions = self._functions(element)
        if value.kind != "call":
            return [Installed(application, element, function, True) for function in functions]
        seeing = [
            method
            for name in self.program.types(element) if name in self.program.classes
            for wanted in _SEES_REQUESTS if (method := self.program.method(name, wanted)) is not None
        ]  # fmt: skip
        if seeing:
            return [Installed(application, element, method) for method in seeing]
        return self._added(application, element) if len(value.inputs) > 1 else []

    def _wrapped(self, served: Node) -> Iterator[Installed]:
        """`ListenAndServe(address, signedIn(mux))`, `Server{Handler: signedIn(mux)}`: what is put around an application runs before it."""
        for inside in put_around(self.program, served):
            for layer in inside.layers:
                yield Installed(inside.router, layer.call, layer.function, False)

    def layers(self, call: Node) -> list[FunctionRef]:
        """Functions of the project that a call puts around what it is given."""
        return layers_of(self.program, call)

    def _used(self, application: Node, call: Node) -> Iterator[Installed]:
        """`app.use(requireUser)`: functions of the project, and known ones that are made by a call."""
        value = self.program.value(call)
        below = "" if application == call else self.mounted_at(call)  # a part's own address is no part of those of its routes
        if self.program.value((call[0], value.inputs[0])).text == "addHook":
            if below in _TOO_LATE:
                return
            below = ""  # the name of the hook
            yield from (Installed(application, call, one) for given in value.inputs[2:] for one in self._put_on((call[0], given)))
        for position in range(1, len(value.inputs)):
            given = (call[0], value.inputs[position])
            made = [*self._made(given), *wrapped_functions(self.program, given)]
            passed_by = not self._sockets.is_server(application)
            yield from (Installed(application, call, reference, passed_by, below) for reference in (*self._functions(given), *made))
            if any(known.rule.control == "authentication" for known in self.assembly.index.for_call(self._made_by(given))):
                yield Installed(application, call, None, http_only=False, below=below)

    def _put_on(self, node: Node) -> list[FunctionRef]:
        """`app.authenticate`: functions that `app.decorate("authenticate", ...)` puts on an application under this name."""
        if self._decorated is None:
            self._decorated = {}
            for file, facts in enumerate(self.program.files):
                for value in facts.values:
                    callee = facts.values[value.inputs[0]] if value.kind == "call" and len(value.inputs) > 2 else None
                    if callee is not None and callee.kind == "attribute" and callee.text == "decorate":
                        named = self.program.constant((file, value.inputs[1]))
                        self._decorated.setdefault(str(named), []).extend(self._functions((file, value.inputs[2])))
        member = self.program.value(node)
        return self._decorated.get(member.text, []) if member.kind == "attribute" else []

    def _made(self, node: Node) -> list[FunctionRef]:
        """Functions inside the one that makes a piece of middleware: `users.Use(signedIn(secret))`."""
        found = [target.function for target in self.program.targets(node)] if self.program.value(node).kind == "call" else []
        for file, outer in found:
            functions = self.program.files[file].functions
            found += ((file, number) for number, inner in enumerate(functions) if inner.parent == outer and (file, number) not in found)
        return found[:_MAX_LAYERS]

    def part_given(self, parameter: Node) -> list[Node]:
        """The calls that hand a part of a router to a function with this parameter: `r.Route("/api", func(r chi.Router) { ... })`."""
        if self._parts is None:
            self._parts = {}
            for file, facts in enumerate(self.program.files):
                for identity, value in enumerate(facts.values):
                    callee = facts.values[value.inputs[0]] if value.kind == "call" and len(value.inputs) > 1 else value
                    if callee.kind != "attribute" or callee.text not in _TAKE_PARTS or not self.program.objects_are_entries(file):
                        continue
                    for taker in self._functions((file, value.inputs[-1])):
                        for taken in self.program.function(taker).parameters[:1]:
                            self._parts.setdefault((taker[0], taken.value), []).append((file, identity))
            for call, plugin, _whole in self._registered():
                for taken in self.program.function(plugin).parameters[:1]:
                    self._parts.setdefault((plugin[0], taken.value), []).append(call)
        return self._parts.get(parameter, [])

    def is_part(self, made: Node) -> bool:
        """Whether a call gives a part of a router: what runs before the whole runs before it."""
        callee = self.program.value((made[0], self.program.value(made).inputs[0])) if self.program.value(made).kind == "call" else None
        return callee is not None and callee.kind == "attribute" and callee.text in PARTS

    def handed(self, parameter: Node) -> list[tuple[Node, Node]]:
        """What calls of the project hand to a function for this parameter, each with the call: `desk.Register(mux)`."""
        place = self.program.parameter_of(parameter) if self.program.value(parameter).kind == "parameter" else None
        calls = self.program.callers(place[0])[:_MAX_LAYERS] if place is not None else ()
        return [(given, call) for call in calls for given in passed_by(self.program, call, place)] if place is not None else []

    def _registered(self) -> Iterator[tuple[Node, FunctionRef, bool]]:
        """Calls that give a plugin an application, each with the plugin's function and whether what it hangs there stays when it ended."""
        for file, facts in enumerate(self.program.files):
            for identity, value in enumerate(facts.values if self.program.objects_are_entries(file) else ()):
                callee = facts.values[value.inputs[0]] if value.kind == "call" and len(value.inputs) > 1 else None
                if callee is None or callee.kind != "attribute" or callee.text != _TAKE_PLUGINS:
                    continue
                given = (file, value.inputs[1])
                yield from (((file, identity), function, False) for function in self._functions(given))
                for origin in self.program.origins(given):
                    made = self.program.value(origin)
                    if made.kind == "call" and len(made.inputs) > 1 and any(_NO_PART.search(name) for name in self._made_by(origin)):
                        yield from (((file, identity), function, True) for function in self._functions((origin[0], made.inputs[1])))

    def _of_plugins(self, found: list[Installed]) -> Iterator[Installed]:
        """What plugins that are no part hang on the application they are given runs before its other routes, too."""
        for call, plugin, whole in self._registered():
            for taken in self.program.function(plugin).parameters[:1] if whole else ():
                for one in found:
                    if (plugin[0], taken.value) in self.makers(one.application):
                        yield replace(one, application=self.receiver(call))

    def _made_by(self, node: Node) -> tuple[str, ...]:
        value = self.program.value(node)
        return self.program.callee_names(node) if value.kind == "call" else self.program.names(node)

    def _given(self, application: Node, call: Node, position: int, http_only: bool = True) -> list[Installed]:
        given = (call[0], self.program.value(call).inputs[position])
        called = self._functions(given) or self._called_objects(given)
        return [Installed(application, call, reference, http_only) for reference in called]

    def _called_objects(self, node: Node) -> list[FunctionRef]:
        """`before_request(SignedIn())`: what runs where an object of the project is called as a function is."""
        owners = self.program.types(node) if self.program.value(node).kind != "class" else ()
        methods = (self.program.method(name, "__call__") for name in owners if name in self.program.classes)
        return [method for method in methods if method is not None]

    def _functions(self, node: Node) -> list[FunctionRef]:
        return [reference for name in self.program.names(node) for reference in self.program.functions.get(name, ())]

    def _added(self, application: Node, call: Node) -> list[Installed]:
        """`add_middleware(Class)` and `Middleware(Class)`: `dispatch` sees HTTP requests, a bare `__call__` sockets too."""
        value = self.program.value(call)
        found: list[Installed] = []
        for position in argument_positions(value, "dispatch"):
            found += self._given(application, call, position)
        names = self.program.names((call[0], value.inputs[1]))
        methods = (self.program.method(name, method) for name in names for method in ("dispatch", "__call__"))
        if call in self._authenticates and all(method is None for method in methods):  # one of the project is read, not believed by name
            found.append(Installed(application, call, None, http_only=False))
        for name in names:
            if name in self.program.classes:
                dispatch, whole = self.program.method(name, "dispatch"), self.program.method(name, "__call__")
                if dispatch is not None:
                    found.append(Installed(application, call, dispatch))
                elif whole is not None:
                    found.append(Installed(application, call, whole, http_only=False))
        return found
