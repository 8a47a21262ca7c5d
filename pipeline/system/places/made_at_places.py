"""Models that lie at places: which training job made what another script loads.

Takes an assembly whose calls have their elements, ties each training job whose model is left at a place to the model file there, and
says at the model file who writes it. The places of a model file are those that load it: writing it does no harm.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.program.held import elements_of


def add_made(assembly: Assembly) -> None:
    """A training job produces the model file that its model is written to."""
    for call, positions in sorted(assembly.kept.left.items()):
        place = assembly.element_of_call.get(call)
        if place is None or assembly.draft(place).kind != "model_file":
            continue
        draft, written = assembly.draft(place), assembly.place(call)
        draft.evidence = [e for e in draft.evidence if (e.path, e.start_line, e.page) != (written.path, written.start_line, written.page)]
        known = draft.attributes.get("written_by")
        draft.attributes["written_by"] = tuple(sorted({*(known if isinstance(known, tuple) else ()), written.path}))
        value = assembly.program.value(call)
        for position in positions:
            for made in elements_of(assembly, (call[0], value.inputs[position])):
                if assembly.draft(made).kind in ("training_job", "ml_model"):
                    assembly.relate(made, "produces", place, assembly.cite(call, "sink", "the trained model is left here"))
