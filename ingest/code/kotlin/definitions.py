"""Kotlin files, classes, objects and their properties.

What a file defines at its top level is the module's, members of a companion are members of its class, and an object's are static. A
primary constructor is `__init__`: its `val`s and `var`s are fields, and what properties are given is computed in it. What a property
computes is a method that is read as an attribute. A class inside another keeps the object around it in a field where it is `inner`.
"""

from __future__ import annotations

from dataclasses import replace

from tree_sitter import Node

from ingest.code.graph import GraphBuilder, OpenFunction, Scope
from ingest.code.java.access import OpenClass
from ingest.code.kotlin.access import getter_of
from ingest.code.kotlin.functions import Functions
from ingest.code.kotlin.names import OPENS, PACKAGE, global_name
from ingest.code.tree import lines, named
from ingest.facts import Class, Function, Import, Parameter, Store

_Field = tuple[str, int | None, int | None, int]
_CLASSES = frozenset({"class_declaration", "object_declaration"})
_BODIES = frozenset({"class_body", "enum_class_body"})
_MOST_OPENED = 12  # packages imported as a whole that a name is looked for in


class Definitions(Functions):
    """Reads what a file defines."""

    def __init__(self, builder: GraphBuilder, data: bytes) -> None:
        super().__init__(builder, data)
        self._inside = []
        self._sides = {}
        self._chained = {}

    def read_file(self, root: Node) -> None:
        builder = self.builder
        end = self.last_line(root)
        builder.functions.append(OpenFunction(Function("<module>", f"{builder.module}.<module>", None, None, (), (), (), "", 1, end)))
        scope = Scope(0, None)
        package = ""
        children = self._flat(root)
        for child in children:
            if child.type == "package_header":
                package = self.text(named(child)[-1]).replace(" ", "").replace("`", "") if named(child) else ""
                builder.imports.append(Import(PACKAGE, package, child.start_point[0] + 1, 0))
            elif child.type == "import":
                self._import(child)
            else:
                self._announce(scope, child)
        for child in children:
            if child.type in _CLASSES:
                self._class(scope, child, f"{builder.module}.{self.name_of(child)}")
            elif child.type == "function_declaration":
                self.method(scope, child, None, builder.module, [])
            elif child.type == "property_declaration":
                self._property(scope, child)
            elif child.type not in ("package_header", "import", "file_annotation", "type_alias"):
                self.statement(scope, child)
        self._name_free(package)

    def _flat(self, node: Node) -> list[Node]:
        """What stands in a file or body; what is right inside of something that is not, is read."""
        found: list[Node] = []
        stack = [named(node)]
        while stack:
            children = stack.pop()
            for position, child in enumerate(children):
                if child.type == "ERROR":
                    self.builder.errors.append(f"line {child.start_point[0] + 1}: syntax error")
                    stack += [children[position + 1 :], named(child)]
                    break
                found.append(child)
        return found

    def _import(self, node: Node) -> None:
        inner = named(node)
        if not inner:
            return
        target = self.text(inner[0]).replace(" ", "").replace("`", "")
        if any(child.type == "*" for child in node.children):
            self.opened.append(target)
            self.builder.imports.append(Import(OPENS, target, node.start_point[0] + 1, 0))
            return
        local = self.text(inner[1]).strip("`") if len(inner) > 1 else target.rsplit(".", 1)[-1]
        self.imported[local] = target
        self.builder.imports.append(Import(local, target.replace(".Companion.", "."), node.start_point[0] + 1, 0))

    def _announce(self, scope: Scope, node: Node) -> None:
        """What is defined at the top level may be used above the place it stands at."""
        builder, where = self.builder, (node.start_point[0] + 1,) * 2
        if node.type in _CLASSES:
            name = self.name_of(node)
            builder.write(scope, name, builder.add(scope, "class", where, f"{builder.module}.{name}"))
        elif node.type == "function_declaration":
            name = self.name_of(node)
            builder.write(scope, name, builder.add(scope, "function", where, f"{builder.module}.{name}"))
        elif node.type == "property_declaration":
            self.top |= self.declared(node)
            return
        elif node.type == "type_alias":
            name = self.name_of(node)
            typed = named(node)[-1] if named(node) else None
            value = self.type_value(scope, typed) if typed is not None and typed.type.endswith("_type") else None
            if value is not None:
                builder.write(scope, name, value)
        else:
            return
        self.top.add(name)

    def _property(self, scope: Scope, node: Node) -> None:
        """A property of the file."""
        getter = next((child for child in node.named_children if child.type == "getter"), None)
        target = next((child for child in named(node) if child.type == "variable_declaration"), None)
        if getter is None or target is None:
            self._declare(scope, node)
            return
        name = self.name_of(target)
        self.open_function(scope, getter, name, f"{self.builder.module}.{name}", (), None, {}, [], None, self.extended(node))
        function = self.builder.add(scope, "function", lines(target), f"{self.builder.module}.{name}")
        self.builder.write(scope, name, self.builder.add(scope, "call", lines(target), "", (function,), ("",)))

    def _name_free(self, package: str) -> None:
        """What free names may mean: something of the same package, or of one that is imported whole."""
        imported = {given.local for given in self.builder.imports}
        for name, line in sorted(self.free.items()):
            if name in imported or name in self.builder.variables or name.startswith("@"):
                continue
            targets = [f"{package}.{name}" if package else name, *(f"{source}.{name}" for source in self.opened)]
            if (known := global_name(name)) is not None:
                if name[:1].isupper() and not self.opened:
                    continue
                targets = [*targets[:1], known] if self.opened else [known]
                if name[:1].islower():
                    continue
            self.builder.imports += [Import(name, target, line, 0) for target in targets[:_MOST_OPENED]]

    # Classes

    def define(self, scope: Scope, node: Node) -> None:
        """A class inside a function."""
        if node.type == "type_alias":
            return
        name = self.name_of(node)
        qualified = self.builder.unique(f"{self.builder.functions[scope.function].function.qualified_name}.{name}")
        self.builder.write(scope, name, self.builder.add(scope, "class", (node.start_point[0] + 1,) * 2, qualified))
        self._class(scope, node, qualified)

    def _object(self, scope: Scope, node: Node) -> int:
        """`object : Listener { }`: an object of a class without a name."""
        bases, _calls = self._bases(scope, node)
        base = self.builder.text_of(bases[0]) if bases else "object"
        qualified = self.builder.unique(f"{self.builder.functions[scope.function].function.qualified_name}.<{base}>")
        body = next((child for child in node.named_children if child.type in _BODIES), None)
        self._class_body(scope, node, f"<{base}>", qualified, bases, (), body, True, False)
        cls = self.builder.add(scope, "class", (node.start_point[0] + 1,) * 2, qualified)
        return self.builder.add(scope, "call", lines(node), "", (cls,), ("",))

    def _bases(self, scope: Scope, node: Node) -> tuple[tuple[int, ...], list[Node]]:
        """The classes that one is built on, and how their constructors are called."""
        given = next((child for child in node.named_children if child.type == "delegation_specifiers"), None)
        bases: list[int] = []
        calls: list[Node] = []
        for specifier in named(given) if given is not None else []:
            for part in named(specifier):
                typed = named(part)[0] if part.type in ("constructor_invocation", "explicit_delegation") and named(part) else part
                value = self.type_value(scope, typed)
                if value is not None:
                    bases.append(value)
                if part.type == "constructor_invocation":
                    calls.append(part)
        return tuple(bases), calls

    def _class(self, scope: Scope, node: Node, qualified: str) -> None:
        self.open_types(node)
        words = self.modifiers(node)
        bases, _calls = self._bases(scope, node)
        decorators = self.annotations(scope, node)
        if self._is_record(node):
            decorators = (*decorators, self.builder.add(scope, "name", lines(node), "@record"))
        if "enum" in words:
            bases = (*bases, self.builder.add(scope, "name", lines(node)[:1] * 2, "@enum"))
        body = next((child for child in node.named_children if child.type in _BODIES), None)
        is_object = node.type == "object_declaration"
        self._class_body(scope, node, self.name_of(node), qualified, bases, decorators, body, "inner" in words, is_object and not bases)
        self.type_names.pop()

    def _class_body(
        self, scope: Scope, node: Node, name: str, qualified: str, bases: tuple[int, ...], decorators: tuple[int, ...], body: Node | None,
        inner: bool, static: bool,
    ) -> None:  # fmt: skip
        if self.too_deep(node):
            return
        members = self._flat(body) if body is not None else []
        opened = OpenClass(name, qualified, not inner, bool(bases))
        own = Scope(scope.function, scope, is_class=True)
        hints, self.hints = self.hints, []
        receivers, self.receivers = self.receivers, []
        self.depth += 1
        companions = [part for member in members if member.type == "companion_object" for part in self._companion(member)]
        self._survey(own, node, [*members, *companions], opened)
        around = self.classes[-1] if self.classes else None
        self.classes.append(opened)
        fields: list[_Field] = []
        methods: list[int] = []
        if inner and around is not None:
            fields.append((f"{around.name}.this", self.builder.add(own, "class", lines(node), around.qualified), None, lines(node)[0]))
        made = None if static else self._constructor(own, node, opened, fields, methods, members)
        of_class = list(decorators) if any(child.type == "interface" for child in node.children) else []
        for member in members:
            self._member(own, made, member, opened, fields, methods, of_class, static)
        for member in companions:
            self._member(own, None, member, opened, fields, methods, [], True)
        fields += [(key, None, value, lines(node)[0]) for key, value in opened.nested.items()]
        self.classes.pop()
        self.depth -= 1
        self.hints, self.receivers = hints, receivers
        fields += opened.late
        start = (node.child_by_field_name("name") or node).start_point[0] + 1
        self.builder.classes.append(
            Class(name, qualified, bases, (), decorators, tuple(fields), tuple(methods), "", start, self.last_line(node))
        )

    def _companion(self, node: Node) -> list[Node]:
        body = next((child for child in node.named_children if child.type in _BODIES), None)
        return self._flat(body) if body is not None else []

    def _survey(self, scope: Scope, node: Node, members: list[Node], opened: OpenClass) -> None:
        """The names of a class, which may be used above the place they stand at."""
        for member in members:
            if member.type == "property_declaration":
                if self.extended(member) is None:
                    names = {name.strip("`") for name in self.declared(member)}
                    opened.fields |= names
                    getter = next((child for child in member.named_children if child.type == "getter"), None)
                    if getter is not None and any(child.type == "function_body" for child in getter.named_children):
                        self.computed.setdefault(opened.qualified, set()).update(names)
            elif member.type == "enum_entry":
                opened.fields.add(self.name_of(member))
            elif member.type == "function_declaration":
                opened.methods.add(self.name_of(member))
            elif member.type in _CLASSES:
                name = self.name_of(member)
                where = (member.start_point[0] + 1,) * 2
                opened.nested[name] = self.builder.add(scope, "class", where, f"{opened.qualified}.{name}")
        for parameter in self._class_parameters(node):
            if self._is_property(parameter):
                opened.fields.add(self.name_of(parameter))

    def _class_parameters(self, node: Node) -> list[Node]:
        primary = next((child for child in node.named_children if child.type == "primary_constructor"), None)
        given = next((child for child in primary.named_children if child.type == "class_parameters"), None) if primary is not None else None
        return [child for child in named(given) if child.type == "class_parameter"] if given is not None else []

    def _is_property(self, parameter: Node) -> bool:
        return any(child.type in ("val", "var") for child in parameter.children)

    def _constructor(
        self, scope: Scope, node: Node, opened: OpenClass, fields: list[_Field], methods: list[int], members: list[Node]
    ) -> Scope | None:
        """The primary constructor, in which what the class is given is known; None where it is given nothing and does nothing."""
        builder = self.builder
        given = self._class_parameters(node)
        calls = [call for call in self._bases(scope, node)[1] if named(call)[-1].type == "value_arguments" and named(named(call)[-1])]
        works = bool(calls) or any(member.type == "anonymous_initializer" for member in members)
        if not works and self._is_record(node):
            for child in given:
                fields.append(self._component(scope, child))
                methods.append(self._accessor(scope, child, opened, fields[-1][0], fields[-1][1]))
            return None
        if not works and not given:
            return None
        index = len(builder.functions)
        where = ((node.child_by_field_name("name") or node).start_point[0] + 1,) * 2
        qualified = f"{opened.qualified}.__init__"
        function = OpenFunction(
            Function("__init__", qualified, opened.qualified, scope.function, (), (), (), "", where[0], self.last_line(node))
        )
        builder.functions.append(function)
        inner = Scope(index, scope)
        receiver = builder.add(inner, "parameter", where, "self")
        inner.environment[f"{opened.name}.this"] = receiver
        parameters = [Parameter("self", receiver, None, None)]
        for child in given:
            name, marked, stated, line = self._component(inner, child)
            value = builder.add(inner, "parameter", lines(child), name)
            builder.write(inner, name, value)
            splat = "vararg" in self.modifiers(child)
            parameters.append(Parameter(name, value, marked, stated, "*" if splat else ""))
            if self._is_property(child):
                filled = stated if any(part.type == "annotation" for m in child.named_children for part in m.named_children) else None
                builder.stores.append(Store(receiver, name, value, line, index))
                fields.append((name, marked, filled, line))
                methods.append(self._accessor(scope, child, opened, name, marked))
                if filled is not None:
                    holder = builder.add(scope, "class", lines(child), opened.qualified)
                    builder.stores.append(Store(holder, name, filled, line, scope.function))
        function.function = replace(function.function, parameters=tuple(parameters))
        for call in calls:
            values, labels = self.arguments(inner, named(named(call)[-1]))
            callee = builder.add(inner, "attribute", lines(call), "__init__", (self._super(inner, call),))
            builder.add(inner, "call", lines(call), "", (callee, *values), ("", *labels))
        methods.append(index)
        return inner

    def _accessor(self, scope: Scope, node: Node, cls: OpenClass, name: str, typed: int | None) -> int:
        """The method that a property is for Java."""
        builder, where = self.builder, (node.start_point[0] + 1,) * 2
        index = len(builder.functions)
        inner = Scope(index, scope)
        receiver = builder.add(inner, "parameter", where, "self")
        read = builder.add(inner, "attribute", where, name, (receiver,))
        called = getter_of(name)
        parameters = (Parameter("self", receiver, None, None),)
        function = Function(
            called, f"{cls.qualified}.{called}", cls.qualified, scope.function, parameters, (), (), "", *where, False, typed
        )
        builder.functions.append(OpenFunction(function, [read]))
        return index

    def _is_record(self, node: Node) -> bool:
        """Whether all that a class is given are its properties: `data class A(val b: String)`."""
        held = all(self._is_property(parameter) for parameter in self._class_parameters(node))
        return held and bool(self.modifiers(node) & {"data", "value", "inline"})

    def _component(self, scope: Scope, node: Node) -> tuple[str, int, int | None, int]:
        """What a class is given: its name, its type, what it is where nothing is given, and the line."""
        typed = next((part for part in named(node) if part.type.endswith("_type")), None)
        decorators = self.annotations(scope, node)
        marked = self.decorated_type(scope, decorators, node, self.type_value(scope, typed) if typed is not None else None)
        default = self.initial(node)
        stated = self.value(scope, default) if default is not None else self.filled_by(decorators)
        known = marked if marked is not None else self.builder.add(scope, "name", lines(node), "@object")
        return self.name_of(node), known, stated, node.start_point[0] + 1

    def _member(
        self, scope: Scope, made: Scope | None, member: Node, opened: OpenClass, fields: list[_Field], methods: list[int],
        of_class: list[int], static: bool,
    ) -> None:  # fmt: skip
        match member.type:
            case "property_declaration":
                self._property_of_class(scope, made, member, opened, fields, methods, static)
            case "enum_entry":
                self._entry_of_enum(scope, member, opened, fields)
            case "function_declaration":
                methods.append(self.method(scope, member, None if static else opened, opened.qualified, of_class))
            case "secondary_constructor":
                methods.append(self._further_constructor(scope, member, opened))
            case "anonymous_initializer":
                for child in named(member):
                    self.block(made or scope, child)
            case _ if member.type in _CLASSES:
                self._class(scope, member, f"{opened.qualified}.{self.name_of(member)}")

    def _entry_of_enum(self, scope: Scope, member: Node, opened: OpenClass, fields: list[_Field]) -> None:
        arguments = next((child for child in member.named_children if child.type == "value_arguments"), None)
        body = next((child for child in member.named_children if child.type in _BODIES), None)
        name = self.name_of(member)
        value = self.builder.add(scope, "constant", lines(member), name, constant="string")
        if arguments is not None and named(arguments):
            callee = self.builder.add(scope, "class", lines(member), opened.qualified)
            given, labels = self.arguments(scope, named(arguments))
            value = self.builder.add(scope, "call", lines(member), "", (callee, *given), ("", *labels))
        if body is not None:
            base = self.builder.add(scope, "class", lines(member), opened.qualified)
            self._class_body(scope, member, f"<{name}>", f"{opened.qualified}.<{name}>", (base,), (), body, False, False)
        fields.append((name, None, value, lines(member)[0]))

    def _further_constructor(self, scope: Scope, node: Node, opened: OpenClass) -> int:
        """`constructor(a: A) : this(a, b) { }`."""
        index = self.open_function(scope, node, "__init__", f"{opened.qualified}.__init__", self.annotations(scope, node), opened, {}, [],
                                   None, None)  # fmt: skip
        call = next((child for child in node.named_children if child.type == "constructor_delegation_call"), None)
        arguments = named(call)[-1] if call is not None and named(call) else None
        if call is None or arguments is None or arguments.type != "value_arguments":
            return index
        function = self.builder.functions[index].function
        inner = Scope(index, scope)
        inner.environment = {parameter.name: parameter.value for parameter in function.parameters if parameter.name != "self"}
        inner.environment[f"{opened.name}.this"] = function.parameters[0].value
        target = self._super(inner, call) if self.text(call).startswith("super") else function.parameters[0].value
        values, labels = self.arguments(inner, named(arguments))
        callee = self.builder.add(inner, "attribute", lines(call), "__init__", (target,))
        self.builder.add(inner, "call", lines(call), "", (callee, *values), ("", *labels))
        return index

    def _property_of_class(
        self, scope: Scope, made: Scope | None, member: Node, opened: OpenClass, fields: list[_Field], methods: list[int], static: bool
    ) -> None:
        target = next((child for child in named(member) if child.type == "variable_declaration"), None)
        if target is None:
            return
        name = self.name_of(target)
        typed = next((child for child in named(target) if child.type.endswith("_type")), None)
        decorators = self.annotations(scope, member)
        annotation = self.type_value(scope, typed) if typed is not None else None
        marked = self.decorated_type(scope, decorators, member, annotation)
        getter = next((child for child in member.named_children if child.type == "getter"), None)
        setter = next((child for child in member.named_children if child.type == "setter"), None)
        given = self.initial(member)
        where = member.start_point[0] + 1 if given is None else target.start_point[0] + 1
        cls = None if static else opened
        if getter is not None and any(child.type == "function_body" for child in getter.named_children):
            called = getter_of(name)
            methods.append(self.open_function(scope, getter, called, f"{opened.qualified}.{called}", (), cls, {}, [], None,
                                              self.extended(member)))  # fmt: skip
            if given is None:
                return
        if setter is not None and any(child.type == "function_body" for child in setter.named_children):
            setting = f"set{name[:1].upper()}{name[1:]}"
            methods.append(self.open_function(scope, setter, setting, f"{opened.qualified}.{setting}", (), cls, {}, [], None, None))
        at = made or scope
        self.hints.append(name)
        value = self.value(at, given) if given is not None else self.filled_by(decorators)
        self.hints.pop()
        fields.append((name, marked, value, where))
        if getter is None and not static and "private" not in self.modifiers(member):
            methods.append(self._accessor(scope, member, opened, name, marked))
        if given is None and value is not None:
            holder = self.builder.add(scope, "class", lines(member), opened.qualified)
            self.builder.stores.append(Store(holder, name, value, where, scope.function))
        elif made is not None and value is not None:
            self.builder.bind(made, f"{opened.name}.this.{name}", value)
