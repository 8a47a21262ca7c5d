"""Statements of documents and drawings beside what was found: where the two disagree, a claim says so and cites both.

Takes an assembly in which everything was found and every promise is held against a control; each module adds claims of one kind
(`model.Claim.kind`) with `kept` false: weaker controls, data kept longer, data that goes elsewhere, other models, stale drawings.
`pipeline/threats/contradictions.py` makes findings of them. Said by all of them: what is planned, conditional, quoted or told of
others is no statement, and what was not found is held against nobody unless its name is nowhere in the tree.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.facts import ConfigFacts, DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.amounts import add_weaker_controls
from pipeline.system.contradicted.consents import add_consents
from pipeline.system.contradicted.crossings import add_crossings
from pipeline.system.contradicted.dead_controls import add_dead_controls
from pipeline.system.contradicted.decisions import add_decisions
from pipeline.system.contradicted.destinations import add_destinations
from pipeline.system.contradicted.drawn_controls import add_drawn_controls
from pipeline.system.contradicted.drawn_models import add_drawn_models
from pipeline.system.contradicted.named_models import add_named_models
from pipeline.system.contradicted.pictures import held_pictures
from pipeline.system.contradicted.retention import add_retention
from pipeline.system.contradicted.stale_drawings import add_stale_drawings
from pipeline.system.contradicted.stated import statements_of
from pipeline.system.contradicted.thresholds import add_thresholds
from pipeline.system.drawings.drawn import Drawings

__all__ = ["add_contradictions"]


def add_contradictions(
    assembly: Assembly, documents: Sequence[DocumentFacts], config: Sequence[ConfigFacts], drawings: Drawings
) -> None:  # fmt: skip
    """Claims for all that documents and drawings say and that was seen not to be so."""
    add_dead_controls(assembly)
    add_weaker_controls(assembly)
    statements = list(statements_of(documents))
    add_destinations(assembly, documents, statements)
    add_named_models(assembly, documents, statements)
    add_retention(assembly, statements, config)
    add_decisions(assembly, statements)
    add_consents(assembly, statements)
    add_thresholds(assembly, statements)
    held = held_pictures(assembly, documents, drawings)
    add_drawn_controls(assembly, held, config)
    add_stale_drawings(assembly, documents, held)
    add_drawn_models(assembly, documents, held)
    add_crossings(assembly, held)
