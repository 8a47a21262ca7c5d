"""Checks whose bad end is only written to a log: `if not compare_digest(given, expected): log.warning(...)`, and on it goes.

Takes an assembly and the call of a check, answers whether nothing but log lines depends on its failure. A check whose outcome is kept, or
that stands among other tests, is believed.
"""

from __future__ import annotations

from ingest.code.program import Node
from ingest.facts import Branch, CodeFacts
from pipeline.system.assembly import Assembly

_LOGS = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "println", "Println", "Printf", "Print"}
)
_TEXTS = frozenset({"str", "format", "repr", "get", "len", "String", "slice", "join"})  # what a line is made of
_NOT = frozenset({"not", "!"})


def is_only_logged(assembly: Assembly, call: Node) -> bool:
    """Whether a check is made and its failure changes nothing."""
    facts = assembly.program.files[call[0]]
    scope = facts.values[call[1]].scope
    tests = [(branch, fails) for branch in facts.branches if branch.scope == scope for fails in _failing_side(facts, branch, call[1])]
    return bool(tests) and all(_goes_on(facts, branch, *fails) for branch, fails in tests)


def _failing_side(facts: CodeFacts, branch: Branch, check: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The values of the side on which the check failed, and those of the other; nothing where the test is another one."""
    tested, negated = branch.condition, False
    while facts.values[tested].kind == "operation" and facts.values[tested].text in _NOT and facts.values[tested].inputs:
        tested, negated = facts.values[tested].inputs[0], not negated
    if tested != check:
        return []
    return [(branch.held, branch.failed) if negated else (branch.failed, branch.held)]


def _goes_on(facts: CodeFacts, branch: Branch, failed: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether the failing side writes log lines and nothing else, and the other side does nothing that it does not."""
    inside = range(*failed)
    calls = [facts.values[identity] for identity in inside if facts.values[identity].kind == "call"]
    called = [facts.values[value.inputs[0]].text for value in calls]
    if branch.exits_when or not called or other[0] < other[1] or not set(called) <= _LOGS | _TEXTS or _LOGS.isdisjoint(called):
        return False
    return not any(store.value in inside for store in facts.stores) and not any(
        given in inside
        for identity in range(failed[1], len(facts.values))
        if facts.values[identity].scope == facts.values[branch.condition].scope
        for given in facts.values[identity].inputs
    )
