"""What ASP.NET runs before actions and routes: filters, middleware and filters of endpoints that a project writes by itself.

Takes an assembly whose entries are known. A filter stands at an action or its class (`[ServiceFilter(typeof(KeyFilter))]`, an attribute of
the project's own), at all controllers (`options.Filters.Add<KeyFilter>()`), or at a route or a group (`AddEndpointFilter<KeyFilter>()`);
middleware stands before all routes of its project (`app.UseMiddleware<Keys>()`, `app.Use(async (context, next) => ...)`), at the addresses
that it judges by itself. It counts where it answers 401, or 403 where it is named for asking who calls: a tenant that is unknown or has not
paid is refused as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.authentication import Authenticating
from pipeline.system.controls.front_doors import FrontDoor
from pipeline.system.controls.judged_addresses import addresses_judged, texts_in
from pipeline.system.controls.refusals import refusal_in
from pipeline.system.model import Evidence
from pipeline.system.program.enclosing import around
from pipeline.system.program.marks import marks_on
from pipeline.system.program.route_groups import groups_around
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_RUNS = (
    "OnActionExecutionAsync", "OnActionExecuting", "OnAuthorizationAsync", "OnAuthorization", "OnResourceExecutionAsync",
    "OnResourceExecuting", "OnPageHandlerExecutionAsync", "OnPageHandlerExecuting", "InvokeAsync", "Invoke",
)  # fmt: skip
_NAMED_BY = frozenset({"ServiceFilter", "TypeFilter"})
_ONLY_AT = frozenset({"UseWhen", "MapWhen", "Map"})
_ASKS_WHO = re.compile(r"api_?key|auth|token|jwt|secret|signature|signed|login|session|identity|credential", re.IGNORECASE)
_KEYS = frozenset({"key", "apikey"})
_UNKNOWN = re.compile(r"401|Unauthori[sz]ed|Challenge", re.IGNORECASE)
_MOST = 30


class NetFilters:
    """Functions of a project that run before its actions and routes."""

    def __init__(self, assembly: Assembly, authenticating: Authenticating) -> None:
        self._assembly, self._program, self._authenticating = assembly, assembly.program, authenticating
        self._by_key: set[Evidence] = set()
        self.doors: list[FrontDoor] = []  # middleware, before all routes of a project
        self._of_controllers: dict[str, Evidence] = {}  # by project
        self._of_endpoints: list[tuple[Node, Evidence]] = []  # the route or group that a filter hangs on
        for file, facts in enumerate(assembly.program.files):
            if facts.language != "csharp" or facts.purpose != "product":
                continue
            for identity, value in enumerate(facts.values):
                if value.kind == "call":
                    self._look((file, identity), self._program.value((file, value.inputs[0])).text)

    def before(self, reference: FunctionRef) -> list[Evidence]:
        """What asks whoever reaches an action or a route."""
        if self._program.files[reference[0]].language != "csharp":
            return []
        found: list[Evidence | None] = []
        for mark in marks_on(self._assembly, reference):
            found += [self._asks(method) for cls in self._classes_of(mark) for method in self._methods(cls)]
        markers = [entry.marker for entry in self._assembly.sites.entries if entry.function == reference]
        for hung_on, evidence in self._of_endpoints:
            found += [evidence for marker in markers if hung_on == marker or hung_on in self._groups(marker)]
        if self._program.function(reference).decorators:
            found.append(self._of_controllers.get(self._project(reference[0])))
        return [evidence for evidence in found if evidence is not None]

    def by_key(self, reference: FunctionRef, path: str) -> bool:
        """Whether what asks is named for a key that several callers share: it says that somebody may call, and not who does."""
        asking = self.before(reference)
        file = self._program.files[reference[0]].path
        asking += [evidence for door in self.doors if (evidence := door.before(file, path, "")) is not None]
        return bool(asking) and all(evidence in self._by_key for evidence in asking)

    def _look(self, call: Node, name: str) -> None:
        if name == "UseMiddleware" or (name == "Use" and self._is_pipeline(call)):
            for reference in self._given(call):
                self._add_door(call, reference)
        elif name == "AddEndpointFilter":
            for evidence in filter(None, map(self._asks, self._given(call))):
                self._of_endpoints.append((self._hung_on(call), evidence))
        elif name == "Add" and self._is_list_of_filters(call):
            for evidence in filter(None, map(self._asks, self._given(call))):
                self._of_controllers.setdefault(self._project(call[0]), evidence)

    def _add_door(self, call: Node, reference: FunctionRef) -> None:
        evidence = self._asks(reference)
        refusal = refusal_in(self._assembly, reference)
        if evidence is None:
            return
        only, left_out = addresses_judged(self._assembly, reference, refusal)
        branch = self._branch(call)
        if branch is not None:
            only = tuple(text for text in texts_in(self._assembly, branch) if text.startswith("/")) or self._said_in(branch)
            if not only:
                return  # by a condition that is no address
        self.doors.append(FrontDoor(self._project(call[0]), (), only, left_out, evidence, (".cs",)))

    def _asks(self, reference: FunctionRef) -> Evidence | None:
        """Evidence that a filter turns away whoever it does not know."""
        evidence = self._authenticating.function(reference, 0)
        if evidence is None:
            return None
        refusal = refusal_in(self._assembly, reference)
        said = [self._program.value(part).text for part in inside(self._program, refusal, _MOST)] if refusal is not None else []
        known = any(_UNKNOWN.search(text) for text in said) or refusal is None
        name = self._program.function(reference).qualified_name.rsplit("/", 1)[-1]
        if not _KEYS.isdisjoint(words_of(name)):
            self._by_key.add(evidence)
        return evidence if known or _ASKS_WHO.search(name) else None

    # What a call or a mark names

    def _given(self, call: Node) -> Iterator[FunctionRef]:
        """The functions that a call puts before others: those of a class it names or makes, or the one it is given."""
        value = self._program.value(call)
        for given in value.inputs[1:]:
            node = (call[0], given)
            if self._program.value(node).kind == "function":
                yield from self._program.functions.get(self._program.value(node).text, ())
            for cls in self._named(node):
                yield from self._methods(cls)

    def _classes_of(self, mark: Node) -> Iterator[str]:
        """The filter that an attribute is, or names."""
        value = self._program.value(mark)
        callee = (mark[0], value.inputs[0]) if value.kind == "call" else mark
        text = self._program.value(callee).text
        if text in _NAMED_BY:
            for given in value.inputs[1:]:
                yield from self._named((mark[0], given))
            return
        yield from (name for name in self._program.names(callee) if name in self._program.classes)
        # An attribute is written without the end of its name.
        yield from (known for known in self._program.classes if known.rpartition(".")[2] == f"{text}Attribute")

    def _named(self, node: Node) -> list[str]:
        """Classes that a value is, makes or names: `typeof(X)`, `new X()`, `<X>`."""
        found = dict.fromkeys(
            name for part in inside(self._program, node, 6) for name in (*self._program.names(part), *self._program.types(part))
        )
        return [name for name in found if name in self._program.classes]

    def _methods(self, cls: str) -> Iterator[FunctionRef]:
        for name in _RUNS:
            method = self._program.method(cls, name)
            if method is not None:
                yield method

    # Where it stands

    def _is_pipeline(self, call: Node) -> bool:
        """Whether `Use` is given a function of a request and of what comes next."""
        for given in self._program.value(call).inputs[1:2]:
            value = self._program.value((call[0], given))
            functions = self._program.functions.get(value.text, ()) if value.kind == "function" else ()
            return any(len(self._program.function(one).parameters) == 2 for one in functions)
        return False

    def _is_list_of_filters(self, call: Node) -> bool:
        callee = self._program.value((call[0], self._program.value(call).inputs[0]))
        return callee.kind == "attribute" and self._program.value((call[0], callee.inputs[0])).text == "Filters"

    def _branch(self, call: Node) -> Node | None:
        """What chooses the requests that a part of the pipeline is for: `app.UseWhen(context => ..., part => part.UseMiddleware<X>())`."""
        inner = set(around(self._program, (call[0], self._program.value(call).scope)))
        values = self._program.files[call[0]].values
        for value in values:
            if value.kind == "call" and len(value.inputs) > 2 and values[value.inputs[0]].text in _ONLY_AT:
                given = values[value.inputs[-1]]
                if given.kind == "function" and not inner.isdisjoint(self._program.functions.get(given.text, ())):
                    return call[0], value.inputs[1]
        return None

    def _said_in(self, predicate: Node) -> tuple[str, ...]:
        """Addresses that a function compares with: `context => context.Request.Path.StartsWithSegments("/api")`."""
        value = self._program.value(predicate)
        returned = [
            (reference[0], one)
            for reference in (self._program.functions.get(value.text, ()) if value.kind == "function" else ())
            for one in self._program.function(reference).returns
        ]
        return tuple(text for one in returned for text in texts_in(self._assembly, one) if text.startswith("/"))

    def _hung_on(self, call: Node) -> Node:
        """The route or group that a chain begins with: `app.MapPost(...).WithName("ask").AddEndpointFilter<KeyFilter>()`."""
        around_it = groups_around(self._program, call)
        mapped = (node for node in around_it if self._program.value(node).kind == "call")
        names = ((node, self._program.value((node[0], self._program.value(node).inputs[0])).text) for node in mapped)
        return next((node for node, name in names if name.startswith("Map")), call)

    def _groups(self, marker: Node) -> list[Node]:
        return groups_around(self._program, marker) if self._program.value(marker).kind == "call" else []

    def _project(self, file: int) -> str:
        folder = self._assembly.drafts.programs.get(file, "").rpartition(" ")[0]
        return f"{folder}/" if folder and folder != "." else ""
