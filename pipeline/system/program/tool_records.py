"""Records of a program that tell a model of a tool and hold the function that does it.

A record tells a name, what the tool does and its arguments; its function stands in it bare or in calls that wrap it. Its name may
stand before it, as the key of a table or of a `Map`, or as the first argument of the call that keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value
from pipeline.system.rules.words import words_of

_SCHEMAS = frozenset(
    {"inputSchema", "input_schema", "parameters", "paramsSchema", "inputShape", "argsSchema", "schema", "inputParams", "paramsShape"}
)
# Words of other things too: they describe arguments where what they hold is a schema.
_MAYBE_SCHEMAS = frozenset({"input", "inputs", "args", "arguments", "params", "paramSchema", "validator", "zodSchema", "jsonSchema"})
_SCHEMA_MAKERS = re.compile(r"^(zod|zod/v\d|valibot|yup|joi|superstruct|arktype|@sinclair/typebox|typebox|effect|myzod)\b")
_KEEPS = frozenset({"register", "add", "define", "tool", "tools", "set"})
DOES = ("logic", "handler", "execute", "run", "callback", "handle", "call", "invoke", "fn", "func", "function", "tool")
_DESCRIPTIONS = frozenset(
    {"declaration", "definition", "spec", "schema", "tool", "functionDeclaration", "function_declaration", "info", "meta"}
)
_NAMED = frozenset({"name", "title"})
_PLAIN_NAME = re.compile(r"[A-Za-z][\w.:/-]{0,80}")
_MAX_WRAPS = 4


def described_records(program: Program) -> Iterator[tuple[FunctionRef, str, Node]]:
    """Records that tell a model of a tool and hold the function that does it: the function, the name, the record."""
    for file, facts in enumerate(program.files):
        if facts.language == "go" or facts.purpose != "product":
            continue
        for identity, value in enumerate(facts.values):
            node = (file, identity)
            if value.kind == "call":
                yield from _kept_by(program, node, value)
            elif _is_record(value):
                if (told := _told(program, node)) is not None:
                    yield *told, node
                yield from records_in(program, node)


def records_in(program: Program, table: Node) -> Iterator[tuple[FunctionRef, str, Node]]:
    """Records of a table that describe tools, each under the key it stands under."""
    value = program.value(table)
    for label, given in zip(value.labels, value.inputs, strict=False):
        node = (table[0], given)
        if label not in ("", "**") and _is_record(program.value(node)) and (told := _told(program, node, label)):
            yield *told, node


def _told(program: Program, node: Node, key: str = "") -> tuple[FunctionRef, str] | None:
    """The function and the name of a record that describes a tool, itself or in a part: `{ declaration: {...}, execute }`.

    With `key` only a record is meant that tells no name of its own, under which it stands.
    """
    value = program.value(node)
    does = next((label for label in DOES if label in value.labels), None)
    if does is None:
        return None
    if key:
        name: str | None = "" if _NAMED & set(value.labels) else key if _describes(program, node) else ""
    else:
        name = next((name for part in (node, *_parts(program, node)) if (name := _name_in(program, part))), None)
    function = next(_functions(program, (node[0], value.inputs[value.labels.index(does)]), 0), None) if name else None
    return (function, name) if function is not None and name else None


def _kept_by(program: Program, call: Node, value: Value) -> Iterator[tuple[FunctionRef, str, Node]]:
    """What a call keeps under the name it is given first: a record, or a description, a schema and a function one by one."""
    callee = program.value((call[0], value.inputs[0]))
    if len(value.inputs) < 3 or not _KEEPS & set(words_of(callee.text)):
        return
    name = program.constant((call[0], value.inputs[1]))
    if not isinstance(name, str) or not _PLAIN_NAME.fullmatch(name):
        return
    given = [(call[0], argument) for argument in value.inputs[2:]]
    for record in given:
        if _is_record(program.value(record)) and (told := _told(program, record, name)) is not None:
            yield *told, record
            return
    described = any(_is_text(program, one) for one in given) or any(
        _is_record(program.value(one)) and "description" in program.value(one).labels for one in given
    )
    does = next((f for one in given if program.value(one).kind in ("function", "name") for f in _functions(program, one, 0)), None)
    if described and does is not None and any(_is_schema(program, one) for one in given):
        yield does, name, call


def _is_record(value: Value) -> bool:
    return value.kind == "collection" and value.text == "dictionary"


def _parts(program: Program, node: Node) -> Iterator[Node]:
    """Records inside a record that may describe what it holds, also one deeper: `{ definition: { type, function: {...} } }`."""
    value = program.value(node)
    for label, given in zip(value.labels, value.inputs, strict=False):
        for part in program.origins((node[0], given)) if label in _DESCRIPTIONS else ():
            if _is_record(program.value(part)):
                yield part
                inner = ((part[0], one) for one in program.value(part).inputs)
                yield from (one for one in inner if _is_record(program.value(one)))


def _name_in(program: Program, node: Node) -> str:
    """The name that a record gives to what it describes with its arguments; empty where it describes nothing."""
    value = program.value(node)
    called = next((label for label in ("name", "title") if label in value.labels), None)
    if called is None or not _describes(program, node):
        return ""
    said = program.value((node[0], value.inputs[value.labels.index(called)]))
    if said.kind == "attribute" and program.value((node[0], said.inputs[0])).kind == "parameter":
        return ""  # `name: spec.name`: a factory makes it of the record that it is given
    name = program.constant((node[0], value.inputs[value.labels.index(called)]))
    return name if isinstance(name, str) else ""


def _describes(program: Program, node: Node) -> bool:
    """Whether a record tells what something does, and which arguments it takes."""
    value = program.value(node)
    if "description" not in value.labels:
        return False
    held = zip(value.labels, value.inputs, strict=False)
    return not _SCHEMAS.isdisjoint(value.labels) or any(
        label in _MAYBE_SCHEMAS and _is_schema(program, (node[0], given)) for label, given in held
    )


def _is_schema(program: Program, node: Node) -> bool:
    """Whether a value describes arguments: a JSON schema, what a library of schemas makes, or a record of such."""
    for origin in program.origins(node):
        value = program.value(origin)
        if value.kind == "call" and any(_SCHEMA_MAKERS.match(name) for name in (*program.types(origin), *program.callee_names(origin))):
            return True
        if _is_record(value) and ({"type", "properties"} <= set(value.labels) or _holds_schemas(program, origin)):
            return True
    return False


def _holds_schemas(program: Program, record: Node) -> bool:
    """`{ city: z.string() }`, and the same in words of the project: `{ city: { type: "string", ... } }`."""
    inputs = [(record[0], given) for given in program.value(record).inputs]
    plain = [one for one in inputs if _is_record(program.value(one)) and {"type"} <= set(program.value(one).labels)]
    made = [one for one in inputs if program.value(one).kind == "call" and any(_SCHEMA_MAKERS.match(n) for n in program.types(one))]
    return bool(inputs) and len(plain) + len(made) == len(inputs)


def _is_text(program: Program, node: Node) -> bool:
    return program.value(node).kind == "format" or isinstance(program.constant(node), str)


def _functions(program: Program, node: Node, depth: int) -> Iterator[FunctionRef]:
    """What a value does: a function, the one that a maker returns (`deleter(settings)`), or one inside calls that wrap it."""
    value = program.value(node)
    if value.kind == "call" and depth < _MAX_WRAPS:
        for given in value.inputs[1:]:
            yield from _functions(program, (node[0], given), depth + 1)
        for target in program.targets(node):
            for made in () if target.constructs else program.function(target.function).returns:
                if program.value((target.function[0], made)).kind in ("function", "call"):
                    yield from _functions(program, (target.function[0], made), depth + 1)
    elif value.kind in ("function", "name", "attribute"):
        for name in program.names(node):
            yield from program.functions.get(name, ())
