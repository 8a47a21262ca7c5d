"""Records that are copied or varied before they are split: what is held back has twins among what was learned.

Takes an assembly whose elements are known, marks training (`measured: copies`) in runs that split data which resampling or augmentation
made: `SMOTE().fit_resample(x, y)` and then `train_test_split`. Counted are copying calls of libraries, and functions of the project that
are named for it; a split that is made by hand, and copies that stay within a group the split keeps together, are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.program.walking import inputs_of, runs_of, walk

_SPLITS = re.compile(r"(?:^|\.)(?:train_test_split|random_split)$")
_COPIES = re.compile(r"^(?:sklearn\.utils\.resample|imblearn\.(?:over_sampling|combine)\.[\w.]+\.fit_(?:re)?sample)$")
_METHODS = frozenset({"fit_resample", "fit_sample"})
_UNDER = re.compile(r"(?i)under_?sampl|NearMiss|TomekLinks|EditedNearest")  # takes records away, and copies none
_NAMED = re.compile(r"(?i)(?:^|_)(?:augment\w*|over_?sampl\w*|up_?sampl\w*|with_variants|duplicate\w*|smote)(?:_|$)")
_MOST = 80


def mark_copied_before_split(assembly: Assembly) -> None:
    """`measured: copies` at the training of such runs."""
    program = assembly.program
    copying = {call: copied for call in _splits(assembly) if (copied := _copied_before(assembly, call)) is not None}
    if not copying:
        return
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind != "training_job" or draft.attributes.get("measured") is not None:
            continue
        own = [run for node in draft.nodes for run in runs_of(assembly.program, (node[0], program.value(node).scope))]
        for split, copied in sorted(copying.items()):
            if (split[0], program.value(split).scope) in own:
                draft.attributes["measured"] = "copies"
                for node in (split, copied):
                    assembly.cite_of(identity, assembly.place(node))
                break


def _splits(assembly: Assembly) -> Iterator[Node]:
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and len(value.inputs) > 1 and _SPLITS.search(facts.values[value.inputs[0]].text):
                yield file, identity


def _copied_before(assembly: Assembly, split: Node) -> Node | None:
    """The call that copies records of what a split is given."""
    program = assembly.program

    def onward(node: Node) -> list[Node]:
        value = program.value(node)
        if value.kind in ("name", "parameter", "attribute", "function", "class"):
            return [origin for origin in program.origins(node) if origin != node]
        return [*(one for one in inputs_of(program, node)[1 if value.kind == "call" else 0 :]), *program.origins(node)]

    for given in inputs_of(program, split)[1:3]:
        for node in walk(given, onward, _MOST, nearest_first=True):
            if program.value(node).kind == "call" and node != split and _is_copying(assembly, node):
                return node
    return None


def _is_copying(assembly: Assembly, call: Node) -> bool:
    program = assembly.program
    names = [assembly.index.canonical(name) for name in program.callee_names(call)]
    text = callee_text(assembly, call)
    if any(_UNDER.search(name) for name in (*names, text)):
        return False
    if any(_COPIES.match(name) for name in names) or (text in _METHODS and not any("under_sampling" in name for name in names)):
        return True
    return bool(program.targets(call)) and _NAMED.search(text) is not None
