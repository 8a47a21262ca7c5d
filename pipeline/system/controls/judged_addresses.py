"""At which addresses a function that runs before routes turns callers away: what its own tests of the address say.

Takes the function and the call by which it refuses, gives beginnings of addresses: those it guards where only some are guarded
(`if path.startswith("/admin")`), and those it lets through. Compared are literal beginnings alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from ingest.code.program import FunctionRef, Node, Target
from pipeline.system.assembly import Assembly

_OPEN = re.compile(
    r"public|open|unprotected|ignored|excluded?|skip|white_?list|allow(ed)?|auth_?(routes|pages|paths)|log_?in|sign_?in", re.I
)
_MATCHES = frozenset({"match", "fullmatch", "search", "test", "includes", "has"})
_LITERAL = re.compile(r"^\^?[\w/.~-]*")
_DEPTH = 6


def judges_at(assembly: Assembly, reference: FunctionRef, refusal: Node, address: str) -> bool:
    """Whether a function that refuses does so at an address; at one that is not known, it does."""
    if not address.startswith("/"):
        return True
    only, left_out = addresses_judged(assembly, reference, refusal)
    if only and not any(below(address, beginning) for beginning in only):
        return False
    return not any(below(address, beginning) for beginning in left_out)


def texts_in(assembly: Assembly, node: Node, depth: int = 0) -> Iterator[str]:
    """Constant texts an expression is made of."""
    for origin in assembly.program.origins(node) if depth < _DEPTH else ():
        value = assembly.program.value(origin)
        if value.kind == "constant" and value.constant_type == "string":
            yield value.text
        elif value.kind in ("call", "collection", "format", "operation", "choice", "update", "element_of", "index", "guarded"):
            for given in value.inputs[:40]:
                yield from texts_in(assembly, (origin[0], given), depth + 1)


def addresses_judged(assembly: Assembly, reference: FunctionRef | None, refusal: Node | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Beginnings of addresses that are guarded where only some are, and of those that are let through."""
    if reference is None or refusal is None:
        return (), ()
    only: dict[str, None] = {}
    left_out: dict[str, None] = {}

    def note(test: Node, opens: bool) -> None:
        paths = [text for text in _addresses_in(assembly, test) if text.strip("^$/")]
        (left_out if opens or _OPEN.search(_names_in(assembly, test)) is not None else only).update(dict.fromkeys(paths))

    refusing = assembly.program.files[refusal[0]].conditions.get(refusal[1], ())
    asked: dict[FunctionRef, bool] = {}  # functions that a test asks about the address, each with the answer that lets a caller through
    tests: list[tuple[FunctionRef, Node, bool]] = []
    for function in sorted(assembly.reach(reference) - _only_after(assembly, refusal)):
        facts = assembly.program.files[function[0]]
        for number, branch in enumerate(facts.branches):
            decides = function[0] == refusal[0] and number in refusing
            if branch.scope != function[1] or not (decides or branch.exits_when == "holds"):
                continue
            condition = (function[0], branch.condition)
            refused = decides and _stands_inside(assembly, condition, branch.exits_when, refusal)
            for test, holds in _tests(assembly, condition):
                asked |= {target.function: holds != refused for target in _asked(assembly, test)}
                tests.append((function, test, holds != refused))
    answers = {function: found for function, opening in asked.items() if (found := list(_answers(assembly, function, opening)))}
    for test, opens in (*((test, opens) for function, test, opens in tests if function not in answers), *chain(*answers.values())):
        note(test, opens)
    return tuple(only), tuple(left_out)


def _only_after(assembly: Assembly, refusal: Node) -> set[FunctionRef]:
    """Functions that run only behind a refusal, for callers who were let in: they ask what these may do."""
    before, after = set[FunctionRef](), set[FunctionRef]()
    for call in assembly.calls_in((refusal[0], assembly.program.value(refusal).scope)):
        for target in assembly.program.targets(call):
            (after if call > refusal else before).update(assembly.reach(target.function))
    return after - before


def _asked(assembly: Assembly, test: Node) -> Sequence[Target]:
    """The functions of the project that a test asks about an address: `isPublic(r.URL.Path)`."""
    value = assembly.program.value(test)
    return assembly.program.targets(test) if value.kind == "call" and len(value.inputs) > 1 else ()


def _answers(assembly: Assembly, function: FunctionRef, opening: bool) -> Iterator[tuple[Node, bool]]:
    """The tests by which a function answers, each with whether it lets through where it holds; `opening` is the answer that does."""
    facts = assembly.program.files[function[0]]
    returned = assembly.program.function(function).returns
    for branch in facts.branches:
        said = {facts.values[value].text.lower() for value in returned if branch.side(value) is True}
        if branch.scope == function[1] and len(said) == 1 and (answer := said.pop()) in ("true", "false"):
            lets = (answer == "true") == opening
            yield from ((test, holds == lets) for test, holds in _tests(assembly, (function[0], branch.condition)))
    for value in returned:
        if facts.values[value].kind != "constant":
            yield from ((test, holds == opening) for test, holds in _tests(assembly, (function[0], value)))


def _stands_inside(assembly: Assembly, condition: Node, exits_when: str, call: Node) -> bool:
    """Whether a call that depends on a test is made where it holds, and not where it has failed: behind `if (open) return next();`."""
    if exits_when != "holds":
        return True
    facts = assembly.program.files[condition[0]]
    failed = (
        identity for identity in range(condition[1], len(facts.values))
        if facts.values[identity].kind == "guarded" and facts.values[identity].inputs[1:] == (condition[1],)
        and facts.values[identity].text.startswith("fails")
    )  # fmt: skip
    after = next(failed, None)
    return call[1] < after if after is not None else facts.values[call[1]].line <= facts.values[condition[1]].end_line + 1


def _tests(assembly: Assembly, condition: Node) -> Iterator[tuple[Node, bool]]:
    """The single tests a condition is made of, each with what it must say for the condition to hold."""
    queue, seen = [(condition, True)], 0
    while queue and seen < 60:
        (node, holds), seen = queue.pop(), seen + 1
        value = assembly.program.value(node)
        if value.kind == "operation" and value.text == "not":
            queue += [((node[0], given), not holds) for given in value.inputs]
        elif value.kind == "operation" and value.text in ("not in", "!="):
            yield node, not holds
        elif value.kind in ("operation", "choice") and value.text in ("and", "or", "&&", "||", ""):
            queue += [((node[0], given), holds) for given in value.inputs]
        elif value.kind == "guarded":
            queue.append(((node[0], value.inputs[0]), holds))
        else:
            yield node, holds


def _addresses_in(assembly: Assembly, test: Node) -> Iterator[str]:
    """The addresses a test compares with; one that must be the same ends with `$`, as in a pattern: `path in ("/health",)`."""
    value, facts = assembly.program.value(test), assembly.program.files[test[0]]
    given = [test]
    if value.kind == "operation" and value.text in ("in", "not in"):
        given = [(test[0], listed) for listed in value.inputs[1:]]  # `"/open" in path` stands for what holds it
        if not any(True for one in given for _text in texts_in(assembly, one)):
            yield from (text for text in texts_in(assembly, test) if text.startswith("/"))
            return
    callee = facts.values[value.inputs[0]] if value.kind == "call" else value
    if value.kind == "call" and callee.kind == "attribute" and callee.text in _MATCHES:
        given.append((test[0], callee.inputs[0]))
    same = "$" if value.kind == "operation" and value.text in ("in", "not in", "==", "!=") else ""
    for text in (text for one in given for text in texts_in(assembly, one)):
        if text.startswith(("/", "^/")):
            yield text + (same if literal(text) == text else "")


def _names_in(assembly: Assembly, node: Node) -> str:
    value, found = assembly.program.value(node), [""]
    for _ in range(4):
        found.append(value.text if value.kind in ("name", "attribute") else "")
        if not value.inputs:
            break
        value = assembly.program.value((node[0], value.inputs[0]))
    return " ".join(found)


def literal(pattern: str) -> str:
    """The beginning of a pattern that stands for itself."""
    found = _LITERAL.match(re.sub(r"[.][*+?].*", "", pattern, flags=re.DOTALL))
    return found.group().removeprefix("^").rstrip("$") if found is not None else ""


def below(address: str, beginning: str) -> bool:
    """Whether an address begins as a pattern does, as far as that is literal, or is the one that a pattern ends after."""
    if beginning.endswith("$") and literal(beginning) in (beginning[:-1], beginning[1:-1]):
        return (address.rstrip("/") or "/") == (literal(beginning).rstrip("/") or "/")
    return address.startswith(literal(beginning).rstrip("/") or "/")
