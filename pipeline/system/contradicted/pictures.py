"""Diagrams that can be held against code: those of the whole system as it is, of which much was found.

Takes what was drawn and the documents it stands in, gives the pictures that count, with the words around them. Left out: what is planned,
one of several ways, or an example by its document, heading, frame or label; diagrams of one part; drawings of another system, which nothing
found here bears the names of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pydantic import Field

from ingest.facts import DiagramNode, DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.documents.told import describes
from pipeline.system.drawings.drawn import Drawings, Picture
from pipeline.system.model import ControlKind, ElementKind, Frozen
from pipeline.system.rules.drawn_words import says
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

_FILE = KNOWLEDGE / "drawn_beside_code.yaml"
_LEAST_FOUND, _LEAST_SHARE = 2, 0.25  # boxes, for a drawing to be of this system
_ENOUGH = 3  # of a drawing of many boxes, whatever the share


class DrawnControl(Frozen):
    says: tuple[str, ...]
    kinds: tuple[ControlKind, ...]
    named: str
    elements: tuple[ElementKind, ...] = ()
    outside: bool = Field(default=False, description="It stands in front of a system, and is described where the cloud or cluster is.")


class DrawnProduct(Frozen):
    named: str
    hidden_by: str


class BesideCode(Frozen):
    """What `knowledge/drawn_beside_code.yaml` says."""

    controls: dict[str, DrawnControl]
    products: dict[str, DrawnProduct]
    planned: tuple[str, ...]
    whole: tuple[str, ...]
    boundary: tuple[str, ...]


@lru_cache(maxsize=1)
def load_beside_code() -> BesideCode:
    return read_knowledge(_FILE, BesideCode)


@dataclass(frozen=True, slots=True)
class Held:
    """A diagram that can be held against code."""

    picture: Picture
    around: str  # the name of its document, its headings and its own name
    known: tuple[str, ...]  # elements that were found for its boxes

    def boxes(self) -> Iterator[DiagramNode]:
        """Boxes that are drawn as they are today."""
        frames = {frame.id: frame for frame in self.picture.diagram.boundaries}
        for node in self.picture.diagram.nodes:
            labels, at = [node.label, node.description], node.boundary
            while at in frames:
                labels.append(frames[at].label)
                at = frames[at].parent
            if node.id in self.picture.elements and not says(" / ".join(labels), load_beside_code().planned):
                yield node

    @property
    def is_whole(self) -> bool:
        return self.picture.diagram.draws == "system" and says(self.around, load_beside_code().whole)

    def beside(self, node: DiagramNode) -> Iterator[str]:
        """Elements that were found for the boxes an arrow joins with this one."""
        for edge in self.picture.diagram.edges:
            for one, other in ((edge.source, edge.target), (edge.target, edge.source)):
                if one == node.id and other in self.picture.found:
                    yield self.picture.elements[other]


def held_pictures(assembly: Assembly, documents: Sequence[DocumentFacts], drawings: Drawings) -> list[Held]:
    """Diagrams of this system as it is, in their order."""
    by_path = {document.path: document for document in documents}
    held = []
    for picture in drawings.pictures:
        document = by_path[picture.path]
        if picture.diagram.draws == "types" or not picture.diagram.nodes or not describes(document):
            continue
        known = tuple(dict.fromkeys(picture.elements[node] for node in sorted(picture.found) if _is_code(assembly, picture.elements[node])))
        if len(known) < _ENOUGH and (len(known) < _LEAST_FOUND or len(picture.found) < _LEAST_SHARE * len(picture.elements)):
            continue
        around = _around(document, picture)
        if not says(around, load_beside_code().planned):
            held.append(Held(picture, around, known))
    return held


def _is_code(assembly: Assembly, identity: str) -> bool:
    draft = assembly.draft(identity)
    return bool(draft.evidence) and draft.attributes.get("stated_by") != "document"


def _around(document: DocumentFacts, picture: Picture) -> str:
    """The words that say what a diagram is of."""
    line = min(node.place.start_line for node in picture.diagram.nodes)
    before = [passage for passage in document.passages if passage.place.start_line < line and passage.place.page is None]
    headings: tuple[str, ...] = ()
    if before:
        headings = (*before[-1].section, *((before[-1].text,) if before[-1].kind == "title" else ()))
    name = document.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return " / ".join((name, *headings, picture.diagram.name))
