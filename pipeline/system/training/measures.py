"""Whether anything tells how good a trained model is, and on which data: `score`, metrics, cross-validation, held-out sets.

Takes an assembly whose elements are known. Marks training of predictive models whose only measure is taken on the very data that was
learned (`measured: own_data`), or which nothing in the tree measures (`measured: nowhere`). What a platform measures is not seen; a
measure by hand counts where it goes by a name that says so, anywhere in the tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node

_LIBRARIES = frozenset({"sklearn", "xgboost", "lightgbm", "catboost"})
_SCORES = frozenset({"score", "evaluate"})
_PREDICTS = frozenset({"predict", "predict_proba", "decision_function"})
_METRIC = re.compile(r"^(?:sklearn\.metrics|torchmetrics|imblearn\.metrics)\.\w+$")
_ELSEWHERE = re.compile(
    r"^(?:sklearn\.model_selection\.(?:cross_\w+|GridSearchCV|RandomizedSearchCV|HalvingGridSearchCV|learning_curve)|xgboost\.cv|lightgbm\.cv|"
    r"mlflow\.(?:\w+\.)?(?:log_metrics?|evaluate)|wandb\.(?:Run\.)?log|optuna\.create_study|evidently\..*|deepchecks\..*|skops\.card\..*)$"
)
_HELD = frozenset({"eval_set", "evals", "validation_data", "validation_split", "valid_sets", "eval_dataset"})
_NAMED = re.compile(
    r"(?:^|_)(?:accuracy|precision|recall|f1|auc|roc|rmse|mae|mse|r2|eval(?:uate|uation)?|validate|validation|backtest|metrics?|holdout"
    r"|benchmark|measure)(?:_|$)"
)


def mark_measures(assembly: Assembly) -> None:
    """Marks training by where its model is measured."""
    jobs = {
        identity: [node for node in draft.nodes if _is_fit(assembly, node)]
        for identity, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == "training_job" and draft.attributes.get("library") in _LIBRARIES
    }
    if not any(jobs.values()):
        return
    own, others = _measured(assembly, [fit for fits in jobs.values() for fit in fits])
    if others:
        return
    for identity, fits in jobs.items():
        if fits:
            assembly.draft(identity).attributes["measured"] = "own_data" if own else "nowhere"
            for place in own[:2]:
                assembly.cite_of(identity, assembly.place(place))


def _is_fit(assembly: Assembly, node: Node) -> bool:
    value = assembly.program.value(node)
    return value.kind == "call" and assembly.program.value((node[0], value.inputs[0])).text == "fit"


def _measured(assembly: Assembly, fits: list[Node]) -> tuple[list[Node], bool]:
    """Places where a model is measured on what it learned, and whether there is any other measure."""
    program = assembly.program
    learned = {origin for fit in fits if (given := argument_node(program, fit, "X|0")) is not None for origin in program.origins(given)}
    own: list[Node] = []
    for file, facts in enumerate(program.files):
        if any(_NAMED.search(function.name.lower()) for function in facts.functions):
            return own, True
        for identity, value in enumerate(facts.values):
            if value.kind != "call":
                continue
            call = (file, identity)
            if not _HELD.isdisjoint(value.labels):
                return own, True
            names = [assembly.index.canonical(name) for name in program.callee_names(call)]
            if any(_ELSEWHERE.match(name) for name in names):
                return own, True
            for measured in _measures(assembly, call, names):
                if measured is not None and learned.intersection(program.origins(measured)):
                    own.append(call)
                else:
                    return own, True
    return own, False


def _measures(assembly: Assembly, call: Node, names: list[str]) -> Iterator[Node | None]:
    """The data that a call measures a model on; None where that is not known."""
    program, value = assembly.program, assembly.program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.kind == "attribute" and callee.text in _SCORES and len(value.inputs) > 1:
        yield (call[0], value.inputs[1])
    elif any(_METRIC.match(name) for name in names):
        found = [
            argument_node(program, origin, "X|data|0")
            for given in value.inputs[1:]
            for origin in program.origins((call[0], given))
            if program.value(origin).kind == "call" and program.value((origin[0], program.value(origin).inputs[0])).text in _PREDICTS
        ]
        yield from found or [None]
