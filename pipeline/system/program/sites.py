"""Where the code touches a framework: calls, reads, decorated functions and classes that rules know.

Takes the program and the framework index, gives sites. A site says which rule met which place; what
element it is, is decided in `elements`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import OFFERED, CodeFacts, Value
from pipeline.system.program.arguments import argument_node, argument_positions
from pipeline.system.program.described_commands import described_commands
from pipeline.system.program.offered import offered_functions
from pipeline.system.program.platform_functions import platform_functions
from pipeline.system.program.promised_methods import promised_names
from pipeline.system.program.provided import provided
from pipeline.system.program.tabled import Row, functions_in_round, rows_of, text_in_round
from pipeline.system.program.tabled_entries import handed_over, tabled_entries
from pipeline.system.program.tables import functions_in
from pipeline.system.program.used_in_pages import PageUse
from pipeline.system.program.wrapped_elsewhere import wrapped_functions, wrappers_made
from pipeline.system.program.wrapped_handlers import handlers_behind, rule_behind
from pipeline.system.rules.framework import CallRule, ClassRule, DecoratorRule
from pipeline.system.rules.knowledge import FrameworkIndex

Site = TypeVar("Site")
_HANDLERS = frozenset({"handler", "fetch", "preHandler", "onRequest", "preValidation"})  # options of a route that are functions
_MANY = 12  # parameters


@dataclass(frozen=True, slots=True)
class CallSite:
    node: Node
    rule: CallRule
    framework: str
    names: tuple[str, ...]
    is_read: bool = False
    skip: int = 0  # positional arguments before the callee's own: `to_thread(f, x)` calls f with x
    named: str = ""  # the element's name, where it is known without the rule
    handed: int = 0  # where the callee stands among the inputs, if another calls it: `to_thread(f, x)`


@dataclass(frozen=True, slots=True)
class EntrySite:
    """A function a framework calls: a route, a tool, a job."""

    function: FunctionRef
    rule: DecoratorRule
    framework: str
    marker: Node  # the decorator or the registering call
    named: str = ""  # its address, where a table gives it
    offered_by: int | None = None  # the file whose place tells the framework of it, where that is another than the function's
    part: tuple[int, int] | None = None  # the values of the function that are this entry's, where it shares the function with others
    asked_by: tuple[Node, ...] = ()  # calls of a model whose replies name the function, where the program itself runs what they name
    offered_as: str = ""  # the name under which its file offers it
    row: Row | None = None  # the entry of a table that it was registered for, in a loop
    through: FunctionRef | None = None  # the function that a loop registers for all entries of its table, where it runs this one


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
    uses: dict[str, PageUse] = {}
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            node = (file, identity)
            if value.kind == "call":
                # What the project itself defines is read from its body, not looked up.
                names = tuple(name for name in program.callee_names(node) if name not in program.functions and name not in program.classes)
                names += tuple(_made_as(program, node))
                names += tuple(promised_names(program, node)) if facts.language == "go" else ()
                for known in index.for_call(names):
                    if known.rule.where and not _is_meant(program, node, known.rule):
                        continue
                    calls.append(CallSite(node, known.rule, known.framework, names))
                    if known.rule.calls_argument is not None:
                        calls += _run(program, index, node, value, known.rule.calls_argument)
                bases = tuple(_made_by_base(names))
                calls += (CallSite(node, one.rule, one.framework, bases) for one in index.for_call(bases) if one.rule.kind == "agent")
                names += bases
                entries += _registered(program, index, node, value, (*names, *_chosen_methods(program, node, value)))
                if program.value((file, value.inputs[0])).kind == "call":  # `app.post(path)(handler)`
                    entries += _decorated_in_rows(program, index, node, value)
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
        calls += _set(program, index, file) if facts.language == "csharp" else ()
        for number, function in enumerate(facts.functions):
            for decorator in function.decorators:
                entries += _decorated(program, index, (file, number), (file, decorator))
        entries += (entry for entry in _offered(program, index, file) if entry.rule.kind is not None and _is_used(uses, program, entry))
        entries += (EntrySite(*found) for found in platform_functions(program, index, file))
        entries += (entry for entry in _described(program, index, file))
    classes = [
        ClassSite(name, known.rule, known.framework)
        for name in sorted(program.classes)
        for base in program.outside_bases(name)
        for known in index.classes.find(index.canonical(base))
    ]
    return Sites(tuple(calls), tuple(_once(entries)), tuple(_once(classes)))


def _set(program: Program, index: FrameworkIndex, file: int) -> Iterator[CallSite]:
    """What is put into a property that a framework reads: `options.FallbackPolicy = policy`; nothing is put there by `null`."""
    facts = program.files[file]
    for store in facts.stores:
        value = facts.values[store.value]
        if value.kind != "constant" or value.constant_type not in ("null", "none"):
            names = tuple(f"{owner}.{store.attribute}.__set__" for owner in program.types((file, store.base)) or ("builtins.unknown",))
            yield from (CallSite((file, store.value), one.rule, one.framework, names) for one in index.for_call(names))


def _made_as(program: Program, call: Node) -> Iterator[str]:
    """The outside classes whose constructor runs where a class of the project that writes none is constructed."""
    for name in program.names((call[0], program.value(call).inputs[0])):
        if name in program.classes and program.method(name, "__init__") is None:
            yield from program.outside_bases(name)


def _made_by_base(names: tuple[str, ...]) -> Iterator[str]:
    """The outside class of `super().__init__(model)`: what its constructor is given, the object is made with."""
    yield from (name.removesuffix(".__init__") for name in names if name.endswith(".__init__"))


def _run(program: Program, index: FrameworkIndex, node: Node, value: Value, wanted: str) -> Iterator[CallSite]:
    """What a runner calls, as if it stood there itself."""
    for position in argument_positions(value, wanted):
        names = program.names((node[0], value.inputs[position]))
        for known in index.for_call(names):
            before = sum(label == "" for label in value.labels[1 : position + 1])
            yield CallSite(node, known.rule, known.framework, names, skip=before, handed=position)


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
            if known.rule.not_of and _is_of(program, index, function, known.rule.not_of):
                continue
            if not known.rule.of_returned:
                yield EntrySite(function, known.rule, known.framework, decorator)
                continue
            for reference in _returned_functions(program, function):
                yield EntrySite(reference, known.rule, known.framework, decorator, program.function(function).name)


def _decorated_in_rows(program: Program, index: FrameworkIndex, node: Node, value: Value) -> Iterator[EntrySite]:
    """`mcp.tool(name=name)(function)` for each entry of a table."""
    decorator = (node[0], value.inputs[0])
    rows = rows_of(program, node) if len(value.inputs) == 2 else []
    for row in rows:
        for reference in functions_in_round(program, (node[0], value.inputs[1]), row):
            for entry in _decorated(program, index, reference, decorator):
                said = argument_node(program, decorator, entry.rule.name_from) if entry.rule.name_from is not None else None
                text = text_in_round(program, said, row) if said is not None else None
                yield replace(entry, named=text or "", row=row)


def _is_of(program: Program, index: FrameworkIndex, function: FunctionRef, marks: Sequence[str]) -> bool:
    """Whether a function is a method of a class with one of these decorators."""
    owner = program.function(function).owner
    file, cls = program.classes.get(owner or "", (0, None))
    for mark in cls.decorators if cls is not None else ():
        value = program.value((file, mark))
        callee = (file, value.inputs[0]) if value.kind == "call" else (file, mark)
        if any(index.canonical(name) in marks for name in program.names(callee)):
            return True
    return False


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
    rows: list[Row] | None = None
    for name in names:
        for known in index.registrations.find(index.canonical(name)):
            if known.rule.kind is not None and _is_meant(program, node, known.rule):
                for address, reference in _methods_given(program, node, value, known.rule):
                    yield EntrySite(reference, known.rule, known.framework, node, address)
                rows = rows_of(program, node) if rows is None else rows
                if tabled := tabled_entries(program, node, known.rule, rows):
                    yield from (
                        EntrySite(one.function, one.rule, known.framework, node, one.named, row=one.row, through=one.through)
                        for one in tabled if _is_its_method(program, node, one.row, name)
                    )  # fmt: skip
                    continue
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


def _chosen_methods(program: Program, node: Node, value: Value) -> tuple[str, ...]:
    """The methods that a table chooses: `app[route.method](route.path, route.run)`."""
    callee = program.value((node[0], value.inputs[0]))
    if callee.kind != "index" or callee.text or len(callee.inputs) != 2 or not program.objects_are_entries(node[0]):
        return ()
    said = ((text_in_round(program, (node[0], callee.inputs[1]), row) or "").lower() for row in rows_of(program, node))
    methods = [method for method in dict.fromkeys(said) if method.isidentifier()]
    return tuple(f"{owner}.{method}" for owner in program.types((node[0], callee.inputs[0])) for method in methods)


def _is_its_method(program: Program, node: Node, row: Row, name: str) -> bool:
    """Whether a method that is chosen by a table is the one of a row."""
    callee = program.value((node[0], program.value(node).inputs[0]))
    if callee.kind != "index" or callee.text or len(callee.inputs) != 2:
        return True
    return (text_in_round(program, (node[0], callee.inputs[1]), row) or "").lower() == name.rpartition(".")[2]


def _is_meant(program: Program, node: Node, rule: CallRule | DecoratorRule) -> bool:
    for wanted, pattern in rule.where.items():
        given = argument_node(program, node, wanted)
        texts = () if given is None else (*program.names(given), str(program.constant(given)), *_names_listed(program, given))
        if given is not None and program.value(given).kind == "call":  # `client(DeleteHistoryRequest(...))`
            texts += program.callee_names(given)
        elif given is not None and program.value(given).kind == "name":  # `new Workspace({ sandbox })`
            texts += program.types(given)
        if not any(re.search(pattern, text) for text in texts):
            return False
    return True


def _names_listed(program: Program, node: Node) -> list[str]:
    """Names in a list display: `rehypePlugins={[rehypeRaw]}`."""
    parts = program.elements(node) if program.value(node).kind == "collection" else ()
    return [name for one in parts for name in program.names(one)]


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
        direct = dict.fromkeys((given, *elements, *made, *(wrapped if rule.shares or program.objects_are_entries(given[0]) else ())))
        known = [reference for node in direct for name in program.names(node) for reference in program.functions.get(name, ())]
        yield from known or wrapped_functions(program, given)


def _behind(program: Program, node: Node, value: Value, rule: DecoratorRule) -> Iterator[FunctionRef]:
    """Handlers of routes behind calls that wrap or make them."""
    for position in argument_positions(value, rule.function_argument) if rule.kind in ("http_route", "chat_ui") else ():
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
                for reference in offered_functions(program, node, known.rule):
                    yield EntrySite(reference, known.rule, known.framework, node, offered_by=file, offered_as=name)
    for known in index.offered_within(facts.path):
        for identity, value in enumerate(facts.values):
            if value.kind == "constant" and value.scope and value.text == known.rule.directive:
                function = facts.functions[value.scope]
                if value.line - function.line <= 2 and len(function.parameters) < _MANY and not _used_before(facts, identity, value.scope):
                    yield EntrySite((file, value.scope), known.rule, known.framework, (file, identity))


def _described(program: Program, index: FrameworkIndex, file: int) -> Iterator[EntrySite]:
    """Commands whose description tells the framework of them."""
    for known in index.described if program.objects_are_entries(file) else ():
        for reference, marker, name in described_commands(program, file, known.rule):
            yield EntrySite(reference, known.rule, known.framework, marker, name)


def _is_used(uses: dict[str, PageUse], program: Program, entry: EntrySite) -> bool:
    """Whether a function that a file offers to browsers is used by one, where that matters."""
    directive = entry.rule.used_in
    if directive is None or entry.offered_by is None:
        return True
    return uses.setdefault(directive, PageUse(program, directive)).may_be_called(program.function(entry.function).qualified_name)


def _used_before(facts: CodeFacts, identity: int, scope: int) -> bool:
    """Whether a text is no statement of its own at the head of a function: something is made of it, or calls stand before it."""
    after = facts.values[identity + 1 : identity + 4]
    return any(identity in value.inputs for value in after) or any(
        value.kind == "call" and value.scope == scope for value in facts.values[max(0, identity - 8) : identity]
    )


def received(program: Program, index: FrameworkIndex) -> Iterator[tuple[FunctionRef, int, str]]:
    """What functions handed to frameworks receive: function, position of the parameter, its type."""
    yield from provided(program)
    for file, facts in enumerate(program.files):
        # Where a handler is written in Python, its signature mostly says what it receives: only its framework's own files are asked.
        if facts.language == "python" and not any(given.target.split(".")[0] in index.handing_packages for given in facts.imports):
            continue
        for identity, value in enumerate(facts.values):
            if value.kind != "call" or len(value.inputs) < 2:
                continue
            node = (file, value.inputs[0])
            for name in program.names(node) or _chosen_methods(program, (file, identity), value):
                for known in index.handed_to(name):
                    for reference in handed_over(
                        program, (file, identity), known.rule.function_argument, rows_of(program, (file, identity))
                    ):
                        yield from _typed(program, reference, known.rule)
                    for given in _handed(facts, value, known.rule):
                        handed = [reference for one in program.names((file, given)) for reference in program.functions.get(one, ())]
                        behind = (*wrapped_functions(program, (file, given)), *wrappers_made(program, (file, given))) if not handed else ()
                        for reference in handed or behind:
                            yield from _typed(program, reference, known.rule)
        for entry in (*_offered(program, index, file), *_described(program, index, file)):
            yield from _typed(program, entry.function, entry.rule)


def _handed(facts: CodeFacts, call: Value, rule: DecoratorRule) -> Iterator[int]:
    """What a registering call is given, and the handlers in its options: `app.post(path, {schema, handler: async (request) => ...})`."""
    wanted = _HANDLERS | frozenset(rule.function_argument.split("|"))
    for given in call.inputs[1:]:
        yield given
        value = facts.values[given]
        if value.kind == "collection" and value.text == "dictionary":
            yield from (part for part, label in zip(value.inputs, value.labels, strict=False) if label in wanted)


def _typed(program: Program, reference: FunctionRef, rule: DecoratorRule) -> Iterator[tuple[FunctionRef, int, str]]:
    offset = 1 if program.function(reference).owner is not None else 0
    for position, name in rule.receives.items():
        yield reference, int(position) + offset, name
