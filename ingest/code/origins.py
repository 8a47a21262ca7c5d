"""Where values come from: constants, displays, outside calls, through variables, fields, parameters and returns."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.answers import Node
from ingest.code.graph import RESULT_OF, TYPE_OF
from ingest.code.literals import literal
from ingest.code.questions import FunctionRef, Questions
from ingest.facts import Value

_MAX_ORIGINS = 64
_MAX_LEAVES = 120
_JOINS = frozenset({"update", "extend"})  # what is given is such a container itself, whose entries are taken over


class Origins(Questions):
    """See the module; a part of `program.Program`."""

    def _arguments(self, parameter: Node) -> list[Node]:
        """What the project's calls pass for a parameter."""
        self._answers.shifts += 1
        found = self.parameter_of(parameter)
        return [] if found is None else self._passed.get(found, [])

    def _leaves(self, parameter: Node) -> list[Node]:
        """What may be passed for a parameter, through further parameters, variables and joins, each looked at once.

        Walking instead of asking each in turn keeps functions that pass their parameters around in circles cheap.
        """
        found: list[Node] = []
        seen: set[Node] = {parameter}
        queue = [*self._arguments(parameter), *self._injected.get(parameter, ())]
        while queue and len(seen) < _MAX_LEAVES:
            current = queue.pop(0)
            if current in seen:
                continue
            seen.add(current)
            value = self.value(current)
            match value.kind:
                case "parameter":
                    queue += (*self._arguments(current), *self._injected.get(current, ()))
                    if self._self_class(current, "") is not None or self._self_class(current, "classmethod") is not None:
                        found.append(current)
                    else:
                        place = self.parameter_of(current)
                        if place is not None and self.function(place[0]).parameters[place[1]].annotation is not None:
                            found.append(current)
                case "choice" | "await":
                    queue += self.nodes(current[0], value.inputs)
                case "guarded":
                    queue += self.nodes(current[0], value.inputs[:1])
                case "name":
                    nodes, outside = self.lookup(current[0], value.text)
                    queue += nodes
                    if outside:
                        found.append(current)
                case _:
                    found.append(current)
        return found

    def _properties_at(self, node: Node, name: str) -> Iterator[Node]:
        """`object.name` of an object literal, in languages where that is an entry."""
        return self._elements_at(node, name) if self.objects_are_entries(node[0]) else iter(())

    def _key(self, file: int, value: Value) -> str:
        """What an entry is asked for by: a constant, or the variable that names an entry of an application (`request.app[ENGINE]`)."""
        if value.kind == "index" and not value.text and len(value.inputs) == 2:
            named = self.value((file, value.inputs[1]))
            if named.kind == "name" and self.state_owner((file, value.inputs[0])) is not None:
                return named.text
        return value.text

    def _elements_at(self, node: Node, key: str) -> Iterator[Node]:
        yield from self._gathered(node) if key == "" else ()
        kept_in = self.state_owner(node) if key else None
        if kept_in is not None:
            yield from self.fields(kept_in, key)
        for origin in self._with_changes(node):
            value = self.value(origin)
            if value.kind == "update":
                entries = list(zip(value.inputs, value.labels, strict=False))
                for given, label in entries[1:] if key == "" else entries:  # any entry: also those that were put in by name
                    if value.text not in _JOINS and key in (label, ""):
                        yield origin[0], given
                continue
            if value.kind == "call" and key == "":
                yield from self._heirs_listed(origin, value)
            if value.kind != "collection":
                continue
            if key == "":
                yield from self.nodes(origin[0], value.inputs)
            elif key.isdigit() and value.text != "dictionary":
                if int(key) < len(value.inputs):
                    yield origin[0], value.inputs[int(key)]
            else:
                yield from ((origin[0], given) for given, label in zip(value.inputs, value.labels, strict=False) if label in (key, "**"))

    def _heirs_listed(self, call: Node, value: Value) -> Iterator[Node]:
        """Classes that a class is asked for: `Tool.__subclasses__()`."""
        callee = self.value((call[0], value.inputs[0]))
        if callee.kind != "attribute" or callee.text != "__subclasses__":
            return
        for name in self.names((call[0], callee.inputs[0])):
            yield from (self._class_nodes[heir] for heir in self._heirs(name) if heir in self._class_nodes)

    def _with_changes(self, node: Node) -> tuple[Node, ...]:
        """Where a value comes from, and where what was put into it since comes from: `models["ranker"] = load()`.

        Kept, as each read of a key asks for it again.
        """
        return self._answers.keep(self._changes, node, self._find_changes)

    def _find_changes(self, node: Node) -> tuple[Node, ...]:
        queue, found = [node], dict[Node, None]()
        while queue and len(found) < _MAX_ORIGINS:
            for origin in self.origins(queue.pop(0)):
                if origin not in found:
                    found[origin] = None
                    value = self.value(origin)
                    if value.kind == "update":
                        queue += self.nodes(origin[0], value.inputs if value.text in _JOINS else value.inputs[:1])
        return tuple(found)

    def _gathered(self, node: Node) -> list[Node]:
        """What callers give a parameter that gathers its arguments (`*tools`), also where a field keeps it."""
        value = self.value(node)
        if value.kind == "attribute":
            kept = [field for owner in self.types((node[0], value.inputs[0])) for field in self.fields(owner, value.text)]
        else:
            kept = [node]
        found = [(parameter, self.parameter_of(parameter)) for parameter in kept if self.value(parameter).kind == "parameter"]
        return [
            given for node, of in found if of and self.function(of[0]).parameters[of[1]].splat == "*" for given in self._arguments(node)
        ]

    def _promised_members(self, node: Node) -> Iterator[str]:
        """Classes of the project that an annotation says the members of a parameter or a field are: `tools: list[Tool]`, `*tools: Tool`."""
        value, found = self.value(node), self.parameter_of(node)
        annotations: list[Node] = []
        if found is not None:
            parameter = self.function(found[0]).parameters[found[1]]
            annotations = self.nodes(node[0], [] if parameter.annotation is None else [parameter.annotation])
            if parameter.splat == "*":
                yield from (name for given in annotations for name in self.annotated(given) if name in self.classes)
        elif value.kind == "attribute":
            annotations = [a for owner in self.types((node[0], value.inputs[0])) for a in self.field_annotations(owner, value.text)]
        for given in annotations:
            if self.value(given).kind == "index":
                yield from (name for name in self.annotated(given) if name in self.classes)

    def origins(self, node: Node) -> tuple[Node, ...]:
        """Where a value comes from: constants, displays, outside calls, functions, classes, open parameters."""
        known = self._origins.lasting.get(node)
        if known is None:
            known = self._answers.known(self._origins, node)
        if known is not None:
            return known
        self._settle(node)
        return self._answers.find(self._origins, node, self._find_origins, (), keep_partial=False)

    def _find_origins(self, node: Node) -> tuple[Node, ...]:
        found: dict[Node, None] = {}
        seen: set[Node] = set()
        queue = [node]
        while queue and len(seen) < 400 and len(found) < _MAX_ORIGINS:
            current = queue.pop(0)
            if current in seen:
                continue
            seen.add(current)
            step = self.step_back(current)
            if step:
                queue += step
            else:
                found[current] = None
        return tuple(found)

    def step_back(self, node: Node) -> list[Node]:
        """What a value is taken from, one step back; nothing where it begins here. Who follows calls with their own arguments asks this."""
        file, value = node[0], self.value(node)
        match value.kind:
            case "choice" | "await":
                return self.nodes(file, value.inputs)
            case "guarded":
                return self.nodes(file, value.inputs[:1])
            case "name":
                return [other for other in self.lookup(file, value.text)[0] if other != node]
            case "parameter":
                arguments = [*self._arguments(node), *self._injected.get(node, ())]
                found = self.parameter_of(node)
                if found is not None:
                    default = self.function(found[0]).parameters[found[1]].default
                    if default is not None:
                        arguments.append((file, default))
                return arguments
            case "attribute":
                base = (file, value.inputs[0])
                nodes: list[Node] = self._state(node)
                for owner in self.types(base):
                    if owner in self.classes:
                        nodes += self.fields(owner, value.text)
                        self._answers.shifts += 1  # what is injected is still to be found
                        nodes += (made for place in self.field_annotations(owner, value.text) for made in self._injected.get(place, ()))
                        method = self.method(owner, value.text)
                        if method is not None and any("property" in name for name in self._decorator_names(method)):
                            nodes += self.nodes(method[0], self.function(method).returns)
                for name in self.names(base):
                    if name.startswith("module:"):
                        # Also what the module itself imports: `agent.router`, where a package's `__init__` takes it from `agent.views`.
                        nodes += self.lookup(int(name.removeprefix("module:")), value.text)[0]
                    elif name in self.classes:
                        nodes += self.fields(name, value.text)
                    elif "/" in name:
                        nodes += self.resolve(f"{name}.{value.text}", file)[0]
                nodes += (other for other in self._properties_at(base, value.text) if other != node)
                return nodes
            case "index" | "element_of":
                return [other for other in self._elements_at((file, value.inputs[0]), self._key(file, value)) if other != node]
            case "call":
                returned: list[Node] = []
                for target in self.targets(node):
                    if not target.constructs:
                        returned += self._handed_out(target.function)
                return returned or [other for other in self._looked_up(node) if other != node]
            case "unknown" if value.text == TYPE_OF:
                return self.nodes(file, value.inputs)
            case "unknown" if value.text == RESULT_OF:
                made = (reference for name in self.names((file, value.inputs[0])) for reference in self.functions.get(name, ()))
                return [returned for reference in made for returned in self._handed_out(reference)]
            case _:
                return []

    def _looked_up(self, node: Node) -> Iterator[Node]:
        """What is taken out of a display by a call: `tools.get(name)`, `next(t for t in tools if t.name == name)`."""
        file, value = node[0], self.value(node)
        callee = self.value((file, value.inputs[0]))
        if callee.kind == "attribute" and callee.text == "get" and 2 <= len(value.inputs) <= 3:
            key = self.value((file, value.inputs[1]))
            held = list(self._elements_at((file, callee.inputs[0]), key.text if key.kind == "constant" else ""))
            yield from (*held, *(self.nodes(file, value.inputs[2:]) if held else ()))  # the last is taken where there is none
        elif callee.kind == "name" and callee.text == "next" and 2 <= len(value.inputs) <= 3:
            yield from self._elements_at((file, value.inputs[1]), "")

    def _handed_out(self, reference: FunctionRef) -> list[Node]:
        """What a function returns; what a context manager yields."""
        file, returns = reference[0], self.function(reference).returns
        if not any(name.endswith("contextmanager") for name in self._decorator_names(reference)):
            return self.nodes(file, returns)
        values = self.files[file].values
        return [
            (file, given)
            for returned in returns
            for given in (values[returned].inputs if values[returned].text == "yield" else (returned,))
        ]

    def elements(self, node: Node) -> tuple[Node, ...]:
        """Members of a list or set, spliced lists and later additions included; a single value is its own."""
        found: dict[Node, None] = {}
        seen: set[Node] = set()
        queue = [node]
        while queue and len(seen) < 200:
            current = queue.pop(0)
            if current in seen:
                continue
            seen.add(current)
            for origin in self.origins(current):
                value = self.value(origin)
                if (
                    (value.kind == "collection" and value.text != "comprehension")
                    or value.kind in ("update", "operation", "format")
                    or (value.kind == "collection" and value.inputs)
                ):
                    queue += self.nodes(origin[0], value.inputs)
                elif value.kind == "call" and len(value.inputs) > 2 and "typing.cast" in self.names((origin[0], value.inputs[0])):
                    queue.append((origin[0], value.inputs[2]))  # `cast(list[Middleware], [...])` is what it is given
                else:
                    found[origin] = None
        return tuple(found)

    def constants(self, node: Node) -> tuple[Value, ...]:
        """The constants a value may be; empty where any of its origins is none."""
        origins = self.origins(node)
        values = [self.value(origin) for origin in origins]
        return tuple(values) if values and all(value.kind == "constant" for value in values) else ()

    def constant(self, node: Node) -> str | int | float | bool | None:
        """The one constant a value is, or None."""
        found = {(value.text, value.constant_type) for value in self.constants(node)}
        if len(found) != 1:
            return None
        return literal(*found.pop())
