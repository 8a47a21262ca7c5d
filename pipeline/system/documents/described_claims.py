"""What documents promise and deny of a system that only they describe.

Takes sentences with what they stand below (`told.py`) and the labels of drawings, adds claims, controls and denials. A promise is part of
the description unless another passage denies it; then it is a broken one, with both passages. Speaker notes may deny, never promise:
what readers do not see closes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.documents.position import cell_place
from pipeline.system.assembly import Assembly
from pipeline.system.documents.denials import SaidOfControl, all_described, denied_promises, mark_denied
from pipeline.system.documents.documents import candidates, claim_id
from pipeline.system.documents.prose_names import key_of
from pipeline.system.documents.spoken_of import SpokenOf
from pipeline.system.documents.statements import OWN
from pipeline.system.documents.told import Told, is_asked_for
from pipeline.system.documents.told_inputs import main_models
from pipeline.system.model import Claim, ControlKind, ElementKind, Evidence
from pipeline.system.rules.deeds import denied_by_deeds
from pipeline.system.rules.promises import (
    denied,
    lists_settings,
    modality_of,
    promised,
    speaks_of_another,
    speaks_of_calls_outward,
    speaks_of_others,
)
from pipeline.system.rules.told_words import denied_in_prose, described_promises, promised_in_prose

_SHORTEST, _LONGEST = 5, 600  # characters of a sentence
_TURNED_AWAY = re.compile(
    r"(?:^|[:.] ?\W*)without\b[^.;|]{3,60},|"  # what would be: "Without rate limiting, callers could"
    r"\b(?:contains?|holds?|stores?|includes?|exposes?|leaks?|logs?|carr(?:y|ies)|sees?|receives?)\b[^.;|]{0,20}\bno\b|"
    r"\bwithout\b[^.;|]{0,60}\b(?:rejected|refused|denied|blocked|dropped|turned away|fails?|40[13]|there (?:is|are) only"
    r"|gets? (?:nothing|only)|not (?:served|answered|accepted))\b|\b(?:rejects?|refus(?:es|ed?)|den(?:y|ies)|blocks?|drops?)\b[^.;"
    r"|]{0,60}\bwithout\b",
    re.IGNORECASE,
)
_ANOTHERS = re.compile(
    r"\b(?:[A-Z]\w+ API|GitHub|OpenAI|Anthropic|provider|vendor|upstream)(?:'s)?(?: api)? rate[- ]limit"
    r"|\brate[- ]limit\w* (?:errors?|warnings?|exceptions?|headers?|log)\b"
)
_ONCE = re.compile(
    r"\b(?:had|used to|until (?:then|that)|before (?:that|then))\b[^.;]{0,40}\b(?:been|be|was|were|had)\b", re.IGNORECASE
)  # and no more
_NOTED = re.compile(  # what follows is not so, or not yet
    r"(?:^|: )\W*(?:todo|tbd|fixme|idea|ideas|proposal|question|option)\b[^:]{0,20}:", re.IGNORECASE
)
_COUNTED = re.compile(r"\d (?:[\w-]+ )?(?:requests|calls|messages|questions|queries|conversations)\b", re.IGNORECASE)
_LIMITING = re.compile(
    r"\b(?:limit\w*|max\w*|at most|up to|no more|more than|above|quotas?|caps?|capped|allowed|throttl\w*|429|each"
    r"|per (?:user|ip|customer|caller|patient|client|tenant|session|key))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """What the label of a box or an arrow says of the thing it belongs to."""

    text: str
    evidence: Evidence
    about: tuple[str, ...]  # element ids


def add_described_claims(assembly: Assembly, told: Sequence[Told], labels: Sequence[Labelled]) -> None:
    """Claims, controls and denials of what is only described."""
    spoken = SpokenOf(assembly)
    promises: list[SaidOfControl] = []
    denials: list[SaidOfControl] = []
    before: tuple[object, tuple[str, ...]] = (None, ())
    ours = {each.passage.place.path for each in told if spoken.named(each.sentence, _ANY)}
    for each in told:
        if not _SHORTEST <= len(each.in_column) <= _LONGEST or is_asked_for(each):
            continue
        kept = before[1] if before[0] is each.passage else ()
        if not each.passage.hidden:
            promises += _promises(assembly, spoken, each, kept)
        denials += _denials(assembly, spoken, each, kept)
        named = tuple(spoken.named(each.sentence, _ANY))
        before = (each.passage, named or kept)
    for label in labels:
        denials += _of_label(assembly, label, denied_of(label.text))
        for said in _of_label(assembly, label, [kind for kind in promised_of(label.text) if kind not in denied_of(label.text)]):
            promises.append(said)
    _add(assembly, [said for said in promises if said.about or said.evidence.path in ours], denials)


# Who calls is limited and let in wherever he calls.
_OF_CALLERS: frozenset[ControlKind] = frozenset({"rate_limit", "input_length_limit"})
_CALLERS: tuple[ElementKind, ...] = ("end_user", "anonymous_public")
_ENTERED: tuple[ElementKind, ...] = ("http_route", "chat_ui", "webhook")
_OF_TRAINING: frozenset[ControlKind] = frozenset({"review_before_use", "evaluation_gate", "model_lineage"})
_TRAINED: tuple[ElementKind, ...] = ("ml_model", "local_llm")
_ANY = frozenset(kind for promise in described_promises().values() for kind in promise.about)


def promised_of(sentence: str) -> list[ControlKind]:
    """Controls a sentence promises, by the words of promises and by those of prose."""
    kinds = list(dict.fromkeys((*promised(sentence), *promised_in_prose(sentence))))
    if "rate_limit" in kinds and _ANOTHERS.search(sentence):
        kinds.remove("rate_limit")
    if "rate_limit" in kinds and _COUNTED.search(sentence) and not _LIMITING.search(sentence):
        kinds.remove("rate_limit")  # so many calls a day are what there are
    if "redaction" in kinds and "audit_log" in kinds:
        kinds.remove("audit_log")  # "redacted before it is logged" promises no record
    return kinds


def denied_of(sentence: str, clauses: str | None = None) -> list[ControlKind]:
    """Controls it denies; that who comes without is turned away says the opposite. `clauses` is it without what it stands below."""
    if _TURNED_AWAY.search(sentence) or _NOTED.search(sentence) or _ONCE.search(sentence):
        return []
    return list(dict.fromkeys((*denied(sentence), *denied_in_prose(sentence, clauses))))


def _promises(assembly: Assembly, spoken: SpokenOf, told: Told, before: Sequence[str]) -> Iterator[SaidOfControl]:
    gone = denied_of(told.read, told.clause)
    kinds = [kind for kind in promised_of(told.in_column) if kind not in gone]
    if not kinds or lists_settings(told.sentence):
        return
    evidence = assembly.cite_place(cell_place(told.passage, told.sentence), "claim")
    if evidence is None or speaks_of_others(evidence.quote):
        return
    about: dict[str, None] = {}
    outward = {
        kind for kind in kinds if (kind == "authentication" and speaks_of_calls_outward(told.sentence)) or speaks_of_another(told.sentence)
    }
    for kind in kinds:
        if kind not in outward:
            found = _about(assembly, spoken, told, kind, before)
            about.update(dict.fromkeys(found))
            yield SaidOfControl(kind, told.sentence, evidence, tuple(found))
    assembly.claims.append(
        Claim(id=claim_id(evidence, told.sentence), text=assembly.book.masked(told.sentence), about=tuple(about), promises=tuple(kinds),
              modality=modality_of(told.sentence), kept=None, evidence=(evidence,))
    )  # fmt: skip


def _denials(assembly: Assembly, spoken: SpokenOf, told: Told, before: Sequence[str]) -> Iterator[SaidOfControl]:
    kinds = denied_of(told.read, told.clause)
    evidence = assembly.cite_place(cell_place(told.passage, told.sentence), "claim") if kinds else None
    if evidence is None or speaks_of_others(evidence.quote) or speaks_of_another(told.sentence):
        return
    for kind in kinds:
        about = _about(assembly, spoken, told, kind, before)
        assumed = not about and (kind != "audit_log" or kind in denied_by_deeds(told.clause))
        about = _only_one(assembly, kind) if assumed else about
        if kind == "explanation":
            _mark_deciding(assembly, about)
        yield SaidOfControl(kind, told.read, evidence, tuple(about), assumed)


_OF_DECISIONS: frozenset[ControlKind] = frozenset({"explanation", "human_approval", "audit_log"})


def _only_one(assembly: Assembly, kind: ControlKind) -> list[str]:
    """What a denial that names nothing is of: the one thing there is that the control is for; of a decision, what decides, or answers."""
    kinds = described_promises()[kind].about
    described = [draft for _, draft in sorted(assembly.drafts.by_id.items()) if draft.attributes.get("stated_by") == "document"]
    of_kind = [draft for draft in described if draft.kind in kinds and draft.attributes.get("admin") is not True]
    if kind in ("authentication", "rate_limit", "input_length_limit"):
        of_kind = [draft for draft in of_kind if draft.kind in _ENTERED] or of_kind
    if kind in _OF_DECISIONS and len(of_kind) > 1:
        deciding = [draft for draft in of_kind if draft.attributes.get("decides") is True]
        of_kind = [draft for draft in deciding if draft.kind == "ml_model"] or deciding
    if len(of_kind) == 1:
        return [of_kind[0].id]
    return main_models(assembly) if kind in _OF_DECISIONS and not of_kind else []


def _mark_deciding(assembly: Assembly, about: Sequence[str]) -> None:
    """Of what reasons are said to be owed, the verdict is one about somebody."""
    for identity in about:
        draft = assembly.draft(identity)
        known = draft.attributes.get("decides_about")
        subjects = {known} if isinstance(known, str) else set(known) if isinstance(known, tuple) else set()
        if draft.kind in ("ml_model", "agent", "hosted_llm", "local_llm"):
            draft.attributes.update(decides=True, decides_about=tuple(sorted({*map(str, subjects), "people"})))


def _about(assembly: Assembly, spoken: SpokenOf, told: Told, kind: ControlKind, before: Sequence[str]) -> list[str]:
    """What a sentence about a control is about: by its names and headings, else as promises beside code are matched."""
    promise = described_promises()[kind]
    kinds = (*promise.about, *(_CALLERS if kind in _OF_CALLERS else ()), *(_TRAINED if kind in _OF_TRAINING else ()))
    named = [identity for identity in spoken.about(told, kinds, before) if not _is_excepted(assembly, identity, promise.except_named)]
    if named and kind in _OF_CALLERS and all(assembly.draft(identity).kind in _CALLERS for identity in named):
        named += [
            draft.id
            for _, draft in sorted(assembly.drafts.by_id.items())
            if draft.kind in _ENTERED and draft.attributes.get("admin") is not True
        ]
    if named:
        return named if kind not in _OF_TRAINING else _with_training(assembly, named)
    trained = _with_training(assembly, before) if kind in _OF_TRAINING else []
    if trained:
        return [identity for identity in trained if assembly.draft(identity).kind == "training_job"]
    found = candidates(assembly, told.sentence, promise, told.passage.place.path)
    return [identity for identity in found if assembly.draft(identity).attributes.get("stated_by") == "document"]


def _with_training(assembly: Assembly, identities: Sequence[str]) -> list[str]:
    """These, and the trainings that make the models among them."""
    jobs = [source for source, kind, target in assembly.relations if kind == "produces" and target in identities]
    jobs += [source for source, target, _role in assembly.flows if target in identities and assembly.draft(source).kind == "training_job"]
    return list(dict.fromkeys((*identities, *jobs)))


def _is_excepted(assembly: Assembly, identity: str, names: Sequence[str]) -> bool:
    return bool({part for name in names for part in key_of(name)} & set(key_of(assembly.draft(identity).name)))


def _of_label(assembly: Assembly, label: Labelled, kinds: Sequence[ControlKind]) -> Iterator[SaidOfControl]:
    for kind in kinds:
        about = tuple(identity for identity in label.about if assembly.draft(identity).kind in described_promises()[kind].about)
        if about:
            yield SaidOfControl(kind, label.text, label.evidence, about)


def _add(assembly: Assembly, promises: Sequence[SaidOfControl], denials: Sequence[SaidOfControl]) -> None:
    """Promises are part of the description, unless another passage denies them."""
    contradicted = denied_promises(promises, denials)
    meant = {denial: promise for promise, denial in contradicted.items() if promise.about and not denial.about}
    denials = [replace(denial, about=meant[denial].about) if denial in meant else denial for denial in denials]
    for promise in promises:
        denial = contradicted.get(promise)
        if denial is None:
            everywhere = all_described(assembly, described_promises()[promise.kind].about, promise.kind)
            unnamed = () if promise.kind in {said.kind for said in denials} else everywhere
            for identity in promise.about or unnamed:
                assembly.control(promise.kind, identity, promise.evidence, "promised in a document")
            continue
        identity = claim_id(promise.evidence, promise.sentence)
        about = promise.about or denial.about or _spoken_of(assembly, denial)
        assembly.claims[:] = [
            claim.model_copy(update={"kept": False, "about": about, "evidence": (*claim.evidence, denial.evidence)})
            if claim.id == identity
            else claim
            for claim in assembly.claims
        ]
    mark_denied(assembly, denials)
    for said in denials:
        if said.about:
            assembly.claims.append(
                Claim(id=f"{claim_id(said.evidence, said.sentence)}:{said.kind}", text=assembly.book.masked(said.sentence),
                    about=said.about,
                      promises=(said.kind,), modality="does_not", evidence=(said.evidence,), kind="denial")
            )  # fmt: skip


def _spoken_of(assembly: Assembly, denial: SaidOfControl) -> tuple[str, ...]:
    """What a denial is about that names nothing the control is for: another thing it names, what is of these kinds, else the system."""
    words = set(key_of(denial.sentence))
    described = [draft for _, draft in sorted(assembly.drafts.by_id.items()) if draft.attributes.get("stated_by") == "document"]
    named = [draft for draft in described if set(key_of(draft.name)) <= words]
    if named:
        return (max(named, key=lambda draft: (len(key_of(draft.name)), draft.id)).id,)
    kinds = described_promises()[denial.kind].about
    of_kind = [draft.id for draft in described if draft.kind in kinds]
    if of_kind:
        return tuple(of_kind[:3])
    return (assembly.drafts.put("component", OWN, None, {"stated_by": "document"}, denial.evidence, None, "documentation"),)
