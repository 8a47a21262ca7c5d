"""Tools that are types of the project: a class that tells a model its name, what it does and which arguments it takes, and can be run.

What it tells may stand in fields (`name = "read"; parameters = {"type": "object", ...}`), in methods of their own (`getName()`,
`getDescription()`, `toParams()`), or in one method that gives a record of all three (`Info() ToolInfo`). Gives entries for the methods that
run. A class that only declares the method is none; a method for the schema with a word of many meanings (`params()`) counts only where
the class, or what it implements, is called a tool. Names put together at run time leave the class's own name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Class
from pipeline.system.model import AttributeValue
from pipeline.system.program.sites import EntrySite, Sites
from pipeline.system.rules.framework import DecoratorRule
from pipeline.system.rules.words import words_of
from pipeline.system.shapes.shape_values import Values

_RULE_ATTRIBUTES: dict[str, AttributeValue] = {"recognised": "shape"}
_NOT_CHOSEN = ("go:context.Context", "CancellationToken", "AbortSignal")  # what the program itself hands to a tool that runs

_RUNS: tuple[str, ...] = (
    "execute", "run", "_run", "call", "__call__", "invoke", "arun", "_arun", "aexecute", "forward", "handle",
    "Execute", "Run", "Call", "Invoke", "Handle", "ExecuteAsync", "RunAsync", "CallAsync", "InvokeAsync",
)  # fmt: skip
_RUN_WORDS = frozenset({"execute", "run", "call", "invoke", "perform", "handle"})
_NAMES = frozenset({"name", "tool_name"})
_DESCRIPTIONS = frozenset({"description", "tool_description", "desc"})
_SCHEMAS = frozenset({"input_schema", "args_schema", "parameters_schema", "parameter_schema", "json_schema", "params_schema",
                      "function_definition", "tool_definition", "tool_spec"})  # fmt: skip
_MAYBE_SCHEMAS = frozenset({"params", "param", "parameters", "arguments", "schema", "definition", "spec"})
_IN_RECORDS = frozenset({*_SCHEMAS, "parameters", "params", "schema", "inputs_schema"})
_PREFIXES = ("get", "to")


def shape_rule() -> DecoratorRule:
    """The rule of tools that are known by their shape."""
    return DecoratorRule(kind="tool", name_from="name", attributes=_RULE_ATTRIBUTES, parameters="tool_arguments", except_types=_NOT_CHOSEN)


def tool_types(program: Program, sites: Sites, values: Values) -> Iterator[EntrySite]:
    """Classes of the project that are tools by what they tell and do; a base that its heirs complete is none."""
    found = dict(_tool_types(program, sites, values))
    inherited = {base for name in found for base in program.bases(name)}
    yield from (entry for name, entry in found.items() if name not in inherited)


def _tool_types(program: Program, sites: Sites, values: Values) -> Iterator[tuple[str, EntrySite]]:
    known = {site.name for site in sites.classes}
    methods = _methods(program)
    for name, (file, cls) in sorted(program.classes.items()):
        if name in known or program.files[file].purpose == "test":
            continue
        runs = [reference for method in _RUNS for reference in program.functions.get(f"{name}.{method}", ())] or _completed(program, name)
        called = set(words_of(cls.name))
        if not runs or values.declares_only(runs[0]) or (called & values.words.no_tools and "tool" not in called):
            continue
        told = _in_fields(program, name, file, cls) or _in_methods(program, values, name, methods.get(name, ()))
        if told is not None:
            marker, own_name = told
            yield name, EntrySite(runs[0], shape_rule(), "shape", marker, own_name or cls.name)


def _completed(program: Program, name: str) -> list[FunctionRef]:
    """Methods of a class that a base calls while it runs: `execute(given) { ... return this.executeImpl(given) }`."""
    bases = [base for base in program.bases(name) if base in program.classes]
    runs = [reference for base in bases for method in _RUNS for reference in program.functions.get(f"{base}.{method}", ())]
    found: list[FunctionRef] = []
    for file, number in runs[:1]:
        functions = program.files[file].functions
        inside = {number}
        for at, function in enumerate(functions):  # what stands inside comes after what it stands in
            inside |= {at} if function.parent in inside else set()
        for value in program.files[file].values:
            if value.kind != "call" or value.scope not in inside:
                continue
            callee = program.value((file, value.inputs[0]))
            if callee.kind == "attribute" and program.value((file, callee.inputs[0])).text in ("self", "this") and len(value.inputs) > 1:
                found += program.functions.get(f"{name}.{callee.text}", ())
    return sorted(found, key=lambda one: not set(words_of(program.function(one).name)) & _RUN_WORDS)


# Told in fields


def _in_fields(program: Program, name: str, file: int, cls: Class) -> tuple[Node, str] | None:
    said = {field: (file, default) for field, _annotation, default, _line in cls.fields if default is not None}
    if not {"name", "description"} <= said.keys():
        return None
    called = program.constant(said["name"])
    described = any(_is_schema(program, field, node) for field, node in said.items())
    if not (isinstance(called, str) and called and described and program.constant(said["description"]) != ""):
        return None
    return said["description"], called


def _is_schema(program: Program, field: str, node: Node) -> bool:
    """Whether a field describes arguments: a JSON schema, or by its name."""
    if field in ("input_schema", "inputSchema", "args_schema", "parameters_schema"):
        return True
    return any(
        program.value(origin).kind == "collection" and {"type", "properties"} <= set(program.value(origin).labels)
        for origin in program.origins(node)
    )


# Told by methods


def _methods(program: Program) -> dict[str, list[FunctionRef]]:
    """Methods by their class; in Go they stand in any file of the package."""
    found: dict[str, list[FunctionRef]] = {}
    for file, facts in enumerate(program.files):
        for number, function in enumerate(facts.functions):
            if function.owner is not None:
                found.setdefault(function.owner, []).append((file, number))
    return found


def _in_methods(program: Program, values: Values, name: str, methods: Sequence[FunctionRef]) -> tuple[Node, str] | None:
    telling: dict[str, FunctionRef] = {}
    for reference in methods:
        function = program.function(reference)
        if len(function.parameters) == 1 and function.returns:
            telling.setdefault(_plain(function.name), reference)
    for reference in telling.values():
        if (told := _record(program, values, reference)) is not None:
            return told[0], told[1] or _constant(program, telling)
    if not (telling.keys() & _NAMES and telling.keys() & _DESCRIPTIONS):
        return None
    if telling.keys() & _SCHEMAS or (telling.keys() & _MAYBE_SCHEMAS and _is_called_tool(program, values, name)):
        described = next(reference for plain, reference in telling.items() if plain in _DESCRIPTIONS)
        return (described[0], program.function(described).returns[0]), _constant(program, telling)
    return None


def _plain(name: str) -> str:
    """`getInputSchema`, `InputSchema` and `input_schema` say the same."""
    words = words_of(name)
    return "_".join(words[1:] if words[:1] and words[0] in _PREFIXES and len(words) > 1 else words)


def _constant(program: Program, telling: dict[str, FunctionRef]) -> str:
    for plain in sorted(_NAMES & telling.keys()):
        reference = telling[plain]
        for returned in program.function(reference).returns:
            constant = program.constant((reference[0], returned))
            if isinstance(constant, str) and constant:
                return constant
    return ""


def _record(program: Program, values: Values, reference: FunctionRef) -> tuple[Node, str] | None:
    """The record a method gives of a tool, and the name in it: `ToolInfo{Name: "bash", Description: ..., Parameters: ...}`."""
    for returned in program.function(reference).returns:
        for origin in program.origins((reference[0], returned)):
            value = program.value(origin)
            if value.kind not in ("call", "collection", "update") or (value.kind == "update" and "" in value.labels[1:]):
                continue  # a list of records tells of others
            entries = dict(zip(value.labels, value.inputs, strict=False)) if value.kind == "call" else {}
            held = {label: (origin[0], given) for label, given in entries.items() if label} or (
                values.keys(origin) if value.text != "list" else {}
            )
            plain = {"_".join(words_of(label)): node for label, node in held.items()}
            if plain.keys() >= {"name", "description"} and plain.keys() & _IN_RECORDS:
                constant = program.constant(plain["name"])
                return plain["description"], constant if isinstance(constant, str) else ""
    return None


def _is_called_tool(program: Program, values: Values, name: str) -> bool:
    implemented = [base for base, heirs in program.subclasses.items() if name in heirs]
    said = {word for one in (name, *program.bases(name), *implemented) for word in words_of(one.rsplit(".", 1)[-1])}
    return bool(said & (values.words.tool_words - {"function", "functions", "kernel", "action", "actions", "activity"}))
