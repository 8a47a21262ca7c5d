"""Whose choice it is which hosted model is asked, and who pays for it.

Takes a hit of the flow search that ends in the name of a hosted model. What the operator's tables and files say is the operator's choice,
what a model or a page says is no name of one; a caller who brings the key as well pays for what was chosen.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly, Sink
from pipeline.system.elements.callers_keys import is_callers_key
from pipeline.system.flows.taint import Hit
from pipeline.system.model import Label


def is_no_choice(assembly: Assembly, hit: Hit, sink: Sink, label: Label) -> bool:
    """Whether the name of a hosted model does not come from a caller, or is paid for by who brings it."""
    if sink.role != "model_source" or assembly.draft(sink.element).kind != "hosted_llm":
        return False
    return label != "user_input" or is_callers_key(assembly, hit.call)
