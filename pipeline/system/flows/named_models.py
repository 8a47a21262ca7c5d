"""Whose choice it is which hosted model is asked, and who pays for it.

Takes a hit of the flow search that ends in the name of a hosted model. What the operator's tables and files say is the operator's choice,
what a model or a page says is no name of one; a caller who brings the key as well pays for what was chosen.
"""

from __future__ import annotations

from itertools import pairwise

from pipeline.system.assembly import Assembly, Sink
from pipeline.system.flows.callers_keys import is_callers_key
from pipeline.system.flows.taint import Hit
from pipeline.system.model import Label
from pipeline.system.program.walking import inputs_of, walk

_MAX_LOOKED_AT = 60


def is_no_choice(assembly: Assembly, hit: Hit, sink: Sink, label: Label) -> bool:
    """Whether the name of a hosted model does not come from a caller, or is paid for by who brings it."""
    if sink.role != "model_source" or assembly.draft(sink.element).kind != "hosted_llm":
        return False
    return label != "user_input" or is_callers_key(assembly, hit.call) or _is_another_entry(assembly, hit, sink)


def _is_another_entry(assembly: Assembly, hit: Hit, sink: Sink) -> bool:
    """Whether what comes in a body that is written down as text (`JSON.stringify({model, messages})`) stands in another entry of it."""
    program, wanted = assembly.program, sink.key.rpartition(".")[2]
    if not wanted or sum(not part.startswith("@") for part in hit.path) > sink.key.count("."):
        return False
    for before, node in pairwise(hit.trace):
        value = program.value(node)
        if value.kind == "collection" and wanted in value.labels and before[0] == node[0]:
            named = (node[0], value.inputs[value.labels.index(wanted)])
            made_of = walk(named, lambda one: [*inputs_of(program, one), *program.origins(one)], _MAX_LOOKED_AT)
            return named != before and hit.trace[0] not in made_of and not hit.by_way_of(named)
    return False
