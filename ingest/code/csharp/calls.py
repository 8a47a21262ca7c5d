"""C# calls into values.

`new X(a) { B = c }` is a call of X with `B=c`; type arguments of a call are its arguments `<0>`, `<1>` ... `string.Format` is a format,
`a.Equals(b)` is `==`, `s.Contains(x)` is `in`. Functions written into LINQ's methods see the elements as their parameters; methods that put
something into their object give it a new value, and so do `out` arguments their variables.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from ingest.code.csharp.names import DELEGATES
from ingest.code.csharp.patterns import Patterns
from ingest.code.graph import Scope
from ingest.code.tree import lines, named
from ingest.facts import Store

_MUTATORS = frozenset({"Add", "AddRange", "Append", "AppendLine", "AppendFormat", "AppendJoin", "Insert", "InsertRange", "Enqueue", "Push",
                       "TryAdd", "AddFirst", "AddLast", "UnionWith", "Write", "WriteLine"})  # fmt: skip
_SYSTEM_WORDS = frozenset({"AddSystemMessage", "AddDeveloperMessage"})
_MESSAGE = re.compile(r"Add\w*(?:Message|Messages)$")
_GIVES = frozenset({"Select", "SelectMany", "ConvertAll", "SelectAsync", "SelectAwait"})
_KEEPS = frozenset({"Where", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "TakeWhile", "SkipWhile", "FindAll",
                    "DistinctBy", "Take", "Skip", "TakeLast", "SkipLast"})  # fmt: skip
_PICKS = frozenset({"First", "FirstOrDefault", "Single", "SingleOrDefault", "Last", "LastOrDefault", "Find", "ElementAt", "MaxBy", "MinBy",
                    "FirstAsync", "FirstOrDefaultAsync", "SingleAsync", "SingleOrDefaultAsync", "Dequeue", "Pop", "Peek"})  # fmt: skip
_ELEMENT = _GIVES | _KEEPS | _PICKS | frozenset({"Any", "All", "ForEach", "ForEachAsync", "Count", "Sum", "Max", "Min", "Average",
                                                 "GroupBy", "ToDictionary", "ToLookup", "RemoveAll",
                                                 "Exists", "AnyAsync", "AllAsync"})  # fmt: skip
_RUNS = frozenset({"Run", "StartNew", "GetOrAdd", "GetOrCreate", "GetOrCreateAsync", "ExecuteAsync", "Execute", "Invoke"})
_SAME = frozenset({"ToList", "ToArray", "AsEnumerable", "Distinct", "Reverse", "AsReadOnly", "ToHashSet", "ToListAsync", "ToArrayAsync",
                   "AsSpan", "AsMemory", "Cast", "OfType", "ToImmutableArray", "ToImmutableList", "AsQueryable", "GetEnumerator",
                   "ToAsyncEnumerable", "AsParallel", "AsNoTracking"})  # fmt: skip
_INVOKES = frozenset({"Invoke", "InvokeAsync", "DynamicInvoke"})
_SETTLES = frozenset({"ConfigureAwait", "GetAwaiter", "GetResult", "AsTask", "WaitAsync"})
_TEXTS = frozenset({"Format", "Join", "Concat"})
_WORDS = frozenset({"string", "String"})
_NEW_LISTS = frozenset({"List", "HashSet", "Queue", "Stack", "LinkedList", "ConcurrentBag", "ConcurrentQueue", "Collection"})
_NEW_MAPS = frozenset({"Dictionary", "ConcurrentDictionary", "SortedDictionary"})


class Calls(Patterns):
    """Reads calls; `statements.Statements` adds the rest."""

    def _call(self, scope: Scope, node: Node) -> int:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return self.unknown(scope, node)
        given = named(arguments)
        pushed = 0
        before: Node | None = None  # what stands before `?.`
        while function.type == "conditional_access_expression":
            condition, inner = function.child_by_field_name("condition"), named(function)
            if condition is None or len(inner) < 2:
                break
            self.receivers.append(self.value(scope, condition))
            pushed += 1
            function, before = inner[-1], condition
        value = self._called_by(scope, node, function, given, before)
        if pushed:
            del self.receivers[-pushed:]
        return value

    def _called_by(self, scope: Scope, node: Node, function: Node, given: list[Node], before: Node | None) -> int:
        name_node = function.child_by_field_name("name")
        if function.type == "member_access_expression" and name_node is not None:
            inner = function.child_by_field_name("expression")
            if inner is None:
                return self.unknown(scope, node)
            special = self._special(scope, node, inner, self.plain(name_node), given)
            return special if special is not None else self._on(scope, node, self.value(scope, inner), inner, name_node, given)
        if function.type == "member_binding_expression" and name_node is not None and self.receivers:
            if self.plain(name_node) in _INVOKES and before is not None and self._is_delegate(before):
                return self._called(scope, node, self.receivers[-1], name_node, given, "", None, None)
            return self._on(scope, node, self.receivers[-1], None, name_node, given)
        if function.type in ("identifier", "generic_name"):
            name = self.plain(function)
            if name == "nameof" and given:
                return self.builder.add(scope, "constant", lines(node), self.text(given[0]).rsplit(".", 1)[-1], constant="string")
            return self._called(scope, node, self._own_method(scope, function, name), function, given, name, None, None)
        return self._called(scope, node, self.value(scope, function), function, given, "", None, None)

    def _on(self, scope: Scope, node: Node, base: int, inner: Node | None, name_node: Node, given: list[Node]) -> int:
        """`base.Name(...)`."""
        name = self.plain(name_node)
        if name in _SAME and not given:
            return base
        if name in _SETTLES:
            return self.builder.add(scope, "await", lines(node), "", (base,))
        if name in _PICKS and not given and inner is not None:
            return self.builder.add(scope, "element_of", lines(node), "", (base,))
        if name == "Equals" and given:
            return self.builder.add(scope, "operation", lines(node), "==", (base, self.value(scope, given[0])))
        if name in ("Contains", "ContainsKey") and given:
            return self.builder.add(scope, "operation", lines(node), "in", (self.value(scope, given[0]), base))
        if name == "TryGetValue" and len(given) == 2:
            found = self.entry(scope, node, base, given[:1])
            self._out(scope, given[1], found)
            return self.builder.add(scope, "operation", lines(node), "in", (self.builder.inputs_of(found)[1], base))
        if name in _INVOKES and inner is not None and self._is_delegate(inner):
            return self._called(scope, node, base, name_node, given, "", None, None)
        callee = self.builder.add(scope, "attribute", lines(name_node), name, (base,))
        return self._called(scope, node, callee, name_node, given, name, base, inner)

    def _is_delegate(self, node: Node) -> bool:
        """Whether a variable or field is declared as a function."""
        typed = self.type_of(node)
        while typed is not None and typed.type == "nullable_type":
            typed = typed.child_by_field_name("type") or next(iter(named(typed)), None)
        return typed is not None and self.plain(typed) in DELEGATES

    def _own_method(self, scope: Scope, node: Node, name: str) -> int:
        """The function that a bare `Name(...)` means: a local one, one of the class around that has it, inherited, or opened."""
        if self.known(scope, name):
            return self.builder.read(scope, name, lines(node))
        cls = next((cls for cls in reversed(self.classes) if name in cls.methods or name in cls.fields), None)
        if cls is None and (not self.classes or name in self.builder.variables or (self.opens_members and not self.classes[-1].derived)):
            return self.free_name(scope, name, lines(node))
        holder = self.receiver(scope, cls or self.classes[-1], lines(node))
        return self.builder.add(scope, "attribute", lines(node), name, (holder,))

    def _special(self, scope: Scope, node: Node, inner: Node, name: str, given: list[Node]) -> int | None:
        """Calls of the language's own classes that make a value the graph has a word for."""
        if inner.type not in ("identifier", "predefined_type"):
            return None
        owner = self.text(inner)
        if owner in _WORDS and name in _TEXTS and given:
            return self.builder.add(scope, "format", lines(node), "%", tuple(self.value(scope, child) for child in given))
        if owner in _WORDS and name in ("IsNullOrEmpty", "IsNullOrWhiteSpace") and given:
            return self.builder.add(scope, "operation", lines(node), "not", (self.value(scope, given[0]),))
        if owner in (*_WORDS, "object") and name in ("Equals", "ReferenceEquals") and len(given) > 1:
            return self.builder.add(scope, "operation", lines(node), "==", tuple(self.value(scope, child) for child in given[:2]))
        if owner in ("Task", "ValueTask") and name in ("FromResult", "WhenAll") and given:
            values = [self.value(scope, child) for child in given]
            return self.builder.add(scope, "await", lines(node), "", (values[0] if len(values) == 1 else self.listed(scope, node, values),))
        return None

    def arguments(self, scope: Scope, given: list[Node]) -> tuple[list[int], list[str]]:
        values, labels = [], []
        for argument in given:
            name = argument.child_by_field_name("name") if argument.type in ("argument", "attribute_argument") else None
            self.wanted.append(None)
            values.append(
                self.value(scope, argument if argument.type == "argument" else named(argument)[-1] if named(argument) else argument)
            )
            self.wanted.pop()
            labels.append(self.text(name) if name is not None else "")
        return values, labels

    def type_arguments(self, scope: Scope, node: Node) -> tuple[list[int], list[str]]:
        """The types in `Name<A, B>(...)` as arguments `<0>` and `<1>`."""
        given = next((child for child in node.named_children if child.type == "type_argument_list"), None)
        values, labels = list[int](), list[str]()
        for position, child in enumerate(named(given) if given is not None and node.type == "generic_name" else []):
            if child.type in ("identifier", "generic_name", "qualified_name", "alias_qualified_name"):
                values.append(self.value(scope, child))
                labels.append(f"<{position}>")
        return values, labels

    def _called(
        self, scope: Scope, node: Node, callee: int, name_node: Node, given: list[Node], name: str, receiver: int | None,
        target: Node | None,
    ) -> int:  # fmt: skip
        inputs, labels = [callee], [""]
        results: list[int] = []
        for position, argument in enumerate(given):
            inner = named(argument)[-1] if named(argument) else argument
            label = argument.child_by_field_name("name")
            if inner.type in ("lambda_expression", "anonymous_method_expression"):
                bound: dict[int, int] = {}
                if receiver is not None and position == 0 and name in _ELEMENT:
                    bound[0] = self.builder.add(scope, "element_of", lines(argument), "", (receiver,))
                elif receiver is not None and name == "Aggregate":
                    bound = dict.fromkeys((0, 1), self.builder.add(scope, "element_of", lines(argument), "", (receiver,)))
                self.builder.beside(name, inputs[1:])
                value, index = self.function_value(scope, inner, f"<{name}>" if name else "<lambda>", bound)
                if (name in _GIVES and bound) or name in _RUNS or name == "Aggregate":
                    results += self.builder.functions[index].returns
            else:
                self.wanted.append(None)
                value = self.value(scope, argument)
                self.wanted.pop()
                if name in _GIVES and receiver is not None and self.builder.kind_of(value) in ("name", "attribute", "function"):
                    element = self.builder.add(scope, "element_of", lines(argument), "", (receiver,))
                    results.append(self.builder.add(scope, "call", lines(argument), "", (value, element), ("", "")))
            inputs.append(value)
            labels.append(self.text(label) if label is not None else "")
        types, type_labels = self.type_arguments(scope, name_node)
        call = self.builder.add(scope, "call", lines(node), "", (*inputs, *types), (*labels, *type_labels))
        for argument in given:
            self._out(scope, argument, call)
        if target is not None and receiver is not None and len(inputs) > 1:
            self._mutate(scope, target, name, receiver, inputs[1:], call)
        if results:
            values = tuple(dict.fromkeys(results))
            if name in _GIVES:
                return self.builder.add(scope, "collection", lines(node), "comprehension", values, ("",) * len(values))
            return self.builder.add(scope, "choice", lines(node), "", (*values, call))
        if receiver is not None and name in _KEEPS:
            return self.builder.add(scope, "choice", lines(node), "", (receiver, call))
        if receiver is not None and name in _PICKS and inputs[1:]:
            return self.builder.add(
                scope, "choice", lines(node), "", (self.builder.add(scope, "element_of", lines(node), "", (receiver,)), call)
            )
        return call

    def _out(self, scope: Scope, argument: Node, value: int) -> None:
        """`out var x`, `out x`: what the call gave."""
        inner = named(argument)[-1] if named(argument) else None
        if inner is None or not any(self.text(child) == "out" for child in argument.children if not child.named_children):
            return
        if inner.type == "declaration_expression":
            inner = inner.child_by_field_name("name")
        if inner is not None and inner.type == "identifier" and self.text(inner) != "_":
            self.builder.write(scope, self.text(inner), value)

    def _mutate(self, scope: Scope, target: Node, name: str, before: int, given: list[int], call: int) -> None:
        """`list.Add(x)`, `map.Add(k, v)`, `history.AddUserMessage(x)`: what the object is from here on."""
        if name not in _MUTATORS and not _MESSAGE.match(name):
            return
        while target.type == "invocation_expression":  # text.Append(a).Append(b)
            function = target.child_by_field_name("function")
            inner = function.child_by_field_name("expression") if function is not None else None
            link = function.child_by_field_name("name") if function is not None else None
            if inner is None or link is None or self.plain(link) not in _MUTATORS:
                return
            target = inner
        path = self.path(scope, target)
        if path is None:
            return
        where = self.builder.lines_of(call)
        labels = ["*" if name in ("AddRange", "InsertRange", "UnionWith") else ""] * len(given)
        if name in _SYSTEM_WORDS:
            given, labels = given[:1], ["content@system"]
        if name in ("Add", "TryAdd") and len(given) == 2:
            key = self.builder.text_of(given[0]) if self.builder.kind_of(given[0]) == "constant" else "?"
            given, labels = given[1:], [key]
        known = self.known(scope, path) or path in scope.environment
        current = self.builder.read(scope, path, where) if known else before
        after = self.builder.add(scope, "update", where, "", (current, *given), ("", *labels))
        self.builder.write(scope, path, after)
        if ".this." in path:
            self.assign(scope, target, after)

    # Constructions

    def _new(self, scope: Scope, node: Node) -> int:
        made = node.child_by_field_name("type") or (self.wanted[-1] if self.wanted else None)
        arguments = next((child for child in node.named_children if child.type == "argument_list"), None)
        initializer = next((child for child in node.named_children if child.type == "initializer_expression"), None)
        values, labels = self.arguments(scope, named(arguments) if arguments is not None else [])
        plain = self.plain(made) if made is not None else ""
        if plain in _NEW_LISTS | _NEW_MAPS and not self.is_own(plain):
            return self._container(scope, node, plain, values, initializer, made)
        callee = self.value(scope, made) if made is not None else self.builder.add(scope, "name", lines(node), "@new")
        stores: list[tuple[str, int]] = []
        for child in named(initializer) if initializer is not None else []:
            left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
            if child.type == "assignment_expression" and left is not None and right is not None:
                key = self._key(scope, left)
                value = self.read_into(scope, right, key, None)
                if left.type == "identifier":
                    stores.append((key, value))
                values.append(value)
                labels.append(key)
            else:
                values += [self.value(scope, part) for part in (named(child) if child.type == "initializer_expression" else [child])][-1:]
                labels.append("")
        call = self.builder.add(scope, "call", lines(node), "", (callee, *values), ("", *labels[: len(values)]))
        for key, value in stores:
            self.builder.stores.append(Store(call, key, value, lines(node)[0], scope.function))
        return call

    def _key(self, scope: Scope, left: Node) -> str:
        if left.type != "element_binding_expression":
            return self.text(left)[:60]
        inner = named(left)
        key = self.value(scope, inner[0]) if inner else None
        return self.builder.text_of(key) if key is not None and self.builder.kind_of(key) == "constant" else "?"

    def _container(self, scope: Scope, node: Node, plain: str, values: list[int], initializer: Node | None, made: Node | None) -> int:
        values = [value for value in values if self.builder.constant_of(value) != "integer"]
        is_map = plain in _NEW_MAPS
        labels = ["**" if is_map else "*"] * len(values)
        self.wanted.append(made)
        wanted = self.element_type()
        for child in named(initializer) if initializer is not None else []:
            left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
            pair = named(child) if child.type == "initializer_expression" else []
            if left is not None and right is not None:
                labels.append(self._key(scope, left))
                values.append(self.read_into(scope, right, labels[-1], wanted))
            elif len(pair) == 2:
                key = self.value(scope, pair[0])
                labels.append(self.builder.text_of(key) if self.builder.kind_of(key) == "constant" else "?")
                values.append(self.read_into(scope, pair[1], labels[-1], wanted))
            else:
                labels.append("")
                values.append(self.read_into(scope, child, "", wanted))
        self.wanted.pop()
        return self.builder.add(scope, "collection", lines(node), "dictionary" if is_map else "list", tuple(values), tuple(labels))

    def is_own(self, name: str) -> bool:
        return name in self.builder.variables or any(name in cls.nested for cls in self.classes)

    def _attribute(self, scope: Scope, node: Node) -> int:
        """An attribute as the decorator it is: a call with what it says as named arguments."""
        name = node.child_by_field_name("name")
        given = next((child for child in node.named_children if child.type == "attribute_argument_list"), None)
        if name is None:
            return self.unknown(scope, node)
        values, labels = self.arguments(scope, named(given) if given is not None else [])
        types, type_labels = self.type_arguments(scope, name)
        return self.builder.add(scope, "call", lines(node), "", (self.value(scope, name), *values, *types), ("", *labels, *type_labels))

    # Queries

    def _query(self, scope: Scope, node: Node) -> int:
        """`from x in y where ... select f(x)`: a comprehension."""
        outer = dict(scope.environment)
        given: int | None = None
        for clause in named(node):
            inner, name = named(clause), clause.child_by_field_name("name")
            match clause.type:
                case "from_clause" if name is not None and inner:
                    element = self.builder.add(scope, "element_of", lines(clause), "", (self.value(scope, inner[-1]),))
                    self.builder.write(scope, self.text(name), element)
                case "join_clause" if len(inner) > 1 and inner[0].type == "identifier":
                    element = self.builder.add(scope, "element_of", lines(clause), "", (self.value(scope, inner[1]),))
                    self.builder.write(scope, self.text(inner[0]), element)
                case "let_clause" if len(inner) > 1:
                    self.builder.write(scope, self.text(inner[0]), self.value(scope, inner[-1]))
                case "select_clause" | "group_clause" if inner:
                    given = self.value(scope, inner[0])
                case "identifier" if given is not None:  # `into`
                    self.builder.write(scope, self.text(clause), given)
                case _:
                    for part in inner:
                        self.value(scope, part)
        for local in set(scope.environment) - set(outer):
            scope.environment.pop(local, None)
        values = (given,) if given is not None else ()
        return self.builder.add(scope, "collection", lines(node), "comprehension", values, ("",) * len(values))
