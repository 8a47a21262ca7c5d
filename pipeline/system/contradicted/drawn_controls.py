"""Controls that a diagram draws and the system does not have.

Takes the diagrams that can be held against code, adds a claim of kind "drawn_control" for each box that is a control by its name, where no
such control and no such element was found and no name that code could have for it stands anywhere in the tree.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, DiagramNode
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.pictures import DrawnControl, Held, load_beside_code
from pipeline.system.model import Claim
from pipeline.system.rules.drawn_words import says

_CLOUD = frozenset({"resource", "workload", "exposure"})


def add_drawn_controls(assembly: Assembly, held: Sequence[Held], config: Sequence[ConfigFacts]) -> None:
    """A claim for every drawn control that is nowhere."""
    absent: dict[str, bool] = {}
    described = any(setting.kind in _CLOUD for facts in config if facts.purpose == "product" for setting in facts.settings)
    for picture in held:
        for node, name, control in _drawn(picture):
            if node.id in picture.picture.found or (control.outside and not described):
                continue
            if name not in absent:
                absent[name] = not _is_there(assembly, control)
            if absent[name]:
                _add(assembly, picture, node, name, control)


def _drawn(held: Held) -> Iterator[tuple[DiagramNode, str, DrawnControl]]:
    for node in held.boxes():
        for name, control in load_beside_code().controls.items():
            if says(node.label, control.says):
                yield node, name, control
                break


def _is_there(assembly: Assembly, control: DrawnControl) -> bool:
    """Whether code or configuration has the control, or any name that could be its."""
    for (kind, _place), (covered, cited) in assembly.controls.items():
        if kind in control.kinds and covered and any(evidence.role != "claim" for evidence in cited):
            return True
    if any(
        draft.kind in control.elements and draft.attributes.get("stated_by") != "document" for draft in assembly.drafts.by_id.values()
    ):  # fmt: skip
        return True
    return assembly.book.stands_anywhere(re.compile(control.named, re.IGNORECASE))


def _add(assembly: Assembly, held: Held, node: DiagramNode, name: str, control: DrawnControl) -> None:
    evidence = assembly.cite_place(node.place, "claim")
    about = next(held.beside(node), held.known[0])
    places = [e.model_copy(update={"role": "missing"}) for e in assembly.draft(about).evidence[:1]]
    if evidence is None:
        return
    digest = hashlib.sha256(f"{node.place.path}\n{node.label}\n{name}".encode()).hexdigest()[:12]
    assembly.claims.append(
        Claim(
            id=f"drawn_control:{digest}", text=" ".join(node.label.split()), about=(about,), promises=control.kinds[:1], kept=False,
            drawn=True, evidence=(evidence,), kind="drawn_control", against=tuple(places), instead=name,
        )
    )  # fmt: skip
