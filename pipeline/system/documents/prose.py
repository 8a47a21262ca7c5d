"""Prose into the model: a system that is only described becomes elements and flows with the sentences that state them.

Takes the documents of a tree without code; where code was read it says what the system does, and prose adds nothing. All
statements are collected before any element is made, as what a thing is follows from all that is said of it: an API that an agent
calls is a tool, one that people call is an entry. What is denied, planned or asked for makes no element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.documents.position import cell_place
from pipeline.system.assembly import Assembly
from pipeline.system.documents.described_names import Described
from pipeline.system.documents.prose_names import fuller, is_administrative, is_public, is_staff, key_of, label_of
from pipeline.system.documents.statements import OWN, Statement, base_of, effect_of, load_prose, name_of, parted, statements
from pipeline.system.documents.told import Told, is_asked_for
from pipeline.system.model import AttributeValue, ElementKind, Evidence, Flow, Label, SinkRole
from pipeline.system.rules.drawn_words import BECOMES, CARRIED
from pipeline.system.rules.promises import negated_before
from pipeline.system.rules.told_words import compiled, load_told, modality_told
from pipeline.system.rules.words import load_words, mentions, subjects, words_of

_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent", "ml_model"})
_ASKS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})
_INDEFINITE: frozenset[ElementKind] = frozenset({"ml_model", "agent", "hosted_llm", "component"})
_ENTRIES: frozenset[ElementKind] = frozenset({"chat_ui", "http_route", "webhook"})
_PEOPLE: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public"})
_KEEPS: frozenset[ElementKind] = frozenset({"vector_store", "data_store", "file_store", "dataset", "web_content"})
_BECOMES: dict[ElementKind, SinkRole] = {**BECOMES, "vector_store": "index_write", "data_store": "store_write"}
_ROUTE = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[\w/{}.:-]{1,100})")
# Words of a path behind which a model is asked, beside the verbs by which models decide.
_ASKING = frozenset(
    {"chat", "ask", "complete", "completion", "completions", "infer", "inference", "generate", "answer", "embed", "embeddings", "summarise",
     "summarize"}
)  # fmt: skip
_LONGEST = 600  # characters of a sentence


@dataclass(frozen=True, slots=True)
class _Said:
    statement: Statement
    sentence: str
    evidence: Evidence
    below: str  # the heading or the first cell of the row that it stands below


@dataclass(slots=True)
class _Tale:
    """What was said so far, while elements are made of it."""

    assembly: Assembly
    described: Described
    names: list[str]  # every name of a thing, as it was first written
    called: frozenset[tuple[str, ...]]  # keys of names that agents call
    acted_through: frozenset[tuple[str, ...]]  # and of those they do something through
    definite: frozenset[tuple[str, ...]]  # single words of which one is spoken of as known
    origins: dict[tuple[str, ...], _Thing] = field(default_factory=dict)  # data -> who it comes from


def add_prose(assembly: Assembly, told: Sequence[Told], described: Described) -> None:
    """Elements and flows of what the documents tell; `described` is what they call their parts."""
    seen = [each for each in told if not each.passage.hidden]
    said = list(_said(assembly, seen, described))
    names = [*(name for each in said for name in _names(each.statement) if described.kind(name) is not None), *described.names]
    by_agents = [each.statement for each in said if described.kind(fuller(each.statement.subject, names)) == "agent"]
    called = frozenset(key_of(fuller(statement.object, names)) for statement in by_agents if statement.kind == "calls")
    definite = frozenset(
        key_of(match[1]) for each in said for match in re.finditer(r"\b(?:the|our|this|its)\s+([A-Za-z]+)\b", each.sentence, re.IGNORECASE)
    )
    through = frozenset(key_of(fuller(statement.other, names)) for statement in by_agents if statement.kind in ("acts", "sends"))
    tale = _Tale(assembly, described, names, called, through, definite)
    for each in said:
        _MADE[each.statement.kind](tale, each)
        _openness(tale, each)
    _exposures(tale, seen)
    _routes(assembly, seen)


_AUXILIARIES = frozenset({"can", "may", "will", "is", "are", "has", "also"})
_KEPT_IN = frozenset({"stored", "storage", "location", "where", "kept", "store", "held", "lives"})
_WILL_NOT = re.compile(r"\b(?:will|shall|would) (?:not|never)\b|\bwon't\b", re.IGNORECASE)
_CODE = re.compile(r"\w+\(\w+=")


def _said(assembly: Assembly, told: Sequence[Told], described: Described) -> Iterator[_Said]:
    before: tuple[object, str] = (None, "")
    for each in told:
        sentence = each.sentence
        spoken = before[1] if before[0] is each.passage else _under(each, described)
        if len(sentence) > _LONGEST or (modality_told(sentence) in ("todo", "must_not", "does_not") and not _still_told(sentence)):
            continue
        if _WILL_NOT.search(sentence) or is_asked_for(each) or sentence.rstrip().endswith("?") or _CODE.search(sentence):
            continue
        found = [one for one in _stated(each, spoken, described) if not _is_hostile(one)]
        evidence = assembly.cite_place(cell_place(each.passage, sentence), "claim") if found else None
        for statement in found if evidence is not None else ():
            assert evidence is not None
            before = (each.passage, statement.subject or spoken)
            yield _Said(statement, sentence, evidence, each.heads[0] if each.heads else "")


def _stated(told: Told, spoken: str, described: Described) -> Iterator[Statement]:
    """What a sentence states; a cell below "Stored in" says where the data of its row is kept."""
    if told.in_row and _KEPT_IN & set(words_of(told.column)) and described.kind(told.sentence.strip()) is not None:
        yield Statement("stores", "store", "", told.heads[0], told.sentence.strip())
    yield from statements(told.sentence, spoken)


def _under(told: Told, described: Described) -> str:
    """Who a sentence without a subject is about: what its row or its heading names. "Send the form" tells its reader what to do."""
    first = re.match(r"\W*([A-Za-z]+)", told.sentence)
    if not told.heads or first is None or (first[1].lower() not in _AUXILIARIES and base_of(first[1]) in ("", first[1].lower())):
        return ""
    name = name_of(re.sub(r"^\W*(?:\d+[.)]?)+\s*", "", told.heads[0]))
    return name if name and described.kind(name) is not None else ""


def _is_hostile(statement: Statement) -> bool:
    """What an attacker does is no part of the system."""
    return bool({"attacker", "attackers", "adversary", "adversaries", "hacker", "intruder"} & set(words_of(statement.subject)))


_NOT_DONE = re.compile(r"(?:\b(?:not|never|cannot|no longer|instead of)|n['\u2019]t)\b", re.IGNORECASE)


def _still_told(sentence: str) -> bool:
    """Whether what is denied is only how it is done: "is indexed without review" tells that it is indexed."""
    return _NOT_DONE.search(sentence) is None and modality_told(sentence) == "does_not"


def _names(statement: Statement) -> Iterator[str]:
    for name in (statement.subject, statement.object, statement.other):
        if name:
            yield from (part for part in parted(name) if part)


# Elements


@dataclass(frozen=True, slots=True)
class _Thing:
    """What a name means, before anything is told that makes it an element."""

    kind: ElementKind
    name: str


def _thing(tale: _Tale, name: str) -> _Thing | None:
    """What a name means; None where it is the name of no thing."""
    full = fuller(parted(name)[0], tale.names) if name else ""
    kind = tale.described.kind(full) if full else None
    if kind is None or (kind in _INDEFINITE and len(key_of(full)) == 1 and full.islower() and key_of(full) not in tale.definite):
        return None  # "trains a model" tells of no model in particular
    if kind in ("http_route", "component") and key_of(full) in tale.called:
        kind = "tool"
    elif kind == "http_route" and key_of(full) in tale.acted_through:
        kind = "component"
    elif kind == "end_user" and is_public(full):
        kind = "anonymous_public"
    return _Thing(kind, full[:1].upper() + full[1:])


def _put(tale: _Tale, thing: _Thing, evidence: Evidence, **attributes: AttributeValue) -> str:
    """The element of a thing."""
    for draft in tale.assembly.drafts.by_id.values():
        if draft.kind == thing.kind and key_of(draft.name) == key_of(thing.name):
            return tale.assembly.drafts.put(thing.kind, draft.name, None, attributes, evidence, None, "documentation")
    if thing.kind == "ml_model":
        attributes = {**_of_model(thing.name), **attributes}
    if (thing.kind == "http_route" and is_administrative(thing.name)) or (thing.kind == "end_user" and is_staff(thing.name)):
        attributes = {"admin": True, **attributes}
    return tale.assembly.drafts.put(thing.kind, thing.name, None, {"stated_by": "document", **attributes}, evidence, None, "documentation")


def _of_model(name: str) -> dict[str, AttributeValue]:
    words = load_words()
    decided = subjects([name], decides=False)
    return {
        **({"decides_about": decided[0]} if decided else {}),
        **({"physical": True} if mentions([name], words.physical) else {}),
        **({"detector": True} if mentions([name], words.detector) else {}),
    }


def _comes_from(tale: _Tale, data: str) -> _Thing | None:
    """Who data comes from: whose it is said to be, or who was said to send it."""
    what, owner = parted(data)
    return _thing(tale, owner) or _thing(tale, data) or tale.origins.get(key_of(data)) or tale.origins.get(key_of(what))


def _flow(tale: _Tale, source: _Thing | None, target: _Thing | None, data: str, evidence: Evidence) -> None:
    if source is None or target is None or source == target:
        return
    carried: Label | None = label_of(data) if data else None
    if source.kind in _ASKS:
        carried = "tool_arguments" if target.kind == "tool" else "model_reply"
    elif source.kind in _ENTRIES and carried is None and target.kind not in _PEOPLE:
        carried = "user_input"  # what people enter goes on
    elif source.kind not in ("component", *_ENTRIES) and (carried is None or source.kind in ("web_content", "vector_store", "ml_model")):
        carried = CARRIED.get(source.kind, carried)
    role: SinkRole | None = ("response" if not is_staff(target.name) else None) if target.kind in _PEOPLE else _BECOMES.get(target.kind)
    start, end = _put(tale, source, evidence), _put(tale, target, evidence)
    for flow in tale.assembly.flows.get((start, end, role), ()):
        if carried is None or carried in flow.carries:
            return
    tale.assembly.flow(
        Flow(id=f"{start}->{end}:told:{role or ''}:{carried or ''}", source=start, target=end, carries=(carried,) if carried else (),
             role=role, steps=(evidence,), stated_by="document")
    )  # fmt: skip


# Statements


def _sends(tale: _Tale, said: _Said) -> None:
    statement = said.statement
    source = _thing(tale, statement.subject) or _comes_from(tale, statement.object)
    if source is not None and statement.object:
        tale.origins.setdefault(key_of(statement.object), source)
        if source.kind == "agent" and effect_of(statement.verb, statement.object) is not None:
            _acts(tale, said)
            return
    target = _thing(tale, statement.other)
    if target is None and source is not None and source.kind in _PEOPLE:
        below = _thing(tale, name_of(said.below))
        target = (
            below if below is not None and below.kind in _ENTRIES else None
        )  # "Customers upload photos" is told of the chat it stands below
    if target is not None and target.kind == "training_job":
        model = _thing(tale, parted(statement.other)[1])
        if model is not None and model.kind in (*_MODELS, "embedding_model"):
            tale.assembly.relate(_put(tale, target, said.evidence), "produces", _put(tale, model, said.evidence), said.evidence)
    if source is None and target is not None and target.kind in _ASKS and label_of(statement.object) is not None:
        source = _Thing("component", OWN)  # "CVs are passed to the model" leaves open by whom
    _flow(tale, source, target, statement.object, said.evidence)


def _calls(tale: _Tale, said: _Said) -> None:
    statement, evidence = said.statement, said.evidence
    source, target = _thing(tale, statement.subject), _thing(tale, statement.object)
    through = _thing(tale, statement.other)
    if source is not None and through is not None and source.kind in _PEOPLE:
        _flow(tale, source, through, "", evidence)
        source = through
    if source is None or target is None:
        return
    if target.kind in _KEEPS:
        _flow(tale, target, source, "", evidence)  # what is asked of a store is what comes back
        return
    _flow(tale, source, target, "", evidence)
    if source.kind == "agent" and target.kind == "tool":
        tale.assembly.relate(_put(tale, source, evidence), "has_tool", _put(tale, target, evidence), evidence)


def _reads(tale: _Tale, said: _Said) -> None:
    statement = said.statement
    source = _thing(tale, statement.other) or _comes_from(tale, statement.object)
    if source is not None and statement.object:
        tale.origins.setdefault(key_of(statement.object), source)
    _flow(tale, source, _thing(tale, statement.subject), statement.object, said.evidence)


def _stores(tale: _Tale, said: _Said) -> None:
    statement = said.statement
    writer, origin = _thing(tale, statement.subject), _comes_from(tale, statement.object)
    if writer is not None and origin is not None and writer != origin:
        _flow(tale, origin, writer, statement.object, said.evidence)
    _flow(tale, writer or origin, _thing(tale, statement.other), statement.object, said.evidence)


def _trains(tale: _Tale, said: _Said) -> None:
    statement, evidence = said.statement, said.evidence
    model = _thing(tale, statement.object)
    tuned = "tun" in statement.verb or "fine-tun" in said.sentence.lower()
    if model is not None and model.kind == "component" and model.name != OWN and statement.other:
        model = _Thing("local_llm" if tuned else "ml_model", model.name)  # what is trained on something is a model
    if model is None or model.kind not in (*_MODELS, "embedding_model"):
        return
    attributes: dict[str, AttributeValue] = {}
    if tuned or model.kind in _ASKS:
        attributes["fine_tuning"] = True
    if _is_personal(f"{statement.other} {said.sentence}" if tuned else statement.other):
        attributes["sensitive"] = True
    drawn = [name for name in tale.described.names if tale.described.kind(name) == "training_job"]
    job = _Thing("training_job", drawn[0] if len(drawn) == 1 and not tuned else f"training of {model.name}")
    tale.assembly.relate(_put(tale, job, evidence, **attributes), "produces", _put(tale, model, evidence), evidence)
    _flow(tale, _thing(tale, statement.other) or _comes_from(tale, statement.other), job, statement.other, evidence)


def _is_personal(data: str) -> bool:
    """Whether data is said to be of people, and not without what names them."""
    lowered = data.lower()
    if any(compiled(pattern).search(lowered) for pattern in load_told().no_people_data):
        return False
    return mentions([data], load_words().personal) is not None or bool(set(words_of(data)) & set(load_told().people_data))


def _decides(tale: _Tale, said: _Said) -> None:
    model = _thing(tale, said.statement.subject)
    if model is None or model.kind not in _MODELS or (said.statement.verb == "decide" and not said.statement.object):
        return  # "decides what to ask" decides about nobody
    if model.kind == "agent" and effect_of(said.statement.verb, said.statement.object) is not None:
        _acts(tale, said)
    about = subjects([model.name, said.statement.object, said.statement.other], decides=True)
    if about:
        _put(tale, model, said.evidence, decides_about=about[0], decides=True)


def _acts(tale: _Tale, said: _Said) -> None:
    statement, evidence = said.statement, said.evidence
    actor, effect = _thing(tale, statement.subject), effect_of(statement.verb, statement.object)
    run = _thing(tale, statement.object) if statement.verb in ("run", "execute") else None
    if actor is not None and run is not None and run.kind in _ASKS:
        _flow(tale, actor, run, "", evidence)
    if actor is None or actor.kind != "agent" or effect is None or not statement.object or statement.object.endswith("ly"):
        return
    tool = _Thing("tool", f"{statement.verb} {statement.object}".strip())
    made = _put(tale, tool, evidence, side_effect=True, effects=(effect,))
    tale.assembly.relate(_put(tale, actor, evidence), "has_tool", made, evidence)
    _flow(tale, actor, tool, "", evidence)
    _flow(tale, tool, _thing(tale, statement.other), statement.object, evidence)


_MADE = {"sends": _sends, "calls": _calls, "reads": _reads, "stores": _stores, "trains": _trains, "decides": _decides, "acts": _acts}


# Who can reach it


def _openness(tale: _Tale, said: _Said) -> None:
    """An entry that is used without saying who one is."""
    if not any(re.search(pattern, said.sentence, re.IGNORECASE) for pattern in load_prose().open_to_all):
        return
    for name in (said.statement.object, said.statement.other, said.statement.subject):
        found = _thing(tale, name)
        if found is not None and found.kind in _ENTRIES:
            _put(tale, found, said.evidence, authenticated=False)


def _exposures(tale: _Tale, told: Sequence[Told]) -> None:
    """What is said to be open to the world, by the name that ends before the words that say so."""
    for each in told:
        if len(each.sentence) > _LONGEST or modality_told(each.sentence) not in ("does", "does_not") or is_asked_for(each):
            continue
        for pattern in load_prose().exposed:
            match = re.search(pattern, each.sentence, re.IGNORECASE)
            if match is None or negated_before(each.sentence.lower(), match.start()):
                continue
            name = re.sub(r"\s+(?:is|are|was|were|stays?|remains?)\s*(?:also |directly |publicly )?$", "", each.sentence[: match.start()])
            found = _thing(tale, name_of(name))
            if found is None or found.kind not in (*_ENTRIES, "component", "vector_store", "data_store"):
                continue
            evidence = tale.assembly.cite_place(cell_place(each.passage, each.sentence), "claim")
            if evidence is not None:
                _put(tale, found, evidence, exposed=True)
                _flow(tale, _Thing("anonymous_public", "Anybody on the internet"), found, "", evidence)
            break


def _routes(assembly: Assembly, told: Sequence[Told]) -> None:
    """Routes that sentences name as programs do: `POST /v1/chat`."""
    asking = _ASKING.union(verb[0] for verb in load_prose().verbs["decides"].verbs)
    for each in told:
        for method, path in _ROUTE.findall(each.sentence):
            evidence = assembly.cite_place(each.passage.place, "claim")
            if evidence is not None:
                asks = {"runs_inference": True} if set(words_of(path)) & asking else {}
                attributes: dict[str, AttributeValue] = {"stated_by": "document", "path": path, **asks}
                assembly.drafts.put("http_route", f"{method} {path}", None, attributes, evidence, None, "documentation")
