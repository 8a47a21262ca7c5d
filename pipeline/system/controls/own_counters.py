"""Functions of the project that keep count by themselves: how often somebody asked, or when they did last, is compared and written down.

Takes an assembly and a test that leaves; gives the call by which the test asks such a function: it compares a count or the time since then
(`calls_left > 0`, `now - last < 1`), changes what is kept, and says yes or no, alone or as the first of a pair. A function that only
compares counts nobody, and one whose answer nobody looks at stops nobody. What is left of a plan may also be compared in one function and
written down in another, after the answer: whoever asks the one, leaves without an answer of it, and calls the other, keeps count as well.
"""

from __future__ import annotations

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.program.walking import inside
from pipeline.system.rules.words import words_of

_COMPARES = frozenset({"<", "<=", ">", ">="})
_OF_ASKING = frozenset({
    "call", "calls", "request", "requests", "message", "messages", "question", "questions", "prompt", "prompts", "query", "queries",
    "use", "uses", "token", "tokens", "generation", "generations", "daily", "hourly", "weekly", "monthly",
})  # fmt: skip
# `SELECT calls FROM people` reads a count as well: the name of a variable that held it is not seen any more.
_AMOUNTS = frozenset({
    "count", "counts", "counter", "left", "remaining", "used", "limit", "number", "total", "made", "max", "balance", "select",
})  # fmt: skip
_BY_ITSELF = frozenset({"quota", "quotas", "credits", "usage", "budget", "allowance", "cooldown"})
_NOW = frozenset({"now", "time", "monotonic", "utcnow", "hrtime"})
_KEPT = frozenset({"get", "hget", "mget", "fetchone", "scalar", "first", "find", "select", "last"})
_CHANGES = frozenset({
    "incr", "incrby", "incrbyfloat", "hincrby", "decr", "decrby", "zadd", "setex", "expire", "set", "hset", "increment", "increments",
    "increase", "increases", "decrement", "decrements", "decrease", "decreases", "consume", "spend", "charge", "update", "updates",
    "insert", "add", "append", "record", "save", "execute", "reserve",
})  # fmt: skip
_MOST, _MOST_BEHIND = 40, 200
_LEFT = frozenset({"remaining", "left", "balance", "limit", "limits", "quota", "credits", "allowance", "max"})
_COUNTS_UP = frozenset({
    "inc", "incr", "increment", "increase", "add", "record", "track", "register", "update", "deduct", "decrement", "decrease", "consume",
    "charge", "spend", "count", "save", "use", "log", "report",
})  # fmt: skip
_USED_UP = frozenset(
    {"usage", "use", "quota", "quotas", "credit", "credits", "balance", "consumption", "points", "limit", "limits", "allowance", "count"}
)


class OwnCounters:
    """Answers for one program; functions that compare are looked for once."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._of_left: frozenset[FunctionRef] = frozenset()
        self._left: dict[FunctionRef, bool] = {}
        self._comparing = self._find_comparing()
        self._known: dict[FunctionRef, bool] = {}

    def asked_by(self, condition: Node) -> Node | None:
        """The call by which a test asks whether somebody has asked too often."""
        program = self._assembly.program
        for part in parts(self._assembly, condition) if self._comparing else ():
            if program.value(part).kind != "call":
                continue
            asked = [target.function for target in program.targets(part) if not target.constructs]
            if any(self._keeps_count(one) for one in asked):
                return part
            if any(self._looks_what_is_left(one) for one in asked) and self._writes_down_after(part):
                return part
        return None

    def _looks_what_is_left(self, function: FunctionRef) -> bool:
        """Whether a function, with what it runs, compares what is left of an allowance: `limit.remaining >= points`."""
        known = self._left.get(function)
        if known is None:
            reached = self._assembly.reach(function)
            known = self._left[function] = len(reached) <= _MOST_BEHIND and bool(reached & self._of_left)
        return known

    def _writes_down_after(self, asked: Node) -> bool:
        """Whether the function that asks also calls what is named for counting somebody's use."""
        program = self._assembly.program
        for call in self._assembly.calls_in((asked[0], program.value(asked).scope)):
            said = words_of(program.value((call[0], program.value(call).inputs[0])).text)
            if call > asked and said[:1] and said[0] in _COUNTS_UP and not _USED_UP.isdisjoint(said[1:]):
                return True
        return False

    def _keeps_count(self, function: FunctionRef) -> bool:
        known = self._known.get(function)
        if known is None:
            reached = self._assembly.reach(function)
            known = self._known[function] = (
                bool(reached & self._comparing)
                and len(reached) <= _MOST
                and any(self._says_yes_or_no(one) for one in reached & self._comparing)
                and any(self._changes(call) for one in sorted(reached) for call in self._assembly.calls_in(one))
            )
        return known

    def _find_comparing(self) -> frozenset[FunctionRef]:
        program = self._assembly.program
        found = [
            (file, identity)
            for file, facts in enumerate(program.files)
            if facts.purpose == "product"
            for identity, value in enumerate(facts.values)
            if value.kind == "operation" and value.text in _COMPARES and self._is_count((file, identity))
        ]
        self._of_left = frozenset((one[0], program.value(one).scope) for one in found if not _LEFT.isdisjoint(self._said(one)))
        return frozenset((one[0], program.value(one).scope) for one in found)

    def _is_count(self, comparison: Node) -> bool:
        """Whether what is compared is called a count of what somebody asked, or is a time gone by that is still too short."""
        program = self._assembly.program
        for part in inside(program, comparison, _MOST):
            value = program.value(part)
            words = set(words_of(value.text)) if value.kind in ("name", "attribute", "parameter", "index", "constant") else set()
            if words & _BY_ITSELF or (words & _OF_ASKING and words & _AMOUNTS):
                return True
        compared = program.value(comparison)
        if len(compared.inputs) != 2:
            return False
        smaller = (comparison[0], compared.inputs[0 if compared.text.startswith("<") else 1])  # what is too old has only run out
        for part in inside(program, smaller, _MOST):
            value = program.value(part)
            if value.kind == "operation" and value.text == "-" and len(value.inputs) == 2:
                sides = [self._said((part[0], given)) for given in value.inputs]
                if any(one & _NOW and other & _KEPT for one, other in (sides, sides[::-1])):
                    return True
        return False

    def _said(self, node: Node) -> set[str]:
        program = self._assembly.program
        return {word for one in inside(program, node, _MOST) for word in words_of(program.value(one).text)}

    def _says_yes_or_no(self, function: FunctionRef) -> bool:
        """Whether a function gives back true or false, alone or as the first of a pair."""
        program = self._assembly.program
        for returned in program.function(function).returns:
            node = (function[0], returned)
            value = program.value(node)
            if value.kind == "collection" and value.inputs:
                value = program.value((node[0], value.inputs[0]))
            if value.constant_type == "boolean" or (value.kind == "operation" and value.text in _COMPARES):
                return True
        return False

    def _changes(self, call: Node) -> bool:
        callee = self._assembly.program.value((call[0], self._assembly.program.value(call).inputs[0]))
        return callee.kind == "attribute" and words_of(callee.text)[:1] != [] and words_of(callee.text)[0] in _CHANGES
