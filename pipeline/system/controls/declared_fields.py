"""What a model of the program demands of a field before anybody reads it: `Field(pattern=...)`, `@field_validator("name")`.

Takes a hit of the flow search and what the data chooses; gives the control of each field, or parameter of a route, that the way reads. A
record that is built past its checks (`model_construct`) and a field that is set again later are not told from others.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from ingest.facts import Class
from pipeline.system.assembly import Assembly
from pipeline.system.controls.restrictions import restricting
from pipeline.system.flows.taint import Hit
from pipeline.system.model import ControlKind, SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.patterns import narrows

_STATES = frozenset({"Field", "constr", "StringConstraints", "Query", "Path", "Form", "Body", "Header", "Cookie"})
_PACKAGES = ("pydantic", "fastapi", "sqlmodel", "ninja", "litestar")
_ASKED_FOR = frozenset({"field_validator", "validator"})
_MOST = 40  # values of an annotation


def declared_fields(assembly: Assembly, hit: Hit, role: SinkRole) -> Iterator[tuple[ControlKind, Node]]:
    """The control of each field on the way, with the place where it is declared."""
    program = assembly.program
    for node in hit.trace:
        value = program.value(node)
        if value.kind == "parameter" and (found := program.parameter_of(node)) is not None and found[0] in assembly.entry_of_function:
            one = program.function(found[0]).parameters[found[1]]
            stated = _stated(assembly, node[0], (one.annotation, one.default))
            if stated is not None:
                yield "input_validation", stated
        elif value.kind == "attribute":
            for owner in program.types((node[0], value.inputs[0])):
                if owner in program.classes and (demanded := _demanded(assembly, owner, value.text, role)) is not None:
                    yield demanded


def _demanded(assembly: Assembly, owner: str, name: str, role: SinkRole) -> tuple[ControlKind, Node] | None:
    """What a class, or one it inherits from, demands of a field."""
    program, known = assembly.program, assembly.memo.demanded
    if (owner, name, role) not in known:
        classes = [program.classes[cls] for cls in (owner, *program.bases(owner)) if cls in program.classes]
        found = (_of_class(assembly, file, cls, name, role) for file, cls in classes)
        known[owner, name, role] = next((one for one in found if one is not None), None)
    return known[owner, name, role]


def _of_class(assembly: Assembly, file: int, cls: Class, name: str, role: SinkRole) -> tuple[ControlKind, Node] | None:
    for field, annotation, default, _line in cls.fields:
        if field == name and (stated := _stated(assembly, file, (annotation, default))) is not None:
            return "input_validation", stated
    for number in cls.methods:
        function = assembly.program.function((file, number))
        for decorator in function.decorators:
            if _asks_for(assembly, (file, decorator), name):
                position = 0 if function.parameters[:1] and function.parameters[0].name not in ("cls", "self") else 1
                kind = restricting(assembly, (file, number), role, frozenset({(position, ())}))
                if kind is not None:
                    return kind, (file, decorator)
    return None


def _stated(assembly: Assembly, file: int, parts: tuple[int | None, ...]) -> Node | None:
    """Where an annotation or a default says by which pattern a text has to go that leads nowhere else."""
    program, seen = assembly.program, 0
    queue = [(file, part) for part in parts if part is not None]
    while queue and seen < _MOST:
        node, seen = queue.pop(), seen + 1
        value = program.value(node)
        if value.kind == "call":
            names = [one.rsplit(".", 1) for one in program.callee_names(node)]
            if any(parts[-1] in _STATES and parts[0].startswith(_PACKAGES) for parts in names):
                given = argument_node(program, node, "pattern|regex")
                pattern = program.constant(given) if given is not None else None
                if isinstance(pattern, str) and narrows(pattern, "search", True):
                    return node
        elif value.kind == "name":  # `Slug = Annotated[str, Field(pattern="^[a-z]+$")]`
            queue += [one for one in program.origins(node) if one != node and program.value(one).kind in ("call", "index")]
        elif value.kind in ("index", "operation", "unknown", "collection"):
            queue += [(node[0], given) for given in value.inputs]
    return None


def _asks_for(assembly: Assembly, decorator: Node, name: str) -> bool:
    """Whether a decorator makes its method look at a field: `@field_validator("name", "title")`, `@validator("*")`."""
    program, value = assembly.program, assembly.program.value(decorator)
    if value.kind != "call" or not any(one.rsplit(".", 1)[-1] in _ASKED_FOR for one in program.callee_names(decorator)):
        return False
    return any(program.constant((decorator[0], given)) in (name, "*") for given in value.inputs[1:])
