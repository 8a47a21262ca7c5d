"""Checks that only turn away who brings a wrong credential, and let through who brings none: `if (!token) return next()`.

Takes an assembly, a function that runs before others and the place where it refuses; gives the test by which strangers pass. A function
that refuses them as well, whether there or after the test, lets nobody through, and one that leaves with nobody in its hands (`return
None`) leaves the question to whoever called it. Whether a guest may do what comes then is asked there, or nowhere. A guard of Nest lets
pass by its verdict, `return true`.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from ingest.facts import Branch
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.controls.refusals import denies
from pipeline.system.model import Evidence
from pipeline.system.program.enclosing import around

_BRINGS = re.compile(r"authori[sz]ation|token|cookie|jwt|session|bearer|credential|api_?key", re.IGNORECASE)
_NEXT = re.compile(r"next|call_?next|next_?handler|proceed|handler|view|func|fn|inner|wrapped|chain", re.IGNORECASE)
_RUNS = frozenset({"ServeHTTP", "Next", "next", "call", "apply"})
_BEGINS = frozenset({"startswith", "startsWith", "StartsWith", "HasPrefix", "hasPrefix", "match", "test", "CutPrefix", "Cut"})
_LANGUAGES = frozenset({"python", "typescript", "javascript", "go", "csharp"})  # what Spring lets through, its filter chain judges
_SAYS_YES = frozenset({"canActivate"})  # guards whose verdict lets pass
_HANDS_ERRORS = frozenset({"typescript", "javascript"})
_ERROR = re.compile(r"(Error|Exception)s?$")
_CAUGHT = re.compile(r"(\w*_)?(e|ex|err|error|exc|exception|reason|cause)|\w+(Err|Error|Exception)")
_MOST_NESTED = 6
OPTIONAL = "whoever brings no credential is let through"


def lets_strangers_pass(assembly: Assembly, reference: FunctionRef, refusal: Node) -> Evidence | None:
    """The test of what a caller brings that lets pass whoever brings nothing; None where everybody is asked."""
    passed = _passed(assembly, reference, refusal)
    return assembly.cite(passed, "step", OPTIONAL) if passed is not None else None


def _passed(assembly: Assembly, reference: FunctionRef, refusal: Node) -> Node | None:
    program, facts = assembly.program, assembly.program.files[reference[0]]
    if facts.language not in _LANGUAGES or refusal[0] != reference[0] or program.value(refusal).scope != reference[1]:
        return None
    refusing = [call for call in assembly.calls_in(reference) if denies(assembly, call)] or [refusal]
    for branch in facts.branches:
        if branch.scope != reference[1]:
            continue
        brought = _asks_whether_brought(assembly, reference, (reference[0], branch.condition))
        if brought is None or any(_side(branch, call[1]) is not brought for call in (*refusing, refusal)):
            continue
        if any(_side(branch, passed) is not brought for passed in _passing(assembly, reference)):
            return (reference[0], branch.condition)
    return None


def _side(branch: Branch, value: int) -> bool | None:
    """How a test came out where a value is computed; behind one that left, it came out the other way."""
    side = branch.side(value)
    if side is None and branch.exits_when in ("holds", "fails") and value >= max(branch.held[1], branch.failed[1]):
        return branch.exits_when == "fails"
    return side


def _asks_whether_brought(assembly: Assembly, reference: FunctionRef, condition: Node, depth: int = 0) -> bool | None:
    """How a test comes out where a caller brings a credential; None where it asks for something else."""
    program, value = assembly.program, assembly.program.value(condition)
    inner = [(condition[0], given) for given in value.inputs]
    if depth > _MOST_NESTED:
        return None
    if value.kind == "operation" and value.text in ("not", "!") and inner:
        asked = _asks_whether_brought(assembly, reference, inner[0], depth + 1)
        return None if asked is None else not asked
    if value.kind in ("choice", "operation") and value.text in ("or", "and", "||", "&&") and inner:
        return _asks_whether_brought(assembly, reference, inner[0], depth + 1)
    if value.kind == "operation" and value.text in ("==", "===", "is", "!=", "!==", "is not") and len(inner) == 2:
        nothing = [one for one in inner if program.value(one).constant_type == "none" or program.constant(one) == ""]
        others = [one for one in inner if one not in nothing]
        brings = bool(nothing) and len(others) == 1 and _is_brought(assembly, reference, others[0])
        return value.text in ("!=", "!==", "is not") if brings else None
    if value.kind == "operation" and value.text == "is" and len(inner) == 1:  # `if token, ok := ...; ok`
        return True if _is_brought(assembly, reference, inner[0]) else None
    if value.kind == "call" and inner:
        callee = program.value(inner[0])
        if callee.text in _BEGINS or any(_BRINGS.search(program.value(one).text) for one in inner[1:]):
            return True if _is_brought(assembly, reference, condition) else None
        return True if not program.targets(condition) and _BRINGS.search(callee.text) else None
    if value.kind in ("attribute", "index", "name", "parameter", "await", "guarded"):
        return True if _is_brought(assembly, reference, condition) else None
    return None


def _is_brought(assembly: Assembly, reference: FunctionRef, node: Node) -> bool:
    """Whether a value is what a request brings to show who sends it, as it was sent: nothing has looked at it yet."""
    program = assembly.program
    said = parts(assembly, node)
    if any(program.value(part).kind == "call" and program.targets(part) for part in said):
        return False
    if any((place := program.parameter_of(part)) is not None and place[0] != reference for part in said):
        return False  # what the check was made with, and no caller brings: `bearer(settings.token)`
    return any(
        _BRINGS.search(program.value(part).text)
        for part in said
        if program.value(part).kind in ("constant", "name", "attribute", "index", "parameter")
    )


def _passing(assembly: Assembly, reference: FunctionRef) -> list[int]:
    """Calls by which a function hands on to what runs next, and places where it leaves with nobody."""
    program, facts = assembly.program, assembly.program.files[reference[0]]
    outer = {(one[0], parameter.value) for one in around(program, reference) for parameter in program.function(one).parameters}
    found: list[int] = []
    for call in assembly.calls_in(reference):
        callee = (call[0], program.value(call).inputs[0])
        value = program.value(callee)
        base = (call[0], value.inputs[0]) if value.kind == "attribute" and value.inputs else callee
        named = value.text in _RUNS if base != callee else True
        if named and base in outer and _NEXT.fullmatch(program.value(base).text) and not hands_error(assembly, call):
            found.append(call[1])
    returned = program.function(reference).returns
    if program.function(reference).name in _SAYS_YES:
        found += [one for one in returned if program.constant((reference[0], one)) is True]
    return found + [one for one in returned if facts.values[one].constant_type == "none"]


def hands_error(assembly: Assembly, call: Node) -> bool:
    """Whether what runs next is the handler of errors: `next(new HttpError(401))`, `done(err)`; `next({ctx})` hands on something else."""
    program, value = assembly.program, assembly.program.value(call)
    if program.files[call[0]].language not in _HANDS_ERRORS or len(value.inputs) != 2:
        return False
    given = (call[0], value.inputs[1])
    for one in (given, *program.origins(given)):
        made = program.value(one)
        if made.kind == "call":
            named = program.value((one[0], made.inputs[0])).text.rsplit(".", 1)[-1]
            if _ERROR.search(named) or denies(assembly, one):
                return True
        elif made.kind in ("name", "parameter", "attribute", "unknown") and _CAUGHT.fullmatch(made.text):
            return True
    return False
