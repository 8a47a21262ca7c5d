"""Where the code touches a framework: calls, reads, decorated functions and classes that rules know.

Takes the program and the framework index, gives sites. A site says which rule met which place; what
element it is, is decided in `elements`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from ingest.code.literals import literal
from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import OFFERED, CodeFacts, Value
from pipeline.system.beans import injected
from pipeline.system.framework import CallRule, ClassRule, DecoratorRule, Flag
from pipeline.system.knowledge import FrameworkIndex
from pipeline.system.model import AttributeValue, ControlKind
from pipeline.system.provided import provided
from pipeline.system.tables import functions_in
from pipeline.system.wrapped_handlers import handlers_behind, rule_behind

Site = TypeVar("Site")
_HANDLERS = frozenset({"handler", "preHandler", "onRequest", "preValidation"})  # options of a route that are functions
_MANY = 12  # parameters


_MAX_LOOKED_AT = 200  # values that are asked whether they hold an option


@dataclass(frozen=True, slots=True)
class CallSite:
    node: Node
    rule: CallRule
    framework: str
    names: tuple[str, ...]
    is_read: bool = False
    skip: int = 0  # positional arguments before the callee's own: `to_thread(f, x)` calls f with x
    named: str = ""  # the element's name, where it is known without the rule


@dataclass(frozen=True, slots=True)
class EntrySite:
    """A function a framework calls: a route, a tool, a job."""

    function: FunctionRef
    rule: DecoratorRule
    framework: str
    marker: Node  # the decorator or the registering call
    named: str = ""  # its address, where a table gives it
    offered_by: int | None = None  # the file whose place tells the framework of it, where that is another than the function's


@dataclass(frozen=True, slots=True)
class ClassSite:
    name: str
    rule: ClassRule
    framework: str


@dataclass(frozen=True, slots=True)
class Sites:
    calls: tuple[CallSite, ...]
    entries: tuple[EntrySite, ...]
    classes: tuple[ClassSite, ...]


def find_sites(program: Program, index: FrameworkIndex) -> Sites:
    """All sites of the program, in the order of files and lines."""
    calls: list[CallSite] = []
    entries: list[EntrySite] = []
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            node = (file, identity)
            if value.kind == "call":
                # What the project itself defines is read from its body, not looked up.
                names = tuple(name for name in program.callee_names(node) if name not in program.functions and name not in program.classes)
                names += tuple(_made_as(program, node))
                for known in index.for_call(names):
                    calls.append(CallSite(node, known.rule, known.framework, names))
                    if known.rule.calls_argument is not None:
                        calls += _run(program, index, node, value, known.rule.calls_argument)
                entries += _registered(program, index, node, value, names)
                if program.value((file, value.inputs[0])).kind == "call":  # `app.post(path)(handler)`
                    for position in range(1, min(len(value.inputs), 2)):
                        for given in program.names((file, value.inputs[position])):
                            for reference in program.functions.get(given, ()):
                                entries += _decorated(program, index, reference, (file, value.inputs[0]))
            elif value.kind == "attribute" and value.text in index.read_names:
                names = program.names(node)
                calls += (CallSite(node, known.rule, known.framework, names, True) for known in index.for_read(names))
            elif value.kind == "index" and value.text and facts.language == "csharp":  # `configuration["Database:Password"]`
                names = tuple(f"{owner}.__getitem__" for owner in program.types((file, value.inputs[0])))
                calls += (CallSite(node, known.rule, known.framework, names, True) for known in index.for_read(names))
        for number, function in enumerate(facts.functions):
            for decorator in function.decorators:
                entries += _decorated(program, index, (file, number), (file, decorator))
        entries += (entry for entry in _offered(program, index, file) if entry.rule.kind is not None)
    classes = [
        ClassSite(name, known.rule, known.framework)
        for name in sorted(program.classes)
        for base in program.outside_bases(name)
        for known in index.classes.find(index.canonical(base))
    ]
    return Sites(tuple(calls), tuple(_once(entries)), tuple(_once(classes)))


def _made_as(program: Program, call: Node) -> Iterator[str]:
    """The outside classes whose constructor runs where a class of the project that writes none is constructed."""
    for name in program.names((call[0], program.value(call).inputs[0])):
        if name in program.classes and program.method(name, "__init__") is None:
            yield from program.outside_bases(name)


def _run(program: Program, index: FrameworkIndex, node: Node, value: Value, wanted: str) -> Iterator[CallSite]:
    """What a runner calls, as if it stood there itself."""
    for position in argument_positions(value, wanted):
        names = program.names((node[0], value.inputs[position]))
        for known in index.for_call(names):
            yield CallSite(node, known.rule, known.framework, names, skip=sum(label == "" for label in value.labels[1 : position + 1]))


def _once(sites: list[Site]) -> list[Site]:
    kept: list[Site] = []
    for site in sites:
        if site not in kept[-8:]:
            kept.append(site)
    return kept


def _decorated(program: Program, index: FrameworkIndex, function: FunctionRef, decorator: Node) -> Iterator[EntrySite]:
    value = program.value(decorator)
    callee = (decorator[0], value.inputs[0]) if value.kind == "call" else decorator
    for name in _with_overridden(program, program.names(callee)):
        for known in index.decorators.find(index.canonical(name)):
            if not known.rule.of_returned:
                yield EntrySite(function, known.rule, known.framework, decorator)
                continue
            for reference in _returned_functions(program, function):
                yield EntrySite(reference, known.rule, known.framework, decorator, program.function(function).name)


def _returned_functions(program: Program, function: FunctionRef) -> Iterator[FunctionRef]:
    """The functions that a function returns: closures, and objects of a class that is one (`apply`)."""
    for given in program.function(function).returns:
        for origin in program.origins((function[0], given)):
            value = program.value(origin)
            classes = program.names((origin[0], value.inputs[0])) if value.kind == "call" else ()
            for name in (value.text,) if value.kind == "function" else tuple(f"{cls}.apply" for cls in classes if cls in program.classes):
                yield from program.functions.get(name, ())


def _with_overridden(program: Program, names: tuple[str, ...]) -> Iterator[str]:
    """Names of decorators; one that a class of the project overrides is still the library's: `class OurMCP(FastMCP): def tool(...)`."""
    yield from names
    for owner, _dot, member in (name.rpartition(".") for name in names if name in program.functions):
        if owner in program.classes:
            yield from (f"{base}.{member}" for base in program.outside_bases(owner))


def _registered(program: Program, index: FrameworkIndex, node: Node, value: Value, names: tuple[str, ...]) -> Iterator[EntrySite]:
    for name in names:
        for known in index.registrations.find(index.canonical(name)):
            if known.rule.kind is not None and _is_meant(program, node, known.rule):
                for address, reference in _methods_given(program, node, value, known.rule):
                    yield EntrySite(reference, known.rule, known.framework, node, address)
                if known.rule.in_tables:
                    table = argument_node(program, node, known.rule.function_argument)
                    for key, reference in functions_in(program, table) if table is not None else ():
                        yield EntrySite(reference, known.rule, known.framework, node, key)
                    continue
                found = list(_functions_given(program, node, value, known.rule))
                for reference in found:
                    yield EntrySite(reference, known.rule, known.framework, node)
                for reference in _behind(program, node, value, known.rule) if not found else ():
                    yield EntrySite(reference, rule_behind(program, reference, known.rule), known.framework, node)


def _is_meant(program: Program, node: Node, rule: DecoratorRule) -> bool:
    for wanted, pattern in rule.where.items():
        given = argument_node(program, node, wanted)
        texts = () if given is None else (*program.names(given), str(program.constant(given)))
        if not any(re.search(pattern, text) for text in texts):
            return False
    return True


def _functions_given(program: Program, node: Node, value: Value, rule: DecoratorRule) -> Iterator[FunctionRef]:
    positions = argument_positions(value, rule.function_argument)
    found = argument_node(program, node, rule.function_argument) if not positions else None
    for given in [found] if found is not None else [(node[0], value.inputs[position]) for position in positions]:
        inner = program.value(given)
        wrapped = [(given[0], argument) for argument in inner.inputs[1:]] if inner.kind == "call" else []  # register(logged(handler))
        elements = program.elements(given) if inner.kind == "collection" else ()
        if "handler" in inner.labels:  # among the options of a route; what runs before it is no route
            elements = program.elements((given[0], inner.inputs[inner.labels.index("handler")]))
        handed = [reference for node in wrapped for name in program.names(node) for reference in program.functions.get(name, ())]
        new = inner.kind == "call" and not handed and program.objects_are_entries(given[0])
        made = program.origins(given) if new else ()  # register(newHandler(db))
        made = tuple(origin for origin in made if program.value(origin).kind in ("function", "attribute"))
        for node in dict.fromkeys((given, *elements, *made, *(wrapped if program.objects_are_entries(given[0]) else ()))):
            for name in program.names(node):
                yield from program.functions.get(name, ())


def _behind(program: Program, node: Node, value: Value, rule: DecoratorRule) -> Iterator[FunctionRef]:
    """Handlers of routes behind calls that wrap or make them."""
    for position in argument_positions(value, rule.function_argument) if rule.kind == "http_route" else ():
        given = (node[0], value.inputs[position])
        if program.files[node[0]].language in ("go", "python") and program.value(given).kind in ("call", "name", "attribute"):
            yield from handlers_behind(program, given)


def _methods_given(program: Program, node: Node, value: Value, rule: DecoratorRule) -> Iterator[tuple[str, FunctionRef]]:
    """Methods of classes that are handed over: `add_route("/ask", Ask())`, `Application([("/ask", Ask)])`, `("/ask", "Ask")`."""
    for position in argument_positions(value, rule.function_argument) if rule.methods else ():
        for address, given in _rows(program, (node[0], value.inputs[position]), 0):
            for cls in _classes_of(program, given):
                for method in rule.methods:
                    for reference in program.functions.get(f"{cls}.{method}", ()):
                        yield address, reference


def _rows(program: Program, table: Node, depth: int) -> Iterator[tuple[str, Node]]:
    """What a table of addresses holds, each with the address before it."""
    for origin in program.origins(table) if depth < 4 else ():
        value = program.value(origin)
        is_pair = value.kind == "call" and any(name.endswith((".url", ".URLSpec", ".Rule")) for name in program.callee_names(origin))
        if value.kind in ("collection", "update", "operation") or is_pair:
            address = ""
            for given in value.inputs[1:] if is_pair else value.inputs:
                constant = program.constant((origin[0], given))
                if isinstance(constant, str) and not address:
                    address = constant
                else:
                    for inner, found in _rows(program, (origin[0], given), depth + 1):
                        yield inner or address, found
                    address = ""
        else:
            yield "", origin


def _classes_of(program: Program, node: Node) -> list[str]:
    """Classes of the project that a value is, makes, or names."""
    value = program.value(node)
    if value.kind == "constant" and value.constant_type == "string":
        here = f"{program.files[node[0]].module}.{value.text}"
        return [here] if here in program.classes else [name for name in program.classes if f".{name}".endswith(f".{value.text}")]
    if value.kind == "call" and (callee := program.value((node[0], value.inputs[0]))).kind == "attribute" and callee.text == "as_view":
        return [name for name in program.names((node[0], callee.inputs[0])) if name in program.classes]
    return [name for name in dict.fromkeys((*program.names(node), *program.types(node))) if name in program.classes]


def _offered(program: Program, index: FrameworkIndex, file: int) -> Iterator[EntrySite]:
    """Functions that a framework finds by the file they stand in and the name they have there."""
    facts = program.files[file]
    if not index.exports or not program.objects_are_entries(file):
        return
    directives = [value.text for value in facts.values[:6] if value.kind == "constant" and value.scope == 0]
    offered = dict.fromkeys(given.target for given in facts.imports if given.local == OFFERED)
    for known in index.offered_by(facts.path, directives):
        for name in offered if "*" in known.rule.exports else known.rule.exports:
            for node in program.lookup(file, name)[0]:  # its own, or handed on from another file
                for qualified in program.names(node):
                    for reference in program.functions.get(qualified, ()):
                        yield EntrySite(reference, known.rule, known.framework, node, offered_by=file)
    for known in index.offered_within(facts.path):
        for identity, value in enumerate(facts.values):
            if value.kind == "constant" and value.scope and value.text == known.rule.directive:
                function = facts.functions[value.scope]
                if value.line - function.line <= 2 and len(function.parameters) < _MANY and not _used_before(facts, identity, value.scope):
                    yield EntrySite((file, value.scope), known.rule, known.framework, (file, identity))


def _used_before(facts: CodeFacts, identity: int, scope: int) -> bool:
    """Whether a text is no statement of its own at the head of a function: something is made of it, or calls stand before it."""
    after = facts.values[identity + 1 : identity + 4]
    return any(identity in value.inputs for value in after) or any(
        value.kind == "call" and value.scope == scope for value in facts.values[max(0, identity - 8) : identity]
    )


def received(program: Program, index: FrameworkIndex) -> Iterator[tuple[FunctionRef, int, str]]:
    """What functions handed to frameworks receive: function, position of the parameter, its type."""
    yield from injected(program)
    yield from provided(program)
    for file, facts in enumerate(program.files):
        if facts.language == "python":  # what a handler receives stands in its signature
            continue
        for value in facts.values:
            if value.kind != "call" or len(value.inputs) < 2:
                continue
            for name in program.names((file, value.inputs[0])):
                for known in index.handed_to(name):
                    for given in _handed(facts, value):
                        for handed in program.names((file, given)):
                            for reference in program.functions.get(handed, ()):
                                yield from _typed(program, reference, known.rule)
        for entry in _offered(program, index, file):
            yield from _typed(program, entry.function, entry.rule)


def _handed(facts: CodeFacts, call: Value) -> Iterator[int]:
    """What a registering call is given, and the handlers in its options: `app.post(path, {schema, handler: async (request) => ...})`."""
    for given in call.inputs[1:]:
        yield given
        value = facts.values[given]
        if value.kind == "collection" and value.text == "dictionary":
            yield from (part for part, label in zip(value.inputs, value.labels, strict=False) if label in _HANDLERS)


def _typed(program: Program, reference: FunctionRef, rule: DecoratorRule) -> Iterator[tuple[FunctionRef, int, str]]:
    offset = 1 if program.function(reference).owner is not None else 0
    for position, name in rule.receives.items():
        yield reference, int(position) + offset, name


def argument_positions(value: Value, wanted: str, skip: int = 0) -> list[int]:
    """Positions in a call's inputs that an argument specification means; see `framework.Argument`."""
    if wanted == "*":
        return list(range(1, len(value.inputs)))
    if wanted == "receiver":
        return [0]
    for choice in wanted.split("|"):
        if choice == "-1":
            return [len(value.inputs) - 1] if len(value.inputs) > 1 else []
        if choice.isdigit():
            position = -skip
            for index in range(1, len(value.inputs)):
                if value.labels[index] == "":
                    if position == int(choice):
                        return [index]
                    position += 1
        elif choice in value.labels[1:]:
            return [value.labels.index(choice, 1)]
    return []


def argument_node(program: Program, node: Node, wanted: str, skip: int = 0) -> Node | None:
    """The value of an argument; `config.recursion_limit` is a key of a dict display given as `config`."""
    value = program.value(node)
    for choice in wanted.split("|"):
        first, *keys = choice.split(".")
        positions = argument_positions(value, first, skip)[:1]
        if not positions and first.isidentifier() and "**" in value.labels:
            spread = (node[0], value.inputs[value.labels.index("**")])
            found = entry_of(program, spread, first)
            for key in keys:
                found = entry_of(program, found, key) if found is not None else None
            if found is not None:
                return found
        if not positions and first.isidentifier() and program.objects_are_entries(node[0]):
            for given in value.inputs[1:]:
                found = entry_of(program, (node[0], given), first)
                for key in keys:
                    found = entry_of(program, found, key) if found is not None else None
                if found is not None:
                    return found
        for position in positions:
            found = (node[0], value.inputs[position])
            for key in keys:
                found = entry_of(program, found, key) if found is not None else None
            if found is not None:
                return found
    return None


def option_positions(program: Program, node: Node, wanted: str) -> list[tuple[int, str]]:
    """Where a named argument may be given as a property of an object: positions in the call's inputs, and the property.

    An object literal that has no such property does not give it; what an unknown value holds is not known, so it may.
    """
    if not program.objects_are_entries(node[0]):
        return []
    value = program.value(node)
    for choice in wanted.split("|"):
        if not choice.split(".")[0].isidentifier() or choice == "receiver":
            continue
        for position in range(1, len(value.inputs)):
            if _may_hold(program, (node[0], value.inputs[position]), choice.split(".")[0]):
                return [(position, choice)]
    return []


def _may_hold(program: Program, node: Node, key: str) -> bool:
    queue, seen = [node], set[Node]()
    while queue and len(seen) < _MAX_LOOKED_AT:
        for origin in program.origins(queue.pop(0)):
            if origin in seen:
                continue
            seen.add(origin)
            value = program.value(origin)
            if value.kind in ("parameter", "call", "attribute", "index", "element_of"):
                return True
            if (value.kind == "update" or (value.kind == "collection" and value.text == "dictionary")) and (
                key in value.labels or "**" in value.labels
            ):
                return True
            if value.kind == "update":
                queue.append((origin[0], value.inputs[0]))
    return False


def is_open(program: Program, node: Node, value: Value) -> bool:
    """Whether a call may be given more named arguments than stand in it."""
    if "**" in value.labels:
        return True
    if not program.objects_are_entries(node[0]):
        return False
    return any(_may_hold(program, (node[0], given), "**") for given in value.inputs[1:])


def entry_of(program: Program, node: Node, key: str, depth: int = 0) -> Node | None:
    """What stands under a constant key of a dict display, or was given by that name to a constructor."""
    for origin in program.origins(node) if depth < 6 else ():
        value = program.value(origin)
        if key.isdigit() and value.kind == "call" and int(key) + 1 < len(value.inputs):  # openai("gpt-5"): its first argument
            return origin[0], value.inputs[int(key) + 1]
        if value.kind == "collection" and key in value.labels:
            return origin[0], value.inputs[value.labels.index(key)]
        if value.kind == "call" and key in value.labels:  # dict(key=...), ToolAnnotations(key=...)
            return origin[0], value.inputs[value.labels.index(key)]
        if value.kind == "update":
            before = entry_of(program, (origin[0], value.inputs[0]), key, depth + 1) if value.text == "setdefault" else None
            if before is not None:
                return before
            for position in range(len(value.labels) - 1, 0, -1):
                if value.labels[position] == key:
                    return origin[0], value.inputs[position]
            return entry_of(program, (origin[0], value.inputs[0]), key, depth + 1)
        if value.kind == "collection" and value.text == "dictionary" and "**" in value.labels:
            for label, given in zip(value.labels, value.inputs, strict=False):
                if label == "**" and given != node[1] and (found := entry_of(program, (origin[0], given), key, depth + 1)) is not None:
                    return found
    return None


@dataclass(frozen=True, slots=True)
class Says:
    """What the flags of a rule say at one call."""

    attributes: dict[str, AttributeValue]
    controls: tuple[ControlKind, ...]


def read_flags(program: Program, node: Node, flags: tuple[Flag, ...], skip: int = 0) -> Says:
    """Constant arguments, and absent ones, as attributes and controls."""
    value = program.value(node)
    attributes: dict[str, AttributeValue] = {}
    controls: list[ControlKind] = []
    if value.kind != "call" or not flags:
        return Says(attributes, ())
    open_call = is_open(program, node, value)
    for flag in flags:
        given = argument_node(program, node, flag.argument, skip)
        if not _holds(program, flag, given, open_call):
            continue
        if flag.attribute is not None:
            attributes[flag.attribute] = flag.value
        if flag.control is not None:
            controls.append(flag.control)
    return Says(attributes, tuple(controls))


def _listed(program: Program, node: Node) -> list[str]:
    """Constant texts and names in a list display: `args=["-y", "server@1.4.2"]`, `permission_classes=[IsAuthenticated]`."""
    listed = [program.constant(element) for element in program.elements(node)]
    return [*(text for text in listed if isinstance(text, str)), *(name for one in program.elements(node) for name in program.names(one))]


def _is_passed_through(program: Program, given: Node) -> bool:
    """Whether a None is only the default of a function that nothing here calls: who calls it from outside gives the value."""
    return any(
        parameter.default == origin[1] and not program.callers((origin[0], number))
        for origin in program.origins(given)
        if program.value(origin).constant_type == "none"
        for number, function in enumerate(program.files[origin[0]].functions)
        for parameter in function.parameters
    )


def _holds(program: Program, flag: Flag, given: Node | None, open_call: bool) -> bool:
    if given is None:
        return flag.absent and not open_call
    if flag.absent:
        none = any(value.constant_type == "none" for value in program.constants(given)) and len(program.constants(given)) == 1
        return none and not _is_passed_through(program, given)
    constant = program.constant(given)
    is_none = any(value.constant_type == "none" for value in program.constants(given)) and not _is_passed_through(program, given)
    if flag.present:
        return not is_none
    if flag.not_constant:
        return constant is None and not is_none
    if flag.at_most is not None:
        known = [literal(each.text, each.constant_type) for each in program.constants(given)]  # a default, and what is given for it
        return bool(known) and all(isinstance(each, int | float) and each <= flag.at_most for each in known)
    if flag.matches is not None:
        said = [constant] if isinstance(constant, str) else [*program.names(given), *program.types(given), *_listed(program, given)]
        return any(re.search(flag.matches, text) is not None for text in said)
    return constant is not None and constant == flag.equals and isinstance(constant, bool) == isinstance(flag.equals, bool)
