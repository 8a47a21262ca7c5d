"""Which functions of the project a call reaches, and which argument becomes which parameter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.code.answers import Node
from ingest.code.arguments import arguments_by_parameter
from ingest.code.questions import EXTENSION, FunctionRef, Questions, Target
from ingest.code.tool_runs import tool_run

_TEXT = "builtins.str"
_ANY = frozenset({"java.lang.Object", "java.lang.CharSequence", "java.lang.Comparable", "java.io.Serializable", "System.Object"})
_RUNS_DECORATED = frozenset({"invoke", "ainvoke", "batch", "abatch", "stream", "astream"})
_MAX_WRAPPED = 6
_MAX_HEIRS = 40  # implementations of one abstract method that are looked at


class Calls(Questions):
    """See the module; a part of `program.Program`."""

    def callee_names(self, call: Node) -> tuple[str, ...]:
        """Qualified names a call may mean; calling an object is its type's `__call__`."""
        callee = (call[0], self.value(call).inputs[0])
        names = self.names(callee)
        if any(self._returned_type(name) is not None for name in names):
            return names  # a known function: the type known by its name is that of its result
        types = self.types(callee)
        own = self.function((call[0], self.value(call).scope)).owner
        inside = own is not None and own in self.classes  # a part called by the whole is no use of its own
        called = [name for name in types if name not in self.classes and name not in names]
        called += [
            base
            for name in types
            if name in self.classes and not inside and self.method(name, "__call__") is None
            for base in self.outside_bases(name)
        ]
        return (*names, *(f"{name}.__call__" for name in dict.fromkeys(called)))

    def targets(self, node: Node) -> tuple[Target, ...]:
        """The project's functions a call reaches."""
        return self._targets.lasting.get(node) or self._answers.keep(self._targets, node, self._find_targets)

    def _find_targets(self, node: Node) -> tuple[Target, ...]:
        file, value = node[0], self.value(node)
        callee = (file, value.inputs[0])
        found: list[Target] = []
        for name in self.names(callee):
            if name in self.classes:
                reference = self.method(name, "__init__")
                if reference is not None:
                    made = self.functions[self.function(reference).qualified_name]
                    found += [Target(one, True, name) for one in (made if self._languages[file].overloads else (reference,))]
            else:
                found += [Target(reference, self._is_bound(callee, reference)) for reference in self.functions.get(name, ())]
                if name in self.functions:
                    found += self._overrides(callee, name)
                else:
                    found += self._decorated(name)
        for owner in self.types(callee):
            if owner in self.classes:
                reference = self.method(owner, "__call__")
                if reference is not None:
                    found.append(Target(reference, True))
        found += tool_run(self, callee) if not found else ()
        return tuple(dict.fromkeys(self._fitting(node, found)))[:_MAX_HEIRS]

    def _decorated(self, name: str) -> Iterator[Target]:
        """`answer.ainvoke(x)`: a decorator made an object of the function, which a method of that object runs."""
        function, _dot, method = name.rpartition(".")
        for reference in self.functions.get(function, ()) if method in _RUNS_DECORATED else ():
            if any(decorator.endswith("runnables.chain") for decorator in self._decorator_names(reference)):
                yield Target(reference, False)

    def _fitting(self, call: Node, found: list[Target]) -> list[Target]:
        """Of functions that share a name, where the language allows that, those that take as many arguments as are given."""
        if len(found) < 2 or not self._languages[call[0]].overloads:
            return found
        given = len(self.value(call).inputs) - 1
        fitting: list[Target] = []
        for target in found:
            parameters = self.function(target.function).parameters[1 if target.bound else 0 :]
            if len(parameters) == given or (parameters and parameters[-1].splat == "*" and given >= len(parameters) - 1):
                fitting.append(target)
        return [target for target in fitting if self._takes(call, target)] or fitting or found

    def _takes(self, call: Node, target: Target) -> bool:
        """Whether no argument is a text where the parameter is an object of a class, or the other way round."""
        parameters = self.function(target.function).parameters[1 if target.bound else 0 :]
        for given, parameter in zip(self.value(call).inputs[1:], parameters, strict=False):
            annotation = parameter.annotation
            said = self._plain_type((call[0], given))
            wanted = self._declared((target.function[0], annotation)) if annotation is not None else ""
            if said and wanted and said != wanted and _TEXT in (said, wanted):
                return False
        return True

    def _plain_type(self, node: Node, depth: int = 0) -> str:
        """The type a value shows by itself: of a constant, of a declared parameter, of an object that is made here."""
        value = self.value(node)
        if value.kind == "format" or (value.kind == "constant" and value.constant_type == "string"):
            return _TEXT
        if value.kind in ("guarded", "await") and depth < _MAX_WRAPPED:
            return self._plain_type((node[0], value.inputs[0]), depth + 1)
        if value.kind == "call":
            return self._class_or_text([name for name in self.names((node[0], value.inputs[0])) if name.rpartition(".")[2][:1].isupper()])
        found = self.parameter_of(node) if value.kind == "parameter" else None
        annotation = self.function(found[0]).parameters[found[1]].annotation if found is not None else None
        return self._declared((node[0], annotation)) if annotation is not None else ""

    def _declared(self, annotation: Node) -> str:
        value = self.value(annotation)
        if value.kind == "index" and len(value.inputs) > 1 and "typing.Annotated" in self.names((annotation[0], value.inputs[0])):
            annotated = self.value((annotation[0], value.inputs[1]))
            inner = annotated.inputs[0] if annotated.kind == "collection" and annotated.inputs else value.inputs[1]
            return self._class_or_text(self.names((annotation[0], inner)))
        return self._class_or_text(self.names(annotation))

    def _class_or_text(self, names: Iterable[str]) -> str:
        known = [name for name in names if name == _TEXT or name in self.classes or "." in name]
        return "" if any(name in _ANY for name in known) else next(iter(known), "")

    def _overrides(self, callee: Node, name: str) -> Iterator[Target]:
        """Implementations of an abstract method: the body of the one named here is only a declaration."""
        for reference in self.functions[name]:
            function = self.function(reference)
            if function.owner is None or function.returns or reference in self._busy or function.name == "__init__":
                continue
            for subclass in self._heirs(function.owner):
                for other in self.functions.get(f"{subclass}.{function.name}", ()):
                    yield Target(other, self._is_bound(callee, other))

    def _heirs(self, owner: str) -> list[str]:
        found: dict[str, None] = {}
        queue = list(self.subclasses.get(owner, ()))
        while queue and len(found) < _MAX_HEIRS:
            current = queue.pop(0)
            if current not in found:
                found[current] = None
                queue += self.subclasses.get(current, ())
        return list(found)

    def _is_bound(self, callee: Node, reference: FunctionRef) -> bool:
        function = self.function(reference)
        decorators = self._decorator_names(reference)
        if EXTENSION in decorators:
            value = self.value(callee)
            of_class = value.kind == "attribute" and any(name in self.classes for name in self.names((callee[0], value.inputs[0])))
            return value.kind == "attribute" and not of_class
        if function.owner is None or not function.parameters:
            return False
        if any(name.endswith("staticmethod") for name in decorators):
            return False
        if any(name.endswith("classmethod") for name in decorators):
            return True
        value = self.value(callee)
        if value.kind != "attribute":
            return True
        base = (callee[0], value.inputs[0])
        return not any(name in self.classes for name in self.names(base))

    def bind(self, call: Node, target: Target) -> dict[int, list[int]]:
        """Parameter position -> positions in the call's inputs that arrive there."""
        options = self._languages[call[0]].options_are_calls
        if target.keyed:
            return (
                {position: [1] for position in range(len(self.function(target.function).parameters))} if self.value(call).inputs[1:] else {}
            )
        return arguments_by_parameter(self.value(call), self.function(target.function).parameters, target.bound, options)

    def callers(self, reference: FunctionRef) -> list[Node]:
        """Calls that reach a function."""
        if self._callers is None:
            return []
        return self._callers.get(reference, [])
