"""Models that are only tried: fitted in a fold, a trial or a benchmark, asked for figures, and gone when the function ends.

Takes an assembly and a call of `fit`, says whether what is fitted there leaves its function. It stays where it is made in the function
itself, is only asked (`predict`, `score`, `transform`), and is handed to nothing but measures and own code that saves nothing and does
not give it back. What is returned, kept in a field or a collection, saved, logged or handed to a library, may be released, and so may
whatever a script or a cell of a notebook makes at its top, where the next one finds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.rules.words import words_of

_FITS = frozenset({"fit", "partial_fit", "set_params", "eval", "train", "to", "cuda", "cpu"})  # what gives the object itself back
_GIVES_AWAY = frozenset({
    "save", "export", "dump", "dumps", "state", "booster", "serialize", "write", "log", "persist", "push", "upload", "publish", "register",
    "copy", "clone", "json", "onnx", "pmml", "deploy", "estimator",
})  # fmt: skip
_PARTS = frozenset({"best_estimator_", "estimators_", "named_steps", "booster_", "model", "model_", "module", "__dict__"})
_MEASURES = frozenset({
    "score", "scores", "evaluate", "metric", "metrics", "report", "plot", "importance", "importances", "print", "isinstance", "type", "len",
    "hasattr", "getattr", "str", "repr", "id", "validate", "curve", "predict", "del",
})  # fmt: skip
_JOINS = frozenset({"choice", "guarded", "await"})
_MOST = 60  # values that are the model, or hold it


def is_only_tried(assembly: Assembly, fit: Node, saving: Collection[FunctionRef]) -> bool:
    """Whether a fitted model never leaves the function that fits it. `saving`: functions that save a model."""
    program = assembly.program
    value = program.value(fit)
    if value.kind != "call" or program.function((fit[0], value.scope)).name == "<module>":
        return False
    callee = program.value((fit[0], value.inputs[0]))
    if callee.kind != "attribute" or callee.text not in ("fit", "partial_fit"):
        return False
    made = callee.inputs[0]
    if not all(_is_made_here(assembly, fit[0], one, value.scope) for one in _joined(assembly, fit[0], made)):
        return False
    values, function = program.files[fit[0]].values, program.function((fit[0], value.scope))
    stored = {store.value for store in program.files[fit[0]].stores}
    users = _users(assembly, (fit[0], value.scope))
    queue, holders = [made, fit[1], *_joined(assembly, fit[0], made)], set[int]()
    while queue:
        holder = queue.pop()
        if holder in holders:
            continue
        holders.add(holder)
        if holder in function.returns or holder in stored or len(holders) > _MOST:
            return False
        for user, position in users.get(holder, ()):
            kind = values[user].kind
            if kind == "attribute":
                more = _of_attribute(assembly, fit[0], user, users)
            elif kind == "call" and position > 0:
                more = _handed(assembly, (fit[0], user), holders, saving)
            elif kind in _JOINS or (kind == "update" and position == 0):
                more = [user]
            elif kind == "operation" or kind == "call":
                more = []  # compared, or called: `model(x)` gives an answer
            else:
                more = None
            if more is None:
                return False
            queue += more
    return True


def _is_made_here(assembly: Assembly, file: int, value: int, scope: int) -> bool:
    found = assembly.program.files[file].values[value]
    return found.constant_type == "none" or (found.kind == "call" and found.scope == scope)


def _joined(assembly: Assembly, file: int, value: int) -> Iterator[int]:
    """What a value may be, where branches met, and before something of it was set."""
    values = assembly.program.files[file].values
    queue, seen = [value], set[int]()
    while queue and len(seen) < _MOST:
        one = queue.pop()
        if one in seen:
            continue
        seen.add(one)
        if values[one].kind == "choice":
            queue += values[one].inputs
        elif values[one].kind in ("update", "guarded"):
            queue += values[one].inputs[:1]
        else:
            yield one


def _users(assembly: Assembly, function: FunctionRef) -> dict[int, list[tuple[int, int]]]:
    """What uses each value of a file that the function computes, with the position it is used at."""
    table: dict[int, list[tuple[int, int]]] = {}
    for identity, value in enumerate(assembly.program.files[function[0]].values):
        for position, given in enumerate(value.inputs):
            if assembly.program.files[function[0]].values[given].scope == function[1]:
                table.setdefault(given, []).append((identity, position))
    return table


def _of_attribute(assembly: Assembly, file: int, attribute: int, users: dict[int, list[tuple[int, int]]]) -> list[int] | None:
    """What is the model too where a method or a field of it is asked for; None where it is given away."""
    values = assembly.program.files[file].values
    name = values[attribute].text
    if name in _PARTS or not _GIVES_AWAY.isdisjoint(words_of(name)):
        return None
    called = [user for user, position in users.get(attribute, ()) if values[user].kind == "call" and position == 0]
    return called if name in _FITS else []


def _handed(assembly: Assembly, call: Node, holders: set[int], saving: Collection[FunctionRef]) -> list[int] | None:
    """What holds the model after it was handed to a call; None where nobody knows what becomes of it."""
    program = assembly.program
    targets = program.targets(call)
    if not targets:
        callee = program.value((call[0], program.value(call).inputs[0]))
        return [] if not _MEASURES.isdisjoint(words_of(callee.text)) else None
    if any(not assembly.reach(target.function).isdisjoint(saving) for target in targets):
        return None
    if any(program.function(target.function).name == "__init__" for target in targets):
        return [call[1]]
    given_back = {origin for origin in program.origins(call) if origin[0] == call[0]}
    return None if any((call[0], holder) in given_back for holder in holders) else []
