"""Which constants a value is where nothing else is set: `os.getenv(name, "dev")`, `process.env.X || "dev"`, fields and schemas of settings.

Takes an assembly and a value, walks back to where the value begins, and gives each constant on the way with the names under which it
was passed on. A call of the project's own function is followed with what that call gives, so that a helper that reads variables
(`getEnv(name, fallback)`) hands out the fallback of the caller who asks and of no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.code.program import FunctionRef, Node, Target
from ingest.facts import Value
from pipeline.system.assembly import Assembly
from pipeline.system.controls.refused_sides import may_raise
from pipeline.system.program.arguments import argument_node
from pipeline.system.rules.signing import load_signing

_MAX_STEPS, _MAX_CALLS = 200, 5
_Calls = tuple[tuple[Node, Target], ...]


@dataclass(frozen=True, slots=True)
class Default:
    """A constant that is taken by default, and the names it went by: variables of the environment, fields, module variables."""

    node: Node
    variable: str
    names: frozenset[str]


class SchemaDefaults:
    """Entries of schemas that say what is taken where nothing is given: `z.object({JWT_SECRET: z.string().default("dev")})`."""

    def __init__(self, assembly: Assembly) -> None:
        self.entries: dict[str, list[Node]] = {}
        for file, facts in enumerate(assembly.program.files):
            for value in facts.values:
                if value.kind == "collection" and value.text == "dictionary":
                    for name, given in zip(value.labels, value.inputs, strict=False):
                        default = _of_schema(assembly, (file, given)) if name.isidentifier() else None
                        if default is not None:
                            self.entries.setdefault(name, []).append(default)


def _of_schema(assembly: Assembly, node: Node) -> Node | None:
    """The constant that a chain which describes an entry takes in its absence."""
    known, value = load_signing(), assembly.program.value(node)
    for _link in range(12):
        if value.kind != "call":
            return None
        callee = assembly.program.value((node[0], value.inputs[0]))
        if callee.text in known.schema_defaults and len(value.inputs) == 2 and callee.kind == "attribute":
            return node[0], value.inputs[1]
        for given in value.inputs[1:]:
            options = assembly.program.value((node[0], given))
            if options.kind == "collection":
                for name, one in zip(options.labels, options.inputs, strict=False):
                    if name in known.schema_options:
                        return node[0], one
        if callee.kind != "attribute":
            return None
        value = assembly.program.value((node[0], callee.inputs[0]))
    return None


def variable_read(assembly: Assembly, node: Node) -> str:
    """The variable or setting that is read: `process.env.X`, `os.getenv("X")`, `env["X"]`, `configuration["Jwt:Key"]`; else empty."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind in ("attribute", "index") and value.inputs:
        base = program.value((node[0], value.inputs[0]))
        if base.text.lower().endswith(("env", "environ")) or ":" in value.text or "config" in base.text.lower():
            return value.text
    if (
        value.kind == "call"
        and len(value.inputs) >= 2
        and (load_signing().reads_variable(program.value((node[0], value.inputs[0])).text) or _is_reader(assembly, node))
    ):
        return _text(program.value((node[0], value.inputs[1])))
    return ""


def _is_reader(assembly: Assembly, call: Node) -> bool:
    """Whether what is called is an object of a library that reads settings: `env = Config(".env")`, `env("X", default="dev")`."""
    names = assembly.program.callee_names(call)
    return not load_signing().readers.isdisjoint(
        assembly.index.canonical(name).removesuffix(".__call__").removesuffix("()") for name in names
    )


def default_of_read(assembly: Assembly, node: Node) -> Node | None:
    """What a call that reads a variable takes in its absence: `env("X", "dev")`, `config("X", default="dev")`."""
    value = assembly.program.value(node)
    if not variable_read(assembly, node) or len(value.inputs) < 3:
        return None
    if "default" in value.labels:
        return node[0], value.inputs[value.labels.index("default")]
    return (node[0], value.inputs[2]) if value.labels[2] == "" else None


def defaults_behind(assembly: Assembly, node: Node, schemas: SchemaDefaults, *, empty: bool = False) -> Iterator[Default]:
    """The constants that a value may be; the empty text too, where that is asked for."""
    queue: list[tuple[Node, _Calls, str, frozenset[str]]] = [(node, (), "", frozenset())]
    seen: set[tuple[Node, _Calls]] = set()
    while queue and len(seen) < _MAX_STEPS:
        current, calls, variable, names = queue.pop(0)
        if (current, calls) in seen:
            continue
        seen.add((current, calls))
        value = assembly.program.value(current)
        if value.kind == "constant":
            if value.constant_type == "string" and (empty or value.text.strip()) and value.text not in names:
                yield Default(current, variable, names)
            continue
        read = variable_read(assembly, current)
        names |= {read} if read else {value.text} if value.kind in ("attribute", "name", "index") and value.text else set()
        if value.kind == "choice":
            beside = [found for given in value.inputs if (found := variable_read(assembly, (current[0], given)))]
            variable, names = (beside or [variable])[0], names | set(beside)
        for step, behind in _steps(assembly, current, value, calls, schemas):
            queue.append((step, behind, read or variable, names))


def _steps(assembly: Assembly, node: Node, value: Value, calls: _Calls, schemas: SchemaDefaults) -> Iterator[tuple[Node, _Calls]]:
    program = assembly.program
    if value.kind == "call":
        yield from _through(assembly, node, value, calls)
    elif value.kind == "parameter" and calls and (place := program.parameter_of(node)) is not None and place[0] == calls[-1][1].function:
        call, target = calls[-1]
        given = program.bind(call, target).get(place[1], [])
        default = program.function(place[0]).parameters[place[1]].default
        yield from (((call[0], program.value(call).inputs[position]), calls[:-1]) for position in given)
        if not given and default is not None:
            yield (node[0], default), calls
    elif value.kind == "choice" and any(_ends(assembly, (node[0], given)) for given in value.inputs):
        return  # `production ? refuse() : "dev"`: what is taken there is not taken where it matters
    elif value.kind == "collection" and value.text != "dictionary":
        yield from (((node[0], given), calls) for given in value.inputs[:4])
    else:
        steps = program.step_back(node)
        yield from ((step, calls) for step in _given_before_declared(assembly, node, value, steps))
        if not steps and value.kind in ("attribute", "index"):
            yield from ((default, calls) for default in schemas.entries.get(value.text, ()) if value.text.isupper())


def _through(assembly: Assembly, node: Node, value: Value, calls: _Calls) -> Iterator[tuple[Node, _Calls]]:
    """From the result of a call to what it hands on."""
    program, known = assembly.program, load_signing()
    callee = program.value((node[0], value.inputs[0]))
    targets = [target for target in program.targets(node) if not target.constructs]
    default = default_of_read(assembly, node)
    if not known.fields.isdisjoint(program.names((node[0], value.inputs[0]))):
        given = argument_node(program, node, "default|0")
        yield from () if given is None else ((given, calls),)
    elif targets and len(calls) < _MAX_CALLS:
        for target in targets[:4]:
            yield from (((target.function[0], one), (*calls, (node, target))) for one in program.function(target.function).returns[:8])
    elif default is not None:
        yield default, calls
    elif callee.text in known.unwraps and callee.kind == "attribute" and program.files[node[0]].language != "typescript":
        yield (node[0], callee.inputs[0]), calls
    elif (callee.text in known.wraps or callee.text in known.unwraps) and len(value.inputs) > 1:
        yield (node[0], value.inputs[1]), calls
    elif callee.text in known.unwraps and callee.kind == "attribute":
        yield (node[0], callee.inputs[0]), calls


def _given_before_declared(assembly: Assembly, node: Node, value: Value, steps: list[Node]) -> list[Node]:
    """Without what a class declares for a field, where its constructor is given something: settings alone are filled from outside."""
    program, known = assembly.program, load_signing()
    if value.kind != "attribute":
        return steps
    declared: set[Node] = set()
    for owner in program.types((node[0], value.inputs[0])):
        if owner in program.classes and not any(base.startswith(known.settings) for base in program.outside_bases(owner)):
            file, cls = program.classes[owner]
            declared |= {
                (file, default) for field, _annotation, default, _line in cls.fields if field == value.text and default is not None
            }
    return [step for step in steps if step not in declared] or steps


def _ends(assembly: Assembly, node: Node) -> bool:
    """Whether a call refuses by itself instead of giving something."""
    program, value = assembly.program, assembly.program.value(node)
    return value.kind == "call" and any(_only_raises(assembly, target.function) for target in program.targets(node))


def _only_raises(assembly: Assembly, reference: FunctionRef) -> bool:
    return not assembly.program.function(reference).returns and may_raise(assembly, reference)


def _text(value: Value) -> str:
    return value.text if value.kind == "constant" and value.constant_type == "string" else ""
