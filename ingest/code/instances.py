"""What values are instances of: classes of the project, and types that outside calls are known to give back."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.answers import Node
from ingest.code.graph import RESULT_OF, TYPE_OF
from ingest.code.questions import MAX_NAMES, FunctionRef, Questions
from ingest.facts import Value

_ANYTHING = frozenset({"typing.Any", "builtins.object"})


# What a container gives is of the type it is asked for: `services.GetRequiredService<Mail>()`.
_ASKS_FOR = frozenset({"GetRequiredService", "GetService", "GetRequiredKeyedService", "GetKeyedService"})


class Instances(Questions):
    """See the module; a part of `program.Program`."""

    def types(self, node: Node) -> tuple[str, ...]:
        """Qualified names of the classes the value may be an instance of."""
        known = self._types.lasting.get(node)
        if known is None:
            known = self._answers.known(self._types, node)
        if known is not None:
            return known
        self._settle(node)
        return self._answers.find(self._types, node, self._find_types, (), keep_partial=True)

    def _find_types(self, node: Node) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._compute_types(node)))[:MAX_NAMES]

    def _compute_types(self, node: Node) -> Iterator[str]:
        file, value = node[0], self.value(node)
        match value.kind:
            case "name":
                nodes, outside = self.lookup(file, value.text)
                for other in nodes:
                    if other != node:
                        yield from self.types(other)
                yield from (name for name in outside if not name.startswith(("module:", "builtins.")))
            case "choice" | "await":
                for given in value.inputs:
                    yield from self.types((file, given))
            case "guarded" | "update":
                yield from self.types((file, value.inputs[0]))
                if value.text == "holds":
                    yield from self._passed_as(file, value)
            case "unknown" if value.text == "exception":  # made of the classes that are caught
                for given in value.inputs:
                    yield from (name for caught in self._members((file, given)) for name in self.names(caught) if name in self.classes)
            case "unknown" if value.text == TYPE_OF:
                yield from self.types((file, value.inputs[0]))
            case "unknown" if value.text == RESULT_OF:
                yield from self._given_by((file, value.inputs[0]))
            case "operation" if value.text in ("|", "or", ">>", "/"):
                for given in value.inputs:
                    yield from self.types((file, given))
                if value.text == "|" and not self.types((file, value.inputs[0])):  # a dict knows nothing of what stands behind it
                    made = (self._returned_type(f"{owner}.__ror__") for owner in self.types((file, value.inputs[-1])))
                    yield from (name for name in made if name)
            case "attribute":
                base = (file, value.inputs[0])
                for kept in self._state(node):
                    yield from self.types(kept)
                for owner in self.types(base):
                    if owner in self.classes:
                        yield from self._member_types(owner, value.text)
                    else:
                        yield self._returned_type(f"{owner}.{value.text}") or f"{owner}.{value.text}"
                for name in self.names(base):
                    if name.startswith("module:"):
                        module = int(name.removeprefix("module:"))
                        for other in self.nodes(module, self.files[module].variables.get(value.text, ())):
                            yield from self.types(other)
                    elif name in self.classes:  # a field of the class itself
                        for kept in self.fields(name, value.text):
                            yield from self.types(kept)
                    elif "/" in name:  # a package that is a folder of the project
                        for other in self.resolve(f"{name}.{value.text}", file)[0]:
                            yield from self.types(other)
                for element in self._properties_at(base, value.text):
                    yield from self.types(element)
            case "call":
                yield from self._call_types(node, value)
                for entry in self._looked_up(node):
                    yield from self.types(entry)
            case "parameter":
                yield from self._parameter_types(node)
            case "index" | "element_of":
                found = False
                for element in self._elements_at((file, value.inputs[0]), self._key(file, value)):
                    found = True
                    yield from self.types(element)
                if not found:
                    yield from self._promised_members((file, value.inputs[0]))
                if not found and value.kind == "index":
                    # An entry of what an outside call gave back is taken for a thing of the same kind.
                    yield from (name for name in self.types((file, value.inputs[0])) if name not in self.classes)
            case "collection" if value.text == "yield":
                for given in value.inputs:  # what a context manager or an injected generator hands out
                    yield from self.types((file, given))
            case "constant" if value.constant_type == "string":
                yield "builtins.str"
            case "format":
                yield "builtins.str"
            case _:
                return

    def _passed_as(self, file: int, guarded: Value) -> Iterator[str]:
        """Classes of the project that a test has shown a value to be an instance of."""
        test = self.value((file, guarded.inputs[1]))
        operands = test.inputs
        if test.kind == "call":
            if len(operands) != 3 or "builtins.isinstance" not in self.names((file, operands[0])):
                return
            operands = operands[1:]
        elif test.kind != "operation" or test.text != "is" or len(operands) != 2:
            return
        if operands[0] == guarded.inputs[0]:
            yield from (name for of in self._members((file, operands[1])) for name in self.names(of) if name in self.classes)

    def _member_types(self, owner: str, member: str) -> Iterator[str]:
        method = self.method(owner, member)
        if method is not None and any("property" in name for name in self._decorator_names(method)):
            yield from self._result_types(method)
            return
        for field_file, annotation in self.field_annotations(owner, member):  # first: what it is given may have many possible names
            yield from self.annotated((field_file, annotation))
            yield from self._injected_types((field_file, annotation))
        for node in self.fields(owner, member):
            yield from self.types(node)
        for base in self.outside_bases(owner):
            yield f"{base}.{member}"

    def _call_types(self, node: Node, value: Value) -> Iterator[str]:
        file = node[0]
        callee = (file, value.inputs[0])
        if "<0>" in value.labels and self.value(callee).text in _ASKS_FOR:
            wanted = (file, value.inputs[value.labels.index("<0>")])
            yield from self.annotated(wanted)
            yield from self._injected_types(wanted)
            return
        names = self.names(callee)
        for called in () if names else self.types(callee):  # an object is called: `sessions()`, `knex("guests")`
            if called not in self.classes and (made := self._returned_type(f"{called}.__call__")) is not None:
                yield called if made == "receiver" else made
        for name in names:
            if name in self.classes:
                yield name
            elif name in self.functions:
                for reference in (*self.functions[name], *(target.function for target in self._overrides(callee, name))):
                    yield from self._result_types(reference)
            elif name.startswith("module:"):
                continue  # a module is not called; the name stands for something else as well
            elif name == "builtins.super":
                owner = self.function((file, value.scope)).owner
                if owner in self.classes:
                    yield from self._base_names(*self.classes[owner])
            elif name == "fastapi.Depends" or name.endswith(".Depends"):
                for given in value.inputs[1:2]:
                    for function_name in self.names((file, given)):
                        if function_name in self.classes:
                            yield function_name
                        for reference in self.functions.get(function_name, ()):
                            yield from self._result_types(reference)
            else:
                returned_type = self._returned_type(name)
                if returned_type == "argument":
                    for given in value.inputs[1:2]:
                        yield from self.types((file, given))
                elif returned_type == "receiver":
                    inner = self.value(callee)
                    if inner.kind == "attribute":
                        yield from self.types((file, inner.inputs[0]))
                elif returned_type is not None:
                    yield returned_type
                else:
                    last = name.rsplit(".", 1)[-1]
                    yield name if last[:1].isupper() else f"{name}()"

    def _given_by(self, function: Node) -> Iterator[str]:
        """Types of what a call of a function gives, told by a type instead of a call: `ReturnType<typeof make>`."""
        for name in self.names(function):
            for reference in self.functions.get(name, ()):
                yield from self._result_types(reference)
            made = self._returned_type(name) if name not in self.functions else None
            if made is not None and made not in ("receiver", "argument"):
                yield made

    def _result_types(self, reference: FunctionRef) -> Iterator[str]:
        """Types of what a function returns; where its body does not tell, what its annotation promises."""
        function, found = self.function(reference), False
        for returned in function.returns:
            for name in self.types((reference[0], returned)):
                found = found or name in self.classes or not name.endswith("()")
                yield name
        if not found and function.result is not None:
            yield from self.annotated((reference[0], function.result))

    def _parameter_types(self, node: Node) -> Iterator[str]:
        owner = self._self_class(node, "")
        if owner is not None:
            yield owner
            return
        self._answers.shifts += 1
        yield from self._handed.get(node, ())
        yield from self._injected_types(node)
        found = self.parameter_of(node)
        if found is None:
            return
        reference, position = found
        parameter = self.function(reference).parameters[position]
        told = () if parameter.annotation is None else tuple(self.annotated((node[0], parameter.annotation)))
        yield from told
        if parameter.default is not None:
            yield from self.types((node[0], parameter.default))
        if parameter.annotation is None or _ANYTHING.issuperset(told):  # `service: Any = None` tells nothing of what is passed
            for leaf in self._leaves(node):
                yield from self.types(leaf)

    def _injected_types(self, place: Node) -> Iterator[str]:
        """Outside types of what injection fills a parameter or a field with."""
        self._answers.shifts += 1
        for made in self._injected.get(place, ()):
            yield from (name for name in self.types(made) if name not in self.classes and not name.endswith(")"))

    def _called_types(self, name: Node) -> list[Node]:
        """What a name of a type stands for that is put together or taken of a value: `type Database = ReturnType<typeof open>`."""
        found = [other for other in self.lookup(name[0], self.value(name).text)[0] if other != name]
        return [
            other for other in found
            if (value := self.value(other)).text in (TYPE_OF, RESULT_OF, "|") and value.kind in ("unknown", "operation")
        ]  # fmt: skip

    def annotated(self, node: Node, depth: int = 0) -> Iterator[str]:
        """Classes an annotation names, through Optional, unions, Annotated and quotes."""
        value = self.value(node)
        if depth > 6:
            return
        match value.kind:
            case "constant" if value.constant_type == "string":
                text = value.text.split("[")[0].strip()
                nodes, outside = self.lookup(node[0], text.split(".")[0])
                for other in nodes:
                    yield from self.names(other)
                yield from (".".join([name, *text.split(".")[1:]]) for name in outside if not name.startswith("module:"))
            case "index" if len(value.inputs) > 1 and "typing.Annotated" in self.names((node[0], value.inputs[0])):
                yield from self.annotated((node[0], value.inputs[1]), depth)  # what stands beside the type changes nothing of it
                for given in value.inputs[2:]:
                    yield from self.annotated((node[0], given), depth + 1)
            case "index":
                for given in value.inputs if depth == 0 else value.inputs[1:] or value.inputs:
                    yield from self.annotated((node[0], given), depth + 1)
            case "unknown" if value.text in (TYPE_OF, RESULT_OF):
                yield from self.types(node)
            case "name" if called := self._called_types(node):
                for other in called:
                    yield from self.annotated(other, depth + 1)
            case "operation" | "collection" | "unknown":
                for given in value.inputs:
                    yield from self.annotated((node[0], given), depth + 1)
            case "call":
                yield from self.types(node)
            case _:
                for name in self.names(node):
                    if not name.startswith(("builtins.", "module:", "typing.")):
                        returned = self._returned_type(name) if name not in self.classes else None
                        yield name if returned in (None, "receiver") else str(returned)
