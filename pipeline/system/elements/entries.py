"""Functions and classes that a framework calls: routes, tools, jobs; their parameters are where data enters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Function
from pipeline.system.assembly import Assembly, SourceOf
from pipeline.system.elements.address_segments import add_segments
from pipeline.system.elements.container import INJECTED, services_of
from pipeline.system.elements.prefixes import of_blocks, prefix_of
from pipeline.system.model import AttributeValue, ElementKind, Label
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_node, argument_positions
from pipeline.system.program.flags import read_flags
from pipeline.system.program.route_groups import group_prefix, of_controller
from pipeline.system.program.sites import ClassSite, EntrySite
from pipeline.system.program.written_paths import UNKNOWN, written
from pipeline.system.rules.framework import DecoratorRule
from pipeline.system.rules.words import words_of

ENTRY_KINDS: frozenset[ElementKind] = frozenset(
    {"http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "mcp_tool", "command_line", "scheduled_job", "file_drop"}
)


_VARIABLE = re.compile(r"\{[^}]*\}|<[^>]*>|/:\w+")
_WITH_METHOD = re.compile(r"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) +(\S*/.*)")
PRIVATE = "builtins.private"  # the mark of methods that only their own class calls
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "websocket"})
_LINKS = 8  # calls of one chain
_CHAINED = 40  # values after a registration in which a method is told
_NEAR = 4000  # values among which a table is looked for that holds a thing
_PLAIN_TYPES = frozenset({"builtins.int", "builtins.float", "builtins.bool", "uuid.UUID", "datetime.date", "datetime.datetime"})


def add_entry(assembly: Assembly, entry: EntrySite, applications: Applications) -> None:
    """The element of a function that a framework calls. One function behind several addresses is one route."""
    rule = entry.rule
    assert rule.kind is not None
    siblings = [
        other for other in assembly.sites.entries if other.function == entry.function and other.rule.kind == rule.kind
    ] if rule.kind == "http_route" else []  # fmt: skip
    name, attributes = _said(assembly, entry, applications)
    if len(siblings) > 1:
        said = [_said(assembly, other, applications) for other in siblings]
        plainest = min(said, key=lambda one: (len(_VARIABLE.findall(one[0])), len(one[0]), one[0]))
        if plainest[0] != name:
            return  # it is named by its plainest address
        others = tuple(sorted({other for other, _attributes in said} - {name}))
        attributes |= {"also": others} if others else {}
    identity = add_function_element(assembly, entry.function, rule.kind, name, None, entry.framework, attributes, rule, entry.part)
    for kind in read_flags(assembly.program, entry.marker, rule.flags).controls:
        assembly.control(kind, identity, assembly.cite(entry.marker))


def addresses(assembly: Assembly) -> Iterator[tuple[str, FunctionRef]]:
    """The paths of all routes, each with the function behind it."""
    applications = Applications(assembly)
    for entry in assembly.sites.entries:
        if entry.rule.kind == "http_route":
            yield str(_said(assembly, entry, applications)[1].get("path", "")), entry.function


def _said(assembly: Assembly, entry: EntrySite, applications: Applications) -> tuple[str, dict[str, AttributeValue]]:
    """The name of an entry, and what its marker says of it: `@router.post("/ask", response_class=HTMLResponse)`."""
    program, rule = assembly.program, entry.rule
    function = program.function(entry.function)
    name, given_name = function.name.strip("<>"), False
    marker = program.value(entry.marker)
    if rule.name_from is not None and marker.kind == "call":
        given = argument_node(program, entry.marker, rule.name_from)
        constant = program.constant(given) if given is not None else None
        if constant is None and given is not None and rule.kind == "http_route":
            constant = _put_together(program, given) or _routed(program, entry.marker)
        if isinstance(constant, str) and (constant or rule.kind == "http_route"):
            name, given_name = constant, True  # also `AddTool(NewTool("read"), read)`
    elif rule.registers and function.name.startswith("<"):
        name = _holder(assembly, entry.marker) or name
    if entry.named:
        name, given_name = entry.named, True
    file = entry.function[0] if entry.offered_by is None else entry.offered_by
    if rule.files is not None and (placed := re.search(rule.files, program.files[file].path)) is not None:
        served = placed.groupdict().get("path")
        if served is not None or "path" in placed.groupdict():
            name, given_name = "/" + re.sub(r"\([^/()]*\)/?", "", served or ""), True  # (groups) of folders are no part of addresses
    attributes: dict[str, AttributeValue] = {**rule.attributes, **read_flags(program, entry.marker, rule.flags).attributes}
    if rule.kind == "http_route":
        with_method = _WITH_METHOD.match(name)
        if with_method is not None:  # `HandleFunc("POST /ask", ask)`
            attributes["method"], name = with_method.groups()
        method = _method_of(program.names(_callee(assembly, entry.marker)), str(attributes.get("method") or ""))
        method = _method_given(assembly, entry) or method or _method_after(assembly, entry.marker)
        if entry.offered_as.isupper():
            method = entry.offered_as
        if rule.files is not None and (placed := re.search(rule.files, program.files[file].path)) is not None:
            method = placed.groupdict().get("method") or method  # `ask.post.ts`
        if function.name in rule.methods:
            method = function.name.removeprefix("on_")
        path = f"{prefix_of(assembly.program, entry, applications)}{name}" if given_name else name
        if grouped := group_prefix(program, entry.marker):
            path = f"{grouped}/{name.strip('/')}".rstrip("/")
        around, method_around = of_blocks(program, entry.marker)
        method = method or method_around
        if around:
            path = f"{around}/{name.strip('/') if given_name else ''}".rstrip("/")
        parts = _parts(assembly, entry)
        if parts and program.files[file].language == "csharp":
            path = of_controller(parts, name if given_name else "", function.owner or "", function.name)
        elif parts:
            path = "/" + "/".join(part.strip("/") for part in (*parts, name if given_name else "") if part.strip("/"))
        name = f"{method.upper()} {path or '/'}".strip()
        attributes["path"] = path or "/"
        attributes["method"] = method.upper()
    return name, attributes


def _routed(program: Program, marker: Node) -> str | None:
    """The address that a chain of calls begins with: `router.route("/ask").get(list).post(ask)`."""
    for _ in range(_LINKS):
        value = program.value(marker)
        callee = program.value((marker[0], value.inputs[0])) if value.kind == "call" else value
        if value.kind != "call" or callee.kind != "attribute" or not program.objects_are_entries(marker[0]):
            return None
        if callee.text == "route":
            said = program.constant((marker[0], value.inputs[1])) if len(value.inputs) == 2 else None
            return said if isinstance(said, str) else None
        marker = (marker[0], callee.inputs[0])
    return None


def _put_together(program: Program, address: Node) -> str | None:
    """The one text that an address put together of constants is: `f"{PREFIX}/{{name}}"`."""
    texts = written(program, address, {}) if any(program.value(one).kind == "format" for one in program.origins(address)) else []
    return re.sub(r"([{}])\1", r"\1", texts[0]) if len(texts) == 1 and UNKNOWN not in texts[0] else None


def _holder(assembly: Assembly, made: Node) -> str:
    """What holds the thing that a call makes: the variable, or the entry of a table of such things (`{ask: base.query(...)}`)."""
    facts = assembly.program.files[made[0]]
    for variable, values in facts.variables.items():
        if made[1] in values:
            return variable
    for value in facts.values[made[1] + 1 : made[1] + _NEAR]:
        if value.kind == "collection" and made[1] in value.inputs and value.labels:
            return value.labels[value.inputs.index(made[1])]
    return ""


def _callee(assembly: Assembly, marker: Node) -> Node:
    value = assembly.program.value(marker)
    return (marker[0], value.inputs[0]) if value.kind == "call" else marker


def _method_of(names: Iterable[str], of_rule: str) -> str:
    """The method that the marker itself says, `MapPut`, `@PatchMapping`, `add_put`; else the one its rule says."""
    for name in names:
        said = [word for word in words_of(name.rsplit(".", 1)[-1]) if word in _METHODS]
        if len(said) == 1:
            return said[0]
    return of_rule


def _method_given(assembly: Assembly, entry: EntrySite) -> str:
    """The method that an argument of the registration says: `router.Method(http.MethodPost, "/ask", ask)`."""
    wanted, program = entry.rule.method_from, assembly.program
    given = argument_node(program, entry.marker, wanted) if wanted is not None and program.value(entry.marker).kind == "call" else None
    if given is None:
        return ""
    constant = program.constant(given)
    told = (constant if isinstance(constant, str) else program.value(given).text.removeprefix("Method")).lower()
    return told if told in _METHODS else ""


def _method_after(assembly: Assembly, marker: Node) -> str:
    """The one method that is told to what a router gives back: `router.HandleFunc("/ask", ask).Methods(http.MethodPost)`."""
    facts = assembly.program.files[marker[0]]
    for call in facts.values[marker[1] + 1 : marker[1] + _CHAINED]:
        callee = facts.values[call.inputs[0]] if call.kind == "call" else call
        if call.kind == "call" and callee.kind == "attribute" and callee.text == "Methods" and marker[1] in callee.inputs[:1]:
            told = [
                str(assembly.program.constant((marker[0], at)) or facts.values[at].text).lower().removeprefix("method")
                for at in call.inputs[1:]
            ]
            return told[0] if len(told) == 1 and told[0] in _METHODS else ""
    return ""


def _parts(assembly: Assembly, entry: EntrySite) -> list[str]:
    """Parts of an address that stand at the class or in another decorator of the function: `@Path("/orders")`."""
    program, wanted = assembly.program, entry.rule.address_from
    function = program.function(entry.function)
    marks = [(entry.function[0], mark) for mark in function.decorators if (entry.function[0], mark) != entry.marker]
    if function.owner in program.classes:
        file, owner = program.classes[function.owner]
        marks = [*((file, mark) for mark in owner.decorators), *marks]
    found: list[str] = []
    for mark in dict.fromkeys(marks) if wanted else ():  # what stands at a class is told at its methods in some languages
        value = program.value(mark)
        if value.kind == "call" and any(assembly.index.canonical(name) in wanted for name in program.names(_callee(assembly, mark))):
            given = [program.constant((mark[0], value.inputs[at])) for at in argument_positions(value, "value|path|0")]
            found += [text for text in given if isinstance(text, str)]
    return found


def add_function_element(
    assembly: Assembly, reference: FunctionRef, kind: ElementKind, name: str, label: Label | None, framework: str,
    attributes: dict[str, AttributeValue] | None = None, rule: DecoratorRule | None = None, part: tuple[int, int] | None = None,
) -> str:  # fmt: skip
    """An element whose body is a function, or a part of one; its parameters are sources."""
    evidence = assembly.function_evidence(reference) if part is None else assembly.cite((reference[0], part[0]))
    identity = assembly.drafts.put(
        kind, name, rule.zone if rule is not None else None, attributes, evidence, None,
        assembly.purpose(reference[0]), assembly.program.function(reference).qualified_name,
        kind in ("http_route", "websocket", "mcp_tool") or framework == "shape",
    )  # fmt: skip
    if part is not None:
        assembly.parts.setdefault(reference, {})[identity] = part
    assembly.entry_of_function[reference] = identity
    carried = rule.parameters if rule is not None else label
    if kind in ("tool", "mcp_tool") and carried is None:
        carried = "tool_arguments"
    if carried is not None:
        _add_parameters(assembly, reference, identity, carried, rule)
        add_segments(assembly, reference, str((attributes or {}).get("path", "")))
    return identity


def _add_parameters(assembly: Assembly, reference: FunctionRef, identity: str, label: Label, rule: DecoratorRule | None) -> None:
    program = assembly.program
    function: Function = program.function(reference)
    for position, parameter in enumerate(function.parameters):
        if position == 0 and function.owner is not None and parameter.name in ("self", "cls"):
            continue
        if rule is not None and rule.parameters_at and position not in rule.parameters_at:
            continue
        if rule is not None and rule.parameters_named and parameter.name not in rule.parameters_named:
            continue
        node = (reference[0], parameter.value)
        types = _types_of(assembly, reference[0], parameter.annotation)
        if rule is not None:
            if _is_injected(assembly, reference[0], parameter.default, rule) or _is_injected(
                assembly, reference[0], parameter.annotation, rule
            ):
                continue
            if any(_matches(assembly, name, rule.except_types) for name in types):
                continue
            if INJECTED in rule.injects and types & services_of(assembly):
                continue
        if (types and types <= _PLAIN_TYPES) or program.is_plain(reference[0], parameter.annotation):
            continue
        carried = label
        for name, special in (rule.parameter_types if rule is not None else {}).items():
            if any(_matches(assembly, given, (name,)) for given in types):
                carried = special
        assembly.sources.setdefault(node, []).append(SourceOf(carried, identity))


def _types_of(assembly: Assembly, file: int, annotation: int | None) -> set[str]:
    if annotation is None:
        return set()
    node = (file, annotation)
    return set(assembly.program.annotated(node)) | {name for name in assembly.program.names(node) if name in _PLAIN_TYPES}


def _matches(assembly: Assembly, name: str, wanted: tuple[str, ...]) -> bool:
    canonical = assembly.index.canonical(name)
    return any(canonical == other or name == other or canonical.endswith("." + other) for other in wanted)


def _is_injected(assembly: Assembly, file: int, value: int | None, rule: DecoratorRule) -> bool:
    if value is None or not rule.injects:
        return False
    queue, seen = [value], 0
    while queue and seen < 30:
        current = queue.pop()
        seen += 1
        found = assembly.program.value((file, current))
        if found.kind == "call" and any(
            assembly.index.canonical(name) in rule.injects for name in assembly.program.names((file, found.inputs[0]))
        ):
            return True
        if found.kind == "name":
            for origin in assembly.program.origins((file, current)):
                inner = assembly.program.value(origin)
                if inner.kind == "index":  # Annotated alias: CurrentUser = Annotated[User, Depends(f)]
                    return any(
                        assembly.program.value((origin[0], given)).kind == "call"
                        and any(
                            assembly.index.canonical(name) in rule.injects
                            for name in assembly.program.names((origin[0], assembly.program.value((origin[0], given)).inputs[0]))
                        )
                        for given in _flat(assembly, origin)
                    )
        if found.kind in ("index", "collection", "operation", "unknown"):
            queue += found.inputs
    return False


def _flat(assembly: Assembly, node: Node) -> list[int]:
    found: list[int] = []
    queue = list(assembly.program.value(node).inputs)
    while queue and len(found) < 30:
        current = queue.pop()
        found.append(current)
        value = assembly.program.value((node[0], current))
        if value.kind in ("index", "collection"):
            queue += value.inputs
    return found


def add_class(assembly: Assembly, site: ClassSite) -> None:
    program, rule = assembly.program, site.rule
    if rule.kind is None:
        return
    file, cls = program.classes[site.name]
    name = cls.name
    for node in [(file, default) for field, _annotation, default, _line in cls.fields if field == "name" and default is not None]:
        constant = program.constant(node)
        if isinstance(constant, str) and constant:
            name = constant
    evidence = assembly.cite_place(assembly.lines(file, cls.line, cls.line))
    identity = assembly.drafts.put(rule.kind, name, None, dict(rule.attributes), evidence, None, assembly.purpose(file), site.name)
    assembly.element_of_class[site.name] = identity
    for method in _methods_of(assembly, site):
        for reference in program.functions.get(f"{site.name}.{method}", ()):
            assembly.entry_of_function[reference] = identity
            if rule.parameters is not None:
                _add_parameters(assembly, reference, identity, rule.parameters, None)


def _methods_of(assembly: Assembly, site: ClassSite) -> list[str]:
    """The methods that the framework calls; of `on_*` those that are not private."""
    program = assembly.program
    file, cls = program.classes[site.name]
    found: dict[str, None] = {}
    for wanted in site.rule.method:
        if "*" not in wanted:
            found[wanted] = None
            continue
        for number in cls.methods:
            function = program.files[file].functions[number]
            marks = {name for mark in function.decorators for name in program.names((file, mark))}
            if fnmatchcase(function.name, wanted) and not function.name.startswith("_") and PRIVATE not in marks:
                found[function.name] = None
    return list(found)
