"""What a server answered where it did not do what it was asked: the text of an error, and nothing that a model said.

Takes a hit of the flow search that ends in a log. `if response.status_code != 200: log(response.text)`, `if (!res.ok)`, `resp.StatusCode >=
400`: the line is only written where a test of the same answer says that the request failed. A body that is read before the test and written
behind it counts as well, and so does one that is written beside what was caught after the answer itself refused
(`response.raise_for_status()`); a test that other code makes does not.
"""

from __future__ import annotations

from ingest.code.program import Node, Program
from pipeline.system.flows.taint import Hit
from pipeline.system.program.walking import inside

_WENT_WELL = frozenset({"ok", "is_success", "isSuccessful", "IsSuccessStatusCode", "is2xxSuccessful"})
_WENT_WRONG = frozenset({"is_error", "isError", "is_client_error", "is_server_error"})
_RAISES = frozenset({"raise_for_status", "raiseForStatus", "EnsureSuccessStatusCode", "error_for_status"})
_STATUS = frozenset({"status_code", "status", "statusCode", "StatusCode", "getStatusCode", "code"})
_GOOD = frozenset({"200", "201", "202", "204", "OK", "HTTP_200_OK", "StatusOK", "SC_OK", "HTTP_OK"})
_EQUAL, _UNEQUAL = frozenset({"==", "===", "is", "in"}), frozenset({"!=", "!==", "is not", "not in", "<>"})
_MOST = 40


def tells_of_failure(program: Program, hit: Hit) -> bool:
    """Whether a line is written only where the request failed whose answer it writes."""
    facts, call = program.files[hit.call[0]], hit.call[1]
    for number in facts.conditions.get(call, ()):
        branch = facts.branches[number]
        side = branch.side(call)
        if side is None and branch.exits_when == "holds" and call >= branch.failed[1] > 0:
            side = False
        failed = _says_failed((hit.call[0], branch.condition), program)
        if side is not None and failed is not None and failed == side and _is_of_answer(program, hit, (hit.call[0], branch.condition)):
            return True
    return _is_caught_refusal(program, hit)


def _is_caught_refusal(program: Program, hit: Hit) -> bool:
    """Whether a line writes what was caught, and the answer it writes was asked before to raise where it failed."""
    facts, call = program.files[hit.call[0]], program.value(hit.call)
    if not any(
        program.value(node).kind == "unknown" and program.value(node).text == "exception" for node in inside(program, hit.call, _MOST)
    ):
        return False
    on_way = {_plain(program, node) for node in hit.trace}
    for identity, value in enumerate(facts.values[: hit.call[1]]):
        if value.kind != "call" or value.scope != call.scope or not value.inputs:
            continue
        called = facts.values[value.inputs[0]]
        asked = called.kind == "attribute" and called.text in _RAISES and called.inputs
        if asked and _plain(program, (hit.call[0], called.inputs[0])) in on_way and identity < hit.call[1]:
            return True
    return False


def _says_failed(test: Node, program: Program) -> bool | None:
    """Whether a test holds where a request failed (True) or where it went well (False); None where it asks something else."""
    value = program.value(test)
    inner = [(test[0], given) for given in value.inputs]
    if value.kind == "guarded":
        return _says_failed(inner[0], program)
    if value.kind == "operation" and value.text in ("not", "!"):
        said = _says_failed(inner[0], program)
        return None if said is None else not said
    if value.kind in ("attribute", "call"):
        name = value.text if value.kind == "attribute" else program.value(inner[0]).text
        return False if name in _WENT_WELL else True if name in _WENT_WRONG else None
    if value.kind != "operation" or len(inner) != 2:
        return None
    status = next((at for at, side in enumerate(inner) if _is_status(program, side)), None)
    if status is None:
        return None
    other = program.value(inner[1 - status])
    named = other.text.rpartition(".")[2]
    if value.text in _EQUAL | _UNEQUAL:
        return (value.text in _UNEQUAL) if named in _GOOD else None
    limit = other.text if other.kind == "constant" and other.text.isdigit() else ""
    above = value.text in (">=", ">") if status == 0 else value.text in ("<=", "<")
    return above if limit and 299 <= int(limit) <= 500 else None


def _is_status(program: Program, node: Node) -> bool:
    value = program.value(node)
    if value.kind == "call":
        value = program.value((node[0], value.inputs[0]))
    return value.kind in ("attribute", "name") and value.text in _STATUS


def _is_of_answer(program: Program, hit: Hit, test: Node) -> bool:
    """Whether what is tested is the answer that the data came in, or came by."""
    on_way = {_plain(program, node) for node in hit.trace}
    return any(_plain(program, node) in on_way for node in inside(program, test, _MOST) if program.value(node).kind != "constant")


def _plain(program: Program, node: Node) -> Node:
    """A value without the tests that it passed."""
    for _ in range(_MOST):
        value = program.value(node)
        if value.kind not in ("guarded", "await") or not value.inputs:
            return node
        node = (node[0], value.inputs[0])
    return node
