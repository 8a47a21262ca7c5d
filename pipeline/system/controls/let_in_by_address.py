"""Callers that are let in by an address which they write themselves: the first entry of `X-Forwarded-For`, held against a list of networks.

Takes an assembly, adds a `component` for each function that takes that entry for where a call comes from, where it or a function that asks
it refuses whoever comes from elsewhere. Proxies append to the header, so what stands first is the caller's own. Entries taken from the end,
and those that are only believed of known proxies, are left alone; whether a platform writes the header anew is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.forged_addresses import taken_first
from pipeline.system.controls.refusals import answers, denies
from pipeline.system.model import AttributeValue
from pipeline.system.program.symbols import symbol_of
from pipeline.system.program.walking import inputs_of, walk

_IN_LIST = frozenset({"includes", "has", "contains", "Contains", "some", "any", "anyMatch", "any_", "IsInRange"})
_OF_NETWORK = frozenset({"is_private", "is_loopback", "IsPrivate", "IsLoopback", "startsWith", "startswith", "HasPrefix", "isPrivate"})
_NOT_HERE = frozenset({"404", "NOT_FOUND", "NotFound", "StatusNotFound"})
_MOST, _MOST_CALLERS = 80, 8


def add_let_in_by_address(assembly: Assembly) -> None:
    """Adds the functions by whose word a caller belongs to the house."""
    for function, read in sorted((*taken_first(assembly), *_first_of_route(assembly))):
        refused = next(_refusals(assembly, function, read), None)
        if refused is None:
            continue
        said: dict[str, AttributeValue] = {"identity_header": True, "names": ("x-forwarded-for",)}
        cited = assembly.cite(read, "sink", "the caller's own entry of the header")
        name = symbol_of(assembly.program, function)
        draft = assembly.draft(assembly.drafts.put("component", name, None, said, cited, None, assembly.purpose(function[0])))
        more = assembly.cite(refused, note="who may come in is told by it")
        draft.show(more)


def _first_of_route(assembly: Assembly) -> Iterator[tuple[FunctionRef, Node]]:
    """`request.access_route[0]`: what werkzeug cuts the header into, without a word on who wrote it."""
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values) if facts.language == "python" and facts.purpose != "test" else ():
            if value.kind == "index" and value.text == "0" and facts.values[value.inputs[0]].text == "access_route":
                yield (file, value.scope), (file, identity)


def _refusals(assembly: Assembly, function: FunctionRef, read: Node) -> Iterator[Node]:
    """Tests by which a caller is refused for the address, in the function itself and in those that ask it."""
    program = assembly.program
    asking = {(call[0], program.value(call).scope) for call in program.callers(function)[:_MOST_CALLERS]}
    for place in sorted({function, *asking}):
        for branch in program.files[place[0]].branches:
            condition = (place[0], branch.condition)
            if branch.scope == place[1] and _judges(assembly, condition, function, read):
                refusing = [call for call in assembly.calls_in(place) if branch.side(call[1]) is not None and _turns_away(assembly, call)]
                if refusing:
                    yield condition


def _judges(assembly: Assembly, condition: Node, function: FunctionRef, read: Node) -> bool:
    """Whether a test holds the address against a list or a network."""
    program, listed, is_address = assembly.program, False, False

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        origins = [one for one in program.origins(node) if one != node] if value.kind == "name" else []
        return [*inputs_of(program, node), *origins]

    for node in walk(condition, onward, _MOST, nearest_first=True):
        value = program.value(node)
        listed = listed or (value.kind == "operation" and value.text in ("in", "not in"))
        listed = listed or (value.kind == "attribute" and value.text in _IN_LIST | _OF_NETWORK)
        asked = value.kind == "call" and any(target.function == function for target in program.targets(node))
        is_address = is_address or asked or node == read or _is_read_of(assembly, node, read)
    return listed and is_address


def _is_read_of(assembly: Assembly, node: Node, read: Node) -> bool:
    """Whether a value is the header that was read, by the name of it: `headers["x-forwarded-for"]` stands around the name."""
    return node[0] == read[0] and read[1] in assembly.program.value(node).inputs


def _turns_away(assembly: Assembly, call: Node) -> bool:
    if denies(assembly, call):
        return True
    value = assembly.program.value(call)
    given = [assembly.program.value((call[0], one)).text for one in value.inputs[1:3]]
    return answers(assembly.program.value((call[0], value.inputs[0])).text) and not _NOT_HERE.isdisjoint(given)
