"""A system that only documents describe: the order in which they become a model.

What all documents together call the parts comes first, since a text and a drawing use the same names; then what sentences tell, what is
drawn, which tools agents are said to have, and at last what is promised, denied and told of what is known by then.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.facts import DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.documents.described_claims import add_described_claims
from pipeline.system.documents.described_names import described_names
from pipeline.system.documents.named_models import named_models
from pipeline.system.documents.prose import add_prose
from pipeline.system.documents.stated_risks import add_stated_risks
from pipeline.system.documents.told import describes, told_of
from pipeline.system.documents.told_entries import add_answers, mark_inference
from pipeline.system.documents.told_facts import add_told_facts
from pipeline.system.documents.told_inputs import add_inputs, entries_told
from pipeline.system.documents.told_learning import add_learning, mark_people
from pipeline.system.documents.told_models import add_named_models, mark_senses
from pipeline.system.documents.told_parts import add_parts
from pipeline.system.documents.told_secrets import add_told_secrets
from pipeline.system.documents.told_stores import add_stores
from pipeline.system.documents.told_tools import add_tools
from pipeline.system.drawings.drawn import Drawings, add_drawings, boxes_of


def add_described(assembly: Assembly, documents: Sequence[DocumentFacts]) -> Drawings:
    """Elements, flows, controls and claims of a system without code; gives what diagrams draw beside them."""
    add_told_secrets(assembly, documents)
    told = [each for document in documents if describes(document) for each in told_of(document)]
    described = described_names(told, documents, boxes_of(documents))
    for name in entries_told(told):
        described.define(name, "http_route")
    add_prose(assembly, told, described)
    add_parts(assembly, described)
    add_named_models(assembly, named_models(told), described)
    drawn = add_drawings(assembly, documents, described)
    add_answers(assembly)
    add_tools(assembly, told, documents)
    mark_senses(assembly, told)
    add_inputs(assembly, told)
    add_stores(assembly, told)
    add_learning(assembly, told)
    add_told_facts(assembly, told, drawn.labels)
    mark_inference(assembly)
    add_described_claims(assembly, told, drawn.labels)
    mark_people(assembly)
    add_stated_risks(assembly, documents)
    return drawn
