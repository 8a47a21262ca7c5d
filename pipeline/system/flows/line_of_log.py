"""Values that a function only writes into lines of a log: `logger.info("call", { from: req.body.From })`.

Takes the facts of a file and a value, follows it forward through what is made of it inside its function, and says whether all that comes of
it are calls that log.
"""

from __future__ import annotations

import re

from ingest.facts import CodeFacts

_LOGS = re.compile(
    r"debug|info|warn(?:ing)?|error|exception|critical|log|trace|print(?:ln|f)?|Info[fw]?|Debug[fw]?|Warn[fw]?|Print(?:ln|f)?"
)
_MADE_OF = frozenset({"collection", "choice", "guarded", "format", "operation", "await", "update", "attribute", "index", "name"})
_MOST = 60


def is_only_a_line(facts: CodeFacts, number: int) -> bool:
    """Whether everything that is made of a value is written to a log, and something is."""
    scope, queue, seen, logged = facts.values[number].scope, [number], set[int](), False
    users: dict[int, list[int]] = {}
    for user, value in enumerate(facts.values):
        if value.scope == scope:
            for given in value.inputs:
                users.setdefault(given, []).append(user)
    if any(store.value == number for store in facts.stores):
        return False
    conditions = {branch.condition for branch in facts.branches}
    while queue and len(seen) < _MOST:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        if current in conditions or current in facts.functions[scope].returns:
            return False
        for user in users.get(current, ()):
            value = facts.values[user]
            if value.kind == "call" and current not in value.inputs[:1]:
                if not _LOGS.fullmatch(facts.values[value.inputs[0]].text):
                    return False
                logged = True
            elif value.kind in _MADE_OF:
                queue.append(user)
            else:
                return False
    return logged and not any(store.value in seen for store in facts.stores)
