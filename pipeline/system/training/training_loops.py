"""What a training loop of one's own learns from: `optimizer.step()` says that something is trained, not on what.

Takes the assembly with its elements, joins each training job without training data to the data sets whose batches its
loop runs over: those that are made in the loop's function, in what it calls, or in what calls it and hands them down.
Loops whose data is read by hand, without a loader that knowledge names, stay without.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.model import Flow


def add_loop_data(assembly: Assembly) -> None:
    """Training jobs of loops are trained on what their loaders give."""
    fed = {target for _source, target, role in assembly.flows if role == "training_data"}
    loaders = {
        (node[0], assembly.program.value(node).scope): identity
        for identity, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == "dataset" and draft.attributes.get("batches") is True
        for node in draft.nodes
    }
    for job, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind != "training_job" or draft.attributes.get("loop") is not True or job in fed:
            continue
        loops = {(node[0], assembly.program.value(node).scope) for node in draft.nodes}
        below = {function for loop in loops for function in assembly.reach(loop)}
        for place, dataset in sorted(loaders.items()):
            if place in below or not loops.isdisjoint(assembly.reach(place)):
                cited = assembly.draft(dataset).evidence[:1]
                assembly.relate(job, "trained_on", dataset, cited[0] if cited else None)
                assembly.flow(
                    Flow(
                        id=f"{dataset}->{job}:training_data", source=dataset, target=job, carries=("dataset_records",),
                        role="training_data", steps=tuple(e.model_copy(update={"role": "step"}) for e in (*cited, *draft.evidence[:1])),
                    )
                )  # fmt: skip
