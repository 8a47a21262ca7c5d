"""Answers of routes that hold a whole record whose table has a column of credentials: `return session.get(User, number)`.

Takes an assembly whose flows are known and marks routes with the columns, where the record goes out. The way from the store to the answer
must leave the record as it is: what reads single fields, chooses columns, makes another record, or hands it to a function that may do so,
is no such way. Nor is one where the program says of the column that it stays inside: on the field, on the class, in the type of the
answer, or in a function on the way that takes it out. Where the way itself is not seen, as through a repository that Spring implements, the
type that a route says it answers with stands for it. Columns that only a schema outside the code declares are known where code writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.controls.mapped_statements import snake
from pipeline.system.controls.table_columns import Column, Table, declared_tables, filled_tables, schema_tables
from pipeline.system.model import GOES_OUT
from pipeline.system.program.walking import inside

_CREDENTIAL = re.compile(
    r"(?!(?:is|has|must|needs|requires|force|can|should|allow|show|public|last|old|new|confirm)_)(?:\w+_)?(?:password|passwd|passphrase)(?:_(?:hash|digest|salt|enc|encrypted))?"
    r"|(?:hashed|encrypted|hash)_(?:\w+_)?(?:password|pass|pwd|api_key|token)|pass_?hash|pwd_hash"
    r"|(?:\w+_)?(?:api|private|secret|client|signing)_?(?:key|secret)(?:_(?:hash|encrypted))?|(?:totp|mfa|otp|two_factor|webhook)_secret"
    r"|(?:refresh|access|reset|password_reset|reset_password|remember)_token(?:_hash)?|recovery_codes"
)
# What leaves a record as it is: it asks a store for it, waits for it, lists it, or writes it into an answer.
_KEEPS = frozenset({
    "Ok", "ToArrayAsync", "ToList", "ToListAsync", "_asdict", "all", "asdict", "body", "dict", "dumps", "exec", "fetchall",
    "fetchone", "filter", "first", "from", "get", "json", "jsonable_encoder", "jsonify", "lean", "limit", "list", "model_dump", "of",
    "offset", "ok", "one", "one_or_none", "orElse", "orElseThrow", "order_by", "populate", "scalar", "scalar_one",
    "scalar_one_or_none", "scalars", "send", "skip", "sort", "sorted", "stringify", "success", "toArray", "toList", "toObject",
    "tuple", "unique", "where",
})  # fmt: skip
_ROWS = frozenset({"rows", "recordset", "Value", "data"})  # what the answer of a store holds
_SAME = frozenset({"await", "guarded", "choice", "collection", "name", "parameter", "element_of"})
_CHOOSES = frozenset({"select", "omit", "attributes", "projection", "columns", "fields", "exclude", "include", "exclude_unset"})
_CHOSEN_BY = frozenset(
    {"select", "only", "values", "values_list", "defer", "load_only", "with_only_columns", "project", "Select", "pick", "omit"}
)
_BY_QUERY = frozenset({"find", "findOne", "findById", "find_one"})  # whose second argument chooses columns
_KEPT_INSIDE = re.compile(r"JsonIgnore\w*|WRITE_ONLY|Exclude|HideField|IgnoreDataMember|Transient|deferred|defer|NonSerialized")
_WITHHOLDS = frozenset({"select", "exclude", "hidden", "deferred", "repr_exclude", "load_only"})
_OF_ANSWER = re.compile(r"marshal|serial|response_schema|UseInterceptors|output", re.IGNORECASE)
_OWN_JSON = frozenset({"toJSON", "toObject", "to_json", "__json__"})
_HAS_GETTERS = frozenset({"Data", "Getter", "Value"})
_ENTITIES = frozenset({"Entity", "Document", "MappedSuperclass"})
_SAYS = frozenset({"update", "constant", "collection", "operation", "unknown"})
_TYPED = frozenset({"java", "kotlin", "csharp"})
_FLAGS = frozenset({"Boolean", "BooleanField", "boolean", "bool", "Bool"})
_MOST, _DEEPEST = 80, 4


def mark_answered_credentials(assembly: Assembly) -> None:
    """`answers_credentials` at each route, with the `names` of the columns."""
    program = assembly.program
    known = _tables(program)
    if not known:
        return
    for store, route, trace, end in assembly.memo.answered_rows:
        draft = assembly.drafts.by_id.get(route)
        if draft is None or draft.kind != "http_route" or store not in assembly.drafts.by_id:
            continue
        table = _table(assembly, store, trace[0], known)
        columns = [column for column in known.get(table, ()) if _goes_out(assembly, route, trace, column)]
        _mark(assembly, route, columns, end)
    entities = _entities(program)
    for reference, identity in sorted(assembly.entry_of_function.items()) if entities else ():
        if assembly.draft(identity).kind == "http_route" and program.files[reference[0]].language in _TYPED:
            for entity in _answered_types(program, reference, entities):
                returned = [(reference[0], value) for value in program.function(reference).returns]
                if returned:
                    columns = [column for column in known.get(entity, ()) if _is_read(program, column)]
                    _mark(assembly, identity, columns, returned[0])


def _mark(assembly: Assembly, route: str, columns: list[Column], place: Node) -> None:
    if columns:
        draft = assembly.draft(route)
        names = dict.fromkeys((*_texts(draft.attributes.get("names")), *(column.name for column in columns)))
        draft.attributes |= {"answers_credentials": True, "names": tuple(names)}
        assembly.cite_of(route, assembly.place(place), GOES_OUT)
        for column in columns[:2]:
            assembly.cite_of(route, assembly.lines(column.file, column.line, column.line), GOES_OUT)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, tuple) else ()


# Which tables have credentials, and say nothing of keeping them inside


def _tables(program: Program) -> dict[str, list[Column]]:
    found: dict[str, dict[str, Column]] = {}
    inner: set[tuple[str, str]] = set()
    for table in (*declared_tables(program), *schema_tables(program), *filled_tables(program)):
        if any("pydantic" in name for base in table.bases for name in program.names(base)):
            continue  # what a request or an answer looks like
        name = table.name.removesuffix("s")
        for column in table.columns:
            plain = snake(column.name)
            if _CREDENTIAL.fullmatch(plain) and not _is_flag(program, column):
                if _is_kept_inside(program, table, column):
                    inner.add((name, plain))
                found.setdefault(name, {}).setdefault(plain, column)
    kept = {name: [column for plain, column in columns.items() if (name, plain) not in inner] for name, columns in found.items()}
    return {name: columns for name, columns in kept.items() if columns}


def _is_flag(program: Program, column: Column) -> bool:
    """Whether a column only holds yes or no."""
    return any(program.value(part).text in _FLAGS for said in column.said for part in inside(program, said, _MOST))


def _is_kept_inside(program: Program, table: Table, column: Column) -> bool:
    for node in (part for said in (*column.said, *table.marks) for part in inside(program, said, _MOST)):
        value = program.value(node)
        if (
            _KEPT_INSIDE.fullmatch(value.text.rsplit(".", 1)[-1])
            or not _WITHHOLDS.isdisjoint(value.labels)
            or not _OWN_JSON.isdisjoint(value.labels)
        ):
            return True
    facts = program.files[column.file]
    made_otherwise = any(value.text in _OWN_JSON and value.kind in ("constant", "attribute") for value in facts.values)
    return made_otherwise or any(function.name in _OWN_JSON for function in facts.functions)


def _entities(program: Program) -> frozenset[str]:
    """Classes that a mapper keeps, by their mark or by the set of a context that holds them: `DbSet<User>`."""
    found: set[str] = set()
    for file, facts in enumerate(program.files):
        if facts.language not in _TYPED:
            continue
        for cls in facts.classes:
            marks = (program.value(part).text for mark in cls.decorators for part in inside(program, (file, mark), 10))
            if not _ENTITIES.isdisjoint(mark.rsplit(".", 1)[-1] for mark in marks):
                found.add(cls.qualified_name)
            for _name, annotation, _default, _line in cls.fields:
                said = list(inside(program, (file, annotation), 10)) if annotation is not None else []
                if any(program.value(node).text.rsplit(".", 1)[-1] == "DbSet" for node in said):
                    found |= {name for node in said for name in program.names(node) if name in program.classes}
    return frozenset(found)


def _answered_types(program: Program, route: FunctionRef, entities: frozenset[str]) -> Iterator[str]:
    """Tables of entities that a route says it answers with: `ResponseEntity<List<User>>`."""
    result = program.function(route).result
    for node in inside(program, (route[0], result), 20) if result is not None else ():
        for name in program.names(node):
            if name in entities and name in program.classes:
                yield snake(program.classes[name][1].name).removesuffix("s")


def _is_read(program: Program, column: Column) -> bool:
    """Whether Jackson finds the column: by a getter that is not marked otherwise, which a class of Lombok has of itself.

    Private fields are found by nothing else (`MapperFeature.AUTO_DETECT_GETTERS`, `AUTO_DETECT_FIELDS`).
    """
    facts = program.files[column.file]
    if facts.language != "java":
        return True
    for cls in (one for one in facts.classes if one.line <= column.line <= one.end_line):
        named = (facts.functions[method] for method in cls.methods)
        getters = [one for one in named if snake(one.name) == f"get_{snake(column.name)}"]
        told = (mark for one in getters for mark in one.decorators)
        if getters:
            return not any(_KEPT_INSIDE.fullmatch(text) for mark in told for text in _words(program, (column.file, mark)))
        if any(not _HAS_GETTERS.isdisjoint(_words(program, (column.file, mark))) for mark in cls.decorators):
            return True
    return False


def _words(program: Program, mark: Node) -> list[str]:
    return [program.value(part).text for part in inside(program, mark, 6)]


def _table(assembly: Assembly, store: str, call: Node, known: dict[str, list[Column]]) -> str:
    """The table a row comes of: what the store is called, or the one class that the call and those before it in the chain are given."""
    program = assembly.program
    name = snake(assembly.draft(store).name.partition(" (")[0]).removesuffix("s")
    if name in known:
        return name
    named: set[str] = set()
    for node in inside(program, call, _MOST):
        value = program.value(node)
        if value.kind == "call":
            named |= {one for given in value.inputs[1:2] for one in program.names((node[0], given)) if one in program.classes}
    if not named:
        named = _told_to(program, call)
    tables = {snake(program.classes[one][1].name).removesuffix("s") for one in named}
    return tables.pop() if len(tables) == 1 else ""


def _told_to(program: Program, call: Node) -> set[str]:
    """The class that a repository is declared for: `private users: Repository<User>`."""
    method = program.value((call[0], program.value(call).inputs[0]))
    owner = program.value((call[0], method.inputs[0])).text if method.kind == "attribute" and method.inputs else ""
    facts = program.files[call[0]]
    declared = [one.annotation for function in facts.functions for one in function.parameters if one.name == owner]
    declared += [annotation for cls in facts.classes for name, annotation, _default, _line in cls.fields if name == owner]
    nodes = (node for one in declared if one is not None for node in inside(program, (call[0], one), 10))
    return {name for node in nodes for name in program.names(node) if name in program.classes}


# Whether it goes out as it is


def _goes_out(assembly: Assembly, route: str, trace: tuple[Node, ...], column: Column) -> bool:
    program = assembly.program
    if _chooses(program, trace[0]) or any(_changes(program, node) for node in trace[1:]):
        return False
    scopes = sorted({(node[0], program.value(node).scope) for node in trace})
    if any(_takes_out(program, scope, snake(column.name)) for scope in scopes):
        return False
    functions = [reference for reference, identity in assembly.entry_of_function.items() if identity == route]
    return all(_says_whole(program, function, column) for function in functions)


def _changes(program: Program, node: Node) -> bool:
    value = program.value(node)
    if value.kind != "call":
        one_of_many = value.kind == "index" and (value.text.isdigit() or not value.text)
        return value.kind not in _SAME and not one_of_many and not (value.kind == "attribute" and value.text in _ROWS)
    callee = program.value((node[0], value.inputs[0]))
    if program.targets(node):
        return False  # the way leads through the function's own values
    return callee.text.rsplit(".", 1)[-1] not in _KEEPS or not _CHOOSES.isdisjoint(value.labels)


def _chooses(program: Program, call: Node) -> bool:
    """Whether what asks the store names columns."""
    for node in inside(program, call, _MOST):
        value = program.value(node)
        if value.kind == "collection" and not _CHOOSES.isdisjoint(value.labels):
            return True
        if (
            value.kind == "constant"
            and value.constant_type == "string"
            and re.match(r"\s*select\b(?!\s*(?:\w+\.)?\*)", value.text, re.IGNORECASE)
        ):
            return True
        if value.kind != "call":
            continue
        callee = program.value((node[0], value.inputs[0])).text.rsplit(".", 1)[-1]
        given = [program.value((node[0], one)) for one in value.inputs[1:]]
        if not _CHOOSES.isdisjoint(value.labels):
            return True
        if callee in _CHOSEN_BY and any(one.kind in ("constant", "collection", "function", "operation") for one in given):
            return True
        if callee in _CHOSEN_BY | {"query"} and any(_is_column(program, (node[0], one)) for one in value.inputs[1:]):
            return True
        if callee in _BY_QUERY and len(given) > 1 and given[1].kind in ("collection", "constant"):
            return True
    return False


def _is_column(program: Program, node: Node) -> bool:
    """Whether a column of a class is meant, and not the class: `User.email`."""
    value = program.value(node)
    return value.kind == "attribute" and any(name in program.classes for name in program.names((node[0], value.inputs[0])))


def _takes_out(program: Program, scope: FunctionRef, column: str) -> bool:
    """Whether a function deletes, empties or parts off the column, or names it in what it leaves out."""
    if any(store.scope == scope[1] and snake(store.attribute) == column for store in program.files[scope[0]].stores):
        return True  # `user.password = None`
    return any(
        _names(program, scope[0], value, column)
        for value in program.files[scope[0]].values
        if value.scope == scope[1] and value.kind in _SAYS
    )


def _names(program: Program, file: int, value: Value, column: str) -> bool:
    if value.kind == "update":
        return any(snake(label) == column for label in value.labels)
    if value.kind == "constant":  # `"-password"`, `exclude={"password"}`, `pop("password")`
        said = value.text.split()[:12] if value.constant_type == "string" else ()
        return column in (snake(word.lstrip("-+")) for word in said)
    if value.kind == "collection":  # `{...user, password: undefined}`
        given = [program.value((file, one)) for label, one in zip(value.labels, value.inputs, strict=False) if snake(label) == column]
        return any(one.kind == "constant" and one.constant_type != "string" for one in given)
    return "delete" in value.text and any(snake(program.value((file, one)).text) == column for one in value.inputs)


def _says_whole(program: Program, route: FunctionRef, column: Column) -> bool:
    """Whether what is said of the answer, if anything is, lets the column through."""
    function = program.function(route)
    shown: list[Node] = []
    for mark in function.decorators:
        value = program.value((route[0], mark))
        parts = (program.value(part) for part in inside(program, (route[0], mark), 6))
        if any(part.kind in ("name", "attribute") and _OF_ANSWER.search(part.text) for part in parts):
            return False
        for label, given in zip(value.labels, value.inputs, strict=False):
            if label in ("response_model_exclude", "response_model_include"):
                return False
            if label == "response_model":
                shown.append((route[0], given))
    if not shown and function.result is not None and _classes(program, (route[0], function.result)):
        shown = [(route[0], function.result)]
    return not shown or any(_has_field(program, name, column.name, 0) for node in shown for name in _classes(program, node))


def _classes(program: Program, node: Node) -> list[str]:
    return [name for part in inside(program, node, 20) for name in program.names(part) if name in program.classes]


def _has_field(program: Program, name: str, field: str, depth: int) -> bool:
    if name not in program.classes or depth > _DEEPEST:
        return False
    own = any(one[0] == field for one in program.classes[name][1].fields)
    return own or any(_has_field(program, base, field, depth + 1) for base in program.bases(name))
