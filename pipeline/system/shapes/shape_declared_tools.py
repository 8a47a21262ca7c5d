"""Names by which a program describes tools to a model: records with a name, a description and a schema of arguments.

Takes values, gives each name with the record that tells it. A record stands by itself or inside another (`{"type": "function", "function":
{...}}`), as a display or as a call of a type for declarations (`FunctionDeclaration(name=..., parameters=...)`).
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.shapes.shape_values import Values

_SCHEMAS = frozenset(
    {"parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameters_json_schema", "args_schema", "schema"}
)


def declared_tools(values: Values) -> dict[str, Node]:
    """The record of each described tool, by its name."""
    program, found = values.program, dict[str, Node]()
    for file, facts in enumerate(program.files):
        if facts.purpose == "test":
            continue
        for identity, value in enumerate(facts.values):
            labels = set(value.labels) if value.kind in ("collection", "call") else set()
            if "name" not in labels or _SCHEMAS.isdisjoint(labels) or (value.kind == "call" and "description" not in labels):
                continue
            name = program.constant((file, value.inputs[value.labels.index("name")]))
            if isinstance(name, str) and name:
                found.setdefault(name, (file, identity))
    return found
