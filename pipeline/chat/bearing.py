"""What of a scan bears on a question that is of no known kind: findings and claims that speak of the same.

Takes the words of a question; gives an answer of the findings and claims nearest to them, or None where none is near enough. Nearness is
the share of the question's telling words that are spoken of, words that mean much the same counting less, and how close the meanings are.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from ingest.index.words import words
from pipeline.chat.answers.case import Draft
from pipeline.chat.answers.listing import say_findings
from pipeline.chat.citing import against, distinct, of_cell, of_claim, of_threat
from pipeline.chat.model import Answer, Subject
from pipeline.chat.questions import Asked
from pipeline.chat.view import View
from pipeline.chat.wording import listed, named
from pipeline.findings.model import Finding
from pipeline.reports.wording import sentence
from pipeline.retrieval.thesaurus import load_thesaurus
from pipeline.system.model import Claim, Frozen
from pipeline.system.rules.knowledge_file import KNOWLEDGE, read_knowledge

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]
_RELATED = 0.5  # what a word counts that means much the same
_ALL_WORDS = 0.7  # what words count that stand anywhere in a finding and not in one way to put it
_MEANING = 0.45  # of the nearness
_BAR = 0.5
_BAR_ELSE = 0.72  # of a question that does not ask what could happen: more has to be the same
_BAR_LOOKED = 0.6
_COULD = re.compile(
    r"(?:can|could|may|might|would|is it possible|what if|what happens (?:if|when)|what (?:stops|prevents|keeps)|is there (?:a|any) way"
    r"|how easy)\b|is .* possible$"
)
_CLOSE = 0.08  # behind the nearest
_MOST = 3
# Words of any question, which say nothing of what it is about.
_SAID_ANYWAY = frozenset(words(
    "can could may might would should possible happen thing people person somebody someone anybody anyone customer user system app"
    " application way talk give want need use see read stuff get go put take make let know tell look find keep really ever also some any"
    " other another own"
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    """A finding or a claim by its words: all of them, and the ways it may be put, each of which may be what is asked."""

    of: Finding | Claim
    said: frozenset[str]
    ways: tuple[frozenset[str], ...]
    texts: tuple[str, ...]


class PlainWords(Frozen):
    """The whole file."""

    threats: dict[str, tuple[str, ...]] = Field(description="Slug of a threat -> ways to say what it is about.")


class Bearing:
    """The findings and claims of one scan, to be asked of by words."""

    def __init__(self, view: View, embed: Embed | None) -> None:
        self._view, self._embed, self._related = view, embed, load_thesaurus()

    @cached_property
    def _told(self) -> tuple[_Told, ...]:
        return tuple(self._all())

    @cached_property
    def _rare(self) -> Mapping[str, float]:
        counts = Counter(word for one in self._told for word in one.said)
        total = len(self._told) + 1
        return {word: 0.3 + math.log(total / count) for word, count in counts.items()}

    @cached_property
    def _vectors(self) -> NDArray[np.float32] | None:
        """Of each text of each, one after the other."""
        return self._embed([text for one in self._told for text in one.texts]) if self._embed is not None and self._told else None

    def answer(self, asked: Asked) -> Answer | None:
        """What bears on a question, nearest first; None where nothing is near enough."""
        near = self.nearest(asked.plain)
        bar = _BAR if _COULD.match(asked.plain) else _BAR_ELSE
        if not near or near[0][0] < bar:
            return self._looked_for(asked) if bar == _BAR else None
        chosen = [one for score, one in near if score >= max(bar, near[0][0] - _CLOSE)][:_MOST]
        draft = Draft()
        say_findings(draft, [one for one in chosen if isinstance(one, Finding)])
        for claim in [one for one in chosen if isinstance(one, Claim)]:
            kept = {True: ", and the code keeps it", False: ", and the code does not keep it", None: ""}[claim.kept]
            draft.say(f"A document says{kept}: “{claim.text}”", of_claim(claim), against(claim))
            draft.listed.append(Subject(kind="claim", id=claim.id, name=claim.text))
        return Answer(
            question=asked.question, intent="bearing", subject=tuple(draft.listed[:1]), statements=tuple(draft.statements),
            listed=tuple(draft.listed), follow_ups=("why is the first one so severe?", "how do I fix the first one?"),
        )  # fmt: skip

    def _looked_for(self, asked: Asked) -> Answer | None:
        """That what is asked was looked for and not found, where the question puts it as a threat of the catalog is put."""
        telling, found = _telling(asked.plain), {finding.threat for finding in self._view.open}
        best: tuple[float, str] = (0.0, "")
        for slug, ways in load_plain_words().threats.items():
            if slug in found or self._view.threat(slug) is None:
                continue
            for way in (slug.replace("-", " "), *ways):
                said = frozenset(_telling(way))
                both = sum(self._got(word, said) for word in telling)
                if len(said) > 1 and both > 1:
                    best = max(best, (0.5 * both / len(telling) + 0.5 * min(both / len(said), 1.0), slug))
        threat = self._view.threat(best[1])
        if best[0] < _BAR_LOOKED or threat is None:
            return None
        draft = Draft()
        cells = [cell for cell in self._view.scan.coverage if cell.state == "mitigated" and threat.slug in cell.reason]
        kept = (
            f"; kept away at {listed([named(self._view, one) for one in dict.fromkeys(cell.element for cell in cells)], 3)}"
            if cells
            else ""
        )
        draft.say(f"Looked for, and not found: {threat.title} ({threat.slug}){kept}.", of_threat(threat), distinct(map(of_cell, cells), 4))
        return Answer(
            question=asked.question, intent="bearing", subject=(Subject(kind="threat", id=threat.slug, name=threat.title),),
            statements=tuple(draft.statements),
            not_answered="whether it can happen: that no rule matched in what was examined does not say that it cannot",
            follow_ups=(f"what is {threat.slug}?", "what was not examined?"),
        )  # fmt: skip

    def nearest(self, question: str, most: int = 5) -> list[tuple[float, Finding | Claim]]:
        """Findings and claims with their nearness, nearest first; equally near findings worst first."""
        asked = _telling(question)
        if not asked or not self._told:
            return []
        unknown = max(self._rare.values(), default=1.0)
        weights = {
            word: max([self._rare.get(word, 0.0), *(self._rare.get(other, 0.0) for other in self._related.get(word, ()))]) or unknown
            for word in asked
        }
        scores = [self._shared(weights, one) for one in self._told]
        if self._vectors is not None and self._embed is not None:
            meant = iter((self._vectors @ self._embed([question])[0]).tolist())
            for index, one in enumerate(self._told):
                sense = max(next(meant) for _ in one.texts)
                scores[index] = (1 - _MEANING) * scores[index] + _MEANING * _stretched(sense)
        ranked = sorted(range(len(self._told)), key=lambda index: (-round(scores[index], 4), index))
        return [(scores[index], self._told[index].of) for index in ranked[:most]]

    def _shared(self, weights: Mapping[str, float], told: _Told) -> float:
        """The share of the asked words that are spoken of; one way to put it that is asked whole counts as much."""
        total = sum(weights.values())
        share = _ALL_WORDS * sum(weight * self._got(word, told.said) for word, weight in weights.items()) / total
        for way in told.ways:
            if len(way) > 1:
                asked = sum(any(word == one or one in self._related.get(word, ()) for word in weights) for one in way) / len(way)
                of_question = sum(weight for word, weight in weights.items() if self._got(word, way)) / total
                share = max(share, 0.5 * asked + 0.5 * of_question)
        return share

    def _got(self, word: str, said: frozenset[str]) -> float:
        if word in said:
            return 1.0
        return _RELATED if any(other in said for other in self._related.get(word, ())) else 0.0

    def _all(self) -> Iterable[_Told]:
        plain = load_plain_words().threats
        for finding in self._view.open:
            threat = self._view.threat(finding.threat)
            element = self._view.elements.get(finding.element)
            summary = threat.summary if threat is not None else finding.description
            texts = [finding.title, sentence(finding), finding.threat.replace("-", " "), summary]
            texts += [element.name, element.kind.replace("_", " ")] if element is not None else []
            ways = plain.get(finding.threat, ())
            said = frozenset(words(" ".join((*texts, *ways))))
            yield _Told(finding, said, tuple(frozenset(_telling(way)) for way in ways), (f"{finding.title}. {sentence(finding)}", *ways))
        for claim in self._view.scan.system.claims:
            yield _Told(claim, frozenset(words(claim.text)), (), (claim.text,))


@lru_cache(maxsize=1)
def load_plain_words(path: Path = KNOWLEDGE / "plain_words.yaml") -> PlainWords:
    """How people say what threats are about; raises `KnowledgeError` where the file is not valid."""
    return read_knowledge(path, PlainWords)


def _telling(text: str) -> list[str]:
    return [word for word in dict.fromkeys(words(text)) if word not in _SAID_ANYWAY]


def _stretched(similarity: float) -> float:
    """Texts of one trade are alike to begin with: what is above that, from 0 to 1."""
    return min(max((similarity - 0.15) / 0.45, 0.0), 1.0)
