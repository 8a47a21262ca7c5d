"""What is known of a function's parameters in one of its calls: constants, and functions that were handed over.

A function that looks a handler up by a key, switches on a mode or calls what it is given does in each call only what this call asks
for. `Arguments.given` says what a call passes for the parameters that decide something, `excludes` whether, with that, another call
inside does not run or does not reach a function. A parameter of which nothing is known excludes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ingest.code.program import FunctionRef, Node, Target
from pipeline.system.flows.flow_graph import FlowGraph
from pipeline.system.program.walking import passed_by

Known = frozenset[tuple[Node, frozenset[str]]]
"""Parameters, each with the constants or the functions it may be: `=a` is the constant a, `()f` the function f"""
NOTHING: Known = frozenset()
_MAX_VALUES, _MAX_DEPTH, _MAX_USES = 6, 3, 60
_EQUAL, _UNEQUAL = frozenset({"==", "===", "is"}), frozenset({"!=", "!==", "is not"})
_SAME = ("guarded", "await")


class Arguments:
    """Answers for one program; what is found out about a function is kept."""

    def __init__(self, graph: FlowGraph) -> None:
        self._graph, self._program = graph, graph.program
        self._deciding: dict[FunctionRef, tuple[int, ...]] = {}
        self._tables: dict[tuple[Node, str], frozenset[str] | None] = {}
        self._given: dict[tuple[Node, FunctionRef, Known], Known] = {}

    def given(self, call: Node, target: Target, known: Known) -> Known:
        """What the parameters that decide something in the target are in this call; `known` is what the caller's own are."""
        positions = self._decides(target.function, 0)
        if not positions:
            return NOTHING
        key = (call, target.function, known)
        found = self._given.get(key)
        if found is None:
            found = self._given[key] = self._find_given(call, target, known, positions)
        return found

    def _find_given(self, call: Node, target: Target, known: Known, positions: tuple[int, ...]) -> Known:
        function, bound = self._program.function(target.function), self._program.bind(call, target)
        value = self._program.value(call)
        found: dict[Node, frozenset[str]] = {}
        for position in positions:
            parameter, arguments = function.parameters[position], bound.get(position, [])
            if any(value.labels[argument] in ("*", "**") for argument in arguments) or parameter.splat or target.keyed:
                continue
            nodes = [(call[0], value.inputs[argument]) for argument in arguments]
            if not nodes and parameter.default is not None:
                nodes = [(target.function[0], parameter.default)]
            values = self._values(nodes[0], known) if len(nodes) == 1 else None
            if values:
                found[target.function[0], parameter.value] = values
        return frozenset(found.items())

    def handed(self, call: Node, function: FunctionRef) -> Known:
        """Where a call calls a parameter, that this parameter is the function; where it looks one up by a parameter, by which keys."""
        if self._program.value(call).kind != "call":  # a step of a chain
            return NOTHING
        parameter = self._bare((call[0], self._program.value(call).inputs[0]))
        if (keyed := self._nested(parameter)) is not None:
            name = f"(){self._program.function(function).qualified_name}"
            keys = [key for key in self._keys(keyed[0]) if name in (self._below(keyed[0], key) or ())]
            return frozenset({(keyed[1], frozenset(f"={key}" for key in keys))}) if keys else NOTHING
        if self._program.value(parameter).kind != "parameter" or self._program.parameter_of(parameter) is None:
            return NOTHING
        return frozenset({(parameter, frozenset({f"(){self._program.function(function).qualified_name}"}))})

    def may_pass(self, call: Node, function: FunctionRef, known: Known) -> bool:
        """Whether a call of a function may pass for its parameters what they are known to be."""
        for parameter, values in known:
            place = self._program.parameter_of(parameter)
            if place is None or place[0] != function:
                continue
            for given in passed_by(self._program, call, place):
                passed = self._values(given, NOTHING)
                if passed and passed.isdisjoint(values):
                    return False
        return True

    def excludes(self, call: Node, known: Known, function: FunctionRef | None = None) -> bool:
        """Whether, where parameters are what is known, a call does not run, or does not reach the function."""
        if not known:
            return False
        table = dict(known)
        facts = self._program.files[call[0]]
        for number in facts.conditions.get(call[1], ()):
            branch = facts.branches[number]
            side = branch.side(call[1])
            if side is None and branch.exits_when == "holds" and call[1] >= branch.failed[1] > 0:
                side = False  # what stands behind `if mode == "a": return`
            if side is not None and self._outcome((call[0], branch.condition), table, 0) == (not side):
                return True
        if function is None:
            return False
        reached = self._reached((call[0], self._program.value(call).inputs[0]), table)
        return reached is not None and f"(){self._program.function(function).qualified_name}" not in reached

    # Which parameters decide

    def _decides(self, function: FunctionRef, depth: int) -> tuple[int, ...]:
        known = self._deciding.get(function)
        if known is None:
            self._deciding[function] = ()  # a function that calls itself adds nothing by it
            parameters = self._program.function(function).parameters
            known = tuple(
                position for position, parameter in enumerate(parameters) if self._is_deciding((function[0], parameter.value), depth)
            )
            if depth < _MAX_DEPTH:
                self._deciding[function] = known
            else:
                del self._deciding[function]
        return known

    def _is_deciding(self, parameter: Node, depth: int) -> bool:
        queue, seen = [parameter], set[Node]()
        while queue and len(seen) < _MAX_USES:
            node = queue.pop()
            if node in seen:
                continue
            seen.add(node)
            for identity, position in self._graph.users(node):
                user = (node[0], identity)
                value = self._program.value(user)
                if value.kind in _SAME and position == 0:
                    queue.append(user)
                elif self._is_asked(user, position, depth):
                    return True
        return False

    def _is_asked(self, user: Node, position: int, depth: int) -> bool:
        """Whether a use of a parameter makes it a key, a test or a function that is called."""
        value = self._program.value(user)
        if value.kind == "operation":
            return value.text in (*_EQUAL, *_UNEQUAL, "in", "not in") and user in self._graph.tested
        if value.kind == "call":
            return position == 0 or self._decides_inside(user, position, depth)
        return value.kind == "index" and position == 1

    def _decides_inside(self, call: Node, position: int, depth: int) -> bool:
        callee = self._program.value((call[0], self._program.value(call).inputs[0]))
        if callee.kind == "attribute" and callee.text == "get" and position == 1:
            return True
        return depth < _MAX_DEPTH and any(
            position in arguments and parameter in self._decides(target.function, depth + 1)
            for target in self._program.targets(call)[:4]
            for parameter, arguments in self._program.bind(call, target).items()
        )

    # What values are

    def _sole(self, node: Node) -> Node:
        """A value that stands for one other: behind tests, and a variable that all branches leave the same."""
        node = self._bare(node)
        while self._program.value(node).kind == "choice" and len(self._program.value(node).inputs) == 1:
            node = self._bare((node[0], self._program.value(node).inputs[0]))
        return node

    def _bare(self, node: Node) -> Node:
        while self._program.value(node).kind in _SAME:
            node = (node[0], self._program.value(node).inputs[0])
        return node

    def _values(self, node: Node, known: Known) -> frozenset[str] | None:
        """The constants or functions a value may be; None where that is not known."""
        queue, seen, found = [node], set[Node](), set[str]()
        while queue:
            current = self._bare(queue.pop())
            if current in seen:
                continue  # what a loop's round leaves is what its next round begins with
            seen.add(current)
            if self._program.value(current).kind == "choice":
                queue += [(current[0], given) for given in self._program.value(current).inputs]
                continue
            values = self._single(current, known)
            if values is None or len(found) > _MAX_VALUES:
                return None
            found |= values
        return frozenset(found)

    def _single(self, node: Node, known: Known) -> frozenset[str] | None:
        """The constants or functions of a value that is no join of others."""
        value = self._program.value(node)
        match value.kind:
            case "constant":
                return frozenset({f"={value.text}"}) if value.constant_type in ("string", "integer", "boolean") else None
            case "function":
                return frozenset({f"(){value.text}"})
            case "parameter":
                return next((values for parameter, values in known if parameter == node), None)
            case "name":
                nodes, outside = self._program.lookup(node[0], value.text)
                if outside or len(nodes) != 1 or self._program.value(nodes[0]).kind not in ("constant", "function"):
                    return None
                return self._single(nodes[0], known)
            case "attribute":
                names = self._program.names(node)
                return frozenset({f"(){names[0]}"}) if len(names) == 1 and names[0] in self._program.functions else None
        return None

    def _reached(self, callee: Node, table: dict[Node, frozenset[str]]) -> frozenset[str] | None:
        """The functions that a call may mean by its callee: a parameter, or an entry of a table; None where any may be."""
        callee = self._bare(callee)
        value = self._program.value(callee)
        if value.kind == "parameter":
            found = table.get(callee)
            return found if found and all(one.startswith("()") for one in found) else None
        if value.kind == "name" or (value.kind == "choice" and len(value.inputs) == 1):
            return None
        if (keyed := self._nested(callee)) is not None:
            return self._below_any(keyed[0], table.get(keyed[1]))
        base, key = self._looked_up(callee)
        keys = table.get(self._bare(key)) if key is not None else None
        if base is None or not keys or not all(one.startswith("=") for one in keys):
            return None
        entries = [self._entry(base, one[1:]) for one in keys]
        return frozenset(name for entry in entries if entry is not None for name in entry) if None not in entries else None

    def _looked_up(self, node: Node) -> tuple[Node | None, Node | None]:
        """The table and the key of `TABLE[key]` and of `TABLE.get(key)`."""
        value = self._program.value(node)
        inner = [(node[0], given) for given in value.inputs]
        if value.kind == "index" and len(inner) == 2:
            return inner[0], inner[1]
        if value.kind == "call" and len(inner) == 2:
            callee = self._program.value(inner[0])
            if callee.kind == "attribute" and callee.text == "get":
                return (node[0], callee.inputs[0]), inner[1]
        return None, None

    def _nested(self, callee: Node) -> tuple[Node, Node] | None:
        """The table and the parameter of `TABLE[key][part]`, whatever the part: a table whose entries are tables or lists."""
        queue, found, seen = [callee], set[tuple[Node, Node]](), 0
        while queue and seen < _MAX_USES:
            node = self._bare(queue.pop())
            value, seen = self._program.value(node), seen + 1
            if value.kind == "choice":
                queue += [(node[0], given) for given in value.inputs]
                continue
            inner = self._bare((node[0], value.inputs[0])) if value.kind == "index" and value.inputs else None
            if inner is None or self._program.value(inner).kind not in ("index", "choice"):
                return None
            base, key = self._looked_up(inner)
            if base is None or key is None or self._program.value(self._bare(base)).kind in ("index", "choice"):
                queue.append(inner)
            elif self._program.value(named := self._sole(key)).kind == "parameter":
                found.add((base, named))
            else:
                return None
        return next(iter(found)) if len(found) == 1 and not queue else None

    def _below_any(self, table: Node, keys: frozenset[str] | None) -> frozenset[str] | None:
        if not keys or not all(one.startswith("=") for one in keys):
            return None
        entries = [self._below(table, one[1:]) for one in keys]
        return frozenset(name for entry in entries if entry is not None for name in entry) if None not in entries else None

    def _keys(self, table: Node) -> list[str]:
        displays = [self._program.value(origin) for origin in self._program.origins(table)]
        return list(dict.fromkeys(label for display in displays if display.kind == "collection" for label in display.labels if label))

    def _below(self, table: Node, key: str) -> frozenset[str] | None:
        """The functions that stand anywhere in the entry of a table; None where not all of it is in sight."""
        queue, names = list(self._entries(table, key)), set[str]()
        while queue:
            node = queue.pop()
            if node is None:
                return None
            value = self._program.value(node)
            if value.kind == "collection":
                queue += [(node[0], given) for given in value.inputs]
                continue
            found = self._program.names(node)  # of a package, it is none of the project's
            if not found:
                return None
            names |= {f"(){name}" for name in found if name in self._program.functions}
        return frozenset(names) if names else None

    def _entry(self, table: Node, key: str) -> frozenset[str] | None:
        """The functions that stand in a table under a key; None where the table is not all in sight."""
        if (table, key) not in self._tables:
            found = list(self._entries(table, key))
            names = [name for node in found if node is not None for name in self._program.names(node)]
            complete = bool(found) and None not in found and all(name in self._program.functions for name in names) and bool(names)
            self._tables[table, key] = frozenset(f"(){name}" for name in names) if complete else None
        return self._tables[table, key]

    def _entries(self, table: Node, key: str) -> Iterator[Node | None]:
        for origin in self._program.origins(table):
            display = self._program.value(origin)
            if display.kind != "collection" or display.text != "dictionary" or not {"?", "**", ""}.isdisjoint(display.labels):
                yield None
                continue
            yield from ((origin[0], given) for given, label in zip(display.inputs, display.labels, strict=False) if label == key)

    def _outcome(self, condition: Node, table: dict[Node, frozenset[str]], depth: int) -> bool | None:
        """How a comparison of a parameter with constants comes out; None where it may come out either way."""
        value = self._program.value(condition)
        inner = [(condition[0], given) for given in value.inputs]
        if depth > _MAX_DEPTH or value.kind not in ("operation", "guarded"):
            return None
        if value.kind == "guarded" or value.text in ("not", "!"):
            found = self._outcome(inner[0], table, depth + 1)
            return found if found is None or value.kind == "guarded" else not found
        if len(inner) != 2 or value.text not in (*_EQUAL, *_UNEQUAL, "in", "not in"):
            return None
        asked = next((side for side in (0, 1) if self._bare(inner[side]) in table), None)
        if asked is None or (asked == 1 and value.text in ("in", "not in")):
            return None
        given = table[self._bare(inner[asked])]
        wanted = self._listed(inner[1 - asked])
        if not wanted or not all(one.startswith("=") for one in given):
            return None
        positive = value.text in _EQUAL or value.text == "in"
        if given.isdisjoint(wanted):
            return not positive
        return positive if given <= wanted and (value.text in ("in", "not in") or len(wanted) == 1) else None

    def _listed(self, node: Node) -> frozenset[str]:
        """The constants of a display, or the one constant; empty where one is not known."""
        value = self._program.value(node)
        if value.kind == "collection" and value.text in ("list", "tuple", "set"):
            return _all(self._values((node[0], given), NOTHING) for given in value.inputs)
        return _all([self._values(node, NOTHING)])


def _all(found: Iterable[frozenset[str] | None]) -> frozenset[str]:
    parts = list(found)
    return frozenset(one for part in parts if part is not None for one in part) if all(parts) else frozenset()
