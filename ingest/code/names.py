"""What values denote: qualified names of modules, classes, functions and methods of known types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.answers import MAX_DEPTH, Node
from ingest.code.questions import MAX_NAMES, FunctionRef, Questions

_WRAPPERS = frozenset({"functools.partial", "functools.wraps", "node:util.promisify", "react.cache", "react.useCallback"})
_IMPORTERS = frozenset({"importlib.import_module", "builtins.__import__"})
_LAZY = re.compile(r"^_?(lazy_?(import|load|loader|loading|module)|Lazy_?(Import|Load|Loader|Module)|import_optional_dependency|"
                   r"optional_import|try_import|safe_import|importorskip)$")  # fmt: skip
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,8}")
_LINKS = frozenset({"attribute", "index", "call", "await", "element_of", "guarded", "update"})


class Names(Questions):
    """See the module; a part of `program.Program`."""

    def names(self, node: Node) -> tuple[str, ...]:
        """Qualified names of what the value denotes: modules, classes, functions, methods of known types."""
        known = self._names.lasting.get(node)
        if known is None:
            known = self._answers.known(self._names, node)
        if known is not None:
            return known
        self._settle(node)
        return self._answers.find(self._names, node, self._find_names, (), keep_partial=True)

    def _find_names(self, node: Node) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._compute_names(node)))[:MAX_NAMES]

    def _settle(self, node: Node) -> None:
        """Answers a long chain of accesses from its beginning: from its end, depth is cut at each link and all is asked again."""
        if self._answers.depth:
            return
        chain: list[Node] = []
        value = self.value(node)
        while value.kind in _LINKS and value.inputs and self._answers.known(self._types, (node[0], value.inputs[0])) is None:
            chain.append((node[0], value.inputs[0]))
            value = self.value(chain[-1])
        for link in reversed(chain[MAX_DEPTH // 8 :]):
            self.names(link)
            self.types(link)

    def _compute_names(self, node: Node) -> Iterator[str]:
        file, value = node[0], self.value(node)
        match value.kind:
            case "name":
                nodes, outside = self.lookup(file, value.text)
                for other in nodes:
                    if other != node:
                        yield from self.names(other)
                yield from outside
            case "function" | "class":
                yield value.text
            case "attribute":
                base = (file, value.inputs[0])
                for name in self.names(base):
                    yield from self.member_names(name, value.text, file)
                for owner in self.types(base):
                    yield from self._attribute_names(owner, value.text)
                    for place in self.field_annotations(owner, value.text) if self._injected and owner in self.classes else ():
                        for made in self._injected.get(place, ()):
                            yield from self.names(made)
                for element in self._properties_at(base, value.text):
                    yield from self.names(element)
                yield from self._imports.extensions(value.text, file)
            case "choice" | "await" | "guarded":
                for given in value.inputs[:1] if value.kind == "guarded" else value.inputs:
                    yield from self.names((file, given))
            case "call":
                for name in self.names((file, value.inputs[0])):
                    if name in _WRAPPERS and len(value.inputs) > 1:
                        yield from self.names((file, value.inputs[1]))
                    elif name in _IMPORTERS and len(value.inputs) > 1:
                        yield from self._module_called((file, value.inputs[1]))
                    elif name in self.functions or name in self.classes:
                        yield from self._handed_back(node, name)
                    elif _LAZY.search(name.rpartition(".")[2]) and not self.targets(node):
                        yield from self._imported_later(node)
                for entry in self._looked_up(node):
                    yield from self.names(entry)
            case "parameter":
                cls = self._self_class(node, "classmethod")
                if cls is not None:
                    yield cls
                yield from self._default_names(node)
                for leaf in self._leaves(node):
                    if self.value(leaf).kind != "parameter":
                        yield from self.names(leaf)
                    elif (own := self._self_class(leaf, "classmethod")) is not None:
                        yield own  # what an annotated parameter is, its type says; asking on would go in circles
            case "index" | "element_of":
                found = False
                for element in self._elements_at((file, value.inputs[0]), self._key(file, value)):
                    found = True
                    yield from self.names(element)
                if not found and value.kind == "index" and value.text == "1":
                    yield from self._members_listed((file, value.inputs[0]))
                if not found and value.kind == "index":
                    for name in self.names((file, value.inputs[0])):
                        if self._is_class_name(name):
                            yield name  # Agent[Deps, str]
                        elif not name.startswith("module:") and not name.endswith("[]"):  # one step, so that loops come to an end
                            yield f"{name}[]"  # request.files["letter"]
            case _:
                return

    def _members_listed(self, pair: Node) -> Iterator[str]:
        """Methods that a class's own objects are asked for: `for name, method in inspect.getmembers(self, ismethod)`.

        Where some of them are marked by a decorator, those are meant: what gathers methods looks for its mark.
        """
        asked = self.value(pair)
        call = (pair[0], asked.inputs[0]) if asked.kind == "element_of" and asked.inputs else pair
        listing = self.value(call)
        if listing.kind != "call" or len(listing.inputs) < 2:
            return
        if not any(name == "inspect.getmembers" for name in self.names((call[0], listing.inputs[0]))):
            return
        for owner in self.types((call[0], listing.inputs[1])):
            if owner not in self.classes:
                continue
            file, cls = self.classes[owner]
            methods = [self.files[file].functions[number] for number in cls.methods]
            marked = [method for method in methods if method.decorators]
            yield from (method.qualified_name for method in marked or methods if not method.name.startswith("_"))

    def _module_called(self, given: Node) -> Iterator[str]:
        module = self.constant(given)
        if isinstance(module, str) and _MODULE.fullmatch(module):
            yield from self.resolve(module, given[0])[1]

    def _handed_back(self, call: Node, name: str) -> Iterator[str]:
        """The class that a function imports and gives back, or the module it is told to import."""
        if name in self.classes:
            getter = self.method(name, "__getattr__")  # `torch = Later("torch")`, an object that imports what it is asked for
            if getter is not None and self.method(name, "__init__") is not None and self._imports_by_name(getter):
                yield from self._imported_later(call)
            return
        for reference in self.functions[name]:
            for returned in self.function(reference).returns:
                of = self.value((reference[0], returned))
                if of.kind == "call" and not _IMPORTERS.isdisjoint(self.names((reference[0], of.inputs[0]))):
                    asked = self.value((reference[0], of.inputs[1])) if len(of.inputs) > 1 else of
                    if asked.kind == "parameter":
                        yield from self._imported_later(call)
                else:
                    yield from (known for known in self.names((reference[0], returned)) if self._is_class_name(known) or "." not in known)

    def _imports_by_name(self, reference: FunctionRef) -> bool:
        """Whether a function, or another method of its class, imports a module whose name it is told."""
        owner, facts = self.function(reference).owner, self.files[reference[0]]
        return any(
            value.kind == "call"
            and facts.functions[value.scope].owner == owner
            and not _IMPORTERS.isdisjoint(self.names((reference[0], value.inputs[0])))
            for value in facts.values
        )

    def _imported_later(self, call: Node) -> Iterator[str]:
        """The module that a call names, which something else imports when it is first used: `LazyLoader("tf", globals(), "tensorflow")`."""
        value = self.value(call)
        plain = [given for given, label in zip(value.inputs[1:], value.labels[1:], strict=False) if label in ("", "name", "module_name")]
        written = [(call[0], given) for given in plain if self.value((call[0], given)).constant_type == "string"]
        if written:
            yield from self._module_called(written[-1])

    def _default_names(self, parameter: Node) -> Iterator[str]:
        """The class or function that stands for a parameter nothing is given for: `def ask(handler=Handler): handler()`."""
        found = self.parameter_of(parameter)
        default = None if found is None else self.function(found[0]).parameters[found[1]].default
        if default is not None:
            yield from self.names((parameter[0], default))

    def _is_class_name(self, name: str) -> bool:
        last = name.rsplit(".", 1)[-1]
        return name in self.classes or (last[:1].isupper() and not last.isupper())

    def member_names(self, owner: str, member: str, file: int) -> Iterator[str]:
        """Names of `owner.member` where the owner is a module, a class or a dotted prefix of one."""
        if owner.startswith("module:"):
            module = int(owner.removeprefix("module:"))
            facts = self.files[module]
            if member in facts.variables:
                for node in self.nodes(module, facts.variables[member]):
                    yield from self.names(node)
                return
            nodes, outside = self.resolve(f"{facts.module}.{member}", module)
            for node in nodes:
                yield from self.names(node)
            yield from outside
        elif owner in self.classes:
            yield from self._attribute_names(owner, member)
        else:
            nodes, outside = self.resolve(f"{owner}.{member}", file)
            for node in nodes:
                yield from self.names(node)
            yield from outside

    def _functions_made(self, call: Node) -> Iterator[str]:
        """The functions inside a function of the project that a call of it gives back: `handler: made(config)`."""
        value = self.value(call)
        for name in self.names((call[0], value.inputs[0])) if value.kind == "call" else ():
            for file, number in self.functions.get(name, ()):
                given = (self.value((file, returned)) for returned in self.function((file, number)).returns)
                yield from (inner.text for inner in given if inner.kind == "function")

    def _attribute_names(self, owner: str, member: str) -> Iterator[str]:
        if owner not in self.classes:
            yield f"{owner}.{member}"
            return
        method = self.method(owner, member)
        if method is not None:
            yield self.function(method).qualified_name
            return
        found = self.fields(owner, member)
        for node in found:
            yield from self.names(node)
            yield from self._functions_made(node)
        outside = self.outside_bases(owner)
        if not found and not outside:  # what a class calls on itself and leaves to its heirs
            yield from (f"{heir}.{member}" for heir in self._heirs(owner) if f"{heir}.{member}" in self.functions)
        for base in outside:
            yield f"{base}.{member}"
