"""A question understood: which kind of question it is, and what of the scan it is about.

Takes a question, the names of a scan and what was spoken of before; gives `Asked`. Patterns of the knowledge come first, where what they
leave open can be found in the scan; then the nearest example; else the question is of no kind. Nothing is answered here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

from pipeline.chat.model import Subject
from pipeline.chat.questions.knowledge import Matched, Phrases
from pipeline.chat.questions.likeness import Likeness
from pipeline.chat.questions.names import Link, Names
from pipeline.chat.questions.words import plain, spelled
from pipeline.findings.model import Status
from pipeline.system.model import ElementKind, Label, Severity, ShippedControl, Stride

_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "sixth": 5,
    "6th": 5, "seventh": 6, "eighth": 7, "ninth": 8, "tenth": 9, "last": -1,
}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b(?:the )?({'|'.join(_ORDINALS)})"
    r"(?: (?:one|finding|threat|risk|problem|issue|path|point|item|element|tool|route|thing|of (?:them|these|those)))?\b"
    r"|\b(?:number|no|nr|item|point|finding|#) ?#?(\d{1,2})\b|#(\d{1,2})\b"
)
_WHY = re.compile(
    r"(?:but |and )?(?:why|how come|why is that|why so|why not|says who|why that|what makes you (?:say|think) (?:so|that)|for what reason)"
)
_MORE = re.compile(
    r"(?:tell me |say )?(?:more|go on|continue|(?:more )?details|elaborate|and then|(?:what|anything) else|explain(?: it| that| this)?)"
)
_TURN = re.compile(r"^(?:(?:and )?(?:what|how) about|and(?: for)?|(?:the )?same for|also for|or|(?:now )?for)\b ?(?:the )?(?P<x>.+)$")
_PEOPLE = re.compile(
    r"\b(?:humans?|persons?|people|someone|somebody|anyone|anybody|employees?|staff|colleagues?|managers?|operators?|clerks?)\b"
)
_UNSURE = 0.55  # how alike an example has to be
_SAYS_ENOUGH = 3.0  # words of its own with which a question is one by itself, though it begins with `and`
_UNLINKED = 2.5  # words of its own that a pattern loses where what it is about is not in the scan


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list of findings."""

    stride: tuple[Stride, ...] = ()
    taxonomy: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    statuses: tuple[Status, ...] = ()
    files: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.stride, self.taxonomy, self.severities, self.statuses, self.files, self.threats))


@dataclass(frozen=True, slots=True)
class Before:
    """What was spoken of before."""

    intent: str = ""
    subject: tuple[Subject, ...] = ()
    listed: tuple[Subject, ...] = ()
    elements: tuple[str, ...] = ()  # the last elements that were spoken of, though a finding was since
    controls: tuple[ShippedControl, ...] = ()  # that were asked for


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it is about."""

    question: str
    plain: str
    intent: str = ""
    phrase: str = ""  # what it is about, in its words
    elements: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # of two, the second
    findings: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    controls: tuple[ShippedControl, ...] = ()
    kinds: tuple[ElementKind, ...] = ()
    labels: tuple[Label, ...] = ()
    filters: Filters = field(default_factory=Filters)
    term: str = ""
    whole: bool = False  # about the system as a whole
    general: bool = False  # the elements are all of a kind
    unknown: str = ""  # what it names and the scan does not have
    near: tuple[str, ...] = ()  # elements that are called alike
    certainty: float = 0.0


class Understanding:
    """Understands questions about one scan."""

    def __init__(self, phrases: Phrases, names: Names, likeness: Likeness, is_term: Callable[[str], bool]) -> None:
        self._phrases, self._names, self._likeness, self._is_term = phrases, names, likeness, is_term

    def of(self, question: str, before: Before | None = None) -> Asked:
        before = before or Before()
        whole = plain(question)
        text = self._phrases.without_fillers(whole)
        first = self._asked(question, text, before, whole)
        mended = self._phrases.without_fillers(spelled(text, self._phrases.vocabulary | self._names.vocabulary))
        if mended == text:
            return first
        second = self._asked(question, mended, before, spelled(whole, self._phrases.vocabulary | self._names.vocabulary))
        better = second.certainty >= first.certainty and not (second.unknown and not first.unknown)
        return second if better or (first.unknown and not second.unknown) else first

    def _asked(self, question: str, text: str, before: Before, whole: str) -> Asked:
        """`whole` is the question with what is said before it: `and`, `what about`."""
        start = Asked(question, text)
        if (again := self._follow_up(start, text, before)) is not None:
            return again
        candidates = [self._resolved(start, match, before) for match in self._phrases.matches(text)[:24]]
        best = max(candidates, key=lambda one: one.certainty, default=None)
        turned = self._turned(start, whole, before)
        if turned is not None and not turned.unknown and (best is None or best.certainty < _SAYS_ENOUGH):
            return turned
        if best is not None and not best.unknown:
            return best
        if turned is not None and best is None:
            return turned
        alike = self._alike(start, text, before) if best is None else None
        return alike or best or self._spoken_of(start, text, before)

    # ---- Follow-ups

    def _follow_up(self, start: Asked, text: str, before: Before) -> Asked | None:
        """What means something only after another answer."""
        if not (before.subject or before.listed):
            return None
        if _WHY.fullmatch(text):
            return self._about(start, "severity" if _findings_of(before) else "where", before.subject or before.listed, before, 3)
        if _MORE.fullmatch(text):
            subject = before.subject if before.intent in ("describe", "term") else before.listed[:1] or before.subject
            return self._about(start, "describe", subject, before, 3)
        picked = self._picked(text, before)
        if picked is not None:
            item, rest = picked
            rest = re.sub(r"^(?:and|but|so|what about|how about|tell me about|show me|show|explain|about|open)\b ?", "", rest).strip()
            if rest in ("", "it", "that", "is", "one", "about", "more on", "more about", "what is", "the"):
                return self._about(start, "describe", (item,), before, 3)
            inner = self._asked(
                start.question,
                rest,
                Before(before.intent, (item,), (), before.elements if item.kind != "element" else (item.id,)),
                rest,
            )
            return inner if inner.intent else self._about(start, "describe", (item,), before, 2)
        return None

    def _picked(self, text: str, before: Before) -> tuple[Subject, str] | None:
        """The item of a list that is meant, and the question with `it` in its place."""
        match = _ORDINAL.search(text)
        if match is None or not before.listed:
            return None
        if match[1] is not None:
            if match[0].removeprefix("the ").strip() == match[1] and not re.search(rf"\bthe {match[1]}\b\s*$", text) and text != match[1]:
                return None  # `first` alone, as in `what should we fix first`
            index = _ORDINALS[match[1]]
        else:
            index = int(match[2] or match[3]) - 1
        if index >= len(before.listed) or (index < 0 and match[1] != "last"):
            return None
        return before.listed[index], f"{text[: match.start()]}it{text[match.end() :]}".strip()

    def _turned(self, start: Asked, text: str, before: Before) -> Asked | None:
        """The same question about something else: `and the vector store?`"""
        match = _TURN.fullmatch(text)
        intent = self._phrases.intents.get(before.intent)
        if match is None or intent is None:
            return None
        slots = {"element": "x", "finding": "x", "pair": "y", "control": "c", "term": "t", "": "x"}
        return self._resolved(start, Matched(intent, 2, {slots[intent.needs]: match["x"]}), before)

    def _about(self, start: Asked, intent: str, subject: Sequence[Subject], before: Before, certainty: float) -> Asked:
        return _with_subjects(replace(start, intent=intent, certainty=certainty), subject)

    # ---- What a pattern leaves open

    def _resolved(self, start: Asked, match: Matched, before: Before) -> Asked:
        name, needs, slots = match.intent.name, match.intent.needs, match.slots
        asked = replace(start, intent=name, certainty=float(match.own), filters=self._filters(start.plain))
        x = slots.get("x", "")
        if kind := slots.get("k"):
            said = self._phrases.kinds_named(kind)
            return replace(asked, kinds=said.kinds if said else (), phrase=kind, elements=self._names.of_kinds(said) if said else ())
        if needs == "control":
            controls = self._phrases.controls_named(slots.get("c", "") or start.plain)
            if not controls and before.controls and slots.get("c"):  # `and the agent?` after a question for a control
                controls, x = before.controls, slots["c"]
            if not controls and _PEOPLE.search(start.plain):  # a person looks at it
                controls = ("human_approval", "review_before_use")
            if not controls:
                return replace(asked, intent="", certainty=0.0, unknown=start.plain)
            asked = replace(asked, controls=controls)
            return self._guarded(asked, x, before) if x else asked
        if needs == "term":
            return self._term(asked, slots.get("t", ""), before)
        if needs == "pair":
            first = self._element(asked, x, before)
            second = self._element(asked, slots.get("y", ""), before)
            unknown = first.unknown or second.unknown
            return replace(first, others=second.elements, unknown=unknown, near=first.near or second.near, labels=first.labels)
        if needs == "finding":
            return self._finding(asked, x, before)
        if needs == "element":
            return self._element(asked, x, before)
        if name == "list_findings":
            return self._listed(asked, x, before)
        return self._element(asked, x, before, optional=True) if x else asked

    def _element(self, asked: Asked, phrase: str, before: Before, *, optional: bool = False) -> Asked:
        phrase = phrase.strip()
        if not phrase or self._phrases.pronouns.fullmatch(phrase):
            if before.subject or before.listed:
                return self._where_found(_with_subjects(replace(asked, phrase=phrase), before.subject or before.listed[:1]), before)
            return replace(asked, whole=True, phrase=phrase)
        if self._phrases.system.fullmatch(phrase):
            return replace(asked, whole=True, phrase=phrase)
        if ids := self._names.finding_ids(phrase):
            return replace(asked, findings=ids, phrase=phrase)
        link = self._names.elements(phrase)
        labels = self._phrases.labels_named(phrase)
        if asked.intent in ("data_flow", "path", "retention") and labels:
            return replace(
                asked, labels=labels, phrase=phrase, elements=link.ids if not link.general else (), certainty=asked.certainty + 1
            )
        if link.ids:
            return replace(asked, elements=link.ids, general=link.general, phrase=phrase, certainty=asked.certainty + link.quality)
        files, _ = self._names.files(phrase)
        if files:
            return replace(asked, filters=replace(asked.filters, files=files), phrase=phrase)
        if asked.intent == "uses":  # a package may be called so
            return replace(asked, phrase=phrase, near=link.near)
        if asked.intent in ("threats_of", "where", "describe") and self._phrases.kinds_named(phrase.removeprefix("the ")) is None:
            found = self._names.findings(phrase)
            threats = self._names.threats(phrase)
            if found.ids:
                return replace(asked, findings=found.ids, phrase=phrase, certainty=asked.certainty + 0.3)
            if threats.ids and asked.intent != "where":
                return replace(asked, threats=threats.ids, phrase=phrase, certainty=asked.certainty)
        return _unknown(asked, phrase, link, 0.5 if optional else _UNLINKED)

    def _guarded(self, asked: Asked, phrase: str, before: Before) -> Asked:
        """What a control is to stand at; what it stands before says less than that does: `claims before they are refused`."""
        whole = self._element(asked, phrase, before, optional=True)
        shorter = re.sub(r" (?:before|when|after|if|until|so that|while|as soon as) .*$", "", phrase)
        return self._element(asked, shorter, before, optional=True) if whole.unknown and shorter != phrase else whole

    def _where_found(self, asked: Asked, before: Before) -> Asked:
        """Of a finding that is spoken of its element, where the question is about one: the one spoken of before, if it is there."""
        if not asked.findings or asked.elements or asked.intent in ("threats_of", "where", "describe", "list_findings", "attack_paths"):
            return asked
        return replace(asked, elements=self._names.element_of(asked.findings[0], before.elements), findings=())

    def _finding(self, asked: Asked, phrase: str, before: Before) -> Asked:
        phrase = re.sub(
            r"^(?:(?:the|this|that|these|those|a|an|our|finding|threat|risk|issue|problem) )+", "", f"{phrase.strip()} "
        ).strip()
        if ids := self._names.finding_ids(asked.plain):
            return replace(asked, findings=ids, phrase=phrase, certainty=asked.certainty + 1)
        if (
            not phrase
            or self._phrases.pronouns.fullmatch(phrase)
            or phrase in ("finding", "threat", "risk", "issue", "problem", "severity", "rating", "score")
        ):
            subject = _findings_of(before) or before.subject or before.listed[:1]
            return _with_subjects(replace(asked, phrase=phrase), subject) if subject else replace(asked, whole=True, phrase=phrase)
        if self._phrases.system.fullmatch(phrase):
            return replace(asked, whole=True, phrase=phrase)
        found = self._names.findings(phrase)
        link = self._names.elements(phrase)
        if link.ids and link.quality > found.quality and not link.general:
            return replace(asked, elements=link.ids, phrase=phrase, certainty=asked.certainty + link.quality)
        if found.ids:
            return replace(asked, findings=found.ids, phrase=phrase, certainty=asked.certainty + found.quality)
        threats = self._names.threats(phrase)
        if threats.ids:
            return replace(asked, threats=threats.ids, phrase=phrase, certainty=asked.certainty + 0.5)
        if link.ids:
            return replace(asked, elements=link.ids, general=link.general, phrase=phrase, certainty=asked.certainty + 0.5)
        return _unknown(asked, phrase, link, _UNLINKED)

    def _listed(self, asked: Asked, phrase: str, before: Before) -> Asked:
        if asked.filters:
            rest = self._without_filters(phrase)
            if not rest:
                return replace(asked, certainty=asked.certainty + 1, phrase=phrase)
            phrase = rest
        if not phrase:
            return asked
        if self._phrases.system.fullmatch(phrase):
            return replace(asked, whole=True, phrase=phrase)
        threats, link = self._names.threats(phrase), self._names.elements(phrase)
        if link.ids and link.quality >= threats.quality:
            return replace(asked, elements=link.ids, general=link.general, phrase=phrase, certainty=asked.certainty + 0.4)
        if threats.ids:
            return replace(asked, filters=replace(asked.filters, threats=threats.ids), phrase=phrase, certainty=asked.certainty + 0.6)
        if found := self._names.findings(phrase).ids:
            return replace(asked, findings=found, phrase=phrase, certainty=asked.certainty + 0.3)
        if self._phrases.pronouns.fullmatch(phrase):
            return self._element(asked, phrase, before)
        if asked.filters:
            return replace(asked, phrase=phrase)
        return _unknown(asked, phrase, link, _UNLINKED)

    def _without_filters(self, phrase: str) -> str:
        """What of a phrase no filter says."""
        for pattern, _ in (*self._phrases.stride, *self._phrases.severities, *self._phrases.statuses):
            phrase = pattern.sub(" ", phrase)
        phrase = re.sub(
            r"\b(?:llm|asi|mcp|ml)0?\d{1,2}(?::\d{4})?\b|\baml\.t\d+(?:\.\d+)?\b|\bcwe[- ]?\d+\b|\bnistaml\.\d+\b"
            r"|\b(?:owasp|atlas|stride|class|severity)\b",
            " ",
            phrase,
        )
        phrase = re.sub(r"[\w./@-]+\.[a-z]{1,8}\b", " ", phrase)
        left = [
            word
            for word in phrase.split()
            if word
            not in {
                "the",
                "a",
                "an",
                "of",
                "or",
                "and",
                "file",
                "in",
                "with",
                "ones",
                "one",
                "all",
                "risks",
                "findings",
                "open",
                "still",
                "us",
                "we",
            }
        ]
        return " ".join(left)

    def _term(self, asked: Asked, phrase: str, before: Before) -> Asked:
        phrase = re.sub(r"^(?:(?:a|an|the|this|that|word|term) )+", "", phrase.strip())
        if self._phrases.pronouns.fullmatch(phrase) and (before.subject or before.listed):
            return _with_subjects(replace(asked, intent="describe", phrase=phrase), before.subject or before.listed[:1])
        if self._phrases.system.fullmatch(phrase) and not self._phrases.kinds_named(phrase):
            return replace(asked, intent="summary", whole=True)
        if ids := self._names.finding_ids(phrase):
            return replace(asked, intent="describe", findings=ids, phrase=phrase)
        if self._is_term(phrase):
            return replace(asked, term=phrase, phrase=phrase, certainty=asked.certainty - 0.2)
        link = self._names.elements(phrase)
        if link.ids:
            return replace(
                asked, intent="describe", elements=link.ids, general=link.general, phrase=phrase, certainty=asked.certainty - 0.3
            )
        if threats := self._names.threats(phrase).ids:
            return replace(asked, intent="list_findings", filters=replace(asked.filters, threats=threats), phrase=phrase)
        return _unknown(asked, phrase, link, _UNLINKED)

    def _filters(self, text: str) -> Filters:
        files, _ = self._names.files(text)
        return Filters(
            stride=self._phrases.stride_named(text),
            taxonomy=self._names.taxonomy_ids(text),
            severities=self._phrases.severities_named(text),
            statuses=self._phrases.statuses_named(text),
            files=files,
        )

    # ---- Where no pattern fits

    def _alike(self, start: Asked, text: str, before: Before) -> Asked | None:
        """As the nearest example asks, about what the rest of the question names."""
        for intent, example, likeness in self._likeness.nearest(text):
            if likeness < _UNSURE:
                break
            phrase = self._likeness.rest(text, example)
            slots = {"x": phrase} if phrase else {}
            if intent == "inventory":  # of the kind that the example is about
                slots = {"k": kind} if (kind := self._phrases.kind_in(example)) else {}
            asked = self._resolved(start, Matched(self._phrases.intents[intent], 0, slots), before)
            if not asked.unknown:
                return replace(asked, certainty=likeness)
        return None

    def _spoken_of(self, start: Asked, text: str, before: Before) -> Asked:
        """A bare name is a question what is known of it."""
        asked = replace(start, filters=self._filters(text))
        if ids := self._names.finding_ids(text):
            return replace(asked, intent="describe", findings=ids, phrase=text, certainty=1)
        if len(text.split()) <= 4:
            if asked.filters.taxonomy or asked.filters.files:
                return replace(asked, intent="list_findings", phrase=text, certainty=1)
            link = self._names.elements(text)
            if link.ids:
                return replace(asked, intent="describe", elements=link.ids, general=link.general, phrase=text, certainty=link.quality)
            if threats := self._names.threats(text).ids:
                return replace(asked, intent="list_findings", filters=replace(asked.filters, threats=threats), phrase=text, certainty=0.6)
        return asked


def _with_subjects(asked: Asked, subjects: Sequence[Subject]) -> Asked:
    def ids(kind: str) -> tuple[str, ...]:
        return tuple(one.id for one in subjects if one.kind == kind)

    whole = any(one.kind == "system" for one in subjects)
    controls = tuple(one for one in get_args(ShippedControl) if one in ids("control"))
    return replace(
        asked,
        elements=ids("element"),
        findings=ids("finding"),
        threats=ids("threat"),
        paths=ids("path"),
        whole=whole,
        controls=asked.controls or controls,
        term=next(iter((*ids("word"), *ids("taxonomy"))), asked.term),
    )


def _unknown(asked: Asked, phrase: str, link: Link, cost: float) -> Asked:
    return replace(asked, phrase=phrase, unknown=phrase, near=link.near, certainty=asked.certainty - cost)


def _findings_of(before: Before) -> tuple[Subject, ...]:
    said = tuple(one for one in before.subject if one.kind == "finding")
    return said or tuple(one for one in before.listed[:1] if one.kind == "finding")
