"""Registrations that stand in a loop over a table: `for (const route of routes) app.post(route.path, route.run)`.

Takes a call and gives, for each entry of the table its loop goes through, what the call's arguments are in that round: the text of a
name, and the functions. A function that registers what it is handed, `toolOf(record)`, has a round for each record of its callers.
Tables are lists, lists of pairs, displays with keys and `Map`s, of records, of functions or of objects of the project's classes, wherever
they are filled. What a loop computes itself is not known, nor what a table is filled with from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value
from pipeline.system.program.tool_records import DOES

_MOST_ROWS, _MOST_PARTS, _DEEPEST = 80, 60, 8
_PAIRS = frozenset({"entries", "items"})
_SAME_ENTRIES = frozenset({"values", "filter", "slice", "sort", "reverse", "flat", "toSorted", "toReversed", "concat", "copy"})
_MAPS = ("Map", "Collection", "OrderedDict", "dict")
_JOINS = frozenset({"update", "extend"})
_ADDS = frozenset({"push", "append", "add", "unshift", "insert"})
_WALKED = frozenset({"attribute", "index", "call", "choice", "guarded", "await", "format", "operation", "collection"})
_HELD = frozenset({"element_of", "attribute", "index"})  # what variables of a loop at the top of a file are
_KEEPS_TEXT = frozenset({"toString", "valueOf", "trim", "strip", "asString"})
_NAMES = ("name", "toolName", "tool_name", "commandName", "command", "title", "id", "path", "url", "getName", "get_name")
_POSITION = "position"  # the first variable of Go's `range`: of a map, its keys


@dataclass(frozen=True, slots=True)
class Row:
    """One round of a loop over a table."""

    variable: Node  # what the loop calls an entry
    value: Node  # what the entry is in this round
    key: str  # under which it stands; empty where it has none
    is_pair: bool  # whether the variable holds the key and the entry


def rows_of(program: Program, call: Node) -> list[Row]:
    """The rounds of the loop that a call stands in, where what it is given comes from the loop's variable."""
    variable = _variable(program, call)
    if variable is None:
        return _rows_handed(program, call)
    table, is_pair = _table(program, (variable[0], program.value(variable).inputs[0]))
    rows: dict[Row, None] = {}
    for key, entry in _entries(program, table, 0, set()):
        for origin in program.origins(entry):
            if program.value(origin).kind in ("collection", "call", "function", "class", "name", "constant") and len(rows) < _MOST_ROWS:
                rows[Row(variable, origin, key, is_pair or _is_taken_apart(program, variable, origin))] = None
    return list(rows)


def _rows_handed(program: Program, call: Node) -> list[Row]:
    """A round for each record that the function in which a call stands is handed, where the call takes its parts: `name: record.name`."""
    queue, seen = [(call[0], given) for given in program.value(call).inputs[1:]], set[Node]()
    while queue and len(seen) < _MOST_PARTS:
        node = queue.pop(0)
        value = program.value(node)
        if node in seen or value.kind not in _WALKED:
            continue
        seen.add(node)
        base = (node[0], value.inputs[0]) if value.inputs else node
        place = program.parameter_of(base) if value.kind == "attribute" else None
        if place is not None and program.function(place[0]).parameters[place[1]].name not in ("self", "this"):
            given = [one for one in program.origins(base) if one != base and _is_record(program, one, value.text)]
            if len(given) > 1:
                return [Row(base, one, "", False) for one in given[:_MOST_ROWS]]
        queue += [(node[0], one) for one in value.inputs]
    return []


def _is_record(program: Program, node: Node, name: str) -> bool:
    value = program.value(node)
    return value.kind == "collection" and name in value.labels


# The loop and its table


def _variable(program: Program, call: Node) -> Node | None:
    """The variable of the loop whose entries are registered: in the arguments, or in a function that stands there."""
    value = program.value(call)
    inputs = [(call[0], given) for given in value.inputs]
    before = inputs[0][1]  # loops inside of what is handed over begin later
    found = _variables_in(program, inputs, before)
    for given in inputs[1:] if found is None else ():
        if program.value(given).kind == "function":
            found = next((one for part in _of_closure(program, given) if (one := _variables_in(program, [part], before)) is not None), None)
            if found is not None:
                break
    return found


def _variables_in(program: Program, nodes: list[Node], before: int) -> Node | None:
    queue, seen = list(nodes), set[Node]()
    while queue and len(seen) < _MOST_PARTS:
        node = queue.pop(0)
        if node in seen:
            continue
        seen.add(node)
        value = program.value(node)
        if value.kind == "element_of":
            if node[1] <= before:
                return node
        elif value.kind == "name":
            queue += [one for one in program.lookup(node[0], value.text)[0] if one[0] == node[0] and program.value(one).kind in _HELD]
        elif value.kind in _WALKED:
            queue += [(node[0], given) for given in value.inputs]
    return None


def _of_closure(program: Program, function: Node) -> Iterator[Node]:
    """Calls of a function that is written where it is handed over."""
    for reference in program.functions.get(program.value(function).text, ()):
        if reference[0] == function[0]:
            yield from calls_of(program, reference)


def calls_of(program: Program, reference: FunctionRef) -> Iterator[Node]:
    """The calls that stand in a function itself."""
    values = program.files[reference[0]].values
    yield from ((reference[0], i) for i, value in enumerate(values) if value.kind == "call" and value.scope == reference[1])


def _table(program: Program, node: Node) -> tuple[Node, bool]:
    """The table behind what a loop goes through, and whether it does so by pairs: `Object.entries(table)`, `table.items()`."""
    is_pair = False
    for _step in range(_DEEPEST):
        value = program.value(node)
        callee = program.value((node[0], value.inputs[0])) if value.kind == "call" else None
        if callee is None or (callee.kind == "name" and callee.text in ("enumerate", "list", "tuple", "sorted", "reversed")):
            if callee is None or len(value.inputs) < 2:
                break
            is_pair, node = is_pair or callee.text == "enumerate", (node[0], value.inputs[1])
        elif callee.kind == "attribute" and (callee.text in _PAIRS or callee.text in _SAME_ENTRIES):
            is_pair = is_pair or callee.text in _PAIRS
            of_object = program.value((node[0], callee.inputs[0])).text in ("Object", "Array") and len(value.inputs) == 2
            node = (node[0], value.inputs[1] if of_object else callee.inputs[0])
        else:
            break
    return node, is_pair


def _entries(program: Program, table: Node, depth: int, seen: set[Node]) -> Iterator[tuple[str, Node]]:
    """What stands in a table, each with its key."""
    if depth > _DEEPEST:
        return
    for origin in program.origins(table):
        if origin in seen:
            continue
        seen.add(origin)
        value = program.value(origin)
        inputs = [(origin[0], given) for given in value.inputs]
        if value.kind == "collection":
            for label, given in zip(value.labels or [""] * len(inputs), inputs, strict=False):
                if label in ("*", "**"):
                    yield from _entries(program, given, depth + 1, seen)
                else:
                    yield label, given
        elif value.kind == "update" and inputs:
            yield from _entries(program, inputs[0], depth + 1, seen)
            for label, given in zip(value.labels[1:], inputs[1:], strict=False):
                if value.text in _JOINS or label in ("*", "**"):
                    yield from _entries(program, given, depth + 1, seen)
                else:
                    yield ("" if label == "?" or value.text in _ADDS else label), given
        elif value.kind == "operation" and value.text == "+":
            for given in inputs:
                yield from _entries(program, given, depth + 1, seen)
        elif value.kind == "call":
            yield from _made(program, origin, value, depth, seen)


def _made(program: Program, call: Node, value: Value, depth: int, seen: set[Node]) -> Iterator[tuple[str, Node]]:
    """The entries of what a call makes: `new Map([["ask", ask]])`, `tools.filter(isOn)`."""
    callee = program.value((call[0], value.inputs[0]))
    if callee.text.rsplit(".", 1)[-1] in _MAPS and len(value.inputs) == 2:
        for key, given in _entries(program, (call[0], value.inputs[1]), depth + 1, seen):
            pairs = [
                one for one in program.origins(given) if program.value(one).kind == "collection" and len(program.value(one).inputs) == 2
            ]
            for pair in pairs if not key else ():
                said, entry = ((pair[0], part) for part in program.value(pair).inputs)
                yield str(program.constant(said) or ""), entry
            if key:
                yield key, given
    elif callee.kind == "attribute" and callee.text in _SAME_ENTRIES:
        yield from _entries(program, (call[0], callee.inputs[0]), depth + 1, seen)
        for joined in value.inputs[1:] if callee.text == "concat" else ():
            yield from _entries(program, (call[0], joined), depth + 1, seen)


def _is_taken_apart(program: Program, variable: Node, entry: Node) -> bool:
    """Whether the variable of a loop over a `Map` is a pair: `for (const [name, run] of table)` where no entry is a list itself."""
    if program.value(entry).kind == "collection" and program.value(entry).text in ("list", "tuple"):
        return False
    values = program.files[variable[0]].values[variable[1] + 1 : variable[1] + 4]
    return any(one.kind == "index" and one.text == "1" and one.inputs[:1] == (variable[1],) for one in values)


# What a value is in one round


def in_round(program: Program, node: Node, row: Row, depth: int = 0) -> Node | None:
    """What a value is in the round of a row; None where it does not come from the loop's variable, or is not known."""
    if depth > _DEEPEST:
        return None
    value = program.value(node)
    if node == row.variable:
        return None if row.is_pair else row.value
    if value.kind == "name" and row.variable in program.lookup(node[0], value.text)[0]:
        return None if row.is_pair else row.value
    if value.kind in ("guarded", "await", "choice") and value.inputs:
        return in_round(program, (node[0], value.inputs[0]), row, depth + 1)
    if value.kind == "name":
        held = [
            one for one in program.lookup(node[0], value.text)[0] if one[0] == node[0] and program.value(one).kind in ("attribute", "index")
        ]
        return in_round(program, held[0], row, depth + 1) if len(held) == 1 else None
    if value.kind not in ("attribute", "index") or not value.inputs:
        return None
    base = (node[0], value.inputs[0])
    if row.is_pair and _is_variable(program, base, row):
        return row.value if value.text == "1" else None
    of = in_round(program, base, row, depth + 1)
    return member(program, of, value.text) if of is not None else None


def _is_variable(program: Program, node: Node, row: Row) -> bool:
    value = program.value(node)
    if value.kind in ("guarded", "choice") and value.inputs:
        return _is_variable(program, (node[0], value.inputs[0]), row)
    return node == row.variable or (value.kind == "name" and row.variable in program.lookup(node[0], value.text)[0])


def text_in_round(program: Program, node: Node, row: Row, depth: int = 0) -> str | None:
    """The text that a value is in the round of a row."""
    value = program.value(node)
    if depth > _DEEPEST:
        return None
    if value.kind == "index" and value.text == "0" and row.is_pair and _is_variable(program, (node[0], value.inputs[0]), row):
        return row.key or None
    if (value.kind == "unknown" and value.text == _POSITION) or _is_key(program, node):
        return row.key or None
    held = in_round(program, node, row)
    if held is not None:
        return _text(program, held)
    if value.kind == "call" and len(value.inputs) == 1:
        callee = program.value((node[0], value.inputs[0]))
        of = (node[0], callee.inputs[0]) if callee.kind == "attribute" else None
        if of is None:
            return None
        if callee.text in _KEEPS_TEXT or callee.text in ("toLowerCase", "lower", "toUpperCase", "upper"):
            text = text_in_round(program, of, row, depth + 1)
            return text if text is None or callee.text in _KEEPS_TEXT else text.lower() if "ower" in callee.text else text.upper()
        owner = in_round(program, of, row)
        said = member(program, owner, callee.text) if owner is not None else None
        return _text(program, said) if said is not None else None
    if value.kind == "format" or (value.kind == "operation" and value.text == "+"):
        parts = [text_in_round(program, (node[0], given), row, depth + 1) for given in value.inputs]
        return "".join(str(part) for part in parts) if all(part is not None for part in parts) else None
    return _text(program, node)


def _text(program: Program, node: Node) -> str | None:
    said = program.constant(node)
    return said if isinstance(said, str) else None


def _is_key(program: Program, node: Node) -> bool:
    """Whether a value is the second parameter of a function that is called with each entry and its key."""
    place = program.parameter_of(node)
    return place is not None and place[1] == 1 and program.function(place[0]).name.startswith("<")


def own_name(program: Program, row: Row) -> str:
    """What an entry of a table is called: by the key it stands under, or by what it says of itself."""
    if row.key:
        return row.key
    for name in _NAMES:
        said = member(program, row.value, name)
        text = _text(program, said) if said is not None else None
        if text:
            return text
    value = program.value(row.value)
    if value.kind == "collection" and value.text in ("list", "tuple") and value.inputs:
        return _text(program, (row.value[0], value.inputs[0])) or ""
    cls = class_of(program, row.value)
    return cls.rpartition(".")[2] if cls is not None else ""


def class_of(program: Program, entry: Node) -> str | None:
    """The class of the project whose object an entry is."""
    value = program.value(entry)
    named = program.names((entry[0], value.inputs[0])) if value.kind == "call" else (value.text,) if value.kind == "class" else ()
    return next((name for name in named if name in program.classes), None)


def member(program: Program, entry: Node, name: str) -> Node | None:
    """What stands in an entry under a name or at a place, also what an object of a class keeps, returns or does by that name."""
    value = program.value(entry)
    if value.kind == "collection" and name.isdigit():
        return (entry[0], value.inputs[int(name)]) if int(name) < len(value.inputs) and value.text != "dictionary" else None
    if name in value.labels:
        return entry[0], value.inputs[value.labels.index(name)]
    if value.kind == "collection" and "**" in value.labels:
        for label, given in zip(value.labels, value.inputs, strict=False):
            for origin in program.origins((entry[0], given)) if label == "**" else ():
                if name in program.value(origin).labels:
                    return origin[0], program.value(origin).inputs[program.value(origin).labels.index(name)]
    cls = class_of(program, entry)
    return _of_object(program, cls, entry, name) if cls is not None else None


def _of_object(program: Program, cls: str, made: Node, name: str) -> Node | None:
    method = program.method(cls, name)
    if method is not None:
        returned = program.function(method).returns
        values = [(method[0], one) for one in returned]
        said = next((one for one in values if program.value(one).kind == "constant"), None)
        kept = next((program.value(one).text for one in values if program.value(one).kind == "attribute"), None)
        return said or (_of_object(program, cls, made, kept) if kept is not None and kept != name else None)
    for field in program.fields(cls, name):
        if program.value(field).kind == "constant":
            return field
        place = program.parameter_of(field)
        if place is not None and (given := _given(program, cls, made, place[0], place[1])) is not None:
            return given
    declared = program.declared_fields(cls) if program.method(cls, "__init__") is None else []
    value = program.value(made)
    if name in declared and value.kind == "call" and not any(value.labels) and declared.index(name) + 1 < len(value.inputs):
        return made[0], value.inputs[declared.index(name) + 1]
    return None


def _given(program: Program, cls: str, made: Node, constructor: FunctionRef, position: int) -> Node | None:
    """What the constructor of a base gets, where an object of a class is made: what the class hands on, or what it was given."""
    own = program.method(cls, "__init__")
    called: dict[FunctionRef, Node] = {own: made} if own is not None else {}
    while own is not None and own != constructor and len(called) < _DEEPEST:
        above = next(
            (one for one in calls_of(program, own) if program.value((one[0], program.value(one).inputs[0])).text == "__init__"), None
        )
        if above is None:
            return None
        own = next((target.function for target in program.targets(above) if target.function not in called), constructor)
        called[own] = above
    place: tuple[FunctionRef, int] | None = (constructor, position)
    given: Node | None = None
    for _step in range(_DEEPEST):
        if place is None or place[0] not in called:
            break
        call = called.pop(place[0])
        inputs = program.value(call).inputs
        if not 0 < place[1] < len(inputs):
            return None
        given = (call[0], inputs[place[1]])
        place = program.parameter_of(given)
    return given


# Functions


def functions_in_round(program: Program, node: Node, row: Row, depth: int = 0) -> list[FunctionRef]:
    """The functions of the project that a value is, holds or wraps in the round of a row."""
    if depth > 3:
        return []
    value = program.value(node)
    held = in_round(program, node, row)
    if held is not None:
        return _functions(program, held, depth)
    if value.kind in ("attribute", "index") and value.inputs:
        owner = in_round(program, (node[0], value.inputs[0]), row)
        cls = class_of(program, owner) if owner is not None else None
        method = program.method(cls, value.text) if cls is not None else None
        return _steps(program, str(cls), method) if method is not None else []
    if value.kind == "call":  # wrapped(route.run)
        return [one for given in value.inputs[1:] for one in functions_in_round(program, (node[0], given), row, depth + 1)][:1]
    return []


def _functions(program: Program, node: Node, depth: int) -> list[FunctionRef]:
    value = program.value(node)
    for one in (node, *program.origins(node)):
        found = [reference for name in program.names(one) for reference in program.functions.get(name, ())]
        if found and program.value(one).kind != "call":
            return found[:1]
    if value.kind == "call" and depth < 3:
        return [one for given in value.inputs[1:] for one in _functions(program, (node[0], given), depth + 1)][:1]
    return []


def _steps(program: Program, cls: str, method: FunctionRef) -> list[FunctionRef]:
    """What a class does itself where a method is called that it may have from its base."""
    own = list(dict.fromkeys(_own_steps(program, cls, method, 0)))
    return [step for step in own if program.function(step).name in DOES] or own or [method]


def _own_steps(program: Program, cls: str, method: FunctionRef, depth: int) -> Iterator[FunctionRef]:
    """Methods that a class writes itself and a method it inherits calls: the steps of a template."""
    if program.function(method).owner == cls:
        yield method
        return
    for call in calls_of(program, method) if depth < 3 else ():
        callee = program.value((call[0], program.value(call).inputs[0]))
        base = program.value((call[0], callee.inputs[0])) if callee.kind == "attribute" else None
        if base is None or base.kind != "parameter" or base.text not in ("self", "this") or len(program.value(call).inputs) < 2:
            continue
        step = program.method(cls, callee.text)
        if step is not None and step != method:
            yield from _own_steps(program, cls, step, depth + 1)


def behind_closure(program: Program, closure: FunctionRef, row: Row) -> Iterator[tuple[FunctionRef, Node]]:
    """The functions of a row that run inside a function written where it is handed over, each with the call that runs it."""
    for call in calls_of(program, closure):
        value = program.value(call)
        for given in value.inputs:
            for reference in functions_in_round(program, (call[0], given), row):
                yield reference, call
