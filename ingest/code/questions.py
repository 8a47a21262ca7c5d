"""What is asked of the code of a project, and what all that answer share: the files, and the answers found so far.

The questions ask each other: a name needs the type of its owner, a type the names of classes, both need to know what calls pass.
So they are asked of one object, `program.Program`, whose parts stand in files of their own: `names`, `instances`, `classes`,
`calls` and `origins`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest.code.answers import Answers, Node, Table
from ingest.code.imports import Imports
from ingest.code.languages import language_of
from ingest.facts import Class, CodeFacts, ConfigFacts, Function, Parameter, Value

FunctionRef = tuple[int, int]
"""(index of the file, index of the function)"""

EXTENSION = "builtins.extension"  # a function that is called as a method of what is its first parameter
MAX_NAMES = 40  # names or types kept of one value
STATE = "@state"  # stands for the object an application keeps its parts in (Starlette's app.state)


@dataclass(frozen=True, slots=True)
class Target:
    """A project function that a call reaches."""

    function: FunctionRef
    bound: bool  # the receiver is passed as first parameter
    constructs: str = ""  # qualified name of the class the call makes an instance of
    keyed: bool = False  # what is given first holds an entry for each parameter: `tool.invoke({"text": text})`


class Questions(ABC):
    """The state of all questions about one project, and the questions that its parts ask each other."""

    def __init__(
        self,
        files: Sequence[CodeFacts],
        returned_type: Callable[[str], str | None] = lambda _name: None,
        configuration: Sequence[ConfigFacts] = (),
    ) -> None:
        self.files = tuple(files)
        self._languages = tuple(language_of(file.language) for file in self.files)
        self._returned_type = returned_type
        self._handed: dict[Node, tuple[str, ...]] = {}
        self._injected: dict[Node, tuple[Node, ...]] = {}
        self._imports = Imports(self.files, self._languages, configuration)
        self._names: Table[Node, tuple[str, ...]] = Table()
        self._types: Table[Node, tuple[str, ...]] = Table()
        self._origins: Table[Node, tuple[Node, ...]] = Table()
        self._changes: Table[Node, tuple[Node, ...]] = Table()
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
        self._class_nodes = {  # where the text of a program makes a class
            value.text: (index, identity)
            for index, file in enumerate(self.files) if file.classes
            for identity, value in enumerate(file.values) if value.kind == "class"
        }  # fmt: skip
        # Functions that do something: a method without calls, results and fields that it sets only declares.
        self._busy = {
            (index, value.scope)
            for index, file in enumerate(self.files)
            for value in file.values
            if value.kind == "call" and file.values[value.inputs[0]].text != "NotImplementedError"
        } | {(index, store.scope) for index, file in enumerate(self.files) for store in file.stores}
        self._parameters = {
            (index, parameter.value): (number, position)
            for index, file in enumerate(self.files)
            for number, function in enumerate(file.functions)
            for position, parameter in enumerate(function.parameters)
        }
        self._callers: dict[FunctionRef, list[Node]] | None = None
        self._fields: dict[tuple[str, str], list[Node]] | None = None
        self._plain_fields: dict[tuple[str, str], bool] = {}
        self._enumerations: dict[str, bool] = {}
        self.workers: list[tuple[str, str, FunctionRef]] | None = None  # what `queued` found: queue, job, function

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

    def lookup(self, file: int, name: str) -> tuple[list[Node], list[str]]:
        """What a free name means in a file: the project's values, or names from outside."""
        return self._imports.lookup(file, name)

    def resolve(self, target: str, importer: int) -> tuple[list[Node], list[str]]:
        """What a qualified name means to a file that imports it."""
        return self._imports.resolve(target, importer)

    def file_of(self, target: str, importer: int) -> int | None:
        """The file that an import names, whichever file what it takes of it comes from."""
        return self._imports.file_of(target, importer)

    def _members(self, node: Node) -> list[Node]:
        value = self.value(node)
        return self.nodes(node[0], value.inputs) if value.kind == "collection" else [node]

    # What the parts answer

    @abstractmethod
    def names(self, node: Node) -> tuple[str, ...]: ...

    @abstractmethod
    def types(self, node: Node) -> tuple[str, ...]: ...

    @abstractmethod
    def outside_bases(self, name: str) -> tuple[str, ...]: ...

    @abstractmethod
    def method(self, owner: str, name: str) -> FunctionRef | None: ...

    @abstractmethod
    def fields(self, owner: str, name: str) -> list[Node]: ...

    @abstractmethod
    def field_annotations(self, owner: str, member: str) -> Iterator[tuple[int, int]]: ...

    @abstractmethod
    def declared_fields(self, name: str) -> list[str]: ...

    @abstractmethod
    def targets(self, node: Node) -> tuple[Target, ...]: ...

    @abstractmethod
    def bind(self, call: Node, target: Target) -> dict[int, list[int]]: ...

    @abstractmethod
    def constant(self, node: Node) -> str | int | float | bool | None: ...

    @abstractmethod
    def origins(self, node: Node) -> tuple[Node, ...]: ...

    @abstractmethod
    def _base_names(self, file: int, cls: Class) -> list[str]: ...

    @abstractmethod
    def _bases_of(self, name: str) -> list[str]: ...

    @abstractmethod
    def _decorator_names(self, reference: FunctionRef) -> tuple[str, ...]: ...

    @abstractmethod
    def _key(self, file: int, value: Value) -> str: ...

    @abstractmethod
    def _elements_at(self, node: Node, key: str) -> Iterator[Node]: ...

    @abstractmethod
    def _heirs(self, owner: str) -> list[str]: ...

    @abstractmethod
    def _leaves(self, parameter: Node) -> list[Node]: ...

    @abstractmethod
    def _looked_up(self, node: Node) -> Iterator[Node]: ...

    @abstractmethod
    def _overrides(self, callee: Node, name: str) -> Iterator[Target]: ...

    @abstractmethod
    def _promised_members(self, node: Node) -> Iterator[str]: ...

    @abstractmethod
    def _properties_at(self, node: Node, name: str) -> Iterator[Node]: ...

    @abstractmethod
    def _self_class(self, node: Node, decorated: str) -> str | None: ...

    @abstractmethod
    def _settle(self, node: Node) -> None: ...

    @abstractmethod
    def _state(self, node: Node) -> list[Node]: ...

    @abstractmethod
    def state_owner(self, node: Node) -> str | None: ...

    @abstractmethod
    def annotated(self, node: Node, depth: int = 0) -> Iterator[str]: ...
