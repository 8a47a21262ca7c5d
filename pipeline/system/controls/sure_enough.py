"""Predictions that are not acted on where the model is not sure: the score of what it says is compared, and the low side goes elsewhere.

Takes a branch that depends on a prediction. Counted is the score of the likeliest class alone (the largest of all, or what stands beside
the label), and only where what happens below the bar names a person or a default; the score of one class, compared, is the verdict itself.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.taint import Hit

_ORDER = {"<": True, "<=": True, ">": False, ">=": False}  # whether the low side is where it holds, with the score on the left
_LARGEST = frozenset({"max", "amax", "topk"})
_BESIDE_A_LABEL = frozenset({"score", "confidence"})
_ELSEWHERE = re.compile(
    r"\b(?:review\w*|manual\w*|human\w*|person|unsure|uncertain|unknown|undecided|escalat\w*|fallback|abstain\w*|defer\w*|inconclusive)\b",
    re.IGNORECASE,
)


def asks_whether_sure(assembly: Assembly, hit: Hit) -> Node | None:
    """The comparison that keeps an unsure prediction from being acted on."""
    program, file = assembly.program, hit.call[0]
    facts = program.files[file]
    if not any(_is_top_score(assembly, node) for node in hit.trace):
        return None
    for branch in facts.branches:
        test = facts.values[branch.condition]
        if branch.condition != hit.call[1] or test.kind != "operation" or test.text not in _ORDER or len(test.inputs) != 2:
            continue
        on_left = any((file, test.inputs[0]) == node for node in hit.trace)
        low_holds = _ORDER[test.text] == on_left
        first, last = branch.held if low_holds else branch.failed
        if last <= first and branch.exits_when == ("fails" if low_holds else "holds"):
            first, last = max(branch.held[1], branch.failed[1]), len(facts.values)  # the rest of the function is the low side
        beside = [value for value in facts.values[first:last] if value.scope == branch.scope]
        if any(value.kind in ("constant", "name", "attribute") and _ELSEWHERE.search(_words(value.text)) for value in beside):
            return file, branch.condition
    return None


def _is_top_score(assembly: Assembly, node: Node) -> bool:
    value = assembly.program.value(node)
    if value.kind == "call":
        return callee_text(assembly, node) in _LARGEST
    return value.kind in ("attribute", "index") and value.text in _BESIDE_A_LABEL


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)
