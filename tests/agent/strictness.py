"""What keeps a JSON Schema out of the strict subset that providers of structured outputs have in common.

Takes a schema and gives sentences, one for each thing that some provider refuses; none means that all take it. The subset is OpenAI's
(https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas), narrowed where another provider takes less:

- Azure OpenAI (https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs) documents the older, smaller limits: 100
  properties, 5 levels of objects, 500 values of enumerations, 15,000 characters of names and values. OpenAI's own are 5,000, 10, 1,000
  and 120,000. Neither says whether an array is a level: here objects keep to the smaller number, objects and arrays together to the larger.
- Anthropic (https://platform.claude.com/docs/en/build-with-claude/structured-outputs) takes no recursion, no bounds of numbers, strings
  and arrays, only plain values in enumerations, and at most 16 properties that are a union.
- OpenAI refuses a `$ref` with a word beside it ("$ref cannot have keywords {'description'}"), which pydantic writes for every described
  field of a model's type.

Bounds (`maxLength`, `maximum`, `maxItems`, `pattern`, `format`) are therefore left to whoever takes a reply over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# What a schema that a provider is sent may say, by the kind of thing it describes.
EVERYWHERE = frozenset({"title", "description"})
OF_KIND: Mapping[str, frozenset[str]] = {
    "object": frozenset({"type", "properties", "required", "additionalProperties"}),
    "array": frozenset({"type", "items"}),
    "string": frozenset({"type", "enum", "const"}),
    "integer": frozenset({"type", "enum", "const"}),
    "number": frozenset({"type", "enum", "const"}),
    "boolean": frozenset({"type", "enum", "const"}),
    "null": frozenset({"type"}),
}
MOST_PROPERTIES = 100
MOST_OBJECTS_DEEP = 5
MOST_DEEP = 10
MOST_ENUM_VALUES = 500
MOST_UNIONS = 16
MOST_CHARACTERS = 15_000
MANY_VALUES, MOST_CHARACTERS_OF_MANY = 250, 7_500  # of one enumeration

Schema = Mapping[str, Any]  # JSON as it comes


def strict_problems(schema: Schema) -> list[str]:
    """Sentences on what providers refuse in `schema`, in the order of reading; each names its place as a JSON pointer."""
    if schema.get("type") != "object":
        return ["#: the root must be an object" + (", not a union" if "anyOf" in schema else "")]
    walk = _Walk(schema)
    problems = list(walk.node({key: value for key, value in schema.items() if key != "$defs"}, "#", (), 0, 0))
    unused = set(schema.get("$defs", {})) - walk.used
    problems += [f"#/$defs/{name}: nothing refers to it" for name in sorted(unused)]
    for most, count, what in (
        (MOST_PROPERTIES, walk.properties, "properties, counted where they are referred to"),
        (MOST_ENUM_VALUES, walk.enum_values, "values of enumerations"),
        (MOST_UNIONS, walk.unions, "properties that are a union"),
        (MOST_CHARACTERS, walk.characters + sum(map(len, walk.used)), "characters of names and values"),
    ):
        if count > most:
            problems.append(f"#: {count} {what}, at most {most}")
    return problems


class _Walk:
    """One reading of a schema, with what is counted on the way."""

    def __init__(self, root: Schema) -> None:
        self.defs: Schema = root.get("$defs", {})
        self.used: set[str] = set()
        self.properties = self.enum_values = self.unions = self.characters = 0

    def node(self, schema: Any, at: str, through: tuple[str, ...], objects: int, deep: int) -> Iterator[str]:
        """Problems of `schema`, which stands at `at`, below `objects` objects and `deep` objects and arrays, reached by the references `through`."""
        if not isinstance(schema, Mapping):
            yield f"{at}: must be a schema, is {schema!r}"
        elif "$ref" in schema:
            yield from self.reference(schema, at, through, objects, deep)
        elif "anyOf" in schema:
            self.unions += 1
            yield from _unknown(schema, EVERYWHERE | {"anyOf"}, at)
            if not isinstance(schema["anyOf"], list) or not schema["anyOf"]:
                yield f"{at}: `anyOf` must list at least one schema"
                return
            for number, one in enumerate(schema["anyOf"]):
                yield from self.node(one, f"{at}/anyOf/{number}", through, objects, deep)
        elif not isinstance(kind := schema.get("type"), str) or kind not in OF_KIND:
            yield f"{at}: `type` must be one of {', '.join(OF_KIND)}; is {kind!r}"
        else:
            yield from _unknown(schema, EVERYWHERE | OF_KIND[kind], at)
            match kind:
                case "object":
                    yield from self.object(schema, at, through, objects + 1, deep + 1)
                case "array":
                    if deep + 1 > MOST_DEEP:
                        yield f"{at}: {deep + 1} levels of objects and arrays, at most {MOST_DEEP}"
                    yield from self.node(schema.get("items"), f"{at}/items", through, objects, deep + 1)
                case _:
                    yield from self.values(schema, at)

    def reference(self, schema: Schema, at: str, through: tuple[str, ...], objects: int, deep: int) -> Iterator[str]:
        beside = sorted(set(schema) - {"$ref"})
        if beside:
            yield f"{at}: nothing may stand beside `$ref`; there is {', '.join(beside)}"
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        if name == schema["$ref"] or name not in self.defs:
            yield f"{at}: `$ref` must name one of `$defs`; is {schema['$ref']!r}"
        elif name in through:
            yield f"{at}: recursive: {name} holds itself"
        else:
            self.used.add(name)
            yield from self.node(self.defs[name], f"#/$defs/{name}", (*through, name), objects, deep)

    def object(self, schema: Schema, at: str, through: tuple[str, ...], objects: int, deep: int) -> Iterator[str]:
        if objects > MOST_OBJECTS_DEEP:
            yield f"{at}: {objects} levels of objects, at most {MOST_OBJECTS_DEEP}"
        if deep > MOST_DEEP:
            yield f"{at}: {deep} levels of objects and arrays, at most {MOST_DEEP}"
        if schema.get("additionalProperties") is not False:
            yield f"{at}: `additionalProperties` must be false"
        properties = schema.get("properties", {})
        if not properties:
            yield f"{at}: an object without properties"
        required = schema.get("required", [])
        if sorted(required) != sorted(properties):
            yield f"{at}: all properties must be required; not so: {', '.join(sorted(set(properties) ^ set(required)))}"
        self.properties += len(properties)
        for name, one in properties.items():
            self.characters += len(name)
            yield from self.node(one, f"{at}/properties/{name}", through, objects, deep)

    def values(self, schema: Schema, at: str) -> Iterator[str]:
        values = [*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]
        kinds: Mapping[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,)}
        for value in values:
            if not isinstance(value, kinds.get(schema["type"], ())) or (isinstance(value, bool) and schema["type"] != "boolean"):
                yield f"{at}: {value!r} is no {schema['type']}"
        length = sum(len(value) for value in values if isinstance(value, str))
        if len(values) > MANY_VALUES and length > MOST_CHARACTERS_OF_MANY:
            yield f"{at}: {len(values)} values of {length} characters, at most {MOST_CHARACTERS_OF_MANY}"
        self.enum_values += len(values)
        self.characters += length


def _unknown(schema: Schema, allowed: frozenset[str], at: str) -> Iterator[str]:
    for word in sorted(set(schema) - allowed):
        yield f"{at}: `{word}` is not in the subset that all providers take"
