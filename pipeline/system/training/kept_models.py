"""Training whose model is kept: what is saved in the file that trains, or somewhere in a run that comes by the training.

Takes an assembly whose elements are known, marks training jobs (`keeps_model`). A script that only measures how long a step takes, or tries
whether a loss falls, makes no model that anybody could ask about; that another script of the tree saves one says nothing of it. Where each
function that saves also keeps a record of the run, or stands in a run that does (`with tracked_run(...)` of the project around it, a step
that logs), or where what is saved says itself how and of what it was made, the training is covered (`model_lineage`), in whatever function
and file that is. The lines that save are cited before those that teach.
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

_READS = frozenset({"load", "loads", "read", "open", "restore", "fetch", "download", "get"})  # a run that goes on from where it stood
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
        if by_this and None not in kept_in.values():  # what is saved is recorded where it is saved, with what the run hands over
            assembly.control("model_lineage", identity, assembly.cite(kept_in[min(by_this)] or draft.nodes[0]))


def _record_of(assembly: Assembly, save: FunctionRef, begun: list[FunctionRef], recorded: Mapping[FunctionRef, Node]) -> Node | None:
    """Where a run that comes by a save keeps a record: in the same function, in one that begins both, or in one that this calls."""
    if save in recorded:
        return recorded[save]
    for run in begun:
        reached = [run, *sorted(assembly.reach(run))]
        if save in reached and (kept := next((function for function in reached if function in recorded), None)) is not None:
            return recorded[kept]
    return None
