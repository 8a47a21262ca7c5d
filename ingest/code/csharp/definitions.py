"""C# classes, records, interfaces, enums and their members; what a file says of namespaces.

A method's receiver is its first parameter `self`, a constructor, a primary one too, is `__init__`, a property that computes is a method
with the decorator `@property`, any other a field. A record, and a class that only holds data, is a `@record`. What attributes say of a
class holds for its methods that have attributes themselves. A partial class is known by its namespace, so that its parts are one;
a component, whose markup does not say its namespace, by its folder.
"""

from __future__ import annotations

from tree_sitter import Node

from ingest.code.csharp import names
from ingest.code.csharp.access import OpenClass
from ingest.code.csharp.functions import Functions
from ingest.code.csharp.names import FILLED, HOLDS, MARKUP, MEMBERS_OF, NAMESPACE, OPEN_BASES, OPENS, OPENS_EVERYWHERE, component_of
from ingest.code.graph import OpenFunction, Scope
from ingest.code.tree import lines, named
from ingest.facts import Class, Function, Import, Parameter, Store

_Field = tuple[str, int | None, int | None, int]
_CLASSES = frozenset({"class_declaration", "interface_declaration", "record_declaration", "struct_declaration", "enum_declaration",
                      "record_struct_declaration"})  # fmt: skip
_NAMESPACES = frozenset({"namespace_declaration", "file_scoped_namespace_declaration"})
_METHODS = frozenset({"method_declaration", "constructor_declaration", "operator_declaration", "conversion_operator_declaration",
                      "destructor_declaration"})  # fmt: skip
_CONDITIONAL = frozenset({"preproc_if", "preproc_elif", "preproc_else"})
_OF_CLASS_ALONE = frozenset({"ApiController", "Serializable", "Obsolete"})
_SHARED = ("_Imports.razor", "_ViewImports.cshtml")
_HELD = frozenset({"property_declaration"}) | _CLASSES


class Definitions(Functions):
    """Reads what a file defines."""

    def read_file(self, root: Node) -> None:
        builder = self.builder
        end = root.end_point[0] + 1
        builder.functions.append(OpenFunction(Function("<module>", f"{builder.module}.<module>", None, None, (), (), (), "", 1, end)))
        scope = Scope(0, None)
        classes: list[tuple[Node, str]] = []
        statements: list[Node] = []
        self._gather(root, "", classes, statements, 0)
        for node, namespace in classes:
            name = self._called_as(node)
            self._qualified_names[node.id] = self._whole(node, namespace, name)
            known_as = names.COMPONENT if not namespace and builder.path.endswith(MARKUP) else HOLDS
            builder.imports.append(Import(known_as, f"{namespace}.{name}" if namespace else name, node.start_point[0] + 1, 0))
            value = builder.add(scope, "class", (node.start_point[0] + 1,) * 2, self._qualified_names[node.id])
            builder.write(scope, name, value)
        self.run(scope, statements)
        for node, _namespace in classes:
            self._class(scope, node, self._qualified_names[node.id])

    def _whole(self, node: Node, namespace: str, name: str) -> str:
        component = component_of(self.builder.path)
        if component is not None and name == component[1] and self.has(node, "partial"):  # the markup does not say its namespace
            return f"./~{'/'.join(filter(None, component))}"
        if namespace and self.has(node, "partial"):
            return f"./~{namespace}.{name}"
        return f"{self.builder.module}.{name}"

    def _gather(self, node: Node, namespace: str, classes: list[tuple[Node, str]], statements: list[Node], depth: int) -> None:
        """What stands at the top of a file, through namespaces and the sides of `#if`."""
        for child in named(node):
            kind = child.type
            if kind in _NAMESPACES:
                given = child.child_by_field_name("name")
                inner = self.text(given).replace(" ", "") if given is not None else ""
                whole = f"{namespace}.{inner}" if namespace else inner
                self.builder.imports.append(Import(NAMESPACE, whole, child.start_point[0] + 1, 0))
                body = child.child_by_field_name("body")
                if kind == "file_scoped_namespace_declaration":
                    namespace = whole
                if depth < 20:
                    self._gather(body if body is not None else child, whole, classes, statements, depth + 1)
            elif kind == "using_directive":
                self._using_directive(child)
            elif kind in _CLASSES:
                classes.append((child, namespace))
            elif kind in _CONDITIONAL and depth < 20:
                self._gather(child, namespace, classes, statements, depth + 1)
            elif kind == "ERROR":
                self.builder.errors.append(f"line {child.start_point[0] + 1}: syntax error")
                if depth < 20:
                    self._gather(child, namespace, classes, statements, depth + 1)
            elif kind == "global_statement":
                statements += named(child)
            elif kind.endswith("_statement"):
                statements.append(child)

    def _using_directive(self, node: Node) -> None:
        inner = named(node)
        if not inner:
            return
        line = node.start_point[0] + 1
        words = {child.type for child in node.children}
        alias = node.child_by_field_name("name")
        target = self.text(inner[-1]).replace(" ", "").removeprefix("global::").split("<", 1)[0]
        if alias is not None:
            self.builder.imports.append(Import(self.text(alias), target, line, 0))
            return
        if "static" in words:
            self.opens_members = True
        kept = OPENS_EVERYWHERE if "global" in words else MEMBERS_OF if "static" in words else OPENS
        if kept == OPENS and self.builder.path.endswith(_SHARED):
            kept = names.OPENS_BELOW
        self.builder.imports.append(Import(kept, target, line, 0))

    def _called_as(self, node: Node) -> str:
        name = node.child_by_field_name("name")
        return self.plain(name) if name is not None else "<class>"

    def define(self, scope: Scope, node: Node) -> None:
        """A local function, or a class among statements."""
        if node.type == "local_function_statement":
            self.local_function(scope, node)
        elif node.type in _CLASSES:
            self._class(scope, node, f"{self.builder.module}.{self._called_as(node)}")

    # Classes

    def _class(self, scope: Scope, node: Node, qualified: str) -> None:
        if self.too_deep(node):
            return
        self.open_types(node)
        name = self._called_as(node)
        body = node.child_by_field_name("body")
        members = list(self._members(body, 0)) if body is not None else []
        base_list = next((child for child in named(node) if child.type == "base_list"), None)
        written = named(base_list) if base_list is not None else []
        more = bool(written) or self.has(node, "partial")  # members that stand somewhere else
        opened = OpenClass(name, qualified, more and node.type != "enum_declaration")
        opened.is_open = any(self.plain(base).rsplit(".", 1)[-1] in OPEN_BASES for base in written)
        own = Scope(scope.function, scope, is_class=True)
        hints, self.hints = self.hints, []
        self.depth += 1
        around = [] if node.type == "enum_declaration" else [child for child in written if child.type != "argument_list"]
        bases = [
            self.type_value(scope, child.named_children[0] if child.type == "primary_constructor_base_type" else child) for child in around
        ]
        decorators = self.attributes(own, node)
        self._survey(own, node, members, opened)
        self.classes.append(opened)
        fields: list[_Field] = []
        methods: list[int] = []
        given = next((child for child in named(node) if child.type == "parameter_list"), None)
        opened.primary = given is not None
        is_record = node.type.startswith("record")
        if given is not None:
            self._primary(own, node, given, opened, fields, methods, is_record, written)
        kept = self.builder.functions[scope.function].function.name == "<module>"
        outer_marks, self.class_marks = self.class_marks, self._marks_for_methods(decorators) if kept else ()
        for member in members:
            self._class_member(own, node, member, opened, fields, methods)
        self.class_marks = outer_marks
        fields += [(key, None, value, lines(node)[0]) for key, value in opened.nested.items()]
        self.classes.pop()
        self.depth -= 1
        self.hints = hints
        fields += opened.late
        thrown = any(self.plain(base).endswith("Exception") for base in written)  # its objects are not followed from throw to catch
        if is_record or (self._only_holds(node, members) and not thrown):
            decorators = (*decorators, self.builder.add(own, "name", lines(node)[:1] * 2, "@record"))
        if node.type == "enum_declaration":
            bases.append(self.builder.add(own, "name", lines(node)[:1] * 2, "@enum"))
        start = (node.child_by_field_name("name") or node).start_point[0] + 1
        self.builder.classes.append(
            Class(name, qualified, tuple(base for base in bases if base is not None), (), decorators, tuple(fields), tuple(methods), "",
                  start, node.end_point[0] + 1)
        )  # fmt: skip
        self.type_names.pop()

    def _marks_for_methods(self, decorators: tuple[int, ...]) -> tuple[int, ...]:
        found: list[int] = []
        for mark in decorators:
            callee = self.builder.inputs_of(mark)[0]
            if self.builder.text_of(callee) not in _OF_CLASS_ALONE:
                found.append(mark)
        return tuple(found)

    def _only_holds(self, node: Node, members: list[Node]) -> bool:
        """Whether a class is nothing but properties that are set from outside."""
        held = [member for member in members if member.type == "property_declaration"]
        others = [member for member in members if member.type not in _HELD]
        return bool(held) and not others and node.type in ("class_declaration", "struct_declaration")

    def _members(self, body: Node, depth: int) -> list[Node]:
        found: list[Node] = []
        for child in named(body):
            if child.type in _CONDITIONAL and depth < 20:
                found += self._members(child, depth + 1)
            else:
                found.append(child)
        return found

    def _survey(self, scope: Scope, node: Node, members: list[Node], opened: OpenClass) -> None:
        """The names of a class, which may be used above the place they stand at."""
        for member in members:
            if member.type in ("field_declaration", "event_field_declaration"):
                for part in named(member):
                    if part.type == "variable_declaration":
                        typed = part.child_by_field_name("type")
                        for declarator in named(part):
                            if declarator.type == "variable_declarator":
                                name = self._called_as(declarator)
                                opened.fields.add(name)
                                if typed is not None:
                                    opened.types[name] = typed
            elif member.type in ("property_declaration", "enum_member_declaration"):
                name, typed = self._called_as(member), member.child_by_field_name("type")
                opened.fields.add(name)
                if typed is not None:
                    opened.types[name] = typed
            elif member.type == "method_declaration":
                opened.methods.add(self._called_as(member))
            elif member.type in _CLASSES:
                name = self._called_as(member)
                opened.nested[name] = self.builder.add(scope, "class", (member.start_point[0] + 1,) * 2, f"{opened.qualified}.{name}")
        given = next((child for child in named(node) if child.type == "parameter_list"), None)
        for parameter in named(given) if given is not None else []:
            opened.fields.add(self._called_as(parameter))

    def _primary(
        self, scope: Scope, node: Node, given: Node, opened: OpenClass, fields: list[_Field], methods: list[int], is_record: bool,
        bases: list[Node],
    ) -> None:  # fmt: skip
        """`class C(T x) : B(x)`: a constructor that keeps its parameters. Those of a record are what it holds."""
        builder = self.builder
        if is_record:
            for parameter in named(given):
                typed = parameter.child_by_field_name("type")
                annotation = self.decorated_type(scope, parameter, self.type_value(scope, typed) if typed is not None else None)
                some = annotation if annotation is not None else builder.add(scope, "name", lines(parameter), "@object")
                default = self.default_of(scope, parameter)
                fields.append((self._called_as(parameter), some, default, lines(parameter)[0]))
            return
        index = len(builder.functions)
        inner = Scope(index, scope)
        where = (lines(node.child_by_field_name("name") or node)[0], lines(given)[1])
        receiver = builder.add(inner, "parameter", where, "self")
        inner.environment[f"{opened.name}.this"] = receiver
        parameters = [Parameter("self", receiver, None, None)]
        function = Function("__init__", f"{opened.qualified}.__init__", opened.qualified, scope.function, (), (), (), "", *where)
        builder.functions.append(OpenFunction(function))
        for part in named(given):
            taken = self.parameter(scope, inner, part, None)
            parameters.append(taken)
            fields.append((taken.name, taken.annotation, None, lines(part)[0]))
            builder.stores.append(Store(receiver, taken.name, taken.value, lines(part)[0], index))
        passed = next((child for base in bases for child in (base, *named(base)) if child.type == "argument_list"), None)
        if passed is not None:
            self.construct(inner, passed, "base")
        builder.functions[index].function = Function(
            "__init__", function.qualified_name, opened.qualified, scope.function, tuple(parameters), (), (), "", *where
        )
        methods.append(index)

    def _class_member(self, scope: Scope, node: Node, member: Node, opened: OpenClass, fields: list[_Field], methods: list[int]) -> None:
        match member.type:
            case "field_declaration":
                for part in named(member):
                    if part.type == "variable_declaration":
                        self._fields(scope, member, part, fields)
            case "property_declaration" | "indexer_declaration":
                self._property(scope, member, opened, fields, methods)
            case "enum_member_declaration":
                name = self._called_as(member)
                fields.append((name, None, self.builder.add(scope, "constant", lines(member), name, constant="string"), lines(member)[0]))
            case _ if member.type in _METHODS:
                methods.append(self.method_of(scope, member, opened))
            case _ if member.type in _CLASSES:
                self._class(scope, member, f"{opened.qualified}.{self._called_as(member)}")
            case "ERROR":
                self.builder.errors.append(f"line {member.start_point[0] + 1}: syntax error")

    def _fields(self, scope: Scope, member: Node, declaration: Node, fields: list[_Field]) -> None:
        typed = declaration.child_by_field_name("type")
        annotation = self.type_value(scope, typed) if typed is not None else None
        marked = self.decorated_type(scope, member, annotation)
        for declarator in named(declaration):
            if declarator.type != "variable_declarator":
                continue
            name = self._called_as(declarator)
            inner = [child for child in named(declarator)[1:] if child.type != "bracketed_argument_list"]
            value = self.read_into(scope, inner[-1], name, typed) if inner else None
            if value is not None and self.classes and self.classes[-1].primary:
                self._put(scope, self.classes[-1], name, value, declarator)
            fields.append((name, marked, value, declarator.start_point[0] + 1))

    def _property(self, scope: Scope, member: Node, opened: OpenClass, fields: list[_Field], methods: list[int]) -> None:
        typed, value, accessors = (member.child_by_field_name(part) for part in ("type", "value", "accessors"))
        annotation = self.type_value(scope, typed) if typed is not None else None
        name = self._called_as(member) if member.type == "property_declaration" else "__getitem__"
        if value is not None and value.type == "arrow_expression_clause":
            methods.append(self.accessor(scope, member, value, opened, name, annotation))
            return
        bodies = [(child, child.child_by_field_name("body")) for child in (named(accessors) if accessors is not None else [])]
        getter = next((body for child, body in bodies if body is not None and self.text(child).lstrip().startswith("get")), None)
        if getter is not None:
            methods.append(self.accessor(scope, member, getter, opened, name, annotation))
        for _child, body in bodies:
            if body is not None and body is not getter:
                methods.append(self.accessor(scope, member, body, opened, f"set_{name}", annotation, True))
        if getter is None:
            given = self.read_into(scope, value, name, typed) if value is not None else None
            if given is not None and opened.primary:
                self._put(scope, opened, name, given, member)
            marks = self.attributes(scope, member)
            marked = self.decorated_type(scope, member, annotation, marks)
            filled = next((mark for mark in marks if self.builder.text_of(self.builder.inputs_of(mark)[0]) in FILLED), None)
            if filled is not None:  # the attribute stands for what the framework puts there
                self._put(scope, opened, name, filled, member)
                given = filled if given is None else self.builder.add(scope, "choice", lines(member), "or", (filled, given))
            some = marked if marked is not None else self.builder.add(scope, "name", lines(member), "@object")
            fields.append((name, some, given, lines(member)[0]))

    def _put(self, scope: Scope, opened: OpenClass, name: str, value: int, member: Node) -> None:
        """A field is given a value where it is declared."""
        line = lines(member)[0]
        self.builder.stores.append(Store(self.class_value(scope, opened, (line, line)), name, value, line, scope.function))
