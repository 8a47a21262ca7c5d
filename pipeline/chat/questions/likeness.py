"""How alike a question and the examples of questions are: by the words they share, the rare ones most, and by what they mean.

Takes the examples of the knowledge; gives for a question the nearest of them. What means much the same counts a little, as in retrieval.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ingest.index.words import stem
from pipeline.chat.questions.knowledge import Phrases
from pipeline.retrieval.thesaurus import RELATED, load_thesaurus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]
_LIGHT = 0.35  # what a word counts that questions are full of
_LITTLE = frozenset(
    "a an the is are was be do does did of in at on for to with by it this that there any some i we you me us our can could".split()  # noqa: SIM905
)
_DENSE = 0.4  # of the likeness, where meaning is compared too


class Likeness:
    """The examples by their words."""

    def __init__(self, phrases: Phrases, embed: Embed | None = None) -> None:
        self._examples = [(intent.name, example) for intent in phrases.said.intents for example in intent.examples]
        self._words = [_words_of(example) for _, example in self._examples]
        counts = Counter(word for each in self._words for word in each)
        self._rare: Mapping[str, float] = {word: math.log(1 + len(self._words) / count) for word, count in counts.items()}
        self._embed, self._related = embed, load_thesaurus()
        self._vectors: NDArray[np.float32] | None = None

    def nearest(self, text: str, most: int = 4) -> list[tuple[str, str, float]]:
        """Intent, example and likeness, most alike first; each intent once."""
        asked = _words_of(text)
        scores = [self._shared(asked, example) for example in self._words]
        if self._embed is not None and asked:
            if self._vectors is None:
                self._vectors = self._embed([re.sub(r"\b[XY]\b", "it", example) for _, example in self._examples])
            meant = self._vectors @ self._embed([text])[0]
            scores = [(1 - _DENSE) * shared + _DENSE * float(sense) for shared, sense in zip(scores, meant, strict=True)]
        best: dict[str, tuple[float, str]] = {}
        for (intent, example), score in zip(self._examples, scores, strict=True):
            if score > best.get(intent, (0.0, ""))[0]:
                best[intent] = (score, example)
        return sorted(((intent, example, score) for intent, (score, example) in best.items()), key=lambda one: (-one[2], one[0]))[:most]

    def rest(self, text: str, example: str) -> str:
        """What of a question its example does not say: what it is about."""
        said = {stem(word.lower()) for word in example.split()} | {stem(word) for word in _LITTLE}
        return " ".join(word for word in text.split() if stem(word) not in said)

    def _shared(self, asked: Mapping[str, float], example: Mapping[str, float]) -> float:
        """How much of the example the question says, and a little how much of the question the example says."""
        total = sum(weight * self._rare[word] for word, weight in example.items())
        if not total:
            return 0.0
        got = 0.0
        for word, weight in example.items():
            if word in asked:
                got += weight * self._rare[word]
            elif any(other in asked for other in self._related.get(word, ())):
                got += weight * self._rare[word] * 2 * RELATED
        known = sum(weight for word, weight in asked.items() if word in example)
        whole = sum(asked.values()) or 1.0
        return 0.75 * got / total + 0.25 * known / whole


def _words_of(text: str) -> dict[str, float]:
    return {
        stem(word): (_LIGHT if word in _LITTLE else 1.0)
        for word in re.findall(r"[a-z]+|\d+", re.sub(r"\b[XY]\b", " ", text).lower())
        if len(word) > 1 or word.isdigit()
    }
