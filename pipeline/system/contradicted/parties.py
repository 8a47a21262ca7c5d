"""Who gets data: the companies that code and configuration reach.

Takes an assembly, gives the places that send data to a company: a model that is asked (`asked_companies.py`), a service that is called, a
store that a company runs, a service that watches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.code.program import Node
from ingest.facts import DocumentFacts
from pipeline.system.assembly import Assembly
from pipeline.system.contradicted.asked_companies import Asked, asked_by
from pipeline.system.contradicted.known_parties import load_parties, of_host
from pipeline.system.draft import Draft
from pipeline.system.model import ElementKind, Evidence

_ASKED: frozenset[ElementKind] = frozenset({"hosted_llm", "embedding_model"})
_SERVICES: frozenset[ElementKind] = frozenset({"external_service", "web_content"})
_LEAST_KEY = 16  # letters of a key or an address
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Recipient:
    """An element that data goes to, and the company behind it."""

    element: str
    party: str
    evidence: Evidence
    runs_models: bool
    itself: bool = False  # it is asked at its own address, not at one of those who sell its models


def recipients(assembly: Assembly, documents: Sequence[DocumentFacts] = ()) -> Iterator[Recipient]:
    """What the product's code and configuration send data to, where the company behind it is known."""
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.attributes.get("stated_by") == "document" or draft.attributes.get("examples_only") is True or not draft.evidence:
            continue
        for asked in _parties_of(assembly, draft, documents):
            seen = assembly.cite(asked.node, "sink") if asked.node is not None else None
            evidence = seen or draft.evidence[0].model_copy(update={"role": "sink"})
            runs_models = load_parties().parties[asked.party].runs_models and draft.kind in _ASKED
            yield Recipient(identity, asked.party, evidence, runs_models, asked.itself)


def _parties_of(assembly: Assembly, draft: Draft, documents: Sequence[DocumentFacts]) -> list[Asked]:
    if draft.kind in _ASKED and draft.zone == "third_party" and draft.attributes.get("local") is not True:
        return asked_by(assembly, draft, documents)
    product = str(draft.attributes.get("product") or "")
    if draft.kind in _SERVICES and (draft.attributes.get("effect") in ("write", "message") or draft.kind == "external_service"):
        host = _HOST.match(draft.name)
        sold = product in load_parties().parties and not _runs_elsewhere(assembly, product)
        party = product if sold else of_host(host[0]) if host is not None else None
        return [Asked(party)] if party is not None else []
    if draft.kind == "vector_store":
        return [Asked(name) for name, party in load_parties().parties.items() if product in party.products][:1]
    return []


def _runs_elsewhere(assembly: Assembly, company: str) -> bool:
    """Whether a line of the tree has a company's product run at an address of one's own."""
    elsewhere = load_parties().parties[company].elsewhere
    return bool(elsewhere) and assembly.book.stands_anywhere(re.compile(elsewhere))


def observers(assembly: Assembly) -> Iterator[tuple[str, Evidence]]:
    """Services that watch a program, whose client is started whatever the settings say: the company and the place."""
    by_call = {call: name for name, party in load_parties().parties.items() for call in party.calls}
    packages = {call.rpartition(".")[0].partition(".")[0] for call in by_call}
    for file, facts in enumerate(assembly.program.files):
        if facts.purpose != "product" or not any(found.target.partition(".")[0] in packages for found in facts.imports):
            continue
        for identity, value in enumerate(facts.values):
            if value.kind != "call" or facts.conditions.get(identity):
                continue
            party = next((by_call[name] for name in assembly.program.callee_names((file, identity)) if name in by_call), None)
            evidence = assembly.cite((file, identity), "sink") if party is not None else None
            if party is not None and evidence is not None and _is_fixed(assembly, (file, identity)):
                yield party, evidence


def _is_fixed(assembly: Assembly, call: Node) -> bool:
    """Whether what such a client is given is written down: where a setting gives its key, it is silent without one."""
    value = assembly.program.value(call)
    given = [(call[0], argument) for argument in value.inputs[1:]]
    given += [
        (call[0], inner)
        for node in given
        for inner in assembly.program.value(node).inputs
        if assembly.program.value(node).kind == "collection"
    ]
    constants = [assembly.program.constant(node) for node in given]
    return any(isinstance(text, str) and len(text) >= _LEAST_KEY for text in constants)
