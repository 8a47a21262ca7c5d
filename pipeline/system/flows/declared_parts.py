"""What a schema of the program says of one part of what came in: in `z.object({count: z.number()})` there is no text in `count`.

Takes a hit of the flow search, gives the control that the part it took has by its declared type. Schemas are those of zod, where they are
asked (`schema.parse(body)`), where a handler is made with one (`action.schema(body).action(...)`), and where one stands beside a tool's
function (`{ inputSchema: { count: z.number() } }`, `{ input: z.object({...}), run }`); lists are not looked into.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.taint import Hit
from pipeline.system.model import ControlKind
from pipeline.system.program.patterns import narrows, pattern_of
from pipeline.system.program.tool_records import described_records
from pipeline.system.program.walking import inputs_of, walk

_ASKED = frozenset({"parse", "safeParse", "parseAsync", "safeParseAsync"})
_GIVEN_TO = frozenset({"schema", "inputSchema", "input"})
_BESIDE = _GIVEN_TO | {"parameters", "paramsSchema", "argsSchema", "args", "inputs", "zodSchema"}  # entries of a record that holds a tool
_CHECKS_ITSELF = frozenset({"registerTool", "tool", "addTool"})  # what registers a tool, and asks its schema before it runs it
_ENVELOPE = frozenset({"data", "parsedInput", "input", "success"})  # what stands around the parts where they are handed over
_CASTS = frozenset({"boolean", "number", "int", "bigint", "date", "uuid", "cuid", "cuid2", "ulid", "datetime", "stringbool", "iso"})
_LISTS = frozenset({"enum", "nativeEnum", "literal"})
_HANDED_ON = frozenset({"await", "guarded", "choice", "name", "parameter"})
_MOST_LINKS = 12
_MOST_BEHIND = 400  # values behind what arrives
_DEEPEST = 3


def declared_parts(assembly: Assembly, hit: Hit) -> Iterator[tuple[ControlKind, Node]]:
    """The control of each place of the way where a part was taken that is declared as something other than text."""
    for position, node in enumerate(hit.trace):
        for schema in _schemas_at(assembly, node):
            kind = _kind_of(assembly, schema, list(_taken(assembly, hit.trace[position + 1 :])))
            if kind is not None and not _takes_free_parts(assembly, hit, node, schema):
                yield kind, node
                if kind == "allow_list" and assembly.program.value(node).kind == "parameter":
                    yield "type_cast", node  # one of a few written texts is as little text as a number is


def declared_speakers(assembly: Assembly, hit: Hit) -> frozenset[str]:
    """Who may speak in what arrives by the schema it was checked by: `role: z.enum(["user", "assistant"])`; nothing where that is open."""
    for position, node in enumerate(hit.trace):
        for schema in _schemas_at(assembly, node):
            part = schema
            for key in _taken(assembly, hit.trace[position + 1 :]):
                inner = next(_parts(assembly, part, key), None)
                if inner is None and key not in _ENVELOPE:
                    break
                part = inner or part
            if said := _speakers(assembly, part, 0):
                return said
    return frozenset()


def _speakers(assembly: Assembly, schema: Node, depth: int) -> frozenset[str]:
    """The constants that the `role` of a turn, or of each turn of a list, is one of."""
    program = assembly.program
    for role in _parts(assembly, schema, "role"):
        listed = [
            (link[0], one) for link in _links(assembly, role) if callee_text(assembly, link) in _LISTS for one in _given(assembly, link)
        ]
        constants = [c for one in listed for part in (*program.elements(one), one) for c in program.constants(part)]
        return frozenset(constant.text for constant in constants)
    lists = [link for link in _links(assembly, schema) if callee_text(assembly, link) == "array"]
    each = ((link[0], one) for link in lists for one in _given(assembly, link)) if depth < _DEEPEST else ()
    return next((said for one in each if (said := _speakers(assembly, one, depth + 1))), frozenset())


def _given(assembly: Assembly, call: Node) -> list[int]:
    return list(assembly.program.value(call).inputs[1:2])


def _takes_free_parts(assembly: Assembly, hit: Hit, record: Node, schema: Node) -> bool:
    """Whether what arrives is also made of a part that the schema leaves free: `f"{shelf}/{name}"`, where only the shelf is of a list."""
    program = assembly.program
    if program.value(record).kind != "parameter" or not 0 <= hit.argument < len(program.value(hit.call).inputs):
        return False
    given = (hit.call[0], program.value(hit.call).inputs[hit.argument])
    behind = list(walk(given, lambda one: [*inputs_of(program, one), *(o for o in program.origins(one) if o != one)], _MOST_BEHIND))
    taken = [node for node in behind if program.value(node).kind in ("attribute", "index") and program.value(node).text]
    bases = {(node[0], program.value(node).inputs[0]) for node in taken}
    keys = [found for node in taken if node not in bases and (found := _keys_from(assembly, record, node))]
    enveloped = any(found[0] in _ENVELOPE for found in keys)
    # What stands beside an envelope is the program's own: `{ ctx: { user }, parsedInput: { count } }`.
    asked = [found for found in keys if found[-1] not in _ENVELOPE and (not enveloped or found[0] in _ENVELOPE)]
    return any(_kind_of(assembly, schema, found) is None for found in asked)


def _keys_from(assembly: Assembly, record: Node, node: Node) -> list[str]:
    """The keys by which a value is taken of a record, the outermost first; nothing where it is of another."""
    keys = list[str]()
    while node != record and len(keys) < _MOST_LINKS:
        value = assembly.program.value(node)
        if value.kind not in (*_HANDED_ON, "attribute", "index") or not value.inputs:
            return []
        keys += [value.text] if value.kind in ("attribute", "index") and value.text else []
        node = (node[0], value.inputs[0])
    return keys[::-1] if node == record else []


def _schemas_at(assembly: Assembly, node: Node) -> Iterator[Node]:
    """Schemas that what a value holds was checked by."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "call" and callee_text(assembly, node) in _ASKED:
        callee = program.value((node[0], value.inputs[0]))
        if callee.kind == "attribute":
            yield node[0], callee.inputs[0]
    elif value.kind == "parameter" and (found := program.parameter_of(node)) is not None:
        for marker in _markers(assembly).get(found[0], ()):
            for link in _chain(assembly, marker):
                inputs = program.value(link).inputs
                if callee_text(assembly, link) in _GIVEN_TO and len(inputs) > 1:
                    yield link[0], inputs[1]
            yield from _given_beside(assembly, marker)
        yield from _records(assembly).get(found[0], ()) if found[1] == 0 else ()


def _given_beside(assembly: Assembly, marker: Node) -> Iterator[Node]:
    """Schemas that are given with a tool to what registers it and asks them: `server.registerTool("x", { inputSchema: {...} }, run)`."""
    program, value = assembly.program, assembly.program.value(marker)
    if value.kind != "call" or callee_text(assembly, marker) not in _CHECKS_ITSELF:
        return
    for given in value.inputs[1:]:
        told = program.value((marker[0], given))
        if told.kind == "collection" and told.text == "dictionary":
            named = [one for label, one in zip(told.labels, told.inputs, strict=False) if label in _BESIDE]
            yield from ((marker[0], one) for one in named or [given])


def _records(assembly: Assembly) -> dict[FunctionRef, list[Node]]:
    """The schemas that stand in one record with the function of a tool, where the program asks schemas of that name."""
    known = assembly.memo.schemas_beside
    if known is None:
        known = assembly.memo.schemas_beside = {}
        asked = {
            facts.values[callee.inputs[0]].text
            for facts in assembly.program.files
            for value in facts.values
            if value.kind == "call" and (callee := facts.values[value.inputs[0]]).kind == "attribute" and callee.text in _ASKED
        }
        for function, _name, record in described_records(assembly.program):
            value = assembly.program.value(record)
            if value.kind == "collection":
                stated = [one for label, one in zip(value.labels, value.inputs, strict=False) if label in _BESIDE & asked]
                known.setdefault(function, []).extend((record[0], one) for one in stated)
    return known


def _markers(assembly: Assembly) -> dict[FunctionRef, list[Node]]:
    """Entries by function, with the calls that registered them."""
    if not assembly.memo.markers:
        for entry in assembly.sites.entries:
            assembly.memo.markers.setdefault(entry.function, []).append(entry.marker)
    return assembly.memo.markers


def _chain(assembly: Assembly, call: Node) -> Iterator[Node]:
    """The calls of a chain, from the last one back: `client.schema(s).action(f)`."""
    program = assembly.program
    for _ in range(_MOST_LINKS):
        if program.value(call).kind != "call":
            return
        yield call
        callee = program.value((call[0], program.value(call).inputs[0]))
        if callee.kind != "attribute":
            return
        call = (call[0], callee.inputs[0])


def _taken(assembly: Assembly, rest: Sequence[Node]) -> Iterator[str]:
    """The keys that are taken one after the other, until something is made of what was taken."""
    for node in rest:
        value = assembly.program.value(node)
        if value.kind in ("attribute", "index") and value.text:
            yield value.text
        elif value.kind not in _HANDED_ON:
            return


def _kind_of(assembly: Assembly, schema: Node, taken: list[str]) -> ControlKind | None:
    """The control that the declared type of the part is; a key that the schema does not know says nothing."""
    for key in taken:
        part = next(_parts(assembly, schema, key), None)
        if part is None and key in _ENVELOPE:
            continue
        if part is None:
            return None
        kind = _of_type(assembly, part)
        if kind is not None:
            return kind
        schema = part
    return None


def _links(assembly: Assembly, schema: Node) -> Iterator[Node]:
    for origin in assembly.program.origins(schema):
        links = list(_chain(assembly, origin))
        if links and any(name.startswith("zod") for name in assembly.program.names((links[-1][0], _callee(assembly, links[-1])))):
            yield from links


def _callee(assembly: Assembly, call: Node) -> int:
    return assembly.program.value(call).inputs[0]


def _parts(assembly: Assembly, schema: Node, key: str) -> Iterator[Node]:
    for bare in assembly.program.origins(schema):  # the parts alone, as MCP takes them: `{ count: z.number() }`
        shape = assembly.program.value(bare)
        if shape.kind == "collection" and key in shape.labels:
            yield bare[0], shape.inputs[shape.labels.index(key)]
    for link in _links(assembly, schema):
        for given in assembly.program.value(link).inputs[1:2]:
            for display in assembly.program.origins((link[0], given)):
                value = assembly.program.value(display)
                if value.kind == "collection" and key in value.labels:
                    yield display[0], value.inputs[value.labels.index(key)]


def _of_type(assembly: Assembly, part: Node, depth: int = 0) -> ControlKind | None:
    links = list(_links(assembly, part))
    said = {callee_text(assembly, link) for link in links}
    if "object" in said or "array" in said or depth > _DEEPEST:
        return None
    if "union" in said or "or" in said:
        kinds = {_of_type(assembly, member, depth + 1) for member in _members(assembly, links)}
        return None if None in kinds or not kinds else "allow_list" if "allow_list" in kinds else "type_cast"
    if said & _LISTS:
        return "allow_list"
    if said & _CASTS:
        return "type_cast"
    return "input_validation" if any(_names_letters(assembly, link) for link in links) else None


def _members(assembly: Assembly, links: Sequence[Node]) -> Iterator[Node]:
    """The schemas that a union names: `z.union([a, b])`, `a.or(b)`."""
    for link in links:
        value, name = assembly.program.value(link), callee_text(assembly, link)
        if name == "or" and len(value.inputs) == 2:
            callee = assembly.program.value((link[0], value.inputs[0]))
            yield from ((link[0], one) for one in (*callee.inputs[:1], value.inputs[1]))
            return
        if name == "union" and len(value.inputs) > 1:
            listed = assembly.program.value((link[0], value.inputs[1]))
            yield from ((link[0], one) for one in listed.inputs if listed.kind == "collection")
            return


def _names_letters(assembly: Assembly, link: Node) -> bool:
    """`z.string().regex(/^[a-z]+$/)`: whether the pattern lists the characters of the whole text."""
    inputs = assembly.program.value(link).inputs
    given = [(link[0], one) for one in inputs[1:2]] if callee_text(assembly, link) == "regex" else []
    pattern = pattern_of(assembly, given[0], []) if given else None
    return pattern is not None and pattern.lstrip("/").startswith("^") and narrows(pattern, "test", True)
