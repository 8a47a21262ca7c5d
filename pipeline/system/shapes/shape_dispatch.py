"""Tools that a program runs by itself, by the name a model gave: `TABLE[call.function.name](**json.loads(call.function.arguments))`.

Takes the calls that ask a model and gives entries for the functions that are chosen by what the model said: out of a table, out of a
module or an object by `getattr`, or in the branches that compare the name. What chooses is followed back to the model's reply, through
parameters, fields and parsing, so that it does not matter in which form the provider tells a tool call; where no reply is seen (a session
that streams), the names that tools are described by tell the same. Each entry keeps which calls of a model name it, and which of its
parameters hold what the model chose. A branch that does its work on the spot is a tool of its own where the function around it does nothing
but dispatch; inside the loop itself it is not told apart from it. Tables that another process fills are not seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from ingest.code.program import FunctionRef, Node, Program, Target
from ingest.facts import Branch
from pipeline.system.agents.mcp_dispatch import in_table
from pipeline.system.program.cases import cases_of, part_of
from pipeline.system.program.sites import EntrySite
from pipeline.system.program.tool_records import described_records
from pipeline.system.rules.framework import DecoratorRule
from pipeline.system.rules.words import words_of
from pipeline.system.shapes.shape_record_runs import RecordRun, chosen_positions, factories_of, run_of_record
from pipeline.system.shapes.shape_replies import Dispatches, is_chosen

_MAX_OF_MODULE = 40  # functions of a module that a model may name freely
_COMPARED = frozenset({"parameter", "attribute", "name", "index", "guarded", "call", "choice"})
_NONE = (-1,)  # no parameter at all carries what a model chose
_LOOKS_UP = frozenset({"getattr", "attrgetter"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the replies of models choose."""

    entries: tuple[EntrySite, ...]  # functions that nothing else makes tools
    known: Mapping[FunctionRef, tuple[Node, ...]]  # functions that are tools already, with the calls whose replies name them


def chosen_by_models(program: Program, asked: Collection[Node], taken: Collection[FunctionRef], declared: Mapping[str, Node]) -> Chosen:
    """Functions that models choose; `taken` are entries already, `declared` the names that tools are described by."""
    dispatches, found, parts = Dispatches(program, asked), dict[FunctionRef, EntrySite](), list[EntrySite]()
    # Tools that are types (`shape_tool_types`): what their base does for all of them is no tool of its own.
    owners = {owner for reference in taken if (owner := program.function(reference).owner) is not None}
    types = {base for owner in owners for base in (owner, *program.bases(owner))}
    runs: dict[Node, RecordRun] = {}
    for file, facts in enumerate(program.files):
        if facts.purpose == "test":
            continue
        for number in range(len(facts.functions)):
            for site in _in_branches(dispatches, (file, number), declared):
                if site.part is not None:
                    parts.append(site)
                else:
                    found.setdefault(site.function, site)
        for identity, value in enumerate(facts.values):
            if value.kind != "call":
                continue
            for site in _called_by_name(dispatches, (file, identity), declared):
                if site.function in taken or program.function(site.function).owner not in types:
                    found.setdefault(site.function, site)
            if (run := run_of_record(dispatches, (file, identity), types)) is not None:
                runs[file, identity] = run
    _add_described(dispatches, found, next(iter(runs.values()), None))
    known = {reference: site.asked_by for reference, site in found.items() if reference in taken}
    if runs:
        by_type = (reference for reference in taken if program.function(reference).owner in owners)
        known |= dict.fromkeys(by_type, next(iter(runs.values())).asking)
    fresh = (site for reference, site in sorted(found.items()) if reference not in taken)
    return Chosen((*parts, *fresh), known)


def _add_described(dispatches: Dispatches, found: dict[FunctionRef, EntrySite], run: RecordRun | None) -> None:
    """Adds the records that describe tools, where one that was looked up is run.

    What a factory makes of a record, and a model runs, is one closure for all that it is given: it gives way to them.
    """
    program = dispatches.program
    through = {(f[0], program.function(f).parent): site for f, site in found.items() if program.function(f).owner is None}
    for function, name, record in described_records(program) if run is not None or found else ():
        made = next((through[factory] for factory in factories_of(program, record) if factory in through), None)
        if made is not None:
            found.pop(made.function, None)
            positions = chosen_positions(dispatches, function, record, ())
            found.setdefault(function, EntrySite(function, _rule(positions), "shape", made.marker, name, None, None, made.asked_by))
        elif (followed := found.get(function)) is not None and followed.named == program.function(function).name:
            found[function] = replace(followed, named=name)  # the table was followed to it; the record says how the model knows it
        elif run is not None:
            positions = chosen_positions(dispatches, function, record, run.positions)
            found.setdefault(function, EntrySite(function, _rule(positions), "shape", run.call, name, None, None, run.asking))


# Chosen out of a table, a module or an object


def _called_by_name(dispatches: Dispatches, call: Node, declared: Mapping[str, Node]) -> Iterator[EntrySite]:
    program = dispatches.program
    key = _key_of(program, (call[0], program.value(call).inputs[0]))
    if key is None or program.constant(key) not in (None, ""):  # an empty text is one that is still to be filled
        return
    table = list(in_table(program, call))
    asking = dispatches.replies(key)
    if not asking and not _are_declared([name for name, _reference in table], declared):
        return
    named = dict[FunctionRef, str]()
    for name, reference in table:
        named.setdefault(reference, name)
    for target in _with_bodies(program, call):
        named.setdefault(target.function, program.function(target.function).name)
    if not named:
        named = dict(_of_module(program, call, key, declared))
    for reference, name in named.items():
        function = program.function(reference)
        bound = function.owner is not None and function.parameters[:1] and function.parameters[0].name in ("self", "cls", "this")
        yield _site(dispatches, call, Target(reference, bool(bound)), name, asking)


def _are_declared(names: list[str], declared: Mapping[str, Node]) -> bool:
    """Whether most names of a table are those of described tools: a model chooses among them, in whichever process it runs."""
    known = sum(1 for name in names if name in declared)
    return known > 0 and 2 * known >= len(names)


def _key_of(program: Program, callee: Node) -> Node | None:
    """What a callee is chosen by: the key of a table, or the name given to `getattr`; the function may lie in a record of the table."""
    for _ in range(4):
        value = program.value(callee)
        if value.kind in ("guarded", "await") or (value.kind == "attribute" and value.text in ("bind", "apply", "call")):
            callee = (callee[0], value.inputs[0])
        elif value.kind == "choice" and value.inputs:
            callee = next(((callee[0], i) for i in value.inputs if program.value((callee[0], i)).kind in ("index", "call")), callee)
            if program.value(callee).kind == "choice":
                return None
        elif value.kind == "index" and len(value.inputs) > 1 and program.value((callee[0], value.inputs[1])).kind != "constant":
            return callee[0], value.inputs[1]
        elif value.kind in ("index", "attribute") and value.inputs:
            callee = (callee[0], value.inputs[0])  # `TABLE[name]["function"]`, `registry.get(name).handler`
        elif value.kind == "call":
            called = program.value((callee[0], value.inputs[0]))
            if called.kind == "name" and called.text in _LOOKS_UP and len(value.inputs) > 2:
                return callee[0], value.inputs[2]
            return (callee[0], value.inputs[1]) if called.kind == "attribute" and called.text == "get" and len(value.inputs) > 1 else None
        else:
            return None
    return None


def _of_module(program: Program, call: Node, key: Node, declared: Mapping[str, Node]) -> Iterator[tuple[FunctionRef, str]]:
    """`getattr(tools, name)`: functions of a module, or methods of an object, that a model may name.

    Where the program describes tools, those of their names are meant; else all that have no underscore before their name, for nothing keeps
    the model from naming them.
    """
    callee = (call[0], program.value(call).inputs[0])
    while program.value(callee).kind == "guarded":
        callee = (callee[0], program.value(callee).inputs[0])
    looked = program.value(callee)
    if looked.kind == "index":  # `globals()[name]`
        held = program.value((callee[0], looked.inputs[0]))
        around = program.value((callee[0], held.inputs[0])).text if held.kind == "call" else ""
        if around in ("globals", "locals"):
            module = program.files[call[0]].module
            yield from ((reference, name) for name in declared for reference in program.functions.get(f"{module}.{name}", ())[:1])
        return
    if looked.kind != "call" or program.value((callee[0], looked.inputs[0])).text not in _LOOKS_UP or len(looked.inputs) < 3:
        return
    prefix = _prefix_of(program, key)
    holder = (callee[0], looked.inputs[1])
    found: dict[FunctionRef, str] = {}
    for name in (*program.names(holder), *program.types(holder)):
        if name.startswith("module:"):
            file = int(name.removeprefix("module:"))
            functions = [(file, n) for n, f in enumerate(program.files[file].functions) if f.owner is None and f.parent == 0]
        elif name in program.classes:
            functions = [r for cls in (name, *program.bases(name)) for r in _methods(program, cls)]
        else:
            continue
        for reference in functions:
            own = program.function(reference).name
            if own.startswith(prefix) and (prefix or not own.startswith("_")) and reference != (call[0], program.value(call).scope):
                found.setdefault(reference, own.removeprefix(prefix) if prefix.strip("_") else own)
    meant = {reference: name for reference, name in found.items() if name in declared or prefix + name in declared}
    yield from list((meant or found).items())[:_MAX_OF_MODULE]


def _prefix_of(program: Program, key: Node) -> str:
    """`f"tool_{name}"`: what stands before the name."""
    value = program.value(key)
    first = program.value((key[0], value.inputs[0])) if value.kind in ("format", "operation") and value.inputs else value
    return first.text if first.kind == "constant" and first is not value else ""


def _methods(program: Program, name: str) -> list[FunctionRef]:
    if name not in program.classes:
        return []
    file, cls = program.classes[name]
    return [(file, number) for number in cls.methods]


# Chosen in branches


def _in_branches(dispatches: Dispatches, function: FunctionRef, declared: Mapping[str, Node]) -> Iterator[EntrySite]:
    program = dispatches.program
    cases = list(cases_of(program, function, _COMPARED))
    if not cases:
        return
    test = program.value((function[0], cases[0][1].condition))
    compared = (function[0], test.inputs[0])
    asking = dispatches.replies(compared) if _may_be_name(program, compared) else ()
    if not asking and not (len(cases) > 1 and all(name in declared for name, _branch in cases) and _may_be_name(program, compared)):
        return
    delegates = {name: _delegate(dispatches, function, name, branch, asking) for name, branch in cases}
    used = Counter(site.function for site in delegates.values() if site is not None)
    apart = program.value(compared).kind in ("parameter", "attribute", "guarded") and _only_dispatches(dispatches, function)
    for position, (name, _branch) in enumerate(cases):
        site = delegates[name]
        if site is not None and used[site.function] == 1:
            yield site
        elif apart and (len(cases) > 1 or name in declared) and (part := part_of(cases, position)) is not None:
            positions = tuple(
                number for number, parameter in enumerate(program.function(function).parameters)
                if is_chosen(dispatches, (function[0], parameter.value), asking)
            )  # fmt: skip
            yield EntrySite(
                function, _rule(positions or _NONE), "shape", (function[0], part[0]), name, None, part, asking or ((function[0], part[0]),)
            )


def _may_be_name(program: Program, node: Node) -> bool:
    """Whether what is compared is called a name: of a reply also its type, its role or why it ended is looked at."""
    value = program.value(node)
    while value.kind == "guarded":
        value = program.value((node[0], value.inputs[0]))
    text = value.text or (program.value((node[0], value.inputs[0])).text if value.inputs else "")
    return bool({"name", "tool", "function", "fn", "func", "action", "command", "method"} & set(words_of(text)[-1:]))


def _only_dispatches(dispatches: Dispatches, function: FunctionRef) -> bool:
    """Whether a function asks no model itself: the branches of a loop share its values with it."""
    program = dispatches.program
    return bool(program.function(function).parameters) and not any(
        value.scope == function[1] and (function[0], identity) in dispatches.asked
        for identity, value in enumerate(program.files[function[0]].values)
    )


def _delegate(dispatches: Dispatches, function: FunctionRef, name: str, branch: Branch, asking: tuple[Node, ...]) -> EntrySite | None:
    """The function that does what a branch is for: it is given what the model chose, or is called what the tool is called."""
    program, others = dispatches.program, list[EntrySite]()
    start, end = branch.held
    for identity in range(start, end):
        value = program.files[function[0]].values[identity]
        if value.kind != "call" or value.scope != function[1]:
            continue
        for target in _with_bodies(program, (function[0], identity)):
            site = _site(dispatches, (function[0], identity), target, name, asking)
            if site.rule.parameters_at != _NONE:
                return site
            if set(words_of(program.function(target.function).name)) & set(words_of(name)):
                others.append(site)
    return others[0] if others else None


def _with_bodies(program: Program, call: Node) -> list[Target]:
    """Functions that a call reaches; what only declares one is left out where others do it."""
    targets = [target for target in program.targets(call) if not target.constructs]
    doing = [
        target for target in targets if program.function(target.function).returns or not program.subclasses.get(_owner(program, target))
    ]
    return doing or targets


def _owner(program: Program, target: Target) -> str:
    return program.function(target.function).owner or ""


# What an entry says


def _site(dispatches: Dispatches, call: Node, target: Target, name: str, asking: tuple[Node, ...]) -> EntrySite:
    program = dispatches.program
    bound = program.bind(call, target)
    given = {
        number for number, value in enumerate(program.value(call).inputs) if number and is_chosen(dispatches, (call[0], value), asking)
    }
    parameters = program.function(target.function).parameters
    positions = tuple(sorted(parameter for parameter, places in bound.items() if given & set(places)))
    if given and not positions:  # what is spread over the parameters, or not told apart
        positions = tuple(range(1 if target.bound and parameters else 0, len(parameters)))
    return EntrySite(target.function, _rule(positions or _NONE), "shape", call, name, None, None, asking or (call,))


def _rule(positions: tuple[int, ...]) -> DecoratorRule:
    return DecoratorRule(
        kind="tool", attributes={"recognised": "shape"}, parameters="tool_arguments", parameters_at=positions, returns="response"
    )
