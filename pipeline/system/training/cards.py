"""Cards into the model: the licence, origin and purpose that are written down of a model or of data.

Takes the settings of cards, adds what they say to the elements that bear their name, or an element for a model or data that no code was
seen to use; what it was made from as elements with a relation; what it is meant for and what it is not as claims. A card tells what its
authors say of a model: a name in it is no load, and neither opens nor closes a finding.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterator, Sequence

from ingest.facts import ConfigFacts, DocumentFacts, Setting
from pipeline.system.assembly import Assembly
from pipeline.system.deployment.deployment import folder_of
from pipeline.system.draft import Draft
from pipeline.system.model import AttributeValue, Claim, ElementKind

_MODELS: tuple[ElementKind, ...] = ("local_llm", "embedding_model", "ml_model", "model_registry", "model_file", "hosted_llm")
_GENERATES = (
    "text-generation",
    "text2text-generation",
    "image-text-to-text",
    "conversational",
    "summarization",
    "translation",
    "any-to-any",
)
_EMBEDS = ("feature-extraction", "sentence-similarity")

_HUB = re.compile(r"^(?:hf-hub|hf|huggingface):(?://)?")
_REGISTERED = re.compile(r"^models:/([^/@]+)")


def add_cards(assembly: Assembly, files: Sequence[ConfigFacts], documents: Sequence[DocumentFacts]) -> None:
    """What cards say, one after the other."""
    described: tuple[ConfigFacts | DocumentFacts, ...] = (*files, *documents)
    for file in described:
        if file.purpose in ("test", "vendored", "generated", "example"):
            continue
        card: list[str] = []
        for setting in file.settings:
            if setting.kind == "card":
                card = list(_described(assembly, setting, file.purpose))
            elif setting.kind == "card_part":
                _made_from(assembly, card, setting, file.purpose)
            elif setting.kind == "card_statement":
                _stated(assembly, card, setting)


def _described(assembly: Assembly, card: Setting, purpose: str) -> Iterator[str]:
    """The elements that a card describes: those of its name, the model files beside it, or a new one."""
    of_data = card.attributes.get("of") == "dataset"
    kinds: tuple[ElementKind, ...] = ("dataset",) if of_data else _MODELS
    found = [draft for draft in assembly.drafts.by_id.values() if draft.kind in kinds and _is_called(draft, card.name)]
    if not found and not of_data:
        folder = folder_of(card.place.path)
        found = [
            d
            for d in assembly.drafts.by_id.values()
            if d.attributes.get("stored") is True and folder_of(d.name.removesuffix(" (stored)")) == folder
        ]
    place = assembly.cite_place(card.place, "claim", "its card")
    if not found:
        task = str(card.attributes.get("task") or "")
        kind: ElementKind = (
            "dataset" if of_data else "local_llm" if task in _GENERATES else "embedding_model" if task in _EMBEDS else "ml_model"
        )
        identity = assembly.drafts.put(kind, card.name, None, {"stated_by": "card"}, place, None, purpose)
        found = [assembly.draft(identity)]
    for draft in found:
        for name in ("licence", "task"):
            if card.attributes.get(name):
                draft.attributes.setdefault(name, str(card.attributes[name]))
        draft.show(place)
        yield draft.id


def _is_called(draft: Draft, name: str) -> bool:
    """Whether an element bears the name of a card, with or without the owner's; of a registered model that between its scheme and stage."""
    known = {_HUB.sub("", str(draft.attributes.get("model") or "")), draft.name, posixpath.basename(draft.name)} - {""}
    registered = _REGISTERED.match(draft.name)
    if registered is not None:
        known.add(registered[1])
    return any(other.lower() in (name.lower(), name.rsplit("/", 1)[-1].lower()) for other in known) and len(name) > 2


def _made_from(assembly: Assembly, card: Sequence[str], part: Setting, purpose: str) -> None:
    place = assembly.cite_place(part.place, "claim", "named by a card")
    base = part.attributes.get("what") == "base_model"
    kinds: tuple[ElementKind, ...] = _MODELS if base else ("dataset",)
    known = next((d.id for d in assembly.drafts.by_id.values() if d.kind in kinds and d.id not in card and _is_called(d, part.name)), None)
    if known is None:
        attributes: dict[str, AttributeValue] = {"stated_by": "card"}
        known = assembly.drafts.put("model_registry" if base else "dataset", part.name, None, attributes, place, None, purpose)
    for identity in card:
        assembly.relate(identity, "derived_from" if base else "trained_on", known, place)
        if base:
            assembly.draft(identity).attributes.setdefault("base_model", part.name)


def _stated(assembly: Assembly, card: Sequence[str], statement: Setting) -> None:
    evidence = assembly.cite_place(statement.place, "claim")
    if evidence is None:
        return
    text = str(statement.attributes.get("text") or "")
    digest = hashlib.sha256(f"{evidence.path}\n{statement.name}\n{' '.join(text.split())}".encode()).hexdigest()[:12]
    kind = "intended_use" if statement.name == "intended_use" else "limit"
    assembly.claims.append(Claim(id=f"card:{digest}", text=text, about=tuple(card), evidence=(evidence,), kind=kind))
