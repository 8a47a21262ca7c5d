"""The project's code as one program: names resolved across files.

Takes the facts of all files and gives, for any value, the qualified names it denotes, the types it is
an instance of, the project's functions a call reaches, where a value comes from, and its constant.
What a framework's call returns is knowledge of a later room and is passed in. Results are kept, so
that asking twice costs once; recursion is cut where a value depends on itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.code.answers import MAX_DEPTH, Answers, Node, Table
from ingest.code.arguments import arguments_by_parameter
from ingest.code.imports import Imports
from ingest.code.languages import language_of
from ingest.code.literals import literal
from ingest.code.plain_types import is_plain
from ingest.code.runners import handed_on
from ingest.facts import Class, CodeFacts, ConfigFacts, Function, Parameter, Value

FunctionRef = tuple[int, int]
"""(index of the file, index of the function)"""

_WRAPPERS = frozenset({"functools.partial", "functools.wraps", "node:util.promisify", "react.cache", "react.useCallback"})
_RECORDS = frozenset({"BaseModel", "RootModel", "SQLModel", "NamedTuple", "TypedDict", "Struct", "dataclass", "define", "frozen", "attrs"})
_IMPORTERS = frozenset({"importlib.import_module", "builtins.__import__"})
EXTENSION = "builtins.extension"  # a function that is called as a method of what is its first parameter
STATE = "@state"  # stands for the object an application keeps its parts in (Starlette's app.state)
_MAX_ORIGINS = 64
_MAX_NAMES = 12
_MAX_LEAVES = 120
_MAX_HEIRS = 40  # implementations of one abstract method that are looked at
_MAX_CALLERS = 12  # calls whose arguments tell what a parameter is
_LINKS = frozenset({"attribute", "index", "call", "await", "element_of", "guarded", "update"})
_TRANSPARENT = ("choice", "await", "guarded")

__all__ = ["FunctionRef", "Node", "Program", "Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """A project function that a call reaches."""

    function: FunctionRef
    bound: bool  # the receiver is passed as first parameter
    constructs: str = ""  # qualified name of the class the call makes an instance of


class Program:
    """Questions about the code of one project. See the module's docstring."""

    def __init__(
        self,
        files: Sequence[CodeFacts],
        returned_type: Callable[[str], str | None] = lambda _name: None,
        configuration: Sequence[ConfigFacts] = (),
        receivers: Callable[[Program], Iterable[tuple[FunctionRef, int, str]]] = lambda _program: (),
    ) -> None:
        self.files = tuple(files)
        self._languages = tuple(language_of(file.language) for file in self.files)
        self._returned_type = returned_type
        self._receivers = receivers  # functions handed to frameworks: function, parameter, type it will have
        self._handed: dict[Node, tuple[str, ...]] = {}
        self._imports = Imports(self.files, self._languages, configuration)
        self._names: Table[Node, tuple[str, ...]] = Table()
        self._types: Table[Node, tuple[str, ...]] = Table()
        self._origins: Table[Node, tuple[Node, ...]] = Table()
        self._targets: Table[Node, tuple[Target, ...]] = Table()
        self._bases: Table[str, tuple[str, ...]] = Table()
        self._answers = Answers()
        self._passed: dict[tuple[FunctionRef, int], list[Node]] = {}
        self._given: dict[tuple[str, str], list[Node]] = {}  # fields of classes without constructor, by what constructions give
        self.functions: dict[str, list[FunctionRef]] = {}
        self.classes: dict[str, tuple[int, Class]] = {}
        self._parts: dict[str, list[tuple[int, Class]]] = {}  # classes that several files make together
        self.subclasses: dict[str, list[str]] = {}
        for index, file in enumerate(self.files):
            for number, function in enumerate(file.functions):
                self.functions.setdefault(function.qualified_name, []).append((index, number))
            for cls in file.classes:
                self.classes.setdefault(cls.qualified_name, (index, cls))
                self._parts.setdefault(cls.qualified_name, []).append((index, cls))
        # Functions that do something: a method without calls and results only declares.
        self._busy = {
            (index, value.scope)
            for index, file in enumerate(self.files)
            for value in file.values
            if value.kind == "call" and file.values[value.inputs[0]].text != "NotImplementedError"
        }
        self._parameters = {
            (index, parameter.value): (number, position)
            for index, file in enumerate(self.files)
            for number, function in enumerate(file.functions)
            for position, parameter in enumerate(function.parameters)
        }
        self._callers: dict[FunctionRef, list[Node]] | None = None
        self._fields: dict[tuple[str, str], list[Node]] | None = None
        self._plain_fields: dict[tuple[str, str], bool] = {}
        for name in self.classes:
            for base in self._bases_of(name):
                self.subclasses.setdefault(base, []).append(name)
        for language in dict.fromkeys(self._languages):
            for base, name in language.implementations(self.files):
                if name not in self.subclasses.setdefault(base, []):
                    self.subclasses[base].append(name)

    # Values

    def value(self, node: Node) -> Value:
        return self.files[node[0]].values[node[1]]

    def function(self, reference: FunctionRef) -> Function:
        return self.files[reference[0]].functions[reference[1]]

    def nodes(self, file: int, ids: Sequence[int]) -> list[Node]:
        return [(file, identity) for identity in ids]

    def objects_are_entries(self, file: int) -> bool:
        """Whether the file's language passes options as objects; see `languages.Language`."""
        return self._languages[file].objects_are_entries

    def parts_read(self, file: int, parameter: Parameter) -> list[str]:
        """A parameter's name; where arguments come in one object, the properties that are read of it too."""
        if not self.objects_are_entries(file):
            return [parameter.name]
        values = self.files[file].values
        read = (values[i] for i in range(parameter.value, min(len(values), parameter.value + 400)))
        return [parameter.name, *dict.fromkeys(v.text for v in read if v.kind == "attribute" and v.inputs[0] == parameter.value)]

    def parameter_of(self, node: Node) -> tuple[FunctionRef, int] | None:
        """The function and position a `parameter` value belongs to."""
        found = self._parameters.get(node)
        return None if found is None else ((node[0], found[0]), found[1])

    # Names

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
        return tuple(dict.fromkeys(self._compute_names(node)))[:_MAX_NAMES]

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
                        module = self.constant((file, value.inputs[1]))
                        if isinstance(module, str) and module and not module.startswith("."):
                            yield from self.resolve(module, file)[1]
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
                for element in self._elements_at((file, value.inputs[0]), value.text):
                    found = True
                    yield from self.names(element)
                if not found and value.kind == "index":
                    yield from (name for name in self.names((file, value.inputs[0])) if self._is_class_name(name))  # Agent[Deps, str]
            case _:
                return

    def _default_names(self, parameter: Node) -> Iterator[str]:
        """The class or function that stands for a parameter nothing is given for: `def ask(handler=Handler): handler()`."""
        found = self.parameter_of(parameter)
        default = None if found is None else self.function(found[0]).parameters[found[1]].default
        if default is not None:
            yield from self.names((parameter[0], default))

    def _is_class_name(self, name: str) -> bool:
        last = name.rsplit(".", 1)[-1]
        return name in self.classes or (last[:1].isupper() and not last.isupper())

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

    def lookup(self, file: int, name: str) -> tuple[list[Node], list[str]]:
        """What a free name means in a file: the project's values, or names from outside."""
        return self._imports.lookup(file, name)

    def resolve(self, target: str, importer: int) -> tuple[list[Node], list[str]]:
        """What a qualified name means to a file that imports it."""
        return self._imports.resolve(target, importer)

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
        outside = self.outside_bases(owner)
        if not found and not outside:  # what a class calls on itself and leaves to its heirs
            yield from (f"{heir}.{member}" for heir in self._heirs(owner) if f"{heir}.{member}" in self.functions)
        for base in outside:
            yield f"{base}.{member}"

    # Types

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
        return tuple(dict.fromkeys(self._compute_types(node)))[:_MAX_NAMES]

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
            case "operation" if value.text in ("|", "or", ">>", "/"):
                for given in value.inputs:
                    yield from self.types((file, given))
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
                for element in self._elements_at((file, value.inputs[0]), value.text):
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

    def _members(self, node: Node) -> list[Node]:
        value = self.value(node)
        return self.nodes(node[0], value.inputs) if value.kind == "collection" else [node]

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
        for node in self.fields(owner, member):
            yield from self.types(node)
        for field_file, annotation in self.field_annotations(owner, member):
            yield from self.annotated((field_file, annotation))
        for base in self.outside_bases(owner):
            yield f"{base}.{member}"

    def _call_types(self, node: Node, value: Value) -> Iterator[str]:
        file = node[0]
        callee = (file, value.inputs[0])
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
        found = self.parameter_of(node)
        if found is None:
            return
        reference, position = found
        parameter = self.function(reference).parameters[position]
        if parameter.annotation is not None:
            yield from self.annotated((node[0], parameter.annotation))
        if parameter.default is not None:
            yield from self.types((node[0], parameter.default))
        if parameter.annotation is None:
            for leaf in self._leaves(node):
                yield from self.types(leaf)

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
            case "index":
                for given in value.inputs if depth == 0 else value.inputs[1:] or value.inputs:
                    yield from self.annotated((node[0], given), depth + 1)
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

    def _self_class(self, node: Node, decorated: str) -> str | None:
        found = self.parameter_of(node)
        if found is None or found[1] != 0:
            return None
        function = self.function(found[0])
        if function.owner is None:
            return None
        decorators = self._decorator_names(found[0])
        if any(name.endswith("staticmethod") for name in decorators):
            return None
        is_class_method = any(name.endswith("classmethod") for name in decorators)
        return function.owner if is_class_method == bool(decorated) else None

    def _decorator_names(self, reference: FunctionRef) -> tuple[str, ...]:
        file, found = reference[0], list[str]()
        for decorator in self.function(reference).decorators:
            value = self.value((file, decorator))
            found += self.names((file, value.inputs[0] if value.kind == "call" else decorator))  # `@lazy_property()`
        return tuple(found)

    # Classes

    def _base_names(self, file: int, cls: Class) -> list[str]:
        found: list[str] = []
        for base in cls.bases:
            node = (file, base)
            names = self.names(node)
            if not names and self.value(node).kind == "index":  # Generic[T], BaseTool[X]
                names = self.names((file, self.value(node).inputs[0]))
            found += names
        return found

    def _bases_of(self, name: str) -> list[str]:
        parts = self._parts[name]
        shared = parts if self.files[parts[0][0]].path != self.files[parts[-1][0]].path else parts[:1]
        return list(dict.fromkeys(base for file, cls in shared for base in self._base_names(file, cls)))

    def bases(self, name: str) -> tuple[str, ...]:
        """All classes a class inherits from, nearest first, inside and outside of the project."""
        return self._bases.lasting.get(name) or self._answers.keep(self._bases, name, self._find_bases)

    def _find_bases(self, name: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        queue = [name]
        while queue and len(found) < 40:
            current = queue.pop(0)
            if current in self.classes:
                for base in self._bases_of(current):
                    if base not in found and base != name:
                        found[base] = None
                        queue.append(base)
        return tuple(found)

    def is_record(self, name: str) -> bool:
        """Whether a class of the project is made to hold data: a dataclass, a pydantic model, a named tuple."""
        for cls in (name, *self.bases(name)):
            if cls.rsplit(".", 1)[-1] in _RECORDS:
                return True
            if cls in self.classes:
                file, facts = self.classes[cls]
                for decorator in facts.decorators:
                    value = self.value((file, decorator))
                    if any(
                        n.rsplit(".", 1)[-1] in _RECORDS for n in self.names((file, value.inputs[0] if value.kind == "call" else decorator))
                    ):
                        return True
        return False

    def outside_bases(self, name: str) -> tuple[str, ...]:
        found = [base for base in self.bases(name) if base not in self.classes and base != "builtins.object"]
        if name in self.classes and self.objects_are_entries(self.classes[name][0]):  # a package may stand for the class it exports
            given = [self._returned_type(base) for base in found]
            found += [made for made in given if made is not None and made not in ("receiver", "argument", *found)]
        return tuple(found)

    def method(self, owner: str, name: str) -> FunctionRef | None:
        """The method a class has or inherits inside the project."""
        for cls in (owner, *self.bases(owner)):
            if cls in self.classes:
                for reference in self.functions.get(f"{cls}.{name}", ()):
                    return reference
        return None

    def fields(self, owner: str, name: str) -> list[Node]:
        """Values assigned to a field: in methods, in the class body, or from outside."""
        if self._fields is None:
            self._fields = self._collect_fields()
        self._answers.shifts += 1
        found: list[Node] = []
        for cls in (owner, *self.bases(owner)):
            found += self._fields.get((cls, name), ())
            found += self._given.get((cls, name), ())
        return found

    def _collect_fields(self) -> dict[tuple[str, str], list[Node]]:
        fields: dict[tuple[str, str], list[Node]] = {}
        for index, file in enumerate(self.files):
            for cls in file.classes:
                for name, _annotation, default, _line in cls.fields:
                    if default is not None:
                        fields.setdefault((cls.qualified_name, name), []).append((index, default))
            for store in file.stores:
                base = (index, store.base)
                owner = self._self_class(base, "") or (STATE if self.value(base).text == "state" else None)
                if owner is not None:
                    fields.setdefault((owner, store.attribute), []).append((index, store.value))
        self._fields = fields  # types of other bases may ask for fields
        for index, file in enumerate(self.files):
            for store in file.stores:
                base = (index, store.base)
                if self._self_class(base, "") is None and self.value(base).kind in ("name", "parameter", "attribute", "call", "choice"):
                    for owner in self.holders(base):
                        fields.setdefault((owner, store.attribute), []).append((index, store.value))
        return fields

    def holders(self, base: Node) -> Iterator[str]:
        """Classes of the project whose fields `base.x` means: the type of an object, or the class itself."""
        yield from dict.fromkeys(name for name in (*self.types(base), *self.names(base)) if name in self.classes)

    def _state(self, node: Node) -> list[Node]:
        """`request.app.state.model`: what the application keeps for its handlers, by name."""
        value = self.value(node)
        inner = self.value((node[0], value.inputs[0])) if value.inputs else value
        return self.fields(STATE, value.text) if inner.kind == "attribute" and inner.text == "state" else []

    def field_annotations(self, owner: str, member: str) -> Iterator[tuple[int, int]]:
        for cls in (owner, *self.bases(owner)):
            for file, facts in self._parts.get(cls, ()):
                for name, annotation, _default, _line in facts.fields:
                    if name == member and annotation is not None:
                        yield file, annotation

    # Calls

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
        for owner in self.types(callee):
            if owner in self.classes:
                reference = self.method(owner, "__call__")
                if reference is not None:
                    found.append(Target(reference, True))
        return tuple(dict.fromkeys(self._fitting(node, found)))[:_MAX_HEIRS]

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
        return fitting or found

    def _overrides(self, callee: Node, name: str) -> Iterator[Target]:
        """Implementations of an abstract method: the body of the one named here is only a declaration."""
        for reference in self.functions[name]:
            function = self.function(reference)
            if function.owner is None or function.returns or reference in self._busy:
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
        return arguments_by_parameter(self.value(call), self.function(target.function).parameters, target.bound, options)

    def callers(self, reference: FunctionRef) -> list[Node]:
        """Calls that reach a function."""
        if self._callers is None:
            return []
        return self._callers.get(reference, [])

    def link(self) -> None:
        """Finds the callers of every function; twice, so that types passed as arguments help the second round."""
        for _ in range(2):
            callers: dict[FunctionRef, list[Node]] = {}
            passed: dict[tuple[FunctionRef, int], list[Node]] = {}
            given: dict[tuple[str, str], list[Node]] = {}
            self._forget()
            for file, facts in enumerate(self.files):
                for identity, value in enumerate(facts.values):
                    if value.kind != "call":
                        continue
                    call = (file, identity)
                    for field_of, argument in self._constructed(call, value):
                        kept = given.setdefault(field_of, [])
                        if len(kept) < _MAX_CALLERS:
                            kept.append(argument)
                    reached = self.targets(call)
                    for reference, position, argument in handed_on(self, call, value) if not reached else ():
                        passed.setdefault((reference, position), []).append(argument)
                    for target in reached:
                        known = callers.setdefault(target.function, [])
                        known.append(call)
                        if len(known) <= _MAX_CALLERS:
                            for position, arguments in self.bind(call, target).items():
                                passed.setdefault((target.function, position), []).extend((file, value.inputs[a]) for a in arguments)
            self._callers, self._passed, self._given = callers, passed, given
            handed: dict[Node, dict[str, None]] = {}
            for reference, position, name in self._receivers(self):
                parameters = self.function(reference).parameters
                if position < len(parameters):
                    handed.setdefault((reference[0], parameters[position].value), {})[name] = None
            self._handed = {node: tuple(names) for node, names in handed.items()}
        self._forget()

    def _constructed(self, call: Node, value: Value) -> Iterator[tuple[tuple[str, str], Node]]:
        """The fields a construction fills where the class declares them and writes no constructor: dataclasses, pydantic models."""
        for name in self.names((call[0], value.inputs[0])):
            if name not in self.classes or self.method(name, "__init__") is not None:
                continue
            declared = self.declared_fields(name)
            for position in range(1, len(value.inputs)):
                label = value.labels[position]
                field_name = label if label else declared[position - 1] if position <= len(declared) else ""
                if field_name in declared:
                    yield (name, field_name), (call[0], value.inputs[position])

    def declared_fields(self, name: str) -> list[str]:
        """Annotated fields of a class of the project, inherited ones first, as a dataclass orders its arguments."""
        found: dict[str, None] = {}
        for cls in reversed((name, *self.bases(name))):
            if cls in self.classes:
                found.update((field, None) for field, annotation, _default, _line in self.classes[cls][1].fields if annotation is not None)
        return list(found)

    def _forget(self) -> None:
        """Drops what depends on what calls pass."""
        for table in (self._names.passing, self._types.passing, self._origins.passing, self._targets.passing, self._bases.passing):
            table.clear()
        self._plain_fields.clear()
        self._fields = None

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
        queue = self._arguments(parameter)[:]
        while queue and len(seen) < _MAX_LEAVES:
            current = queue.pop(0)
            if current in seen:
                continue
            seen.add(current)
            value = self.value(current)
            match value.kind:
                case "parameter":
                    queue += self._arguments(current)
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

    # Where values come from

    def _properties_at(self, node: Node, name: str) -> Iterator[Node]:
        """`object.name` of an object literal, in languages where that is an entry."""
        return self._elements_at(node, name) if self.objects_are_entries(node[0]) else iter(())

    def _elements_at(self, node: Node, key: str) -> Iterator[Node]:
        yield from self._gathered(node) if key == "" else ()
        for origin in self.origins(node):
            value = self.value(origin)
            if value.kind != "collection":
                continue
            if key == "":
                yield from self.nodes(origin[0], value.inputs)
            elif key.isdigit() and value.text != "dictionary":
                if int(key) < len(value.inputs):
                    yield origin[0], value.inputs[int(key)]
            else:
                yield from ((origin[0], given) for given, label in zip(value.inputs, value.labels, strict=False) if label in (key, "**"))

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
            step = self._before(current)
            if step:
                queue += step
            else:
                found[current] = None
        return tuple(found)

    def _before(self, node: Node) -> list[Node]:
        file, value = node[0], self.value(node)
        match value.kind:
            case "choice" | "await":
                return self.nodes(file, value.inputs)
            case "guarded":
                return self.nodes(file, value.inputs[:1])
            case "name":
                return [other for other in self.lookup(file, value.text)[0] if other != node]
            case "parameter":
                arguments = list(self._arguments(node))
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
                        method = self.method(owner, value.text)
                        if method is not None and any("property" in name for name in self._decorator_names(method)):
                            nodes += self.nodes(method[0], self.function(method).returns)
                for name in self.names(base):
                    if name.startswith("module:"):
                        module = int(name.removeprefix("module:"))
                        nodes += self.nodes(module, self.files[module].variables.get(value.text, ()))
                    elif name in self.classes:
                        nodes += self.fields(name, value.text)
                    elif "/" in name:
                        nodes += self.resolve(f"{name}.{value.text}", file)[0]
                nodes += (other for other in self._properties_at(base, value.text) if other != node)
                return nodes
            case "index" | "element_of":
                return [other for other in self._elements_at((file, value.inputs[0]), value.text) if other != node]
            case "call":
                returned: list[Node] = []
                for target in self.targets(node):
                    if not target.constructs:
                        returned += self._handed_out(target.function)
                return returned or [other for other in self._looked_up(node) if other != node]
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

    def is_plain(self, file: int, annotation: int | None) -> bool:
        """Whether an annotation names only types that hold no free text: numbers, booleans, dates, identifiers."""
        return is_plain(self, file, annotation)

    def field_is_plain(self, owner: str, name: str) -> bool:
        """Whether a field of a project class is declared with a plain type."""
        known = self._plain_fields.get((owner, name))
        if known is None:
            annotations = list(self.field_annotations(owner, name))
            known = bool(annotations) and all(is_plain(self, file, annotation) for file, annotation in annotations)
            if self._answers.depth == 0:
                self._plain_fields[owner, name] = known
        return known

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
