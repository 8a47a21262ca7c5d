"""What fills the vector stores of a described system, and what asks them.

Takes what is told and the stores that are known by now, adds flows. "A nightly job embeds the wiki", "essays sit in one collection": pages
and what people send are written into the store, and what answers people looks things up there, as no other use of such a store is known.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.documents.position import cell_place
from pipeline.system.assembly import Assembly
from pipeline.system.documents.spoken_of import SpokenOf
from pipeline.system.documents.told import Told
from pipeline.system.documents.told_flows import add_told_flow
from pipeline.system.documents.told_inputs import clauses_told, main_models, named_by
from pipeline.system.model import ElementKind, Evidence, Label
from pipeline.system.rules.clauses import Phrase
from pipeline.system.rules.drawn_words import technology_of

_STORE: frozenset[ElementKind] = frozenset({"vector_store"})
_FILLED = frozenset({"fill", "keep", "read", "fetch", "send", "lie", "mix", "contain", "call", "generate", "change", "go", "act"})
_LABELS: tuple[tuple[frozenset[str], Label, ElementKind], ...] = (
    (frozenset({"page"}), "web_content", "web_content"),
    (frozenset({"feedback"}), "user_feedback", "end_user"),
    (frozenset({"document", "image", "audio"}), "uploaded_file", "data_store"),
    (frozenset({"personal", "conversation"}), "stored_data", "data_store"),
)
_INDEXING = ("index", "embed", "ingest", "crawl", "vectorise", "vectorize")


def add_stores(assembly: Assembly, told: Sequence[Told]) -> None:
    """Flows into vector stores, and out of them to what answers."""
    stores = [
        draft.id
        for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == "vector_store" and draft.attributes.get("stated_by") == "document"
    ]
    if not stores:
        return
    spoken = SpokenOf(assembly)
    for each in clauses_told(told):
        clause = each.clause
        if clause.denied or not clause.kinds & _FILLED or "log" in clause.place:
            continue
        phrases = [clause.thing, clause.doer, *(phrase for _before, phrase in clause.places)]
        named = [store for phrase in phrases if _is_store(phrase) for store in spoken.named(phrase.text, _STORE)]
        if not named and len(stores) == 1 and clause.verb in _INDEXING and main_models(assembly):
            named = stores
        evidence = assembly.cite_place(cell_place(each.told.passage, each.told.sentence), "claim") if named else None
        if evidence is not None:
            _fill(assembly, named[0], [phrase for phrase in phrases if phrase and not phrase.none], evidence)
    written = {target for _source, target, role in assembly.flows if role == "index_write"}
    for store in stores:
        if len(stores) == 1 or store in written:
            _asked(assembly, store)


def _is_store(phrase: Phrase) -> bool:
    """Whether a phrase speaks of a store, and not of what only ends in the same word."""
    return "store" in phrase.classes or technology_of(phrase.text) is not None


def _fill(assembly: Assembly, store: str, phrases: Sequence[Phrase], evidence: Evidence) -> None:
    for wanted, label, kind in _LABELS:
        phrase = next((phrase for phrase in phrases if phrase.classes & wanted and "store" not in phrase.classes - wanted), None)
        if phrase is None or any(
            label in flow.carries for (_s, target, _r), flows in assembly.flows.items() if target == store for flow in flows
        ):
            continue
        name = named_by(phrase)
        source = assembly.drafts.put(kind, name[:1].upper() + name[1:], None, {"stated_by": "document"}, evidence, None, "documentation")
        add_told_flow(assembly, source, store, "index_write", (label,), evidence)
        return


def _asked(assembly: Assembly, store: str) -> None:
    if any(target == store and role == "index_query" for _source, target, role in assembly.flows):
        return
    evidence = assembly.draft(store).evidence[:1]
    for asking in main_models(assembly) if evidence else ():
        add_told_flow(assembly, asking, store, "index_query", ("user_input",), evidence[0])
        add_told_flow(assembly, store, asking, "prompt", ("retrieved_text",), evidence[0])
