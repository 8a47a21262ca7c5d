"""What sentences tell of habits that code would show: what is logged, rendered, remembered for all, filled in by the model.

Takes sentences with what they stand below, and labels of drawings; adds attributes, flows and elements to what is described already.
The words stand in `knowledge/told.yaml`. A fact needs a thing it is about: of nobody in particular it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.documents.position import cell_place
from pipeline.system.assembly import Assembly
from pipeline.system.documents.described_claims import Labelled
from pipeline.system.documents.prose_names import is_staff
from pipeline.system.documents.spoken_of import SpokenOf
from pipeline.system.documents.told import Told, is_asked_for
from pipeline.system.documents.told_flows import add_told_flow
from pipeline.system.model import AttributeValue, ElementKind, Evidence, Label
from pipeline.system.rules.deeds import clauses_of, denied_by_deeds
from pipeline.system.rules.lexicon import classes_of
from pipeline.system.rules.promises import sentences, speaks_of_another
from pipeline.system.rules.told_words import compiled, facts_in, load_told
from pipeline.system.rules.words import words_of

_SHORTEST, _LONGEST = 5, 600  # characters of a sentence
_AROUND = 1_500  # of the paragraph it stands in
_ASKS: frozenset[ElementKind] = frozenset({"agent", "hosted_llm", "local_llm"})
_ENTRIES: frozenset[ElementKind] = frozenset({"http_route", "chat_ui", "webhook"})
_OF_AGENTS = frozenset(
    {
        "rendered",
        "logged",
        "query_written",
        "code_run",
        "shared_memory",
        "secret_in_prompt",
        "confidential_prompt",
        "third_party_tools",
        "identity_from_model",
    }
)
_TALKS: frozenset[ElementKind] = frozenset({*_ASKS, *_ENTRIES, "component"})
_ANSWERED = frozenset({"answer", "answers", "reply", "replies", "response", "responses", "completion", "completions",
    "conversation", "conversations",
                       "transcript", "transcripts", "chat", "history", "output", "outputs", "text"})  # fmt: skip
_IDENTITY = re.compile(
    r"\b((?:user|customer|patient|account|tenant|employee|member|client|order|policy|citizen|student|guest|meter"
    r"|contract)[ _-]?(?:id|no|nr|number|name|e-?mail))s?\b",
    re.IGNORECASE,
)
_HUB_MODEL = re.compile(r"(?<![\w/.:@-])([A-Za-z][\w.-]{1,40}/[A-Za-z][\w.-]{2,60})(?![\w/-])")


@dataclass(frozen=True, slots=True)
class _Fact:
    name: str
    text: str
    evidence: Evidence
    about: tuple[str, ...]
    around: str  # the paragraph it stands in


def add_told_facts(assembly: Assembly, told: Sequence[Told], labels: Sequence[Labelled]) -> None:
    """Attributes, flows and elements that sentences and labels tell of what is described."""
    spoken = SpokenOf(assembly)
    found: list[_Fact] = []
    sections: dict[tuple[str, tuple[str, ...]], str] = {}
    for each in told:
        here = (each.passage.place.path, each.passage.section)
        if len(sections.get(here, "")) < _AROUND:
            sections[here] = f"{sections.get(here, '')} {each.sentence}"
    before: tuple[object, tuple[str, ...]] = (None, ())
    for each in told:
        kept = before[1] if before[0] is each.passage else ()
        if _SHORTEST <= len(each.in_column) <= _LONGEST and not is_asked_for(each):
            found += _facts(assembly, spoken, each, kept, sections[each.passage.place.path, each.passage.section])
        before = (each.passage, tuple(spoken.named(each.sentence, _every())) or kept)
    for label in labels:
        for name in facts_in(label.text):
            kinds = load_told().facts[name].about
            about = tuple(identity for identity in label.about if assembly.draft(identity).kind in kinds)
            if about:
                found.append(_Fact(name, label.text, label.evidence, about, label.text))
    for fact in found:
        _apply(assembly, fact)


@lru_cache(maxsize=1)
def _every() -> frozenset[ElementKind]:
    """The kinds of element that some fact is about."""
    return frozenset(kind for fact in load_told().facts.values() for kind in fact.about)


def _facts(assembly: Assembly, spoken: SpokenOf, told: Told, before: Sequence[str], section: str) -> list[_Fact]:
    names = facts_in(told.read if told.in_row else told.in_column, told.asked)
    evidence = (
        assembly.cite_place(cell_place(told.passage, told.sentence), "claim") if names and not speaks_of_another(told.sentence) else None
    )
    if evidence is None:
        return []
    made = []
    for name in names:
        kinds = load_told().facts[name].about
        about = tuple(spoken.about(told, kinds, before)) if kinds else ()
        if not about and name in _OF_AGENTS:
            about = _answering(assembly)
        if not about and len(kinds) and name in _OF_ONE:
            about = _only_one(assembly, kinds)
        if about or not kinds:
            made.append(_Fact(name, told.read, evidence, about, section if name == "decides" else told.passage.text[:_AROUND]))
    return made


_OF_ONE = frozenset({"decides", "scores_returned", "open_to_writers", "holds_of_many", "reachable"})


def _only_one(assembly: Assembly, kinds: Sequence[ElementKind]) -> tuple[str, ...]:
    """The one element there is that something can be told of."""
    found = tuple(
        draft.id for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind in kinds and draft.attributes.get("stated_by") == "document" and (draft.kind != "hosted_llm" or len(kinds) == 1)
    )  # fmt: skip
    return found if len(found) == 1 else ()


def _answering(assembly: Assembly) -> tuple[str, ...]:
    """What answers people: the one agent, else the one model."""
    for kinds in (("agent",), ("hosted_llm", "local_llm")):
        found = tuple(draft.id for _, draft in sorted(assembly.drafts.by_id.items()) if draft.kind in kinds)
        if found:
            return found if len(found) == 1 else ()
    return ()


def _apply(assembly: Assembly, fact: _Fact) -> None:
    sets = load_told().facts[fact.name].sets
    for identity in fact.about:
        draft = assembly.draft(identity)
        if fact.name in _MADE:
            _MADE[fact.name](assembly, identity, fact)
        if sets:
            _set(assembly, identity, sets, fact.evidence)
        elif fact.name in _MADE:
            draft.show(fact.evidence)
    if fact.name == "fetched_model":
        _fetched(assembly, fact)
    if fact.name == "fetched_dataset":
        _dataset(assembly, fact)
    if fact.name == "pickled":
        _pickled(assembly, fact)


def _set(assembly: Assembly, identity: str, attributes: Mapping[str, AttributeValue], evidence: Evidence) -> None:
    draft = assembly.draft(identity)
    draft.attributes.update(attributes)
    draft.show(evidence)


def _element(assembly: Assembly, kind: ElementKind, called: str, evidence: Evidence, **attributes: AttributeValue) -> str:
    return assembly.drafts.put(kind, called, None, {"stated_by": "document", **attributes}, evidence, None, "documentation")


def _own_name(assembly: Assembly, identity: str) -> str:
    return assembly.draft(identity).name


# Facts that need more than an attribute


def _rendered(assembly: Assembly, identity: str, fact: _Fact) -> None:
    page = _element(assembly, "renderer", f"page that shows what {_own_name(assembly, identity)} writes", fact.evidence)
    add_told_flow(assembly, identity, page, "html", ("model_reply",), fact.evidence)


def _logged(assembly: Assembly, identity: str, fact: _Fact) -> None:
    logs = [
        draft.id
        for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == "log" and draft.attributes.get("stated_by") == "document"
    ]
    log = (
        identity
        if assembly.draft(identity).kind == "log"
        else logs[0]
        if len(logs) == 1
        else _element(assembly, "log", "application log", fact.evidence)
    )
    writers = (
        [identity] if assembly.draft(identity).kind in _TALKS else [source for source, target, _role in assembly.flows if target == log]
    )
    carried: tuple[Label, ...] = ("model_reply", "user_input") if _is_of_conversation(fact.text) else ("user_input",)
    for writer in dict.fromkeys(writers):
        add_told_flow(assembly, writer, log, "log", carried, fact.evidence)


def _is_of_conversation(text: str) -> bool:
    words = words_of(text)
    return bool(_ANSWERED & set(words)) or "conversation" in classes_of(tuple(words))


def _filled_in(assembly: Assembly, identity: str, fact: _Fact) -> None:
    named = _IDENTITY.search(fact.text)
    parameter = re.sub(r"[ -]+", "_", named[1].lower()) if named else "identity"
    draft = assembly.draft(identity)
    tools = [identity] if draft.kind == "tool" else [
        target for source, kind, target in assembly.relations
        if source == identity and kind == "has_tool" and assembly.draft(target).attributes.get("side_effect") is True
    ]  # fmt: skip
    if draft.kind != "tool" and any("identity_parameter" in assembly.draft(tool).attributes for tool in tools):
        return  # said of one tool, not of each
    for tool in sorted(tools, key=lambda tool: (_gravity(assembly, tool), tool))[:1]:  # one cause, one tool: the gravest
        _set(assembly, tool, {"identity_parameter": parameter}, fact.evidence)


def _gravity(assembly: Assembly, tool: str) -> int:
    effects = assembly.draft(tool).attributes.get("effects")
    grave = ("payment", "deletion", "execute", "store", "message")
    return (
        min((grave.index(effect) for effect in effects if effect in grave), default=len(grave))
        if isinstance(effects, tuple)
        else len(grave)
    )


def _confidential(assembly: Assembly, identity: str, fact: _Fact) -> None:
    prompt = _element(assembly, "prompt", f"instructions of {_own_name(assembly, identity)}", fact.evidence, confidential=fact.name)
    assembly.relate(identity, "has_prompt", prompt, fact.evidence)


def _remembered(assembly: Assembly, identity: str, fact: _Fact) -> None:
    if assembly.draft(identity).kind == "memory":
        _set(assembly, identity, {"scope": "global"}, fact.evidence)
        return
    memory = _element(assembly, "memory", f"memory of {_own_name(assembly, identity)}", fact.evidence, scope="global")
    add_told_flow(assembly, identity, memory, "memory_write", ("model_reply", "user_input"), fact.evidence)


def _decided(assembly: Assembly, identity: str, fact: _Fact) -> None:
    draft = assembly.draft(identity)
    known = draft.attributes.get("decides_about")
    said = set(words_of(f"{draft.name} {fact.text} {fact.around}"))
    about = {subject for subject, words in load_told().decided_about.items() if said & set(words)}
    about |= {known} if isinstance(known, str) else set(known) if isinstance(known, tuple) else set()
    if about:
        draft.attributes["decides_about"] = tuple(sorted(about))


def _administered(assembly: Assembly, identity: str, fact: _Fact) -> None:
    draft = assembly.draft(identity)
    if draft.attributes.get("admin") is not True:
        return
    stores = [
        other
        for _, other in sorted(assembly.drafts.by_id.items())
        if other.kind in ("vector_store", "training_job", "model_registry", "dataset")
    ]
    for store in (
        stores[:1]
        if len(stores) == 1
        else [other for other in stores if set(words_of(other.name)) & set(words_of(f"{draft.name} {fact.text}"))]
    ):
        assembly.relate(identity, "calls", store.id, fact.evidence)


def _of_others(assembly: Assembly, identity: str, fact: _Fact) -> None:
    if assembly.draft(identity).kind == "agent" and any(assembly.draft(other).kind == "mcp_server" for other in fact.about):
        return  # the connection is that to the server
    client = _element(assembly, "mcp_client", f"connection to {_own_name(assembly, identity)}", fact.evidence, pinned=False, remote=True)
    assembly.relate(identity, "calls", client, fact.evidence)


def _held_of_many(assembly: Assembly, identity: str, fact: _Fact) -> None:
    named = re.search(r"((?:[\w-]+ ){0,2}[\w-]+) of (?:all|every|each|many|several)\b", fact.text, re.IGNORECASE)
    if named is not None:
        held = _element(assembly, "data_store", named[1].strip().capitalize(), fact.evidence)
        add_told_flow(assembly, held, identity, "index_write", ("stored_data",), fact.evidence)
        asked = any(target == identity and role == "index_query" for _source, target, role in assembly.flows)
        for asking in () if asked else _answering(assembly):
            add_told_flow(assembly, asking, identity, "index_query", ("user_input",), fact.evidence)


def _scored(assembly: Assembly, identity: str, fact: _Fact) -> None:
    """How sure a model is goes back to who asked."""
    people = [draft for _, draft in sorted(assembly.drafts.by_id.items()) if draft.kind in ("end_user", "anonymous_public")]
    for person in [draft for draft in people if not is_staff(draft.name)][:1]:
        add_told_flow(assembly, identity, person.id, "response", ("prediction",), fact.evidence)


def _queried(assembly: Assembly, identity: str, fact: _Fact) -> None:
    """What a model writes is asked of a store as it stands."""
    stores = [
        draft.id
        for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == "data_store" and draft.attributes.get("stated_by") == "document"
    ]
    store = stores[0] if len(stores) == 1 else _element(assembly, "data_store", "database that is asked", fact.evidence)
    add_told_flow(assembly, identity, store, "query", ("model_reply",), fact.evidence)


def _run(assembly: Assembly, identity: str, fact: _Fact) -> None:
    """What a model writes is run."""
    interpreter = _element(assembly, "interpreter", f"interpreter of {_own_name(assembly, identity)}", fact.evidence)
    add_told_flow(assembly, identity, interpreter, "code", ("model_reply",), fact.evidence)


_MADE: Mapping[str, Callable[[Assembly, str, _Fact], None]] = {
    "rendered": _rendered, "logged": _logged, "identity_from_model": _filled_in, "confidential_prompt": _confidential,
    "secret_in_prompt": _confidential, "shared_memory": _remembered, "decides": _decided, "administers": _administered,
    "third_party_tools": _of_others, "holds_of_many": _held_of_many,
    "scores_returned": _scored, "query_written": _queried, "code_run": _run,
}  # fmt: skip


def _fetched(assembly: Assembly, fact: _Fact) -> None:
    """A model out of a public hub, by its name there; whether its revision is fixed is known where the sentence says so."""
    unfixed, fixed = (
        any(compiled(text).search(fact.text.lower()) for text in patterns)
        for patterns in (load_told().controls["pinned_revision"].denied, load_told().controls["pinned_revision"].promised)
    )
    for sentence in sentences(fact.around):
        names_newest = any(not clause.verb and "newest" in clause.thing.classes for clause in clauses_of(sentence))  # "Main branch."
        unfixed = unfixed or names_newest or "pinned_revision" in denied_by_deeds(sentence)
    named = _HUB_MODEL.findall(fact.text) or [_fetched_name(fact.text)]
    for name in filter(None, named):
        attributes: dict[str, AttributeValue] = {"source": "hub", "name": name}
        if unfixed and not fixed:
            attributes["revision_pinned"] = False
        _element(assembly, "model_registry", name, fact.evidence, **attributes)


def _fetched_name(text: str) -> str:
    """What is fetched, where it bears no name of a hub: "a pretrained backbone"."""
    for clause in clauses_of(text):
        if clause.kinds & {"fetch", "read"} and clause.thing and not clause.denied and ({"hub", "newest"} & clause.everything):
            words = [word for word in clause.thing.words[:6] if word.lower() not in ("newest", "latest", "one", "most", "recent")]
            return " ".join(words) or "model that is fetched in its newest state"
    return ""


def _dataset(assembly: Assembly, fact: _Fact) -> None:
    """Records of others that are fetched as they are at that time."""
    for clause in clauses_of(fact.text):
        if "fetch" in clause.kinds and "training" in clause.thing.classes:
            name = " ".join(clause.thing.words[:4])
            _element(assembly, "dataset", name[:1].upper() + name[1:], fact.evidence, source="url", revision_pinned=False)


def _pickled(assembly: Assembly, fact: _Fact) -> None:
    """Weights in a format that runs code when it is read."""
    _element(assembly, "model_file", "model files in a format that runs code", fact.evidence, executes_code_on_load=True)
