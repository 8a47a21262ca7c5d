"""What a phrase of a question names: elements, findings, threats, ids of taxonomies, files.

Takes a view of a scan, gives for a phrase the things it may mean, and how much of the phrase they account for. Names are compared by
their telling words, with small misspellings forgiven. A phrase that holds a telling word nothing is called by names nothing: what
is not in the scan is said not to be, and not taken for the nearest thing that is.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import OSA

from ingest.index.words import words
from pipeline.chat.questions.knowledge import KindWords, Phrases
from pipeline.chat.questions.words import stems
from pipeline.chat.view import View, is_stated_only
from pipeline.findings.model import Finding
from pipeline.system.contradicted.known_parties import load_parties
from pipeline.system.model import Element
from pipeline.threats.taxonomy import Taxonomies

_SPOKEN_AS = ("product", "provider", "model", "service", "collection", "path", "names", "server", "method")
_FINDING_ID = re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{6,64}\b")
_TAXONOMY = re.compile(
    r"\b(?:llm|asi|mcp|ml|t)0?\d{1,2}(?::\d{4})?\b|\baml\.t\d{4}(?:\.\d{3})?\b|\bcwe[- ]?\d+\b|\bnistaml\.\d+\b", re.IGNORECASE
)
_FILE = re.compile(r"[\w./@-]+\.[a-z]{1,8}\b|\b(?:dockerfile|makefile|jenkinsfile)\b", re.IGNORECASE)
# Words that tell nothing apart, beside a kind or a name.
_EMPTY = frozenset({
    "our", "the", "a", "an", "my", "your", "main", "internal", "own", "new", "old", "existing", "public", "whole", "entire", "real",
    "actual", "current", "ai", "system", "app", "application", "part", "component", "element", "thing", "called", "named", "name",
    "one", "in", "of", "for", "product", "available", "different", "certain", "specific", "customer-facing", "user-facing",
    "production", "service", "data", "side", "layer", "module", "big", "little", "local", "remote", "hosted", "external", "finding",
    "threat", "risk", "issue", "problem", "attack", "vulnerability", "s",
})  # fmt: skip
_ALIKE = 0.79
_ENOUGH, _NEAR = 0.6, 0.12
_MOST = 12


@dataclass(frozen=True, slots=True)
class Link:
    """What a phrase names, best first, and how sure that is; of what it names none, what is called alike."""

    ids: tuple[str, ...] = ()
    quality: float = 0.0
    general: bool = False  # by its kind alone: `the agent`
    unknown: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    own: frozenset[str]  # stems of its name
    also: frozenset[str]  # stems of what it is spoken of as
    weight: float


class Names:
    """The names of one scan."""

    def __init__(self, view: View, phrases: Phrases, taxonomies: Taxonomies) -> None:
        self._view, self._phrases, self._taxonomies = view, phrases, taxonomies
        drawn: dict[str, list[str]] = {}
        for box in view.scan.system.drawn:
            drawn.setdefault(box.element, []).append(box.name)
        self._named = [self._of(element, drawn.get(element.id, ())) for element in view.elements.values()]
        counts = Counter(word for one in self._named for word in one.own | one.also)
        total = len(self._named) + 1
        self._rare = {word: 1 + math.log(total / count) for word, count in counts.items()}
        self._most_rare = 1 + math.log(total)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Words of names as they are written, for what was misspelt."""
        texts = [element.name for element in self._view.elements.values()]
        texts += [
            str(value)
            for element in self._view.elements.values()
            for key in _SPOKEN_AS
            if isinstance(value := element.attributes.get(key), str)
        ]
        texts += [threat.slug for threat in self._view.catalog.threats] + [threat.title for threat in self._view.catalog.threats]
        texts += [path.rsplit("/", 1)[-1].rsplit(".", 1)[0] for path in self._view.scan.examined]
        parts = (re.sub(r"([a-z])([A-Z])", r"\1 \2", text) for text in texts)
        return frozenset(run.lower() for text in parts for run in re.findall(r"[^\W\d_]{3,}", text))

    # ---- Elements

    def elements(self, phrase: str) -> Link:
        """The elements a phrase names: by name, by id, or all of a kind."""
        phrase = phrase.strip()
        exact = [element.id for element in self._view.elements.values() if phrase in (element.id.lower(), element.name.lower())]
        if exact:
            return Link(tuple(self._in_order(exact)), 1.0)
        if (said := self._phrases.kinds_named(_bare(phrase))) is not None and (found := self._of_kind(said)):
            return Link(tuple(found), 0.8, general=True)
        kind, rest = self._split_kind(phrase)
        asked = [word for word in stems(rest) if word not in _EMPTY]
        if kind is not None and not asked and not self._of_kind(kind):  # none of that kind: something may be called so
            kind, asked = None, [word for word in stems(phrase) if word not in _EMPTY]
        if not asked:
            return (
                Link(tuple(found), 0.75, general=True)
                if kind is not None and (found := self._of_kind(kind))
                else Link(unknown=(phrase,), near=self._alike(phrase))
            )
        scored, unknown = self._scored(asked, kind)
        if unknown and (len(unknown) * 2 > len(asked) or not scored):
            of_kind = self._of_kind(kind) if kind is not None else []
            return Link(unknown=unknown, near=tuple(dict.fromkeys([*of_kind[:3], *self._alike(phrase)]))[:4])
        if not scored or scored[0][0] < _ENOUGH:
            return Link(unknown=unknown or tuple(asked), near=self._alike(phrase))
        best = scored[0][0]
        ids = [identity for score, identity in scored if score >= best - _NEAR][:_MOST]
        return Link(tuple(ids), best * (0.8 if unknown else 1.0), unknown=unknown)

    def _scored(self, asked: list[str], kind: KindWords | None) -> tuple[list[tuple[float, str]], tuple[str, ...]]:
        """Elements by how much of the phrase is theirs, and the words of it that are nobody's."""
        meant = {word: self._meant(word) for word in asked}
        unknown = tuple(word for word in asked if not meant[word])
        weights = {word: max((self._rare[one] for one in meant[word]), default=self._most_rare) for word in asked}
        total = sum(weights.values())
        found: list[tuple[float, float, str]] = []
        for one in self._named:
            got = sum(weights[word] * (1.0 if meant[word] & one.own else 0.88) for word in asked if meant[word] & (one.own | one.also))
            if not got:
                continue
            own = sum(self._rare[word] for word in one.own) or 1.0
            covered = sum(self._rare[word] for word in one.own if any(word in meant[each] for each in asked)) / own
            score = 0.72 * got / total + 0.22 * covered + one.weight
            if kind is not None and kind.kinds:
                element = self._view.elements[one.id]
                score += 0.2 if self._fits(element, kind) else -0.25
            found.append((score, one.weight, one.id))
        found.sort(key=lambda each: (-each[0], each[2]))
        return [(score, identity) for score, _, identity in found], unknown

    def _meant(self, word: str) -> frozenset[str]:
        """The words of names a word stands for: itself, else one that is all but the same."""
        if word in self._rare:
            return frozenset({word})
        if len(word) < 4:
            return frozenset()
        near = process.extractOne(word, self._rare.keys(), scorer=OSA.normalized_similarity, score_cutoff=_ALIKE)
        if near:
            return frozenset({near[0]})
        return frozenset(one for one in self._rare if min(len(word), len(one)) > 3 and _begins_or_ends(word, one))

    def _split_kind(self, phrase: str) -> tuple[KindWords | None, str]:
        """The words for a kind at an end of a phrase, and the rest: `refund tool`, `the agent build`."""
        parts = _bare(phrase).split()
        for length in range(min(3, len(parts)), 0, -1):
            for text, rest in ((parts[-length:], parts[:-length]), (parts[:length], parts[length:])):
                said = self._phrases.kinds_named(" ".join(text))
                if said is not None:
                    return said, " ".join(rest)
        return None, " ".join(parts)

    def _of_kind(self, said: KindWords) -> list[str]:
        """Elements of kinds; what code or configuration shows before what is only said, which is left out beside it."""
        found = [element.id for element in self._view.elements.values() if self._fits(element, said)]
        seen = [one for one in found if not is_stated_only(self._view.elements[one])]
        return self._in_order(seen or found)

    def _fits(self, element: Element, said: KindWords) -> bool:
        return element.kind in said.kinds and all(element.attributes.get(name) == value for name, value in said.where.items())

    def of_kinds(self, said: KindWords) -> tuple[str, ...]:
        return tuple(self._of_kind(said))

    def _in_order(self, ids: Iterable[str]) -> list[str]:
        """As many findings as there are at each decide which comes first."""
        return sorted(ids, key=lambda one: (is_stated_only(self._view.elements[one]), -len(self._view.at((one,))), one))

    def _of(self, element: Element, drawn: Iterable[str]) -> _Named:
        also = [value for key in _SPOKEN_AS for value in _texts(element.attributes.get(key))]
        name = re.sub(r" \([^()]*\)", "", element.name)
        own = frozenset(stems(" ".join(words(name)) + " " + name)) - {"in", "py"}
        also += _parties_of(element)
        rest = frozenset(stems(" ".join((element.name, *also, *drawn)) + " " + " ".join(words(element.name)))) - own
        weight = (0.0 if is_stated_only(element) else 0.03) + min(len(self._view.at((element.id,))), 3) * 0.005
        return _Named(element.id, own, rest, weight)

    def _alike(self, phrase: str) -> tuple[str, ...]:
        found = process.extract(
            phrase,
            {element.id: element.name for element in self._view.elements.values()},
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            limit=3,
            score_cutoff=72,
        )
        return tuple(identity for _, _, identity in found)

    # ---- Findings and threats

    def finding_ids(self, text: str) -> tuple[str, ...]:
        """Findings whose id, or the beginning of it, stands in a text."""
        return tuple(
            finding.id for given in _FINDING_ID.findall(text) for finding in self._view.findings.values() if finding.id.startswith(given)
        )

    def threats(self, phrase: str) -> Link:
        """Threats of the catalog that are called so."""
        slug = phrase.strip().replace(" ", "-")
        if (threat := self._view.catalog.get(slug)) is not None:
            return Link((threat.slug,), 1.0)
        asked = [word for word in stems(phrase) if word not in _EMPTY]
        if not asked:
            return Link()
        scored = []
        for one, (name, rest) in self._threat_words.items():
            got = sum(1.0 if word in name else 0.7 if word in rest else 0.0 for word in asked) / len(asked)
            scored.append((0.8 * got + 0.2 * len(name & set(asked)) / len(name), one))
        scored.sort(key=lambda each: (-each[0], each[1]))
        best = scored[0][0]
        if best < 0.72:
            return Link(unknown=tuple(asked))
        return Link(tuple(one for score, one in scored if score >= best - 0.07)[:6], best)

    @cached_property
    def _threat_words(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        return {threat.slug: (frozenset(stems(threat.slug)), frozenset(stems(threat.title))) for threat in self._view.catalog.threats}

    def findings(self, phrase: str) -> Link:
        """Findings of the scan that a phrase speaks of: by the threat, by the element, by both."""
        asked = [word for word in stems(phrase) if word not in _EMPTY]
        if not asked:
            return Link()
        scored: list[tuple[float, Finding]] = []
        known = False
        for finding in self._view.open:
            threat, where = self._finding_words(finding)
            got = sum(1.0 if word in threat else 0.9 if word in where else 0.0 for word in asked)
            known = known or bool(got)
            share = got / len(asked)
            scored.append((0.85 * share + 0.15 * len(threat & set(asked)) / max(len(threat), 1), finding))
        scored.sort(key=lambda each: -each[0])  # findings come worst first, and that order stays
        if not scored or scored[0][0] < 0.6:
            return Link(unknown=tuple(asked))
        best = scored[0][0]
        return Link(tuple(finding.id for score, finding in scored if score >= best - 0.1)[:6], best)

    def _finding_words(self, finding: Finding) -> tuple[frozenset[str], frozenset[str]]:
        element = self._view.elements.get(finding.element)
        where = stems(" ".join((*words(element.name), element.kind.replace("_", " "))) if element else "")
        return frozenset(stems(f"{finding.threat} {finding.title}")), frozenset(where)

    def element_of(self, finding: str, spoken_of: tuple[str, ...]) -> tuple[str, ...]:
        """Where a finding is: at the elements that are spoken of, if it is, else at its own."""
        if spoken_of and any(one.id == finding for one in (*self._view.at(spoken_of), *self._view.through(spoken_of))):
            return spoken_of
        found = self._view.findings.get(finding)
        return (found.element,) if found is not None and found.element in self._view.elements else ()

    # ---- Ids and files

    def taxonomy_ids(self, text: str) -> tuple[str, ...]:
        """Ids of taxonomies in a text, with their edition; of one without, those of all editions."""
        found: list[str] = []
        for given in _TAXONOMY.findall(text):
            wanted = given.upper().replace("CWE ", "CWE-")
            wanted = re.sub(r"^CWE(\d)", r"CWE-\1", wanted)
            wanted = re.sub(r"^(LLM|ASI|MCP|ML)(\d)(?=:|$)", r"\g<1>0\2", wanted)
            known = [
                one
                for file in self._taxonomies.files
                for one in file.items
                if one.upper() == wanted or one.upper().partition(":")[0] == wanted
            ]
            found += known or ([wanted] if not re.fullmatch(r"T\d+.*", wanted) else [])
        return tuple(dict.fromkeys(found))

    def files(self, text: str) -> tuple[tuple[str, ...], str]:
        """Files of the scan that a text names, and what looks like the name of a file and is none of them."""
        found: list[str] = []
        unknown = ""
        for given in _FILE.findall(text):
            wanted = given.lower().removeprefix("./")
            here = [path for path in self._view.scan.examined if path.lower() == wanted or path.lower().endswith("/" + wanted)]
            found += here
            if not here:
                unknown = unknown or given
        return tuple(dict.fromkeys(found)), unknown


def _parties_of(element: Element) -> list[str]:
    """The companies that run a model or a service, by its name, its model or its host."""
    texts = [element.name, *(value for key in ("model", "host", "provider") for value in _texts(element.attributes.get(key)))]
    found = []
    for name, party in load_parties().parties.items():
        by_model = element.kind in ("hosted_llm", "embedding_model") and any(
            re.match(model, text) for model in party.models for text in texts
        )
        if by_model or any(text.endswith(host) for host in party.hosts for text in texts):
            found.append(name)
    return found


def _begins_or_ends(word: str, other: str) -> bool:
    """`webhook` and `hook`, `refund` and `refundable`."""
    longer, shorter = (word, other) if len(word) >= len(other) else (other, word)
    return longer.startswith(shorter) or longer.endswith(shorter)


def _bare(phrase: str) -> str:
    """Without what stands before a noun and says nothing."""
    phrase = re.sub(
        r"^(?:the |our )?(?:connections?|access|traffic|requests?|calls?|use|usage|contents?|part|side) (?:to|of|with|between) ", "", phrase
    )
    return re.sub(
        r"^(?:(?:the|a|an|our|my|your|this|that|these|those|its|all|any|some|each|every|of|different|other) )+", "", phrase.strip()
    )


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(map(str, value)) if isinstance(value, tuple) else ()
