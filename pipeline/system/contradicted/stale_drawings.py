"""Diagrams that no longer draw what there is: a product that is nowhere in the tree, a store or a company that is drawn nowhere.

Takes the diagrams of the whole system, adds claims of kind "drawing" for products whose name no code, configuration or manifest has, beside
boxes that were found; and for stores in use whose product no document names, where a diagram draws stores. A company that gets data, and
that no document names although a diagram draws companies of its sort, is a claim of kind "destination".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from ingest.facts import DiagramNode, DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.known_parties import is_among, named_parties
from pipeline.system.contradicted.parties import recipients
from pipeline.system.contradicted.pictures import Held, load_beside_code
from pipeline.system.documents.documents import is_built, speaks_of
from pipeline.system.model import Claim, ClaimKind, ElementKind, Evidence
from pipeline.system.rules.drawn_words import load_drawn_words, says, technology_of

_STORES: frozenset[ElementKind] = frozenset({"data_store", "vector_store", "retriever", "queue", "memory", "file_store"})
_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "embedding_model", "inference_server"})
_DRAWN: frozenset[ElementKind] = frozenset({*_STORES, *_MODELS, "external_service"})
_NO_CHOICE = 4


def add_stale_drawings(assembly: Assembly, documents: Sequence[DocumentFacts], held: Sequence[Held]) -> None:
    """Claims for what diagrams draw that is gone, and leave out that is there."""
    whole = [picture for picture in held if picture.is_whole]
    if not whole:
        return
    for picture in whole:
        for node in picture.boxes():
            _gone(assembly, picture, node)
    told = "\n".join(_texts(documents))
    _left_out_stores(assembly, whole, told)
    _left_out_companies(assembly, whole, told)


def _texts(documents: Sequence[DocumentFacts]) -> Iterator[str]:
    for document in documents:
        yield from (passage.text for passage in document.passages)
        for diagram in document.diagrams:
            yield from (f"{node.label} {node.technology} {node.description}" for node in diagram.nodes)
            yield from (edge.label for edge in diagram.edges)


def _gone(assembly: Assembly, held: Held, node: DiagramNode) -> None:
    """A box of a product that nothing in the tree names, joined by an arrow with something that was found."""
    kind = held.picture.kinds.get(node.id)
    technology = technology_of(node.label, node.technology)
    product = load_beside_code().products.get(technology or "")
    if product is None or kind not in _DRAWN or node.id in held.picture.found:
        return
    about = next(held.beside(node), None)
    names = f"{product.named}|{product.hidden_by}" if product.hidden_by else product.named
    if about is None or assembly.book.stands_anywhere(re.compile(names, re.IGNORECASE)):
        return
    evidence = assembly.cite_place(node.place, "claim")
    if evidence is not None:
        places = [e.model_copy(update={"role": "missing"}) for e in assembly.draft(about).evidence[:1]]
        _add(assembly, "drawing", node.label, about, evidence, places, f"has no {technology}")


def _left_out_stores(assembly: Assembly, whole: Sequence[Held], told: str) -> None:
    """Stores in use whose product no document names, where all stores that are drawn have their product."""
    drawn = [(held, node) for held in whole for node in held.boxes() if held.picture.kinds.get(node.id) in _STORES]
    named = [(held, node) for held, node in drawn if technology_of(node.label, node.technology) is not None]
    if not any(node.id in held.picture.found for held, node in named) or len(named) < len(drawn):
        return
    used = {target for (_source, target, _role), flows in assembly.flows.items() if any(flow.stated_by == "code" for flow in flows)}
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        product = technology_of(str(draft.attributes.get("product") or ""))
        if draft.kind not in ("data_store", "vector_store", "queue") or product is None or identity not in used or not is_built(draft):
            continue
        if draft.attributes.get("examples_only") is True or says(told, (product, *_aliases_of(product))):
            continue
        held, node = next((held, node) for held, node in named if node.id in held.picture.found)
        evidence = assembly.cite_place(node.place, "claim")
        if evidence is not None and speaks_of(held.picture.path, draft):
            places = [draft.evidence[0].model_copy(update={"role": "sink"})]
            _add(assembly, "drawing", node.label, identity, evidence, places, f"also has {product}, which no document names")


def _aliases_of(product: str) -> tuple[str, ...]:
    return tuple(alias for alias, meant in load_drawn_words().aliases.items() if meant == product)


def _left_out_companies(assembly: Assembly, whole: Sequence[Held], told: str) -> None:
    """Companies asked for replies that no document names, where a diagram draws others by their names and no box leaves it open."""
    models = [(held, node) for held in whole for node in held.boxes() if held.picture.kinds.get(node.id) in _MODELS]
    named = [(held, node) for held, node in models if named_parties(f"{node.label} {node.technology}")]
    if not named or len(named) < len(models):
        return
    drawn = frozenset(party for _held, node in named for party in named_parties(f"{node.label} {node.technology}"))
    documented = named_parties(told)
    found = [one for one in recipients(assembly) if one.runs_models and is_built(assembly.draft(one.element))]
    if len({one.party for one in found}) >= _NO_CHOICE or not any(is_among(one.party, drawn) for one in found):
        return
    held, node = named[0]
    evidence = assembly.cite_place(node.place, "claim")
    for one in found:
        if evidence is not None and not is_among(one.party, documented) and speaks_of(held.picture.path, assembly.draft(one.element)):
            _add(assembly, "destination", node.label, one.element, evidence, [one.evidence], one.party)


def _add(
    assembly: Assembly, kind: ClaimKind, label: str, about: str, evidence: Evidence, against: Sequence[Evidence], instead: str
) -> None:
    digest = hashlib.sha256(f"{evidence.path}\n{label}\n{instead}".encode()).hexdigest()[:12]
    assembly.claims.append(
        Claim(
            id=f"drawing:{digest}", text=" ".join(label.split()), about=(about,), kept=False, drawn=True, evidence=(evidence,), kind=kind,
            against=tuple(against), instead=instead,
        )
    )  # fmt: skip
