"""MCP servers that dispatch every tool in one function: `switch (name) { case "add": return add(args) }`, a table of functions or objects.

Takes the entries that were found and gives them with the functions that do the work as tools of their own, under the names they are chosen
by, also where the one that is registered hands name and arguments on to another. The dispatching function stays an entry where it does
some of the work itself. Which argument comes from the request is looked up, so that a connection that is handed over beside it is not
taken for something a model wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.code.program import FunctionRef, Node, Program, Target
from ingest.facts import Branch
from pipeline.system.agents.tool_objects import tool_objects
from pipeline.system.controls.restrictions import is_validator
from pipeline.system.program.cases import cases_of, name_compared, part_of
from pipeline.system.program.sites import EntrySite
from pipeline.system.program.tool_records import DOES, records_in
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.framework import DecoratorRule
from pipeline.system.rules.words import words_of

_MIN_CASES = 2
_MOST_BEHIND, _MOST_NAMES = 300, 20  # values behind a table of tools, and behind the name of one tool
_NAMES = ("name", "choice", "guarded", "await")
_DEEPEST = 2  # functions between the one that is registered and the one that chooses
_PARSES = frozenset(
    {"parse", "safeParse", "parseAsync", "safeParseAsync", "assign", "from", "String", "str", "dict", "model_validate", "validate",
     "loads", "cast", "unmarshal", "Unmarshal", "structuredClone"}
)  # fmt: skip
_NONE = (-1,)  # no parameter at all carries what a model chose


def dispatched(program: Program, entries: Sequence[EntrySite]) -> tuple[EntrySite, ...]:
    """The entries, those of MCP tools that choose by a name replaced by what is chosen: functions, or cases of their own."""
    found: list[EntrySite] = []
    taken = {entry.function for entry in entries}
    for entry in entries:
        for_all = entry.rule.kind == "mcp_tool" and entry.rule.name_from is None and not entry.named  # a tool with a name may have actions
        chosen = (list(_chosen(program, entry)) or _chosen_behind(program, entry)) if for_all else []
        fresh = [site for site in chosen if site.function not in taken]
        inline = [site for site in chosen if site.part is not None]
        found += (entry,) if not fresh and not inline else (*fresh, *inline)
        taken |= {site.function for site in fresh}
    return tuple(found)


def _chosen(program: Program, entry: EntrySite) -> Iterator[EntrySite]:
    """A site for each function that is chosen by a name, and for each case that does its work on the spot."""
    cases = list(cases_of(program, entry.function))
    cases = cases if len(cases) >= _MIN_CASES else []
    by_name = bool(cases) and _is_name(program, (entry.function[0], cases[0][1].condition))
    delegates = {name: _delegate(program, entry, name, branch) for name, branch in cases}
    used = Counter(site.function for site in delegates.values() if site is not None)
    for position, (name, _branch) in enumerate(cases):
        site = delegates[name]
        if site is not None and used[site.function] == 1:
            yield site
        elif by_name and (part := part_of(cases, position)) is not None:
            yield replace(entry, named=name, part=part)
    for call in _calls(program, entry.function):
        for name, target in tool_objects(program, call) if not cases and _given(program, entry, call) else ():
            yield _site(program, entry, call, target, name)
        for name, reference in in_table(program, call):
            yield _site(program, entry, call, Target(reference, program.function(reference).owner is not None), name)
        for name, reference in _in_records(program, call) if not cases and _given(program, entry, call) else ():
            yield _site(program, entry, call, Target(reference, False), name)


def _in_records(program: Program, call: Node) -> Iterator[tuple[str, FunctionRef]]:
    """`const tool = table[name]; tool.run(arguments)`: what the records of a table do, also where calls wrap the table or its entries."""
    callee = program.value((call[0], program.value(call).inputs[0]))
    if callee.kind != "attribute" or callee.text not in DOES:
        return
    for held in _looked_up_in(program, (call[0], callee.inputs[0])):
        behind = walk(held, lambda one: [*inputs_of(program, one), *(o for o in program.origins(one) if o != one)], _MOST_BEHIND)
        tables = sorted(one for one in behind if program.value(one).kind == "collection" and program.value(one).text == "dictionary")
        for table in tables:
            yield from ((name, function) for function, name, _record in records_in(program, table))


def _looked_up_in(program: Program, holder: Node) -> Iterator[Node]:
    """What an object is taken out of by a key that is not written down."""
    for node in walk(holder, lambda one: program.step_back(one) if program.value(one).kind in _NAMES else [], _MOST_NAMES):
        value = program.value(node)
        called = program.value((node[0], value.inputs[0])) if value.kind == "call" else value
        if value.kind == "index" and len(value.inputs) > 1 and program.constant((node[0], value.inputs[1])) is None:
            yield node[0], value.inputs[0]
        elif value.kind == "call" and called.kind == "attribute" and called.text == "get" and len(value.inputs) > 1:
            yield node[0], called.inputs[0]


def _chosen_behind(program: Program, entry: EntrySite, depth: int = 0) -> list[EntrySite]:
    """What a function chooses by a name that the entry hands on to it: `this.handle(request.params.name, request.params.arguments)`."""
    for call in _calls(program, entry.function):
        positions = _given(program, entry, call)
        for target in program.targets(call) if positions else ():
            if target.constructs or target.function == entry.function:
                continue
            inner = _site(program, entry, call, target, "")
            found = list(_chosen(program, inner)) or (_chosen_behind(program, inner, depth + 1) if depth < _DEEPEST else [])
            if len(found) >= _MIN_CASES:
                return found
    return []


def _is_name(program: Program, test: Node) -> bool:
    """Whether it is a tool's name that is compared, and not a setting of the one tool there is."""
    compared = program.value((test[0], program.value(test).inputs[0]))
    return words_of(name_compared(program, test[0], compared))[-1:] in (["name"], ["tool"])


def _calls(program: Program, function: FunctionRef) -> Iterator[Node]:
    values = program.files[function[0]].values
    yield from ((function[0], i) for i, value in enumerate(values) if value.kind == "call" and value.scope == function[1])


def _delegate(program: Program, entry: EntrySite, name: str, branch: Branch) -> EntrySite | None:
    for call in _calls(program, entry.function):
        if branch.side(call[1]) is True:
            for target in program.targets(call):
                if not target.constructs and _given(program, entry, call):
                    return _site(program, entry, call, target, name)
    for call in _calls(program, entry.function):  # what lists something is given nothing
        if branch.side(call[1]) is True:
            for target in program.targets(call):
                if not target.constructs and len(program.value(call).inputs) == 1:
                    return _site(program, entry, call, target, name)
    return None


def _site(program: Program, entry: EntrySite, call: Node, target: Target, name: str) -> EntrySite:
    offset = 1 if target.bound and program.function(target.function).owner is not None else 0
    positions = tuple(position - 1 + offset for position in _given(program, entry, call))
    rule = DecoratorRule(
        kind="mcp_tool", parameters="tool_arguments", parameters_at=positions or _NONE, returns=entry.rule.returns, flags=entry.rule.flags
    )
    return EntrySite(target.function, rule, entry.framework, call, name)


def _given(program: Program, entry: EntrySite, call: Node) -> list[int]:
    """Positions of a call's arguments that are made of what a function was given of the request."""
    parameters, meant = program.function(entry.function).parameters, entry.rule.parameters_at
    own = {parameter.value for position, parameter in enumerate(parameters) if not meant or position in meant}
    found: list[int] = []
    for position, given in enumerate(program.value(call).inputs):
        queue, seen = [given], set[int]()
        while queue and position and len(seen) < 60:
            current = queue.pop()
            if current in own:
                found.append(position)
                break
            if current not in seen:
                seen.add(current)
                queue += _taken_from(program, (call[0], current))
    return found


def _taken_from(program: Program, node: Node) -> Sequence[int]:
    """What a value hands on of what it is made of; what a call looked up by it is something else, and no argument of the request."""
    value = program.value(node)
    if value.kind != "call":
        return value.inputs
    callee = program.value((node[0], value.inputs[0]))
    if callee.text.rsplit(".", 1)[-1] in _PARSES or is_validator(callee.text.rsplit(".", 1)[-1]):
        return value.inputs
    return value.inputs[:1] if callee.text == "get" else ()  # `args.get("path")`


def in_table(program: Program, call: Node) -> Iterator[tuple[str, FunctionRef]]:
    """`handlers[name](args)`: functions of a table, by their keys."""
    callee = (call[0], program.value(call).inputs[0])
    while program.value(callee).kind in ("guarded", "await"):
        callee = (callee[0], program.value(callee).inputs[0])
    value = program.value(callee)
    held: int | None = None
    if value.kind == "index" and len(value.inputs) > 1 and program.constant((callee[0], value.inputs[1])) is None:
        held = value.inputs[0]  # what unpacking takes out, `run, args = given[-2:]`, stands at a place and has no key
    elif value.kind == "call":
        method = program.value((callee[0], value.inputs[0]))
        held = method.inputs[0] if method.kind == "attribute" and method.text == "get" else None
    yield from _displayed(program, (callee[0], held), 0) if held is not None else ()


def _displayed(program: Program, table: Node, depth: int) -> Iterator[tuple[str, FunctionRef]]:
    """The functions of a display by their keys, those of displays that are spread into it among them: `{...notes(context), ...files}`."""
    for origin in program.origins(table):
        display = program.value(origin)
        if display.kind != "collection" or display.text != "dictionary":
            continue
        for label, given in zip(display.labels, display.inputs, strict=False):
            if label == "**":
                yield from _displayed(program, (origin[0], given), depth + 1) if depth < _DEEPEST else ()
            for named in program.names((origin[0], given)) if label not in ("", "**") else ():
                yield from ((label, reference) for reference in program.functions.get(named, ())[:1])
