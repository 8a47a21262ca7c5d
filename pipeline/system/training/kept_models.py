"""Training whose model is kept: what is saved in the file that trains, or somewhere in a run that comes by the training.

Takes an assembly whose elements are known, marks training jobs (`keeps_model`). A script that only measures how long a step takes, or tries
whether a loss falls, makes no model that anybody could ask about; that another script of the tree saves one says nothing of it. Where each
function that saves also keeps a record of the run, or stands in a run that does (`with tracked_run(...)` of the project around it, a step
that logs), or where what is saved says itself how and of what it was made, the training is covered (`model_lineage`), in whatever function
and file that is. The lines that save are cited before those that teach. A step that is fitted only to change data (`prepares_data`), and a
notebook's draft of a function that the program has too and keeps a record of (`draft_of_program`), are marked as such; a model that never
leaves the function that fits it (`only_tried`) is not kept, whatever else the file saves.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.model import KEPT_HERE
from pipeline.system.program.walking import runs_of
from pipeline.system.rules.words import words_of
from pipeline.system.training.kept_with import record_beside
from pipeline.system.training.tried_models import is_only_tried

_READS = frozenset({"load", "loads", "read", "open", "restore", "fetch", "download", "get"})  # a run that goes on from where it stood
_PREDICTS = frozenset({"predict", "predict_proba", "score_samples", "decision_function", "forward", "__call__"})
_MOST_SHOWN = 3  # places where a training keeps what it made


def mark_kept_models(assembly: Assembly) -> None:
    """`keeps_model` at each training job that a saved model may come from."""
    saves: dict[FunctionRef, list[Node]] = {}
    for _identity, draft in sorted(assembly.drafts.by_id.items()):
        for node in draft.nodes if draft.attributes.get("artifact") == "model" else ():
            if _READS.isdisjoint(words_of(callee_text(assembly, node))):
                saves.setdefault((node[0], assembly.program.value(node).scope), []).append(node)
    saved = set(saves)
    if not saved:
        return
    recorded = {
        (site.node[0], assembly.program.value(site.node).scope): site.node
        for site in assembly.sites.calls
        if site.rule.control == "model_lineage"
    }
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind != "training_job" or not draft.nodes:
            continue
        if all(is_only_tried(assembly, node, saved) for node in draft.nodes):
            draft.attributes["only_tried"] = True
            continue
        begun = [run for node in draft.nodes for run in runs_of(assembly.program, (node[0], assembly.program.value(node).scope))]
        by_this = saved & {function for run in begun for function in (run, *assembly.reach(run))}
        beside = {save for save in saved if any(node[0] == save[0] for node in draft.nodes)}
        if by_this or beside:
            draft.attributes["keeps_model"] = True
            places = [node for save in sorted(by_this or beside) for node in saves[save]]
            draft.show_first([assembly.cite(node, note=KEPT_HERE) for node in places[:_MOST_SHOWN]])
        kept_in = {
            save: _record_of(assembly, save, begun, recorded)
            or next((record for node in saves[save] if (record := record_beside(assembly, node)) is not None), None)
            for save in by_this
        }
        if _prepares(assembly, draft.nodes):
            draft.attributes["prepares_data"] = True
        if by_this and None not in kept_in.values():  # what is saved is recorded where it is saved, with what the run hands over
            assembly.control("model_lineage", identity, assembly.cite(kept_in[min(by_this)] or draft.nodes[0]))
    _mark_drafts(assembly)


def _prepares(assembly: Assembly, nodes: list[Node]) -> bool:
    """Whether all that is fitted stands in classes that are fitted and then transform, and that predict nothing."""
    owners = {assembly.program.function((node[0], assembly.program.value(node).scope)).owner for node in nodes}
    if None in owners:
        return False
    methods: dict[str | None, set[str]] = {owner: set() for owner in owners}
    for facts in assembly.program.files:
        for function in facts.functions:
            if function.owner in methods:
                methods[function.owner].add(function.name)
    return all({"fit", "transform"} <= names and _PREDICTS.isdisjoint(names) for names in methods.values())


def _mark_drafts(assembly: Assembly) -> None:
    """`draft_of_program` at training in notebooks alone, where code beside them has a method of the same name and records what it makes."""
    covered = (protects for (kind, _place), (protects, _cited) in assembly.controls.items() if kind == "model_lineage")
    recorded = set[str]().union(*covered)
    jobs = [(identity, draft) for identity, draft in sorted(assembly.drafts.by_id.items()) if draft.kind == "training_job" and draft.nodes]
    told = {
        name
        for identity, draft in jobs
        if identity in recorded
        for node in draft.nodes
        if not assembly.program.files[node[0]].path.endswith(".ipynb") and (name := _method(assembly, node))
    }
    for _identity, draft in jobs:
        paths = {assembly.program.files[node[0]].path for node in draft.nodes}
        if (
            all(path.endswith(".ipynb") for path in paths)
            and told.issuperset(names := {_method(assembly, node) for node in draft.nodes})
            and names
        ):
            draft.attributes["draft_of_program"] = True


def _method(assembly: Assembly, node: Node) -> str:
    """`Trainer.train`: the class and the method that a call stands in; a function alone may be another one."""
    function = assembly.program.function((node[0], assembly.program.value(node).scope))
    return f"{function.owner.rpartition('.')[2]}.{function.name}" if function.owner else ""


def _record_of(assembly: Assembly, save: FunctionRef, begun: list[FunctionRef], recorded: Mapping[FunctionRef, Node]) -> Node | None:
    """Where a run that comes by a save keeps a record: in the same function, in one that begins both, or in one that this calls."""
    if save in recorded:
        return recorded[save]
    for run in begun:
        reached = [run, *sorted(assembly.reach(run))]
        if save in reached and (kept := next((function for function in reached if function in recorded), None)) is not None:
            return recorded[kept]
    return None
