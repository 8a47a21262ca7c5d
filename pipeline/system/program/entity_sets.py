"""Statements of Entity Framework: which class of records a chain of calls on a `DbSet` is about, and what it compares.

Takes a call, gives the class and the comparisons of the functions it is given: `db.Chats.FirstOrDefaultAsync(chat => chat.Id == id)`,
`db.Set<Chat>().Where(...)`, `db.Chats.FindAsync(id)`. The links of one chain count together, and so do those that stand in a variable
between them. A filter that the model puts on every query of a class (`HasQueryFilter`) is told apart, for it stands before them all.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node, Program

_SETS = ("EntityFrameworkCore.DbSet", "DbContext.Set", "Data.Entity.DbSet")
_BY_NUMBER = frozenset({"Find", "FindAsync"})
_CONDITIONS = frozenset({
    "Where", "First", "FirstAsync", "FirstOrDefault", "FirstOrDefaultAsync", "Single", "SingleAsync", "SingleOrDefault",
    "SingleOrDefaultAsync", "Last", "LastAsync", "LastOrDefault", "LastOrDefaultAsync", "Any", "AnyAsync", "Count", "CountAsync", "All",
    "AllAsync",
})  # fmt: skip
_UNFILTERED = "IgnoreQueryFilters"
_THROUGH = frozenset({"choice", "await", "guarded", "update"})
_MOST, _DEEPEST = 60, 6


def entity_of(program: Program, node: Node) -> str | None:
    """The class whose records a value is the set of: `Chat` of `db.Chats`, where that is a `DbSet<Chat>`, and of `db.Set<Chat>()`."""
    value = program.value(node)
    if value.kind == "call":
        callee = program.value((node[0], value.inputs[0]))
        given = [_class_named(program, (node[0], one)) for one, label in zip(value.inputs, value.labels, strict=False) if label == "<0>"]
        return given[0] if callee.text == "Set" and len(given) == 1 and len(value.inputs) == 2 else None
    if value.kind != "attribute" or not any(name.endswith(_SETS) for name in program.types(node)):
        return None
    for owner in program.types((node[0], value.inputs[0])):
        method = program.method(owner, value.text)
        result = program.function(method).result if method is not None else None
        annotations = list(program.field_annotations(owner, value.text))
        annotations += [(method[0], result)] if method is not None and result is not None else []
        for file, annotation in annotations:
            for inner in program.value((file, annotation)).inputs[1:2]:
                return _class_named(program, (file, inner))
    return value.text.removesuffix("s")


def _class_named(program: Program, node: Node) -> str:
    """The short name of a class; in a class with bases it may be read as a member of theirs as well."""
    value = program.value(node)
    while value.kind == "choice" and value.inputs:
        value = program.value((node[0], value.inputs[-1]))
    return value.text.rsplit(".", 1)[-1]


def chain_of(program: Program, call: Node) -> tuple[str, list[Node]] | None:
    """The class that a chain is about, and its calls; None where it begins with no set of records."""
    found: list[Node] = []
    queue, seen = [call], set[Node]()
    entity: str | None = None
    while queue and len(seen) < _MOST:
        current = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        entity = entity_of(program, current) or entity
        value = program.value(current)
        if value.kind == "call":
            found.append(current)
            callee = program.value((current[0], value.inputs[0]))
            queue += [(current[0], callee.inputs[0])] if callee.kind == "attribute" else []
        elif value.kind in _THROUGH:
            queue += [(current[0], one) for one in (value.inputs if value.kind == "choice" else value.inputs[:1])]
        elif value.kind == "name":
            queue += [origin for origin in program.origins(current) if origin != current]
    return (entity, found) if entity is not None else None


def entity_table(program: Program, call: Node) -> str | None:
    """The class that a chain is about, in small letters: `chat` of `db.Chats.Where(...)` and of `db.Set<Chat>()`."""
    chain = chain_of(program, call)
    return chain[0].lower() if chain is not None else None


def compared_in(program: Program, chain: list[Node]) -> Iterator[tuple[str, Node]]:
    """Columns that the calls of a chain compare, each with what it is compared with."""
    for call in chain:
        value = program.value(call)
        method = program.value((call[0], value.inputs[0])).text
        if method in _BY_NUMBER and len(value.inputs) > 1 and program.value((call[0], value.inputs[1])).kind != "function":
            yield "Id", (call[0], value.inputs[1])
        elif method in _CONDITIONS:
            yield from (found for given in value.inputs[1:] for found in of_function(program, (call[0], given)))


def of_function(program: Program, given: Node) -> Iterator[tuple[str, Node]]:
    """Columns that a function compares: `c => c.Id == id && c.Owner.Id == me`."""
    value = program.value(given)
    for reference in program.functions.get(value.text, ()) if value.kind == "function" else ():
        for returned in program.function(reference).returns:
            yield from _compared(program, (reference[0], returned), 0)


def _compared(program: Program, node: Node, depth: int) -> Iterator[tuple[str, Node]]:
    value = program.value(node)
    inputs = [(node[0], one) for one in value.inputs]
    if depth >= _DEEPEST:
        return
    if value.kind == "choice" or (value.kind == "operation" and value.text in ("not", "&", "|")):
        for one in inputs:
            yield from _compared(program, one, depth + 1)
    elif value.kind == "operation" and value.text == "==" and len(inputs) == 2:
        for one, other in (inputs, inputs[::-1]):
            if program.value(one).kind == "attribute":
                yield program.value(one).text, other
                holder = program.value((node[0], program.value(one).inputs[0]))
                if holder.kind == "attribute":  # `c.User.Id == me`
                    yield holder.text, other
    elif value.kind == "call":  # `c.UserId.Equals(me)`, `mine.Contains(c.UserId)`
        callee = program.value(inputs[0])
        sides = [inputs[1]] if len(inputs) > 1 else []
        sides += [(node[0], callee.inputs[0])] if callee.kind == "attribute" else []
        for one in sides if callee.text in ("Equals", "Contains") else ():
            if program.value(one).kind == "attribute":
                yield program.value(one).text, next((other for other in sides if other != one), one)


def links_in(program: Program, file: int) -> Iterator[int]:
    """Calls that others of their chain go on from, through what stands between them."""
    for value in program.files[file].values:
        callee = program.files[file].values[value.inputs[0]] if value.kind == "call" else value
        queue, seen = list(callee.inputs[:1]) if value.kind == "call" and callee.kind == "attribute" else [], 0
        while queue and seen < _DEEPEST:
            current, seen = queue.pop(0), seen + 1
            inner = program.files[file].values[current]
            if inner.kind == "call":
                yield current
            elif inner.kind in _THROUGH:
                queue += inner.inputs if inner.kind == "choice" else inner.inputs[:1]


def filtered_entities(program: Program) -> dict[str, set[str]]:
    """Columns that the model compares in every query, by class: `builder.Entity<Chat>().HasQueryFilter(c => c.UserId == caller.Id)`."""
    found: dict[str, set[str]] = {}
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values) if facts.language == "csharp" else ():
            if value.kind != "call" or facts.values[value.inputs[0]].text != "HasQueryFilter":
                continue
            columns = {column for given in value.inputs[1:] for column, _node in of_function(program, (file, given))}
            for entity in _configured(program, (file, identity)):
                found.setdefault(entity, set()).update(columns)
    return found


def _configured(program: Program, call: Node) -> Iterator[str]:
    """The class that a model is told of: the argument of `Entity<Chat>()`, or of the builder's type `EntityTypeBuilder<Chat>`."""
    file, current = call[0], program.value((call[0], program.value(call).inputs[0]))
    for _ in range(_DEEPEST):
        if not current.inputs:
            break
        holder = program.value((file, current.inputs[0]))
        if holder.kind == "call":
            named = [one for one, label in zip(holder.inputs, holder.labels, strict=False) if label == "<0>"]
            yield from (_class_named(program, (file, one)) for one in named)
            holder = program.value((file, holder.inputs[0]))
        elif holder.kind == "parameter":
            for parameter in program.function((file, holder.scope)).parameters:
                if parameter.name == holder.text and parameter.annotation is not None:
                    inner = program.value((file, parameter.annotation)).inputs[1:2]
                    yield from (_class_named(program, (file, one)) for one in inner)
        current = holder


def is_unfiltered(program: Program, chain: list[Node]) -> bool:
    """Whether a chain leaves the filters of the model out."""
    return any(program.value((call[0], program.value(call).inputs[0])).text == _UNFILTERED for call in chain)


def entities(program: Program) -> set[str]:
    """Classes that sets of records are declared of."""
    found: set[str] = set()
    for file, facts in enumerate(program.files):
        if facts.language != "csharp":
            continue
        for identity, value in enumerate(facts.values):
            if (
                value.kind == "index"
                and len(value.inputs) > 1
                and any(name.endswith(_SETS) for name in program.names((file, value.inputs[0])))
            ):
                found.add(_class_named(program, (file, value.inputs[1])))
            elif value.kind == "call" and (entity := entity_of(program, (file, identity))) is not None:
                found.add(entity)
    return found
