"""Models that sentences name, as elements: each once, under its fullest name.

Takes what `named_models.py` finds. What a text calls "the model" or "the assistant" is the one that bears a name; an element of its own it
is only where none does. A model of language that an agent is said to run on, or the only one beside the only agent, is what the agent asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.documents.position import cell_place
from pipeline.system.assembly import Assembly
from pipeline.system.documents.described_names import Described
from pipeline.system.documents.named_models import NamedModel
from pipeline.system.documents.prose_names import key_of
from pipeline.system.documents.told import Told
from pipeline.system.documents.told_flows import add_told_flow
from pipeline.system.documents.told_inputs import clauses_told
from pipeline.system.model import AttributeValue, ElementKind, Evidence
from pipeline.system.rules.drawn_words import technology_of
from pipeline.system.rules.lexicon import singular
from pipeline.system.rules.words import load_words, mentions, subjects

_LLMS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm"})
_AGENTS: frozenset[ElementKind] = frozenset({"agent"})
_LEARNT: frozenset[ElementKind] = frozenset({"ml_model"})
_TASKS = (
    ("speech", re.compile(r"\b(?:whisper|speech|voice|transcri\w+|wake|spoken|audio|wav2vec|asr|stt)\b", re.IGNORECASE)),
    (
        "vision",
        re.compile(r"\b(?:image|face|facial|vision|photo|object|yolo\w*|ocr|picture|x-ray|video|damage|handwriting)\b", re.IGNORECASE),
    ),
)
_IDENTIFIES = re.compile(
    r"\b(?:face|facial|voice|speaker|iris|fingerprint)\w*[ -](?:match|recogni|verif|identif|authenti|compar)\w*|\b(?:speaker|face) id\b",
    re.IGNORECASE,
)
_SENSES = {"vision": frozenset({"camera", "cctv", "dashcam", "lidar", "radar"}), "speech": frozenset({"microphone"})}
_MOST_CITED = 3
_MOST = 40  # of one kind


def add_named_models(assembly: Assembly, named: Sequence[NamedModel], described: Described) -> None:
    """Elements for what is named, with the first places that name it."""
    kinds: dict[tuple[str, ...], ElementKind] = {}
    first: dict[tuple[str, ...], str] = {}
    places: dict[tuple[str, ...], list[NamedModel]] = {}
    for each in named:
        if each.generic:
            continue
        name = _as_known(assembly, described, each)
        key = key_of(name)
        known = described.kinds.get(key)
        kind = known if known is not None and known not in ("component", "external_service", "data_store") else each.kind
        if kinds.get(key) not in ("hosted_llm", "local_llm") or kind == "local_llm":
            kinds[key] = kind
        first.setdefault(key, name)
        places.setdefault(key, []).append(each)
    for key in list(kinds):  # "Mistral" is "Mistral Large", "OpenAI Whisper" is "Whisper"
        longer = [other for other in kinds if other != key and set(key) < set(other) and kinds[other] == kinds[key]]
        if len(longer) == 1:
            places[longer[0]] += places.pop(key)
            del kinds[key], first[key]
    for key, kind in list(kinds.items())[:_MOST]:
        _put(assembly, kind, first[key], places[key])
    for family in (_AGENTS, _LLMS, _LEARNT):
        generic = [each for each in named if each.generic and each.kind in family]
        if family == _LEARNT and _there(assembly, _LLMS | _AGENTS):
            generic = [each for each in generic if each.name.lower() != "model"]  # that is the model of language
        if generic and not _there(assembly, family):
            _put(assembly, generic[0].kind, generic[0].name, generic)
    _asks(assembly)


def _as_known(assembly: Assembly, described: Described, named: NamedModel) -> str:
    """The name under which a product is known as a part: of "Qdrant", that of the index that is said to be one."""
    full = described.full(named.name)
    product = technology_of(named.name)
    if full != named.name or product is None or named.kind != "vector_store":
        return full
    made_of = [
        draft.name
        for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == named.kind and technology_of(str(draft.attributes.get("technology") or "")) == product
    ]
    drawn = [name for name in described.names if described.kinds.get(key_of(name)) == named.kind]
    return made_of[0] if len(made_of) == 1 else drawn[0] if len(drawn) == 1 else full


def _there(assembly: Assembly, kinds: frozenset[ElementKind]) -> list[str]:
    return [
        draft.id
        for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind in kinds and draft.attributes.get("stated_by") == "document"
    ]


def _put(assembly: Assembly, kind: ElementKind, name: str, places: Sequence[NamedModel]) -> None:
    known = next(
        (draft.name for draft in assembly.drafts.by_id.values() if draft.kind == kind and key_of(draft.name) == key_of(name)), name
    )
    attributes: dict[str, AttributeValue] = {"stated_by": "document"}
    if kind == "ml_model":
        decided, words = subjects([name], decides=False), load_words()
        attributes |= {"decides_about": decided[0]} if decided else {}
        attributes |= {"physical": True} if mentions([name], words.physical) else {}
        attributes |= {"detector": True} if mentions([name], words.detector) else {}
        task = next((task for task, pattern in _TASKS if pattern.search(name)), None)
        attributes |= {"task": task} if task is not None else {}
        attributes |= {"verifies_identity": True} if _IDENTIFIES.search(name) else {}
    for each in places[:_MOST_CITED]:
        evidence = assembly.cite_place(cell_place(each.told.passage, each.told.sentence), "claim")
        if evidence is not None:
            assembly.drafts.put(kind, known, None, attributes, evidence, None, "documentation")


def _asks(assembly: Assembly) -> None:
    """The one agent asks the one model of language there is."""
    agents, models = _there(assembly, _AGENTS), _there(assembly, _LLMS)
    if len(agents) != 1 or len(models) != 1 or any({source, target} == {agents[0], models[0]} for source, target, _role in assembly.flows):
        return
    for evidence in assembly.draft(models[0]).evidence[:1]:
        add_told_flow(assembly, agents[0], models[0], "prompt", ("user_input",), evidence)
        add_told_flow(assembly, models[0], agents[0], None, ("model_reply",), evidence)


def mark_senses(assembly: Assembly, told: Sequence[Told]) -> None:
    """Models that see or hear what goes on before a camera or a microphone of the system."""
    there: dict[str, Evidence] = {}
    for each in clauses_told(told):
        clause = each.clause
        if "sensor" not in (clause.doer.classes | (clause.thing.classes if clause.passive else frozenset())) or clause.denied:
            continue
        words = {singular(word.lower()) for phrase in (clause.doer, clause.thing) for word in phrase.words}
        for task, sensors in _SENSES.items():
            evidence = (
                assembly.cite_place(cell_place(each.told.passage, each.told.sentence), "claim")
                if words & sensors and task not in there
                else None
            )
            if evidence is not None:
                there[task] = evidence
    for _, draft in sorted(assembly.drafts.by_id.items()):
        task = str(draft.attributes.get("task") or "")
        if draft.kind == "ml_model" and draft.attributes.get("stated_by") == "document" and task in there:
            draft.attributes["physical"] = True
            draft.show(there[task])
