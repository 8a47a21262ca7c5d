"""Diagrams that draw another model than the one that is asked: "Azure OpenAI" where OpenAI's own address is asked, "Llama" where OpenAI is.

Takes the diagrams of the whole system, adds a claim of kind "drawing" for a box of a model that names a company, where every model in code
is asked at companies that the box does not name; and for one that names weights anybody may run, where all companies that are asked serve
their own models alone and no line of the tree names such weights. Left out: systems in which one model's company is not known, and those
that ask many companies or a model of their own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from ingest.facts import DiagramNode, DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.known_parties import is_among, load_parties, named_parties, names_local_way
from pipeline.system.contradicted.parties import Recipient, recipients
from pipeline.system.contradicted.pictures import Held
from pipeline.system.documents.documents import is_built, speaks_of
from pipeline.system.model import Claim, ElementKind

_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "inference_server", "ml_model"})
_IN_CODE: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "inference_server"})
_MOST_COMPANIES = 2  # more are a choice, and the diagram draws one of them


def add_drawn_models(assembly: Assembly, documents: Sequence[DocumentFacts], held: Sequence[Held]) -> None:
    """Claims for models that diagrams draw and that are not the ones that are asked."""
    whole = [picture for picture in held if picture.is_whole]
    asked = _asked(assembly, documents) if whole else []
    for picture in whole if asked else ():
        for node in picture.boxes():
            if picture.picture.kinds.get(node.id) in _MODELS and speaks_of(picture.picture.path, assembly.draft(asked[0].element)):
                _compare(assembly, node, asked)


def _asked(assembly: Assembly, documents: Sequence[DocumentFacts]) -> list[Recipient]:
    """The companies that language models are asked at; none where it is not known of one of them, or there are many."""
    drafts = {
        identity: draft
        for identity, draft in assembly.drafts.by_id.items()
        if draft.kind in _IN_CODE and draft.attributes.get("stated_by") != "document" and is_built(draft)
        and draft.attributes.get("examples_only") is not True
    }  # fmt: skip
    found = [one for one in recipients(assembly, documents) if one.element in drafts]
    known = {one.element for one in found if one.runs_models}
    return found if known == drafts.keys() and len({one.party for one in found}) <= _MOST_COMPANIES else []


def _compare(assembly: Assembly, node: DiagramNode, asked: Sequence[Recipient]) -> None:
    label = f"{node.label} {node.technology}"
    named = named_parties(label)
    if named and not names_local_way(label):
        differs = not any(is_among(one.party, named, one.itself) for one in asked)
    else:
        weights = load_parties().open_weights
        drawn = re.search(weights, label, re.IGNORECASE)
        own = load_parties().serve_their_own
        differs = drawn is not None and all(one.itself and one.party in own for one in asked)
        differs = differs and not assembly.book.stands_anywhere(re.compile(weights, re.IGNORECASE))
    evidence = assembly.cite_place(node.place, "claim") if differs else None
    if evidence is None:
        return
    instead = f"asks {' and '.join(sorted({one.party for one in asked}))} instead"
    digest = hashlib.sha256(f"{evidence.path}\n{node.label}\n{instead}".encode()).hexdigest()[:12]
    assembly.claims.append(
        Claim(
            id=f"drawing:{digest}", text=" ".join(node.label.split()), about=(asked[0].element,), kept=False, drawn=True, kind="drawing",
            evidence=(evidence,), against=tuple(dict.fromkeys(one.evidence for one in asked))[:3], instead=instead,
        )
    )  # fmt: skip
