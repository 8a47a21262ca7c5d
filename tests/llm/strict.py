"""What OpenAI's strict mode takes of JSON Schema, checked as its endpoint does: a schema outside of it is refused with a 400.

After https://platform.openai.com/docs/guides/structured-outputs#supported-schemas, read where in doubt as the narrower: what passes here
passes there. It knows nothing of grammar engines; those have tests of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_NOTES = {"title", "description", "$defs", "definitions", "$schema", "$id"}
_KEYWORDS = {
    "type", "enum", "const", "anyOf", "$ref", "properties", "required", "additionalProperties", "items", "minItems", "maxItems",
    "pattern", "format", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
}  # fmt: skip
_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}
MOST_PROPERTIES, MOST_ENUM_VALUES, MOST_CHARACTERS, DEEPEST = 5000, 1000, 120_000, 10

Schema = Mapping[str, Any]  # Any: JSON Schema as a client sent it


def problems(schema: object) -> tuple[str, ...]:
    """Why the schema is not strict; nothing where it is."""
    if not isinstance(schema, dict):
        return ("the schema is no object",)
    found = list(_walk(schema, "$"))
    if schema.get("type") != "object":
        found.append("$: the root must be an object, and no anyOf")
    found += _sizes(schema)
    return tuple(found)


def _walk(schema: object, at: str) -> Iterator[str]:
    if not isinstance(schema, dict):
        yield f"{at}: a schema must be an object"
        return
    if unknown := sorted(set(schema) - _NOTES - _KEYWORDS):
        yield f"{at}: {', '.join(unknown)} not permitted"
    if "$ref" in schema and (beside := sorted(set(schema) - {"$ref", "$defs", "definitions"})):
        yield f"{at}: $ref cannot have keywords beside it ({', '.join(beside)})"
    if not {"type", "anyOf", "$ref", "enum", "const"} & set(schema):
        yield f"{at}: schema must have a 'type' key"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if wrong := sorted(str(kind) for kind in kinds if kind not in _TYPES):
        yield f"{at}: unknown type {', '.join(wrong)}"
    if "format" in schema and schema["format"] not in _FORMATS:
        yield f"{at}: format {schema['format']} not permitted"
    if "object" in kinds or "properties" in schema:
        yield from _object(schema, at)
    if "array" in kinds and "items" not in schema:
        yield f"{at}: array schema missing items"
    if "items" in schema:
        yield from _walk(schema["items"], f"{at}[]")
    for number, one in enumerate(schema.get("anyOf", [])):
        yield from _walk(one, f"{at}|{number}")
    for name in ("$defs", "definitions"):
        for key, one in schema.get(name, {}).items():
            yield from _walk(one, f"{key}")


def _object(schema: Schema, at: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    if schema.get("additionalProperties") is not False:
        yield f"{at}: 'additionalProperties' is required to be supplied and to be false"
    required = schema.get("required", [])
    if missing := sorted(set(properties) - set(required)):
        yield f"{at}: 'required' must include every key in properties; missing {', '.join(missing)}"
    if extra := sorted(set(required) - set(properties)):
        yield f"{at}: 'required' names keys that are no properties: {', '.join(extra)}"
    for name, one in properties.items():
        yield from _walk(one, f"{at}.{name}")


def _sizes(schema: Schema) -> list[str]:
    """The limits over the whole schema; references are followed for the depth, a cycle once."""
    properties = values = characters = deepest = 0
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    characters += sum(map(len, definitions))
    todo: list[tuple[object, int]] = [(schema, 0), *((one, 0) for one in definitions.values())]
    while todo:
        one, depth = todo.pop()
        if not isinstance(one, dict):
            continue
        own = one.get("properties", {})
        depth += bool(own)
        deepest = max(deepest, depth)
        properties += len(own)
        characters += sum(map(len, own)) + sum(len(str(value)) for value in [*one.get("enum", []), one.get("const", "")])
        values += len(one.get("enum", []))
        todo += [(child, depth) for child in [*own.values(), *one.get("anyOf", []), one.get("items")]]
    limits = (
        ("properties", properties, MOST_PROPERTIES), ("enum values", values, MOST_ENUM_VALUES),
        ("characters of names and values", characters, MOST_CHARACTERS), ("levels", deepest, DEEPEST),
    )  # fmt: skip
    return [f"$: {count} {what}, at most {most} are permitted" for what, count, most in limits if count > most]
