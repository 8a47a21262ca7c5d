"""People who are asked in an agent's own loop, before it runs the tool that a model named.

Takes an assembly whose entries and controls are known. A test counts that decides whether the tool is run and whose outcome a person gives:
it calls what asks at a terminal, a function of the project that does, or one that is called for a permission. Where the test also looks a
name up in a list that is written down (`name in DANGEROUS and not confirm(name)`), it is an approval of the tools on that list alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import PERSON_IS_ASKED, called_names, parts
from pipeline.system.program.held import elements_of
from pipeline.system.program.walking import inputs_of, walk
from pipeline.system.rules.words import words_of

_DEEPEST = 4  # lists of lists
_MANY = 40  # parts of a test
_NOT = ("not", "!")
_MAX_ABOVE = 3  # calls between the loop and what runs the tool
_WORDS = frozenset(
    {"permission", "permissions", "approval", "approvals", "approved", "confirmation", "confirm", "confirmed", "approve", "consent"}
)
_QUESTIONS = frozenset({"question", "prompt", "confirm", "select"})  # methods of what reads a terminal
_TERMINALS = frozenset({"rl", "readline", "inquirer", "prompts", "questionary", "enquirer", "terminal", "console", "ui"})


def add_loop_approvals(assembly: Assembly) -> None:
    """An approval for each tool that a loop asks about before it runs it."""
    for entry in assembly.sites.entries:
        if not entry.asked_by:
            continue
        shared = assembly.parts.get(entry.function, {})
        own = assembly.entry_of_function.get(entry.function)
        identity = own if entry.part is None else next((one for one, part in shared.items() if part == entry.part), None)
        if identity is None:
            continue
        for condition in _tests(assembly, entry.marker if entry.part is None else None, entry.function):
            named = names_looked_up(assembly, condition)
            if _asks(assembly, condition) and (named is None or assembly.draft(identity).name in named):
                assembly.control("human_approval", identity, assembly.cite(condition), "the loop asks before it runs the tool")


def _tests(assembly: Assembly, run: Node | None, function: FunctionRef) -> Iterator[Node]:
    """Conditions that decide whether a tool is run: at the call, and at the calls that lead there."""
    queue = [(run, 0)] if run is not None else [(caller, 1) for caller in assembly.program.callers(function)]
    seen: set[Node] = set()
    while queue:
        call, depth = queue.pop(0)
        if call in seen:
            continue
        seen.add(call)
        facts = assembly.program.files[call[0]]
        yield from ((call[0], facts.branches[branch].condition) for branch in facts.conditions.get(call[1], ()))
        if depth < _MAX_ABOVE:
            queue += [(caller, depth + 1) for caller in assembly.program.callers((call[0], assembly.program.value(call).scope))]


def _asks(assembly: Assembly, condition: Node) -> bool:
    if condition not in assembly.asked:
        assembly.asked[condition] = any(PERSON_IS_ASKED & set(called_names(assembly, part)) for part in parts(assembly, condition))
    return assembly.asked[condition] or any(_is_question(assembly, part) for part in parts(assembly, condition))


def _is_question(assembly: Assembly, node: Node) -> bool:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "call":
        return False
    callee = program.value((node[0], value.inputs[0]))
    said = set(words_of(callee.text))
    if said & _WORDS and not said & {"needs", "requires", "is", "has", "should", "must"}:
        return True
    if callee.kind == "attribute" and callee.text in _QUESTIONS:
        return bool(_TERMINALS & set(words_of(program.value((node[0], callee.inputs[0])).text)))
    return any(
        PERSON_IS_ASKED & set(called_names(assembly, call))
        for target in program.targets(node)
        if not target.constructs
        for function in assembly.reach(target.function)
        for call in assembly.calls_in(function)
    )


def names_looked_up(assembly: Assembly, condition: Node) -> set[str] | None:
    """The names of a list that a test looks in; None where it looks in none that is written down."""
    for held, _turned in _tables(assembly, condition):
        if names := names_listed(assembly, held):
            return names
    return None


def looked_up_in(assembly: Assembly, condition: Node) -> tuple[Node, bool] | None:
    """The first list that a test looks in, and whether the test holds for what is not on it."""
    return next(_tables(assembly, condition), None)


def names_listed(assembly: Assembly, held: Node) -> set[str]:
    """The names that are written down in a list."""
    return {said for member in assembly.program.elements(held) for said in _written(assembly, member)}


def _tables(assembly: Assembly, condition: Node) -> Iterator[tuple[Node, bool]]:
    program = assembly.program
    turned = program.value(condition).text in _NOT
    for part in walk(condition, lambda node: _asked_there(assembly, node), _MANY, nearest_first=True):
        value = program.value(part)
        if value.kind == "operation" and value.text in ("in", "not in") and len(value.inputs) == 2:
            yield (part[0], value.inputs[1]), turned is not (value.text == "not in")
        elif value.kind == "call" and len(value.inputs) == 2:
            callee = program.value((part[0], value.inputs[0]))
            if callee.kind == "attribute" and callee.text in ("has", "includes", "get"):
                yield (part[0], callee.inputs[0]), turned


def _asked_there(assembly: Assembly, node: Node) -> list[Node]:
    """What a test is made of, what it asks of the members of a list included: `any(call["name"] in DANGEROUS for call in calls)`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind == "function":
        asked = [one for name in program.names(node) for one in program.functions.get(name, ())]
        return [(one[0], returned) for one in asked for returned in program.function(one).returns]
    if value.kind == "name":
        return list(program.origins(node)[:2])
    is_asked = value.kind in ("operation", "choice", "attribute", "index", "await", "guarded", "call") or value.text == "comprehension"
    return inputs_of(program, node)[:4] if is_asked else []


def _written(assembly: Assembly, member: Node, depth: int = 0) -> list[str]:
    """A name, or those a set is made of: `new Set(["delete_file"])`. A list may be made of itself in each round of a loop."""
    program, value = assembly.program, assembly.program.value(member)
    if value.kind == "call" and depth < _DEEPEST:
        inner = [one for given in value.inputs[1:] for one in program.elements((member[0], given))]
        return [said for one in dict.fromkeys(inner) for said in _written(assembly, one, depth + 1)]
    if value.kind == "attribute" and value.text == "name":  # `{tool.name for tool in sensitive_tools}`
        return [assembly.draft(one).name for one in elements_of(assembly, (member[0], value.inputs[0]))]
    said = program.constant(member) if value.kind == "constant" else None
    return [said] if isinstance(said, str) else []
