"""What is given because it is there: a service that takes every tool the container knows (`@AiService`), or those it names, and a call
that lets the model choose among the tools of its kernel.

Takes an assembly whose calls and entries have their elements, gives ties between the agents that the methods of such a class are, or one
that is marked itself (`@ToolBox`), or the element of such a call, and the tools of the program. Tools of another framework, profiles that
leave some out, and kernels with tools of their own in one project are not told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node, argument_positions
from pipeline.system.program.sites import CallSite
from pipeline.system.rules.framework import DecoratorRule, RelationKind

_ADDS = re.compile(r"(?:Add|Create|Import)(?:Plugin)?From(?:Type|Object)$|Add(?:Singleton|Scoped|Transient)$")
_ADDS_TO_KERNEL = re.compile(r"(?:Add|Create|Import)(?:Plugin)?From(?:Type|Object)$")
_ADDS_MADE = re.compile(r"(?:Add|Create|Import)(?:Plugin)?From(?:Type|Object|Functions)$|Add$")
_SETS = frozenset({"Auto", "Required", "AutoInvokeKernelFunctions", ""})
_TURNS_OF, _TURNED_INTO = "mcp_net", "semantic_kernel_net"  # tools of servers become functions of a kernel
_EXPLICIT = "EXPLICIT"  # wiringMode: nothing is given but what is named


def tools_in_sight(assembly: Assembly) -> Iterator[tuple[str, RelationKind, str, Node]]:
    """Agent, kind of tie, tool, and the decorator that says so."""
    yield from _by_call(assembly)
    program = assembly.program
    for name, (file, cls) in sorted(program.classes.items()):
        methods = ((f"{name}.{program.files[file].functions[number].name}", number) for number in cls.methods)
        marks = [(name + ".", mark) for mark in cls.decorators]
        marks += [(method, mark) for method, number in methods for mark in program.files[file].functions[number].decorators]
        for marked, mark in marks:
            value = program.value((file, mark))
            callee = (file, value.inputs[0]) if value.kind == "call" else (file, mark)
            for known in (k for one in program.names(callee) for k in assembly.index.decorators.find(assembly.index.canonical(one))):
                if known.rule.in_sight is None:
                    continue
                for agent in _agents_of(assembly, marked):
                    for tool in _given(assembly, (file, mark), known.rule, known.framework):
                        yield agent, known.rule.in_sight, tool, (file, mark)


def _by_call(assembly: Assembly) -> Iterator[tuple[str, RelationKind, str, Node]]:
    """Calls that are told to let the model choose."""
    any_tied = any(site.rule.in_sight is not None for site in assembly.sites.calls)
    registered = _registered(assembly) if any_tied else {}
    apart = _kept_apart(assembly) if any_tied else {}
    ready_made = _ready_made(assembly) if any_tied else {}
    given_to = _given_to_copies(assembly, {made for tools in ready_made.values() for made, _identity in tools})
    for site in assembly.sites.calls:
        tie, owner = site.rule.in_sight, assembly.element_of_call.get(site.node)
        if tie is None or owner is None:
            continue
        if not any(_says(assembly, site, *told) or _is_handed(assembly, site, *told) for told in site.rule.in_sight_where.items()):
            continue
        here = _project_of(assembly, site.node[0])
        given = argument_node(assembly.program, site.node, "Kernel") if assembly.draft(owner).kind == "agent" else None
        own = None if given is None else _copies(assembly, given)
        for reference, identity in sorted(assembly.entry_of_function.items()):
            draft = assembly.draft(identity)
            if draft.kind != "tool" or draft.attributes.get("framework") != site.framework:
                continue
            cls = assembly.program.function(reference).owner or ""
            if own is not None and cls in apart and own.isdisjoint(apart[cls]):
                continue
            if here == _project_of(assembly, reference[0]) or here in registered.get(cls, ()):
                yield owner, tie, identity, site.node
        for made, identity in ready_made.get((site.framework, here), ()):
            held = given_to.get(made, set())
            if own is None or not held or not own.isdisjoint(held):
                yield owner, tie, identity, site.node


def _ready_made(assembly: Assembly) -> dict[tuple[str, str], list[tuple[Node, str]]]:
    """Plugins that a package brings, and clients of servers whose tools are made functions of a kernel, by framework and project."""
    found = dict[tuple[str, str], list[tuple[Node, str]]]()
    turned = {_turns(assembly, file) for file, facts in enumerate(assembly.program.files) if facts.language == "csharp"}
    for site in assembly.sites.calls:
        identity = assembly.element_of_call.get(site.node)
        if identity is None or site.rule.element_from != "call":
            continue
        project, draft = _project_of(assembly, site.node[0]), assembly.draft(identity)
        if site.rule.kind == "tool" and draft.attributes.get("framework") == site.framework:
            found.setdefault((site.framework, project), []).append((site.node, identity))
        elif site.rule.kind == "mcp_client" and site.framework == _TURNS_OF and project in turned:
            found.setdefault((_TURNED_INTO, project), []).append((site.node, identity))
    return found


def _turns(assembly: Assembly, file: int) -> str | None:
    """The project of a file that makes functions of a kernel out of tools of a server: `tools.Select(tool => tool.AsKernelFunction())`."""
    values = assembly.program.files[file].values
    turns = any(value.kind == "call" and values[value.inputs[0]].text == "AsKernelFunction" for value in values)
    return _project_of(assembly, file) if turns else None


def _given_to_copies(assembly: Assembly, made: set[Node]) -> dict[Node, set[Node]]:
    """Of plugins that a package brings, the copies of a kernel that each is added to: `copy.Plugins.Add(search.CreateWithSearch())`."""
    program, found = assembly.program, dict[Node, set[Node]]()
    for file in sorted({node[0] for node in made}):
        for identity, value in enumerate(program.files[file].values):
            if value.kind != "call" or not _ADDS_MADE.match(program.value((file, value.inputs[0])).text):
                continue
            given = {(file, identity), *(origin for one in value.inputs[1:4] for origin in ((file, one), *program.origins((file, one))))}
            for node in sorted(given & made):
                found.setdefault(node, set()).update(_copies_added_to(assembly, (file, identity)))
    return found


def _copies_added_to(assembly: Assembly, call: Node) -> set[Node]:
    """The copies of a kernel whose plugins a call adds to."""
    program, file = assembly.program, call[0]
    holder = program.value((file, program.value(call).inputs[0]))
    plugins = program.value((file, holder.inputs[0])) if holder.kind == "attribute" else holder
    while plugins.kind == "update":  # others were added before
        plugins = program.value((file, plugins.inputs[0]))
    return _copies(assembly, (file, plugins.inputs[0])) if plugins.kind == "attribute" and plugins.text == "Plugins" else set()


def _project_of(assembly: Assembly, file: int) -> str:
    """The folder of the manifest that a file's program is below."""
    return assembly.drafts.programs.get(file, "").rpartition(" ")[0]


def _registered(assembly: Assembly) -> dict[str, set[str]]:
    """Classes with tools, by the projects whose calls add them to something: `Plugins.AddFromType<Mail>()`."""
    program, found = assembly.program, dict[str, set[str]]()
    for file, facts in enumerate(program.files):
        for value in facts.values:
            if value.kind != "call" or not _ADDS.match(facts.values[value.inputs[0]].text):
                continue
            for given in value.inputs[1:4]:
                for name in (*program.names((file, given)), *program.types((file, given))):
                    found.setdefault(name, set()).add(_project_of(assembly, file))
    return found


def _kept_apart(assembly: Assembly) -> dict[str, set[Node]]:
    """Classes with tools that are only ever added to copies of a kernel, by those copies: no other kernel has them."""
    program, found, shared = assembly.program, dict[str, set[Node]](), set[str]()
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values) if facts.language == "csharp" else ():
            if value.kind != "call" or not _ADDS_TO_KERNEL.match(facts.values[value.inputs[0]].text):
                continue
            copies = _copies_added_to(assembly, (file, identity))
            asked = [(file, given) for given in value.inputs[1:4]]
            for node in [*asked, *(part for given in asked for part in _asked_for(assembly, given))]:
                for name in (*program.names(node), *program.types(node)):
                    found.setdefault(name, set()).update(copies)
                    shared |= set() if copies else {name}
    return {name: copies for name, copies in found.items() if name not in shared}


def _asked_for(assembly: Assembly, node: Node) -> Iterator[Node]:
    """The class that a container is asked for: `services.GetRequiredService<Mail>()`."""
    program = assembly.program
    for origin in program.origins(node):
        value = program.value(origin)
        if value.kind == "call" and program.value((origin[0], value.inputs[0])).text in ("GetRequiredService", "GetService"):
            yield from ((origin[0], given) for given in value.inputs[1:2])


def _copies(assembly: Assembly, kernel: Node) -> set[Node]:
    """The calls of `Clone` that a kernel comes from."""
    program, found, seen, queue = assembly.program, set[Node](), set[Node](), [kernel]
    while queue and len(seen) < 40:
        for origin in program.origins(queue.pop()):
            value = program.value(origin)
            if origin in seen:
                continue
            seen.add(origin)
            if value.kind == "call" and program.value((origin[0], value.inputs[0])).text == "Clone":
                found.add(origin)
            elif value.kind == "update":
                queue.append((origin[0], value.inputs[0]))
    return found


def _says(assembly: Assembly, site: CallSite, wanted: str, pattern: str) -> bool:
    program, given = assembly.program, argument_node(assembly.program, site.node, wanted, site.skip)
    for origin in () if given is None else (given, *program.origins(given)):
        called = program.callee_names(origin) if program.value(origin).kind == "call" else ()
        if any(re.search(pattern, name) for name in (*program.names(origin), *called)):
            return True
    return False


def _is_handed(assembly: Assembly, site: CallSite, wanted: str, pattern: str) -> bool:
    """Whether settings are handed in, and the program makes such as let the model choose: a constructor takes them from a container."""
    program = assembly.program
    for holder in dict.fromkeys(one.rpartition(".")[0] for one in wanted.split("|")):
        given = argument_node(program, site.node, holder, site.skip)
        if given is None or program.files[given[0]].language != "csharp":
            continue
        made = [origin for origin in (given, *program.origins(given)) if program.value(origin).kind in ("call", "collection")]
        if any("Settings" in name for one in made for name in program.callee_names(one)):
            return False  # they are made here, and say nothing of it
        return any(
            re.search(pattern, name)
            for file, facts in enumerate(program.files)
            for identity, value in enumerate(facts.values)
            if facts.language == "csharp" and facts.purpose == "product" and value.kind in ("call", "attribute") and value.text in _SETS
            for name in (*program.names((file, identity)), *program.callee_names((file, identity)))
        )
    return False


def _agents_of(assembly: Assembly, marked: str) -> list[str]:
    """Agents that a method is, or, where the name ends in a dot, the methods of a class are."""
    found: dict[str, None] = {}
    functions = assembly.program.functions
    names = [given for given in functions if given.startswith(marked)] if marked.endswith(".") else [marked]
    for reference in (r for given in names for r in functions.get(given, ())):
        for call in assembly.calls_in(reference):
            identity = assembly.element_of_call.get(call)
            if identity is not None and assembly.draft(identity).kind == "agent":
                found[identity] = None
    return list(found)


def _given(assembly: Assembly, mark: Node, rule: DecoratorRule, framework: str) -> list[str]:
    """The tools that the decorator names, or all of its framework where it names none."""
    program, value = assembly.program, assembly.program.value(mark)
    named: set[str] = set()
    explicit = rule.in_sight_only_named
    if value.kind == "call":
        for position in argument_positions(value, "tools|value|0"):
            for element in program.elements((mark[0], value.inputs[position])):
                constant = program.constant(element)
                named |= {constant} if isinstance(constant, str) else {one.rpartition(".")[2] for one in program.names(element)}
        texts = (program.value((mark[0], given)).text for given in value.inputs[1:])
        explicit = explicit or bool(named) or any(text == _EXPLICIT for text in texts)
    found: list[str] = []
    for reference, identity in sorted(assembly.entry_of_function.items()):
        owner = program.function(reference).owner
        draft = assembly.draft(identity)
        if draft.kind != "tool" or owner is None or draft.attributes.get("framework") != framework:
            continue
        cls = owner.rpartition(".")[2]
        if not explicit or cls in named or f"{cls[:1].lower()}{cls[1:]}" in named:
            found.append(identity)
    return found
