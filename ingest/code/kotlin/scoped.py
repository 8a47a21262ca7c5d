"""Lambdas that Kotlin reads in place: scope functions, blocks of coroutines, what builds a text or a list, loops by `forEach`.

`x.let { f(it) }` is what the lambda gives, `x.apply { ... }` is `x` after it; a `return` in them leaves the function around, so that
their statements are read as statements of it. `withContext(io) { }` and its like are what their block gives; what `emit`, `add` and
`append` say in a `flow`, a `buildList` or a `buildString` is what these give.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from ingest.code.graph import Loop, Scope
from ingest.code.kotlin.access import Receiver
from ingest.code.kotlin.expressions import Expressions
from ingest.code.tree import lines, named

_LOOPS = frozenset(
    {"forEach", "forEachIndexed", "onEach", "collect", "collectLatest", "collectIndexed", "consumeEach", "useLines", "forEachLine"}
)
_GIVES_RESULT = frozenset({"let", "run", "with", "use", "useLines"})
_GIVES_ITSELF = frozenset({"also", "apply", "onEach", "takeIf", "takeUnless"})
_WITH_RECEIVER = frozenset({"run", "apply", "with"})
_ON_OBJECTS = frozenset({"let", "run", "also", "apply", "use", "takeIf", "takeUnless", "runCatching"}) | _LOOPS
# Blocks that are run where they stand: of coroutines, transactions, locks, measurements.
_BLOCKS = frozenset({
    "run", "runBlocking", "withContext", "coroutineScope", "supervisorScope", "launch", "async", "withTimeout", "withTimeoutOrNull",
    "synchronized", "runCatching", "transaction", "newSuspendedTransaction", "suspendTransaction", "dbQuery", "measureTimeMillis",
    "measureTimedValue", "measureTime", "withLock", "lazy", "runTest", "suspendCancellableCoroutine", "thread", "withPermit", "future",
    "runInterruptible",
})  # fmt: skip
_BUILDERS = {
    "buildString": "text", "buildList": "list", "buildSet": "list", "buildMap": "dictionary", "flow": "list", "channelFlow": "list",
    "callbackFlow": "list", "sequence": "list", "iterator": "list", "produce": "list",
}  # fmt: skip


@dataclass(slots=True)
class Place:
    """A lambda that is being read in place: the label that leaves it, and what it gives."""

    label: str
    given: list[int] = field(default_factory=list)


# Of the standard library and of flows: what their lambdas are called with is `it`.
_WITH_IT = frozenset({
    "let", "also", "takeIf", "takeUnless", "forEach", "onEach", "map", "mapNotNull", "flatMap", "filter", "filterNot",
    "filterNotNull", "any", "all", "none", "first", "firstOrNull", "last", "lastOrNull", "find", "single", "singleOrNull",
    "count", "sumOf", "maxOf", "minOf", "maxByOrNull", "minByOrNull", "sortedBy", "sortedByDescending", "groupBy",
    "associate", "associateBy", "associateWith", "joinToString", "partition", "use", "useLines", "collect", "collectLatest",
    "onSuccess", "onFailure", "getOrElse", "mapCatching", "recover", "distinctBy", "takeWhile", "dropWhile",
})  # fmt: skip


class Scoped(Expressions):
    """Reads lambdas in place; `calls.Calls` adds the rest."""

    _inside: list[Place]
    _built_so_far: int

    def lambda_literal(self, node: Node | None) -> Node | None:
        """The lambda itself, without the label before it."""
        if node is not None and node.type == "annotated_lambda":
            return next((child for child in named(node) if child.type == "lambda_literal"), None)
        return node if node is not None and node.type == "lambda_literal" else None

    def label_of(self, node: Node, name: str) -> str:
        """What `return@` calls a lambda: its own label, or the function it is given to."""
        label = next((child for child in node.named_children if child.type == "label"), None)
        return self.text(label).rstrip("@") if label is not None else name

    def parameters_of(self, function: Node) -> list[Node]:
        given = next((child for child in function.named_children if child.type == "lambda_parameters"), None)
        return named(given) if given is not None else []

    def has_parameters(self, node: Node) -> bool:
        """Whether a lambda names what it is given, or calls it `it`."""
        function = self.lambda_literal(node)
        if function is None:
            return True
        return bool(self.parameters_of(function)) or (
            b"it" in self.data[function.start_byte : function.end_byte] and self.says_it(function)
        )

    def says_it(self, function: Node) -> bool:
        """Whether `it` stands in a lambda, and not only in one inside of it."""
        cursor = [child for child in function.named_children if child.type != "lambda_parameters"]
        looked = 0
        while cursor and looked < 4000:
            node = cursor.pop()
            looked += 1
            if node.type == "identifier" and node.end_byte - node.start_byte == 2 and self.text(node) == "it":
                return True
            if node.type in ("string_literal", "multiline_string_literal") and b"$it" in self.data[node.start_byte : node.end_byte]:
                return True
            children = node.named_children
            if node.type == "call_expression" and len(children) > 1 and self._gives_it(children[0]):
                children = [child for child in children if child.type != "annotated_lambda"]
            cursor += [child for child in children if child.type != "lambda_literal" or not self.parameters_of(child)]
        return False

    def _gives_it(self, callee: Node) -> bool:
        """Whether `it` in a block is surely the block's own: what is called gives it one thing (`events.collect { send(it) }`)."""
        name = callee.named_children[-1] if callee.type == "navigation_expression" and callee.named_children else callee
        return name.type == "identifier" and name.end_byte - name.start_byte < 24 and self.text(name) in _WITH_IT

    def in_place(
        self, scope: Scope, node: Node, name: str, bound: Mapping[int, int], receiver: Receiver | None = None
    ) -> tuple[int | None, bool]:
        """Reads a lambda's statements here: what it gives, and whether control surely leaves the function in it."""
        function = self.lambda_literal(node)
        if function is None or self.too_deep(node):
            return None, False
        parameters = self.parameters_of(function)
        before = {}
        names = ["it"] if not parameters else []
        for position, parameter in enumerate(parameters):
            names += [self.text(part) for part in self.variables_in(parameter)]
            if position in bound:
                continue
        for one in names:
            before[one] = scope.environment.get(one)
        if not parameters and 0 in bound:
            self.builder.write(scope, "it", bound[0])
        for position, parameter in enumerate(parameters):
            value = bound.get(position)
            self.bind_variable(
                scope, parameter, value if value is not None else self.builder.add(scope, "unknown", lines(parameter), "given")
            )
        if receiver is not None:
            self.receivers.append(receiver)
        self._inside.append(Place(self.label_of(node, name)))
        self.depth += 1
        known = len(scope.branches)
        statements = [child for child in named(function) if child.type not in ("lambda_parameters", "label")]
        result, left = self.run_valued(scope, statements)
        del scope.branches[known:]
        self.depth -= 1
        place = self._inside.pop()
        if receiver is not None:
            self.receivers.pop()
        for one, value in before.items():
            if value is None:
                scope.environment.pop(one, None)
            else:
                scope.environment[one] = value
        given = [*place.given, *([result] if result is not None else [])]
        if not given:
            return None, left
        return self.either_of(scope, lines(node), list(dict.fromkeys(given))), left and not place.given

    # Scope functions

    def scope_call(
        self, scope: Scope, node: Node, inner: Node, base: int, name: str, given: list[Node], last: Node | None
    ) -> int | None:  # fmt: skip
        """`base.name { }` where the lambda is read in place, else None."""
        if last is None or name not in _ON_OBJECTS or (given and name not in ("collect",)) or self.lambda_literal(last) is None:
            if last is not None and name in _BLOCKS - {"run", "thread", "future"} and self.lambda_literal(last) is not None:
                return self._block(scope, node, name, given, last)  # `scope.launch { }`, `mutex.withLock { }`
            return None
        if name in _LOOPS:
            return self._each(scope, node, base, name, last)
        before = dict(scope.environment)
        value: int | None = None
        if name in _WITH_RECEIVER:
            value, variable = self._with(scope, inner, base, name, last)
            after = self.builder.read(scope, variable, lines(node)) if self.known(scope, variable) else base
        else:
            value, _left = self.in_place(scope, last, name, {0: base})
            path = self.path(scope, inner)
            after = base if path is None or not self.known(scope, path) else self.builder.read(scope, path, lines(node))
        if name in ("takeIf", "takeUnless"):
            condition = value if value is not None else base
            side = "holds" if name == "takeIf" else "fails"
            return self.builder.add(scope, "guarded", lines(node), side, (base, condition))
        if self._is_safe(node):  # only where there is something
            self.builder.join(scope, before, scope.environment)
        if name in _GIVES_ITSELF:
            return after
        return value if value is not None else self.builder.add(scope, "unknown", lines(node), name)

    def _is_safe(self, call: Node) -> bool:
        callee = call.named_children[0] if call.named_children else None
        while callee is not None and callee.type == "call_expression" and callee.named_children:
            callee = callee.named_children[0]
        return callee is not None and any(child.type == "?." for child in callee.children)

    def _with(self, scope: Scope, inner: Node | None, base: int, name: str, last: Node) -> tuple[int | None, str]:
        """A lambda whose bare names are those of an object."""
        path = self.path(scope, inner) if inner is not None else None
        if path is not None and not self.known(scope, path):
            path = None
        variable = path or f"this@{name}{len(self.receivers)}"
        if path is None:
            self.builder.write(scope, variable, base)
        value, _left = self.in_place(scope, last, name, {}, Receiver(variable))
        return value, variable

    def _each(self, scope: Scope, node: Node, base: int, name: str, last: Node) -> int:
        """`rows.forEach { }` is a loop."""
        before = dict(scope.environment)
        scope.loops.append(Loop())
        element = self.builder.add(scope, "element_of", lines(last), "", (base,))
        self.in_place(scope, last, name, {1 if name.endswith("Indexed") else 0: element})
        self.builder.close_loop(scope, before)
        return base if name == "onEach" else self.builder.add(scope, "unknown", lines(node), name)

    # Blocks

    def block_call(self, scope: Scope, node: Node, name: str, given: list[Node], last: Node | None) -> int | None:
        """`name { }` where the lambda is read in place, else None."""
        function = self.lambda_literal(last)
        if function is None or last is None:
            return None
        if name == "with" and len(given) == 1:
            inner = named(given[0])[-1] if named(given[0]) else None
            if inner is None:
                return None
            value, _variable = self._with(scope, inner, self.value(scope, inner), name, last)
            return value if value is not None else self.unknown(scope, given[0])
        if name in _BUILDERS:
            return self._collected(scope, node, name, last)
        if name == "repeat":
            for argument in given:
                self.unknown(scope, argument)
            before = dict(scope.environment)
            scope.loops.append(Loop())
            self.in_place(scope, last, name, {})
            self.builder.close_loop(scope, before)
            return self.builder.add(scope, "unknown", lines(node), name)
        return self._block(scope, node, name, given, last) if name in _BLOCKS else None

    def _block(self, scope: Scope, node: Node, name: str, given: list[Node], last: Node) -> int:
        for argument in given:
            self.unknown(scope, argument)
        before = dict(scope.environment)
        value, _left = self.in_place(scope, last, name, {})
        if name == "runCatching":
            self.builder.join(scope, before, scope.environment)
        if value is None:
            return self.builder.add(scope, "unknown", lines(node), name)
        return self.builder.add(scope, "await", lines(node), "", (value,)) if name in ("async", "future") else value

    def _collected(self, scope: Scope, node: Node, name: str, last: Node) -> int:
        """What `add`, `append` and `emit` put into what is built."""
        kind = _BUILDERS[name]
        variable = f"this@{name}{len(self.receivers)}"
        self.builder.write(scope, variable, self.builder.add(scope, "collection", lines(node), "list" if kind == "text" else kind))
        self.in_place(scope, last, name, {}, Receiver(variable))
        made = self.builder.read(scope, variable, lines(node)) if self.known(scope, variable) else self.unknown(scope, last)
        scope.environment.pop(variable, None)
        return self.builder.add(scope, "format", lines(node), "%", (made,)) if kind == "text" else made

    # Given by the classes built on this one

    def variables_in(self, node: Node) -> list[Node]:
        raise NotImplementedError

    def bind_variable(self, scope: Scope, node: Node, value: int) -> set[str]:
        raise NotImplementedError

    def run_valued(self, scope: Scope, statements: list[Node]) -> tuple[int | None, bool]:
        raise NotImplementedError
