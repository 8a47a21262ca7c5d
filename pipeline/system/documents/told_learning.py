"""What models of a described system learn from: feedback of people, what they send, pages of others, records of people.

Takes what is told and the trainings that are known by now, adds flows into these. A sentence about learning names its training, or
stands in a section or a paragraph about one; what becomes an example for later answers is learnt from as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.documents.position import cell_place
from pipeline.system.assembly import Assembly
from pipeline.system.documents.prose_names import is_staff
from pipeline.system.documents.spoken_of import SpokenOf
from pipeline.system.documents.told import Told
from pipeline.system.documents.told_flows import add_told_flow
from pipeline.system.documents.told_inputs import ToldClause, clauses_told, main_models, named_by
from pipeline.system.model import AttributeValue, ElementKind, Evidence, Label
from pipeline.system.rules.clauses import Clause, Phrase
from pipeline.system.rules.lexicon import classes_of
from pipeline.system.rules.told_words import compiled, load_told
from pipeline.system.rules.words import words_of

_LEARNS: frozenset[ElementKind] = frozenset({"ml_model", "local_llm", "hosted_llm", "agent", "embedding_model"})
_GIVEN = frozenset({"send", "go", "speak", "keep", "read", "fetch", "train", "generate", "judge", "lie", "return"})
_AGAIN = re.compile(
    r"\b(?:next|each|every|weekly|monthly|nightly|daily|quarterly|retrain\w*|automatically|continuous\w*|added"
    r"|(?:fed|flow|go|goes) back|online)\b",
    re.IGNORECASE,
)
_SOURCES: tuple[tuple[frozenset[str], Label], ...] = (
    (frozenset({"feedback"}), "user_feedback"),
    (frozenset({"page"}), "web_content"),
    (frozenset({"conversation", "audio"}), "user_input"),
    (frozenset({"document", "image"}), "uploaded_file"),
)


def add_learning(assembly: Assembly, told: Sequence[Told]) -> None:
    """Trainings that sentences tell of, and what flows into them."""
    spoken = SpokenOf(assembly)
    told_here: tuple[object, str | None] = (None, None)
    for each in clauses_told(told):
        clause = each.clause
        if clause.denied:
            continue
        here = told_here[1] if told_here[0] is each.told.passage.section else None
        job = _job(assembly, spoken, each, here)
        if job is None:
            continue
        told_here = (each.told.passage.section, job)
        evidence = assembly.cite_place(cell_place(each.told.passage, each.told.sentence), "claim")
        if evidence is not None:
            _sources(assembly, job, each, evidence)


def mark_people(assembly: Assembly) -> None:
    """Trainings whose models decide about people: they learn about them."""
    for job in (draft.id for _, draft in sorted(assembly.drafts.by_id.items()) if draft.kind == "training_job"):
        _of_people(assembly, job)


def _is_about_learning(clause: Clause) -> bool:
    if "train" in clause.kinds - {"act"}:
        return not clause.doer.classes & {"outsider", "anyone"}  # what people learn is another thing
    if "training" in clause.thing.classes and (clause.verb in ("be", "become") or clause.kinds & {"go", "keep"}):
        return True
    return "training" in clause.place and bool(clause.kinds & _GIVEN)


def _is_below_learning(each: ToldClause) -> bool:
    heads = " ".join((*each.told.heads[:1], each.told.asked)).lower()
    return "training" in classes_of(tuple(words_of(heads)))


def _job(assembly: Assembly, spoken: SpokenOf, each: ToldClause, here: str | None) -> str | None:
    """The training that a clause is about."""
    clause = each.clause
    learns, below = _is_about_learning(clause), _is_below_learning(each)
    if not learns and not below:
        return here if here is not None and clause.everything & {"feedback"} and not clause.everything & {"insider"} else None
    models = [model for phrase in (clause.thing, clause.doer) if phrase for model in spoken.named(phrase.text, _LEARNS)]
    jobs = [draft.id for _, draft in sorted(assembly.drafts.by_id.items()) if draft.kind == "training_job"]
    made = [
        *(source for source, kind, target in assembly.relations if kind == "produces" and target in models and source in jobs),
        *(source for source, target, _role in assembly.flows if target in models and source in jobs),
    ]  # fmt: skip
    if made or here is not None:
        return made[0] if made else here
    if len(jobs) == 1 and not models:
        return jobs[0]
    if jobs and not ("train" in clause.kinds and models):
        return None
    if not clause.everything & {"feedback", "page", "conversation", "audio", "document", "image", "personal", "outsider"}:
        return None
    models = models or spoken.about(each.told, _LEARNS) or _only(assembly)
    return _made(assembly, models[0], each) if len(models) == 1 else None


def _only(assembly: Assembly) -> list[str]:
    models = [
        draft.id
        for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind == "ml_model" and draft.attributes.get("stated_by") == "document"
    ]
    return models if len(models) == 1 else main_models(assembly)


def _made(assembly: Assembly, model: str, each: ToldClause) -> str | None:
    evidence = assembly.cite_place(cell_place(each.told.passage, each.told.sentence), "claim")
    if evidence is None:
        return None
    draft = assembly.draft(model)
    attributes: dict[str, AttributeValue] = {"stated_by": "document"}
    if draft.kind != "ml_model":
        attributes["fine_tuning"] = True
    job = assembly.drafts.put("training_job", f"training of {draft.name}", None, attributes, evidence, None, "documentation")
    assembly.relate(job, "produces", model, evidence)
    return job


def _sources(assembly: Assembly, job: str, each: ToldClause, evidence: Evidence) -> None:
    clause = each.clause
    if not clause.kinds & _GIVEN and clause.verb not in ("be", ""):
        return
    for phrase in _given(clause):
        classes = phrase.classes
        if phrase.none or (phrase is not clause.doer and "model" in classes and not classes & {"feedback"}):
            continue
        for wanted, label in _SOURCES:
            if not classes & wanted:
                continue
            if label != "user_feedback" and _is_nameless(each.told.sentence):
                continue
            if label == "web_content" and not clause.kinds & {"fetch", "read", "train"}:
                continue
            if label in ("user_input", "uploaded_file") and not classes & {"outsider", "requests"} and not _of_outsiders(assembly):
                continue
            if label == "user_feedback" and "insider" in clause.everything and not clause.everything & {"outsider"}:
                continue
            if label == "uploaded_file" and _AGAIN.search(each.told.sentence):
                label = "user_input"  # what people send comes back as what is learnt
            add_told_flow(assembly, _source(assembly, label, phrase, evidence), job, "training_data", (label,), evidence)
            break
        of_somebody = "outsider" in classes and classes & {"document", "conversation", "image", "audio", "record"}
        if ("personal" in classes or of_somebody) and not _is_nameless(each.told.sentence):
            assembly.draft(job).attributes["sensitive"] = True


def _given(clause: Clause) -> list[Phrase]:
    """What a clause says is learnt from."""
    if "train" in clause.kinds - {"act"}:
        return [phrase for before, phrase in clause.places if before in ("on", "from", "with", "using", "by", "of")]
    return [
        phrase
        for phrase in (clause.thing, clause.doer, *(phrase for before, phrase in clause.places if before in ("from", "of", "with", "by")))
        if phrase
    ]


def _of_outsiders(assembly: Assembly) -> bool:
    return any(draft.kind == "end_user" and not is_staff(draft.name) for draft in assembly.drafts.by_id.values())


def _is_nameless(sentence: str) -> bool:
    return any(compiled(pattern).search(sentence.lower()) for pattern in load_told().no_people_data)


def _source(assembly: Assembly, label: Label, phrase: Phrase, evidence: Evidence) -> str:
    kind: ElementKind = "web_content" if label == "web_content" else "end_user"
    if kind == "end_user":
        people = [
            draft
            for _, draft in sorted(assembly.drafts.by_id.items())
            if draft.kind in ("end_user", "anonymous_public") and not is_staff(draft.name)
        ]
        if people:
            return people[0].id
        name = "People who use it"
    else:
        name = named_by(phrase, 4)
    return assembly.drafts.put(kind, name[:1].upper() + name[1:], None, {"stated_by": "document"}, evidence, None, "documentation")


def _of_people(assembly: Assembly, job: str) -> None:
    """A training whose model decides about people learns about them."""
    made = [target for source, kind, target in assembly.relations if source == job and kind == "produces"]
    for model in made:
        about = assembly.draft(model).attributes.get("decides_about")
        told = " ".join(evidence.quote for identity in (model, job) for evidence in assembly.draft(identity).evidence)
        if (about == "people" or (isinstance(about, tuple) and "people" in about)) and "judged" in classes_of(tuple(words_of(told))):
            assembly.draft(job).attributes["learns_about"] = "people"
