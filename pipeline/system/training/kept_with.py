"""What is kept with a model: a checkpoint, or a file that is written beside it, that says with which settings and of what it was made.

Takes an assembly and a call that saves a model; gives the place of a record that has both: the settings of the training (`config`,
`hyperparameters`, `args`), and what it learnt of (`classes`, `features`, `dataset`, `commit`). Weights with a number of the epoch and a
loss are no such record.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.rules.words import words_of

_SETTINGS = frozenset({
    "config", "configuration", "cfg", "hyperparameters", "hyperparameter", "hparams", "hyper", "args", "settings", "params",
})  # fmt: skip
_OF_WHAT = frozenset({
    "dataset", "datasets", "data", "classes", "class", "features", "feature", "columns", "split", "splits", "rows", "samples", "commit",
    "sha", "digest", "revision", "trained",
})  # fmt: skip
_WRITES = frozenset({"json.dump", "json.dumps", "yaml.dump", "yaml.safe_dump"})
_DEEP = 5
_MOST = 200  # values of one record that are looked at


def record_beside(assembly: Assembly, save: Node) -> Node | None:
    """The record of a save, or of what is written in the same function; None where none says both."""
    program = assembly.program
    given = [(save[0], one) for one in program.value(save).inputs[1:]]
    beside = [
        (call[0], program.value(call).inputs[1])
        for call in assembly.calls_in((save[0], program.value(save).scope))
        if len(program.value(call).inputs) > 1 and not _WRITES.isdisjoint(program.callee_names(call))
    ]
    return next((node for node in (*given, *beside) if _says_both(set(_keys(assembly, node)))), None)


def _says_both(keys: set[str]) -> bool:
    words = {word for key in keys for word in words_of(key)}
    return bool(words & _SETTINGS) and bool(words & _OF_WHAT)


def _keys(assembly: Assembly, begin: Node) -> Iterator[str]:
    """Keys of a record and of the records in it."""
    program = assembly.program
    queue, seen = [(begin, 0)], set[Node]()
    while queue and len(seen) < _MOST:
        node, depth = queue.pop()
        for origin in program.origins(node) if depth <= _DEEP else ():
            if origin in seen:
                continue
            seen.add(origin)
            value = program.value(origin)
            if value.kind == "choice" or value.kind == "operation":  # `metadata or {}`
                queue += [((origin[0], given), depth) for given in value.inputs]
            if value.kind not in ("collection", "update") and not (value.kind == "call" and "dict" in program.callee_names(origin)):
                continue
            yield from (label for label in value.labels if label not in ("", "*", "**"))
            queue += [((origin[0], given), depth + 1) for given in value.inputs]
