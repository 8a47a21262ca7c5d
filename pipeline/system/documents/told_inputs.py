"""What people outside send in, and which model it reaches: told in pieces, in sentences of their own.

Takes what is told and the elements that are known by now, adds entries, people and flows. One sentence says what people send
("policyholders upload photographs"), another what a model takes ("the photographs are evaluated by the damage model"); that both speak
of the same is seen by the class of the data. Sound becomes text where something hears it. Where only one thing answers,
what people say reaches it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.documents.position import cell_place
from pipeline.system.assembly import Assembly
from pipeline.system.documents.prose_names import kind_of_name
from pipeline.system.documents.spoken_of import SpokenOf
from pipeline.system.documents.told import Told, is_asked_for
from pipeline.system.documents.told_flows import add_told_flow
from pipeline.system.model import AttributeValue, ElementKind, Evidence, Label
from pipeline.system.rules.clauses import Clause, Phrase, read_clauses
from pipeline.system.rules.drawn_words import BECOMES
from pipeline.system.rules.lexicon import classes_of
from pipeline.system.rules.promises import quotes_or_advises
from pipeline.system.rules.told_words import modality_told
from pipeline.system.rules.words import words_of

_LLMS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm"})
_MODELS: frozenset[ElementKind] = _LLMS | {"agent", "ml_model"}
_ENTRIES: frozenset[ElementKind] = frozenset({"http_route", "chat_ui", "webhook"})
_PEOPLE: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public"})
# Sorts of data by the classes of nouns; what is of one sort is taken for the same.
_SORTS: dict[str, frozenset[str]] = {
    "text": frozenset({"conversation", "document", "said"}),
    "sound": frozenset({"audio"}),
    "picture": frozenset({"image"}),
    "feedback": frozenset({"feedback"}),
}
_SENT = frozenset({"send", "speak", "return", "keep", "go"})
_TAKEN = frozenset({"judge", "read", "generate"})
_INTO = frozenset({"to", "into", "onto", "through", "via", "by", "with", "using", "in", "from", ""})
_LATER = frozenset({"will", "shall", "should", "would", "could", "might"})
_TYPED = frozenset(
    {"type", "enter", "write", "paste", "dictate", "ask", "say", "tell", "speak", "fill in", "describe", "chat", "message", "question"}
)
_JUDGING = frozenset(
    {"score", "predict", "classify", "rank", "rate", "match", "detect", "assess", "recommend", "estimate", "scoring", "prediction"}
)
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class ToldClause:
    """A clause with where it stands."""

    clause: Clause
    told: Told


@dataclass(frozen=True, slots=True)
class _Input:
    sorts: frozenset[str]
    label: Label
    who: str
    evidence: Evidence
    entry: str | None  # the name of what takes it in


@dataclass(slots=True)
class _Paths:
    assembly: Assembly
    spoken: SpokenOf
    inputs: list[_Input] = field(default_factory=list)
    takes: list[tuple[str, frozenset[str], Label, Evidence]] = field(default_factory=list)


def clauses_told(told: Sequence[Told]) -> Iterator[ToldClause]:
    """Every clause that tells of now, with what "it" stands for as far as the clause before says so."""
    before: tuple[object, Clause | None] = (None, None)
    for each in told:
        sentence = each.sentence
        if each.passage.hidden or len(sentence) > _LONGEST or sentence.rstrip("*_ ").endswith("?"):
            continue
        if modality_told(sentence) == "todo" or is_asked_for(each) or quotes_or_advises(sentence):
            continue
        last = before[1] if before[0] is each.passage else None
        for clause in read_clauses(sentence, last):
            last = clause
            if clause.modal not in _LATER and not (clause.modal == "do" and not clause.doer):
                yield ToldClause(clause, each)
        before = (each.passage, last)


def add_inputs(assembly: Assembly, told: Sequence[Told]) -> None:
    """Entries and flows from people outside to the models that what they send reaches."""
    paths = _Paths(assembly, SpokenOf(assembly))
    for each in clauses_told(told):
        if not each.clause.denied:
            _input(paths, each)
            _take(paths, each)
    if not paths.inputs:
        return
    heard = any("sound" in sorts for _model, sorts, _label, _evidence in paths.takes)
    reached = _reached(assembly)
    for model, evidence, given in _joined(paths, heard):
        if model not in reached or given.label not in reached[model]:
            _connect(paths, given, model, evidence)


# What is sent


def _sorts(phrases: Sequence[Phrase]) -> frozenset[str]:
    classes = frozenset(name for phrase in phrases for name in phrase.classes)
    return frozenset(sort for sort, names in _SORTS.items() if names & classes)


def _label(sorts: frozenset[str], phrase: Phrase) -> Label:
    if "feedback" in sorts and sorts <= {"feedback"}:
        return "user_feedback"
    if sorts & {"picture"} or ("document" in phrase.classes - {"conversation"} and not phrase.classes & {"conversation", "said"}):
        return "uploaded_file"
    return "uploaded_file" if "sound" in sorts and "conversation" not in phrase.classes else "user_input"


def _is_outside(phrase: Phrase) -> bool:
    if not {"outsider", "anyone"} & phrase.classes or "insider" in phrase.classes or phrase.none:
        return False
    lowered = [word.lower() for word in phrase.words]
    head = next(
        (lowered[at - 1] for at, word in enumerate(lowered) if at and word in ("of", "in", "at", "with", "who", "from")), lowered[-1]
    )
    people = {"outsider", "anyone"}  # "user ids" are no people, "visitors of the museum" and "whoever calls" are
    return bool(classes_of((head,)) & people) or (
        bool(classes_of((lowered[0],)) & people) and (lowered[0].endswith("s") or "anyone" in phrase.classes)
    )


def _input(paths: _Paths, told: ToldClause) -> None:
    """A clause in which somebody outside sends or says something."""
    clause = told.clause
    if not clause.kinds & _SENT or "train" in clause.kinds:
        return
    who = clause.doer
    if not _is_outside(who):
        return
    with_it = [
        phrase
        for before, phrase in clause.places
        if before in ("with", "of") and phrase.classes & {"document", "conversation", "image", "audio"}
    ]
    sorts = _sorts([clause.thing, *with_it]) or (
        frozenset({"text"}) if "speak" in clause.kinds and not clause.thing.classes & {"page", "store", "feedback"} else frozenset()
    )
    if not sorts or sorts == {"feedback"}:
        return
    evidence = paths.assembly.cite_place(cell_place(told.told.passage, told.told.sentence), "claim")
    if evidence is not None:
        places = sorted(clause.places, key=lambda place: place[0] not in ("to", "into"))
        entry = next((phrase.text for before, phrase in places if before in _INTO and _entry_kind(phrase) is not None), None)
        routes = paths.spoken.named(clause.thing.text, _ENTRIES) if clause.thing else []
        entry = paths.assembly.draft(routes[0]).name if routes else entry
        typed = "text" in sorts and (clause.verb in _TYPED or "document" not in clause.thing.classes)
        if typed:
            paths.inputs.append(_Input(frozenset({"text"}) | (sorts & {"sound"}), "user_input", _who(who), evidence, entry))
        if sorts - {"feedback"} != {"text"} or not typed:
            paths.inputs.append(_Input(sorts, _label(sorts, clause.thing), _who(who), evidence, entry))


def entries_told(told: Sequence[Told]) -> Iterator[str]:
    """Names of what people outside send things to: "the intake service" is an entry, where nothing else says what it is."""
    for each in clauses_told(told):
        clause = each.clause
        if not clause.denied and clause.kinds & {"send", "speak"} and _is_outside(clause.doer):
            for before, phrase in clause.places:
                if before in ("to", "into") and kind_of_name(phrase.text) == "component" and _entry_kind(phrase) is not None:
                    yield phrase.text


def _who(phrase: Phrase) -> str:
    """The last word for people in a phrase: of "Visitors of the museum", those."""
    words = [word for word in phrase.words if kind_of_name(word) == "end_user"]
    name = (words or list(phrase.words))[0]
    return name[:1].upper() + name[1:]


def _entry_kind(phrase: Phrase) -> ElementKind | None:
    if len(phrase.words) > 5:
        return None
    kind = kind_of_name(phrase.text)
    return kind if kind in _ENTRIES else "http_route" if kind == "component" and "insider" not in phrase.classes else None


# What is taken


def _take(paths: _Paths, told: ToldClause) -> None:
    """A clause in which a model takes something."""
    clause = told.clause
    if "train" in clause.kinds:
        return
    models: list[str] = []
    data: list[Phrase] = []
    if clause.kinds & _TAKEN and (found := paths.spoken.named(clause.doer.text, _MODELS) if clause.doer else []):
        models, data = found, [clause.thing, *(phrase for before, phrase in clause.places if before in ("of", "from", "in", "on"))]
    elif clause.kinds & (_TAKEN | _SENT) or clause.verb == "be":
        for before, phrase in clause.places:
            if before in _INTO and before != "from":
                models += paths.spoken.named(phrase.text, _MODELS)
        subject = clause.thing if clause.passive or clause.thing.classes else clause.doer
        data = [subject, *(phrase for before, phrase in clause.places if before in ("with", "together"))]
        if not models and {"instructions"} & (clause.place | (clause.thing.classes if clause.verb == "be" else frozenset())):
            models = main_models(paths.assembly)
            data = [clause.doer, subject, *data[1:]]
    if not models:
        return
    evidence = paths.assembly.cite_place(cell_place(told.told.passage, told.told.sentence), "claim")
    if evidence is None:
        return
    sorts = _sorts(data)
    for model in dict.fromkeys(models):
        if sorts:
            paths.takes.append((model, sorts, _label(sorts, data[0]), evidence))
        kept = next((phrase for phrase in data if "personal" in phrase.classes and not phrase.none), None)
        asked = _asked_by(paths.assembly, model)
        if kept is not None and asked is not None:
            _of_records(paths.assembly, asked, kept, evidence)


def _asked_by(assembly: Assembly, model: str) -> str | None:
    """The model of others that text goes to: itself, or what the agent asks."""
    if assembly.draft(model).kind == "hosted_llm":
        return model
    asked = [
        target
        for source, target, _role in sorted(assembly.flows, key=str)
        if source == model and assembly.draft(target).kind == "hosted_llm"
    ]
    return asked[0] if asked and assembly.draft(model).kind == "agent" else None


def _of_records(assembly: Assembly, model: str, kept: Phrase, evidence: Evidence) -> None:
    """Records of people that go to a model of others."""
    name = named_by(kept)
    store = assembly.drafts.put("data_store", name[:1].upper() + name[1:], None, {"stated_by": "document"}, evidence, None, "documentation")
    add_told_flow(assembly, store, model, BECOMES.get(assembly.draft(model).kind), ("stored_data",), evidence)


def named_by(phrase: Phrase, most: int = 5) -> str:
    """A name for what a phrase speaks of, without what it ends in by chance."""
    words = list(phrase.words[:most])
    while (
        words and (len(words[-1]) < 4 or words[-1].lower() in ("with", "from", "into", "that", "which", "each", "every")) and len(words) > 1
    ):
        words.pop()
    return " ".join(words)


def main_models(assembly: Assembly) -> list[str]:
    """What answers: the one agent, else the one model of language; none where there are several."""
    for kinds in (frozenset({"agent"}), _LLMS):
        found = [
            draft.id
            for _, draft in sorted(assembly.drafts.by_id.items())
            if draft.kind in kinds and draft.attributes.get("stated_by") == "document"
        ]
        if found:
            return found if len(found) == 1 else []
    return []


# How both come together


def _reached(assembly: Assembly) -> dict[str, set[str]]:
    """Models that flows from entries or people reach already, with what these carry."""
    found: dict[str, set[str]] = {}
    for (source, target, _role), flows in assembly.flows.items():
        if assembly.draft(target).kind in _MODELS and assembly.draft(source).kind in _ENTRIES | _PEOPLE:
            found.setdefault(target, set()).update(label for flow in flows for label in flow.carries)
    return found


def _joined(paths: _Paths, heard: bool) -> Iterator[tuple[str, Evidence | None, _Input]]:
    """Models, the sentence that says what they take, and what people send that is the same."""
    seen: set[tuple[str, Label]] = set()
    taking = {model for model, _sorts, _label, _evidence in paths.takes}
    for given in sorted(paths.inputs, key=lambda given: given.entry is None):
        sorts = given.sorts | ({"text"} if heard and "sound" in given.sorts else set())
        for model, taken, _label, evidence in paths.takes:
            if taken & sorts and (model, given.label) not in seen:
                seen.add((model, given.label))
                yield model, evidence, given
        judging = set(words_of(given.entry or "")) & _JUDGING
        learnt = [draft.id for _, draft in sorted(paths.assembly.drafts.by_id.items()) if draft.kind == "ml_model"]
        if judging and len(learnt) == 1 and (learnt[0], given.label) not in seen:
            seen.add((learnt[0], given.label))
            yield learnt[0], None, given
        for model in main_models(paths.assembly) if "text" in sorts and not judging else ():
            if model not in taking and (model, given.label) not in seen:
                seen.add((model, given.label))
                yield model, None, given
    alone = [
        draft.id
        for _, draft in sorted(paths.assembly.drafts.by_id.items())
        if draft.kind == "ml_model" and draft.attributes.get("stated_by") == "document"
    ]
    if (
        len(alone) == 1
        and alone[0] not in taking
        and not any(model == alone[0] for model, _label in seen)
        and not main_models(paths.assembly)
    ):
        yield alone[0], None, paths.inputs[0]


def _connect(paths: _Paths, given: _Input, model: str, evidence: Evidence | None) -> None:
    assembly = paths.assembly
    entry = _entry(paths, given)
    person = next(
        (
            draft.id
            for _, draft in sorted(assembly.drafts.by_id.items())
            if draft.kind in _PEOPLE and draft.name.lower() == given.who.lower()
        ),
        None,
    )
    if person is None:
        person = assembly.drafts.put("end_user", given.who, None, {"stated_by": "document"}, given.evidence, None, "documentation")
    add_told_flow(assembly, person, entry, BECOMES.get(assembly.draft(entry).kind), (given.label,), given.evidence)
    add_told_flow(assembly, entry, model, BECOMES.get(assembly.draft(model).kind), (given.label,), evidence or given.evidence)
    if evidence is not None and evidence not in assembly.draft(model).evidence:
        assembly.draft(model).evidence.append(evidence)


def _entry(paths: _Paths, given: _Input) -> str:
    """Where it comes in: what the sentence names, else the one entry there is, else one of its own."""
    assembly = paths.assembly
    if given.entry is not None:
        known = paths.spoken.named(given.entry, _ENTRIES)
        if known:
            return known[0]
        name = given.entry
    else:
        entries = [
            draft.id for _, draft in sorted(assembly.drafts.by_id.items())
            if draft.kind in _ENTRIES and draft.attributes.get("stated_by") == "document" and draft.attributes.get("admin") is not True
        ]  # fmt: skip
        if len(entries) == 1:
            return entries[0]
        name = f"entry for {given.who.lower()}"
    attributes: dict[str, AttributeValue] = {"stated_by": "document", "runs_inference": True}
    return assembly.drafts.put("http_route", name[:1].upper() + name[1:], None, attributes, given.evidence, None, "documentation")
