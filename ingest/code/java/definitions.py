"""Java classes, records, interfaces, enums and their methods.

A method's receiver is its first parameter `self`, a constructor is `__init__`. A record's accessors, and those that Lombok writes, are
methods. A method that is declared with annotations and has no body does what its annotations say: it gives back a call of
`Annotation.implements` with its parameters and the annotation's elements. An inner class keeps the object around it in a field.
"""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, OpenFunction, Scope
from ingest.code.java.access import OpenClass
from ingest.code.java.names import PACKAGE, global_name
from ingest.code.java.types import Types
from ingest.code.tree import lines, named
from ingest.facts import Class, Function, Import, Parameter, Store

_Field = tuple[str, int | None, int | None, int]
_CLASSES = frozenset({"class_declaration", "interface_declaration", "record_declaration", "enum_declaration",
                      "annotation_type_declaration"})  # fmt: skip
_METHODS = frozenset({"method_declaration", "constructor_declaration", "compact_constructor_declaration"})
_SAYS_NOTHING = frozenset({"Override", "Deprecated", "SuppressWarnings", "FunctionalInterface", "Nullable", "NonNull", "NotNull", "Nonnull",
                           "Transactional", "Async", "Cacheable", "Validated", "PreAuthorize", "Secured", "SafeVarargs"})  # fmt: skip
_GETTERS = frozenset({"Data", "Getter", "Value"})
_SETTERS = frozenset({"Data", "Setter"})
_LOGGERS = frozenset({"Slf4j", "XSlf4j", "Log4j2", "Log4j", "CommonsLog", "Log", "JBossLog"})
_LOGGER = "@logger"  # stands for the type of the field `log` that Lombok adds


class Definitions(Types):
    """Reads what a file defines."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self._yields: list[int] = []

    def read_file(self, root: Node) -> None:
        builder = self.builder
        end = root.end_point[0] + 1
        builder.functions.append(OpenFunction(Function("<module>", f"{builder.module}.<module>", None, None, (), (), (), "", 1, end)))
        scope = Scope(0, None)
        package, wild, wild_static = "", list[str](), list[str]()
        self.records = _records(root, self)
        definitions: list[Node] = []
        for child in named(root):
            if child.type == "package_declaration":
                package = self.text(named(child)[-1]).replace(" ", "")
                builder.imports.append(Import(PACKAGE, package, child.start_point[0] + 1, 0))
            elif child.type == "import_declaration":
                self._import(child, wild, wild_static)
            elif child.type in _CLASSES:
                name = child.child_by_field_name("name")
                if name is not None:
                    qualified = f"{builder.module}.{self.text(name)}"
                    value = builder.add(scope, "class", (child.start_point[0] + 1,) * 2, qualified)
                    builder.write(scope, self.text(name), value)
                    definitions.append(child)
            elif child.type == "ERROR":
                builder.errors.append(f"line {child.start_point[0] + 1}: syntax error")
            elif child.type in _METHODS or child.type.endswith("statement") or child.type == "local_variable_declaration":
                definitions.append(child)
        if wild_static:
            self.static_names.add("*")
        for child in definitions:
            if child.type in _CLASSES:
                self._class(scope, child, (), f"{builder.module}.{self._called_as(child)}")
            elif child.type in _METHODS:  # a file that is one unnamed class
                self._method(scope, child, None, [])
            else:
                self.statement(scope, child)
        self._name_free(package, wild, wild_static)

    def _called_as(self, node: Node) -> str:
        name = node.child_by_field_name("name")
        return self.text(name) if name is not None else "<class>"

    def _import(self, node: Node, wild: list[str], wild_static: list[str]) -> None:
        inner = named(node)
        if not inner:
            return
        target = self.text(inner[0]).replace(" ", "")
        is_static = any(child.type == "static" for child in node.children)
        if any(child.type == "asterisk" for child in node.children):
            (wild_static if is_static else wild).append(target)
            return
        local = target.rsplit(".", 1)[-1]
        if is_static:
            self.static_names.add(local)
        self.builder.imports.append(Import(local, target, node.start_point[0] + 1, 0))

    def _name_free(self, package: str, wild: list[str], wild_static: list[str]) -> None:
        """What free names may mean: a class of the same package, or of one that is imported whole."""
        imported = {given.local for given in self.builder.imports}
        for name, line in sorted(self.free.items()):
            if name in imported or name in self.builder.variables or name.startswith("@") or global_name(name) is not None:
                continue
            targets = [f"{source}.{name}" for source in wild_static]
            if name[:1].isupper():
                targets += [f"{package}.{name}" if package else name, *(f"{source}.{name}" for source in wild)]
            self.builder.imports += [Import(name, target, line, 0) for target in targets[:12]]

    # Classes

    def define(self, scope: Scope, node: Node) -> None:
        """A class inside a method."""
        name = self._called_as(node)
        qualified = self.builder.unique(f"{self.builder.functions[scope.function].function.qualified_name}.{name}")
        value = self.builder.add(scope, "class", (node.start_point[0] + 1,) * 2, qualified)
        self.builder.write(scope, name, value)
        self._class(scope, node, (), qualified)

    def anonymous(self, scope: Scope, node: Node, made: Node, base: int, body: Node) -> int:
        name = "<" + self.text(made).split("<", 1)[0].rsplit(".", 1)[-1] + ">"
        qualified = self.builder.unique(f"{self.builder.functions[scope.function].function.qualified_name}.{name}")
        self._class_body(scope, node, name, qualified, (base,), (), body, True)
        return self.builder.add(scope, "class", (node.start_point[0] + 1,) * 2, qualified)

    def _class(self, scope: Scope, node: Node, outer: tuple[int, ...], qualified: str) -> None:
        name, body = self._called_as(node), node.child_by_field_name("body")
        self._open_types(node)
        bases: list[int] = list(outer)
        for child in node.named_children:
            if child.type in ("superclass", "super_interfaces", "extends_interfaces"):
                given = [part for inner in named(child) for part in (named(inner) if inner.type == "type_list" else [inner])]
                bases += [typed for part in given if (typed := self.type_value(scope, part)) is not None]
        decorators = self.annotations(scope, node)
        if node.type == "record_declaration":
            decorators = (*decorators, self.builder.add(scope, "name", lines(node), "@record"))
        static = node.type != "class_declaration" or self._has(node, "static") or not self.classes
        if body is not None:
            self._class_body(scope, node, name, qualified, tuple(bases), decorators, body, not static)
        self.type_names.pop()

    def _has(self, node: Node, word: str) -> bool:
        return any(part.type == "modifiers" and any(child.type == word for child in part.children) for part in node.children)

    def _marks(self, node: Node) -> set[str]:
        """The last words of the annotations that stand at a class or field."""
        given = (mark for part in node.named_children if part.type == "modifiers" for mark in part.named_children)
        return {self.text(mark.child_by_field_name("name") or mark).rsplit(".", 1)[-1] for mark in given}

    def _open_types(self, node: Node) -> None:
        given = node.child_by_field_name("type_parameters")
        given = given or next((child for child in node.named_children if child.type == "type_parameters"), None)
        names = {self.text(named(child)[0]) for child in (named(given) if given is not None else []) if named(child)}
        self.type_names.append(names)

    def _class_body(
        self, scope: Scope, node: Node, name: str, qualified: str, bases: tuple[int, ...], decorators: tuple[int, ...], body: Node,
        inner: bool,
    ) -> None:  # fmt: skip
        if self.too_deep(node):
            return
        members = [part for child in named(body) for part in (named(child) if child.type == "enum_body_declarations" else [child])]
        opened = OpenClass(name, qualified, not inner, bool(bases))
        own = Scope(scope.function, scope, is_class=True)
        hints, self.hints = self.hints, []
        self.depth += 1
        self._survey(own, node, members, opened)
        around = self.classes[-1] if self.classes else None
        self.classes.append(opened)
        fields: list[_Field] = []
        methods: list[int] = []
        marks = self._marks(node)
        if inner and around is not None:
            fields.append((f"{around.name}.this", self.builder.add(own, "class", lines(node), around.qualified), None, lines(node)[0]))
        if marks & _LOGGERS and "log" not in opened.fields:
            opened.fields.add("log")
            self.builder.imports.append(Import(_LOGGER, "org.slf4j.Logger", lines(node)[0], 0))
            fields.append(("log", self.builder.add(own, "name", lines(node), _LOGGER), None, lines(node)[0]))
        self._components(own, node, opened, fields, methods, members)
        for member in members:
            self._member(own, node, member, opened, fields, methods, decorators, marks)
        fields += [(key, None, value, lines(node)[0]) for key, value in opened.nested.items()]
        self.classes.pop()
        self.depth -= 1
        self.hints = hints
        fields += opened.late
        if node.type == "enum_declaration":
            bases = (*bases, self.builder.add(scope, "name", lines(node)[:1] * 2, "@enum"))
        self.builder.classes.append(
            Class(name, qualified, bases, (), decorators, tuple(fields), tuple(methods), "",
                  (node.child_by_field_name("name") or node).start_point[0] + 1, node.end_point[0] + 1)
        )  # fmt: skip

    def _survey(self, scope: Scope, node: Node, members: list[Node], opened: OpenClass) -> None:
        """The names of a class, which may be used above the place they stand at."""
        for member in members:
            if member.type in ("field_declaration", "constant_declaration"):
                names = (part.child_by_field_name("name") for part in member.children_by_field_name("declarator"))
                opened.fields |= {self.text(name) for name in names if name is not None}
            elif member.type == "enum_constant":
                opened.fields.add(self._called_as(member))
            elif member.type == "method_declaration":
                opened.methods.add(self._called_as(member))
            elif member.type in _CLASSES:
                name = self._called_as(member)
                value = self.builder.add(scope, "class", (member.start_point[0] + 1,) * 2, f"{opened.qualified}.{name}")
                opened.nested[name] = value
        given = node.child_by_field_name("parameters")
        for component in named(given) if node.type == "record_declaration" and given is not None else []:
            opened.fields.add(self._called_as(component))

    def _components(
        self, scope: Scope, node: Node, opened: OpenClass, fields: list[_Field], methods: list[int], members: list[Node]
    ) -> None:
        """A record's components: fields, and a method of each name."""
        given = node.child_by_field_name("parameters")
        if node.type != "record_declaration" or given is None:
            return
        for component in named(given):
            typed = component.child_by_field_name("type")
            name = self._called_as(component)
            annotation = self.type_value(scope, typed) if typed is not None else None
            marked = self.decorated_type(scope, component, annotation)
            fields.append((name, marked if marked is not None else self.builder.add(scope, "name", lines(component), "@object"), None,
                           lines(component)[0]))  # fmt: skip
            if name not in opened.methods:
                methods.append(self._accessor(scope, component, opened, name, name, annotation))

    def _accessor(self, scope: Scope, node: Node, cls: OpenClass, name: str, field: str, annotation: int | None, sets: bool = False) -> int:
        builder, where = self.builder, lines(node)
        index = len(builder.functions)
        inner = Scope(index, scope)
        receiver = builder.add(inner, "parameter", where, "self")
        parameters = [Parameter("self", receiver, None, None)]
        if sets:
            given = builder.add(inner, "parameter", where, field)
            parameters.append(Parameter(field, given, annotation, None))
            builder.stores.append(Store(receiver, field, given, where[0], index))
            returns: list[int] = []
        else:
            returns = [builder.add(inner, "attribute", where, field, (receiver,))]
        function = Function(name, f"{cls.qualified}.{name}", cls.qualified, scope.function, tuple(parameters), (), (), "", *where, False,
                            None if sets else annotation)  # fmt: skip
        builder.functions.append(OpenFunction(function, returns))
        return index

    def _member(
        self, scope: Scope, node: Node, member: Node, opened: OpenClass, fields: list[_Field], methods: list[int],
        decorators: tuple[int, ...], marks: set[str],
    ) -> None:  # fmt: skip
        match member.type:
            case "field_declaration" | "constant_declaration":
                self._field_of_class(scope, member, opened, fields, methods, marks)
            case "enum_constant":
                arguments, body = member.child_by_field_name("arguments"), member.child_by_field_name("body")
                name = self._called_as(member)
                value = self.builder.add(scope, "constant", lines(member), name, constant="string")
                if arguments is not None and named(arguments):
                    callee = self.builder.add(scope, "class", lines(member), opened.qualified)
                    given = tuple(self.value(scope, child) for child in named(arguments))
                    value = self.builder.add(scope, "call", lines(member), "", (callee, *given), ("",) * (len(given) + 1))
                if body is not None:
                    base = self.builder.add(scope, "class", lines(member), opened.qualified)
                    self._class_body(scope, member, f"<{name}>", f"{opened.qualified}.<{name}>", (base,), (), body, False)
                fields.append((name, None, value, lines(member)[0]))
            case _ if member.type in _METHODS:
                index = self._method(scope, member, opened, [] if node.type != "interface_declaration" else list(decorators))
                if index is not None:
                    methods.append(index)
            case _ if member.type in _CLASSES:
                self._class(scope, member, (), f"{opened.qualified}.{self._called_as(member)}")
            case "static_initializer":
                for child in named(member):
                    self.block(scope, child)
            case "block":
                self.block(scope, member)
            case "ERROR":
                self.builder.errors.append(f"line {member.start_point[0] + 1}: syntax error")

    def _field_of_class(
        self, scope: Scope, member: Node, opened: OpenClass, fields: list[_Field], methods: list[int], marks: set[str]
    ) -> None:
        typed = member.child_by_field_name("type")
        annotation = self.type_value(scope, typed) if typed is not None else None
        marked = self.decorated_type(scope, member, annotation)
        own = self._marks(member)
        for declarator in member.children_by_field_name("declarator"):
            given, name = declarator.child_by_field_name("value"), self._called_as(declarator)
            self.hints.append(name)
            value = self.value(scope, given) if given is not None else self.filled_by(marked)
            self.hints.pop()
            fields.append((name, marked, value, declarator.start_point[0] + 1))
            if given is None and value is not None:
                holder = self.builder.add(scope, "class", lines(declarator), opened.qualified)
                self.builder.stores.append(Store(holder, name, value, declarator.start_point[0] + 1, scope.function))
            cased = name[:1].upper() + name[1:]
            if (marks | own) & _GETTERS and f"get{cased}" not in opened.methods:
                methods.append(self._accessor(scope, declarator, opened, f"get{cased}", name, annotation))
            if (marks | own) & _SETTERS and f"set{cased}" not in opened.methods:
                methods.append(self._accessor(scope, declarator, opened, f"set{cased}", name, annotation, True))

    # Methods

    def _method(self, scope: Scope, node: Node, cls: OpenClass | None, of_class: list[int]) -> int | None:
        self._open_types(node)
        name = "__init__" if node.type != "method_declaration" else self._called_as(node)
        decorators = self.annotations(scope, node)
        static = self._has(node, "static") or cls is None
        prefix = cls.qualified if cls is not None else self.builder.module
        index = self._open(scope, node, name, f"{prefix}.{name}", decorators, None if static else cls, {}, of_class)
        self.type_names.pop()
        return index

    def function_value(self, scope: Scope, node: Node, name: str, bound: Mapping[int, int]) -> tuple[int, int]:
        """A lambda as a value, with its index; `bound` are values its parameters are known to hold."""
        hint = next((hint for hint in reversed(self.hints) if hint), "")
        called = hint if hint and name == "<lambda>" else name
        outer = self.builder.functions[scope.function].function
        prefix = self.classes[-1].qualified if outer.name == "<module>" and self.classes else outer.qualified_name
        qualified = self.builder.unique(f"{prefix}.{called}")
        index = self._open(scope, node, called, qualified, (), None, bound, [])
        return self.builder.add(scope, "function", (node.start_point[0] + 1,) * 2, qualified), index

    def _open(
        self, scope: Scope, node: Node, name: str, qualified: str, decorators: tuple[int, ...], cls: OpenClass | None,
        bound: Mapping[int, int], of_class: list[int],
    ) -> int:  # fmt: skip
        """Declares a function, reads its body, gives its index."""
        builder = self.builder
        index = len(builder.functions)
        own = node.child_by_field_name("name") or node  # below the annotations
        start, end = own.start_point[0] + 1, node.end_point[0] + 1
        owner = cls.qualified if cls is not None else None
        opened = OpenFunction(Function(name, qualified, owner, scope.function, (), decorators, (), "", start, end))
        builder.functions.append(opened)
        if self.too_deep(node):
            return index
        hints, self.hints = self.hints, []
        yields, self._yields = self._yields, []
        self.depth += 1
        inner = Scope(index, scope)
        parameters: list[Parameter] = []
        if cls is not None:
            receiver = builder.add(inner, "parameter", (start, start), "self")
            inner.environment[f"{cls.name}.this"] = receiver
            parameters.append(Parameter("self", receiver, None, None))
        given = node.child_by_field_name("parameters")
        written = [] if given is None else [given] if given.type == "identifier" else named(given)
        written = [child for child in written if child.type != "receiver_parameter"]
        parameters += [self._parameter(scope, inner, child, bound.get(position)) for position, child in enumerate(written)]
        promised = node.child_by_field_name("type") if node.type == "method_declaration" else None
        result = self.type_value(scope, promised) if promised is not None else None
        opened.function = Function(name, qualified, owner, scope.function, tuple(parameters), decorators, (), "", start, end, False, result)
        body = node.child_by_field_name("body")
        if body is None:
            self._declared_only(inner, opened, parameters, decorators or tuple(of_class))
        elif body.type in ("block", "constructor_body"):
            self.run(inner, named(body))
        else:
            opened.returns.append(self.value(inner, body))
        self.depth -= 1
        self.hints, self._yields = hints, yields
        return index

    def _declared_only(self, scope: Scope, opened: OpenFunction, parameters: list[Parameter], decorators: tuple[int, ...]) -> None:
        builder = self.builder
        where = (opened.function.line, opened.function.end_line)
        calls: list[int] = []
        for mark in decorators:
            callee = builder.inputs_of(mark)[0] if builder.kind_of(mark) == "call" else mark
            if builder.text_of(callee).rsplit(".", 1)[-1] in _SAYS_NOTHING:
                continue
            does = builder.add(scope, "attribute", where, "implements", (callee,))
            values = tuple(parameter.value for parameter in parameters if parameter.name != "self")
            elements = builder.inputs_of(mark)[1:] if builder.kind_of(mark) == "call" else ()
            labels = builder.labels_of(mark)[1:] if elements else ()
            named_elements = tuple(label or "value" for label in labels)
            all_labels = ("", *("",) * len(values), *named_elements)
            calls.append(builder.add(scope, "call", where, "", (does, *values, *elements), all_labels))
        if len(calls) == 1:
            opened.returns += calls
        elif calls:
            opened.returns.append(builder.add(scope, "choice", where, "", tuple(calls)))

    def _parameter(self, scope: Scope, inner: Scope, node: Node, bound: int | None) -> Parameter:
        name_node, typed, splat = node.child_by_field_name("name"), node.child_by_field_name("type"), node.type == "spread_parameter"
        if splat:
            declarator = next((child for child in node.named_children if child.type == "variable_declarator"), None)
            name_node = declarator.child_by_field_name("name") if declarator is not None else None
            typed = next((child for child in node.named_children if child.type not in ("modifiers", "variable_declarator")), None)
        name = self.text(name_node if name_node is not None else node)
        annotation = self.decorated_type(scope, node, self.type_value(scope, typed) if typed is not None else None)
        self.declared_types[name] = self.text(typed) if typed is not None else ""
        value = self.builder.add(inner, "parameter", lines(node), name)
        self.builder.write(inner, name, value if bound is None else bound)
        return Parameter(name, value, annotation, self.filled_by(annotation), "*" if splat else "")


def _records(root: Node, reader: Definitions) -> set[str]:
    """The names of all records of a file, nested ones too."""
    found, stack = set[str](), [root]
    while stack:
        node = stack.pop()
        name = node.child_by_field_name("name") if node.type == "record_declaration" else None
        if name is not None:
            found.add(reader.text(name))
        stack += [child for child in node.named_children if child.type in _CLASSES or child.type.endswith("_body")]
    return found
