"""Tools that ask a person: before they act, or by answering with a question, so that other code acts when a person has confirmed.

Takes an assembly whose entries are known. A tool that gives back `{ requiresConfirmation: true }`, or a state that waits for an approval,
has a person before its effect; so has one that leaves its method where `permissions.request(...)` says no. A question that is asked only
under a condition is no approval of the tool: what decides may be passed by. An agent of the project's own whose loop looks at permissions
before it runs tools has a person before all of them. That whoever is called really asks a person is believed; a question that brings the
token with which it is answered is not one, since the model that reads it can give the token back by itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from ingest.code.program import FunctionRef, Node
from ingest.facts import Branch, Value
from pipeline.system.assembly import Assembly
from pipeline.system.elements.own_agents import methods_of
from pipeline.system.rules.words import words_of

_WAITS = re.compile(
    r"^(requires?|needs?|awaiting|awaits|pending)_?(user_?|human_?)?(confirmation|confirm|approval|consent)$|^(confirmation|approval)_?required$",
    re.IGNORECASE,
)
_ASKED_FOR = frozenset({"permission", "permissions", "approval", "approvals", "approver", "confirmation", "consent", "confirm", "approve"})
_ASKING = frozenset({"request", "ask", "await", "wait", "prompt", "confirm", "approve", "obtain"})
_TOKEN = re.compile(r"^(token|nonce)$|(confirm|approv|consent)\w*_?(token|code|key|id|nonce|hash)$", re.IGNORECASE)
_STATE = re.compile(r"^(confirmation|approval)_?(state|status)$", re.IGNORECASE)


def add_questions(assembly: Assembly) -> None:
    """An approval for each tool whose answer asks for one."""
    _add_loops(assembly)
    for reference, identity in sorted(assembly.entry_of_function.items()):
        if assembly.draft(identity).kind not in ("tool", "mcp_tool"):
            continue
        for place in _asked_before(assembly, reference):
            assembly.control("human_approval", identity, assembly.cite(place), "a person is asked here")
        reached = assembly.reach(reference)
        for inner in sorted(reached):
            facts = assembly.program.files[inner[0]]
            for returned in facts.functions[inner[1]].returns:
                value = facts.values[returned]
                if value.kind == "collection" and value.text == "dictionary" and _asks(facts.values, value.labels, value.inputs):
                    if _answers_itself(assembly, reached, value.labels):
                        continue
                    assembly.control(
                        "human_approval", identity, assembly.cite((inner[0], returned)), "it answers with a question to a person"
                    )


def _answers_itself(assembly: Assembly, reached: Collection[FunctionRef], labels: Sequence[str]) -> bool:
    """Whether a question comes with a token that the same tool takes: `{ confirmationRequired: true, confirmationToken }`."""
    given = {tuple(words_of(label)) for label in labels if _TOKEN.search(label)}
    for file, scope in sorted(reached) if given else ():
        for value in assembly.program.files[file].values:
            if value.scope == scope and value.kind in ("parameter", "attribute", "index") and tuple(words_of(value.text)) in given:
                return True
    return False


def _add_loops(assembly: Assembly) -> None:
    """`if !a.SkipPermissions && modifies { ask(...) }` before the tools are run."""
    agents = [site for site in assembly.sites.classes if site.framework == "shape" and site.rule.kind == "agent"]
    methods = methods_of(assembly) if agents else {}
    for site in agents:
        agent = assembly.element_of_class[site.name]
        tools = [target for source, kind, target in list(assembly.relations) if source == agent and kind == "has_tool"]
        line = (site.name, *(base for base in assembly.program.bases(site.name)))
        for function in (reference for cls in line for reference in methods.get(cls, ())):
            for place in _looked_at_before(assembly, function):
                for tool in tools:
                    assembly.control("human_approval", tool, assembly.cite(place), "the agent's loop asks before it runs tools")


def _looked_at_before(assembly: Assembly, function: FunctionRef) -> Iterator[Node]:
    runs = [call for call in assembly.calls_in(function) if _runs_a_tool(assembly, call)]
    for branch in assembly.program.files[function[0]].branches if runs else ():
        if branch.scope == function[1] and branch.condition < max(run[1] for run in runs):
            said = _words_in(assembly, (function[0], branch.condition))
            if said & _ASKED_FOR and not said & {"err", "error"}:
                yield function[0], branch.condition


def _runs_a_tool(assembly: Assembly, call: Node) -> bool:
    for target in assembly.program.targets(call):
        for inner in assembly.reach(target.function) if not target.constructs else ():
            identity = assembly.entry_of_function.get(inner)
            if identity is not None and assembly.draft(identity).kind == "tool":
                return True
    return False


def _words_in(assembly: Assembly, node: Node) -> set[str]:
    found, queue, seen = set[str](), [node[1]], set[int]()
    while queue and len(seen) < 30:
        current = queue.pop()
        if current not in seen:
            seen.add(current)
            value = assembly.program.value((node[0], current))
            found |= set(words_of(value.text)) if value.kind in ("name", "attribute", "parameter") else set()
            queue += value.inputs
    return found


def _asked_before(assembly: Assembly, tool: FunctionRef) -> Iterator[Node]:
    """Calls in the tool's own methods that ask for a permission, without which the method is left."""
    program, own = assembly.program, assembly.program.function(tool).owner
    for function in sorted(assembly.reach(tool)):
        if function != tool and (own is None or program.function(function).owner != own):
            continue
        branches = [branch for branch in program.files[function[0]].branches if branch.scope == function[1]]
        asking = [
            call for call in assembly.calls_in(function)
            if _asks_permission(assembly, call)
            and any(branch.exits_when and _is_made_of(assembly, (call[0], branch.condition), call) for branch in branches)
        ]  # fmt: skip
        under = {call: [branch for branch in branches if branch.side(call[1]) is not None] for call in asking}
        yield from (call for call in asking if not under[call] or _in_every_case(assembly, call, under, branches))


def _in_every_case(assembly: Assembly, call: Node, under: Mapping[Node, Sequence[Branch]], branches: Sequence[Branch]) -> bool:
    """`case "add": ask(...)`, `case "delete": ask(...)`: whichever of the kinds that are told apart it is, somebody is asked."""
    subject = _told_apart(assembly, call[0], under[call][-1])
    cases = [branch for branch in branches if subject is not None and _told_apart(assembly, call[0], branch) == subject]
    asked = [branch for branch in cases if any(found[-1:] == [branch] and branch.side(other[1]) for other, found in under.items())]
    return len(cases) > 1 and len(asked) == len(cases) and all(branch in cases for branch in under[call])


def _told_apart(assembly: Assembly, file: int, branch: Branch) -> int | None:
    """The value that a test compares with a constant."""
    program = assembly.program
    condition = program.value((file, branch.condition))
    if condition.kind != "operation" or condition.text not in ("==", "===") or len(condition.inputs) != 2:
        return None
    subject = condition.inputs[0]
    while program.value((file, subject)).kind == "guarded":
        subject = program.value((file, subject)).inputs[0]
    return subject


def _asks_permission(assembly: Assembly, call: Node) -> bool:
    callee = (call[0], assembly.program.value(call).inputs[0])
    value = assembly.program.value(callee)
    if any(name in assembly.program.classes for name in assembly.program.names(callee)):
        return False  # a request is only put together
    last, said = words_of(value.text), set(words_of(value.text))
    while value.kind == "attribute":
        value = assembly.program.value((call[0], value.inputs[0]))
        said |= set(words_of(value.text))
    return bool(said & _ASKED_FOR and _ASKING & set(last))


def _is_made_of(assembly: Assembly, node: Node, call: Node) -> bool:
    queue, seen = [node[1]], set[int]()
    while queue and len(seen) < 30:
        current = queue.pop()
        if current == call[1]:
            return True
        if current not in seen:
            seen.add(current)
            queue += assembly.program.value((node[0], current)).inputs
    return False


def _asks(values: tuple[Value, ...], labels: tuple[str, ...], inputs: tuple[int, ...]) -> bool:
    for label, given in zip(labels, inputs, strict=False):
        said = values[given]
        if _WAITS.match(label) and said.kind == "constant" and said.text == "True":
            return True
        if _STATE.match(label) and said.kind == "constant" and said.text in ("pending", "waiting", "required"):
            return True
    return False
