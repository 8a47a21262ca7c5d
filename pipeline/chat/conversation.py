"""A conversation about one scan: questions come in, answers with citations go out, and what was spoken of is remembered.

Everything is said out of the scan, the catalog, the changes since an earlier scan, and, where no kind of question fits, passages of the
files that a search finds. No model is asked, nothing is sent anywhere, and the same questions in the same order get the same answers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ingest.index import Embedder, Embedding, make_embedder
from pipeline.chat.answers import ANSWERS, Case, Earlier
from pipeline.chat.bearing import Bearing, Embed
from pipeline.chat.model import Answer, Piece
from pipeline.chat.passages import Search, said_in
from pipeline.chat.questions import Asked, Before, Likeness, Names, Understanding, load_phrases
from pipeline.chat.terms import Term, Terms
from pipeline.chat.unanswered import none_of_it, not_understood
from pipeline.chat.view import View
from pipeline.findings.comparing import Change
from pipeline.findings.model import Scan
from pipeline.system.model import ShippedControl
from pipeline.threats.catalog import Catalog, load_catalog
from pipeline.threats.schema import Threat
from pipeline.threats.taxonomy import Taxonomies, load_taxonomies

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Conversation:
    """Asks and answers about one scan.

    `earlier` is what became of each finding since an earlier scan (`pipeline.findings.comparing.compare`), `earlier_name` what that scan is
    called; `search` finds passages of the scanned files; `taxonomies` are those in force; `embed` is what meanings are compared by, the
    static model that ships where none is given.
    """

    def __init__(
        self, scan: Scan, catalog: Catalog | None = None, *, earlier: Sequence[Change] | None = None, earlier_name: str = "the scan before",
        search: Search | None = None, taxonomies: Taxonomies | None = None, embed: Embed | None = None,
    ) -> None:  # fmt: skip
        taxonomies, phrases = taxonomies or load_taxonomies(), load_phrases()
        self.scan = scan
        self._view = View(scan, catalog or load_catalog())
        self._terms = Terms(self._view.catalog, taxonomies)
        self._earlier = None if earlier is None else Earlier(earlier_name, tuple(earlier))
        self._search = search
        embed = embed or _shipped_embedding
        self._bearing = Bearing(self._view, embed)
        self._names = names = Names(self._view, phrases, taxonomies)
        self._understanding = Understanding(phrases, names, Likeness(phrases, embed), lambda term: bool(self._terms.find(term)))
        self._before = Before()
        self.history: list[Answer] = []

    def ask(self, question: str) -> Answer:
        """The answer to a question, with what was spoken of before in mind."""
        asked = self._understanding.of(question, self._before)
        answer = self._answered(asked)
        self.history.append(answer)
        self._remember(answer, asked.controls)
        return answer

    def _remember(self, answer: Answer, controls: tuple[ShippedControl, ...]) -> None:
        if answer.subject or answer.listed or answer.statements:
            elements = tuple(one.id for one in answer.subject if one.kind == "element") or self._before.elements
            subject = answer.subject or (() if answer.listed else self._before.subject)
            self._before = Before(answer.intent, subject, answer.listed, elements, controls or self._before.controls)

    def elements_named(self, phrase: str) -> tuple[str, ...]:
        """Ids of the elements that a phrase means; none where it is none of them."""
        return self._names.elements(phrase.lower()).ids

    def terms_named(self, phrase: str) -> tuple[Term, ...]:
        """What a word means, entries of the catalog, its taxonomies and the glossary."""
        return self._terms.find(phrase)

    def threat(self, slug: str) -> Threat | None:
        return self._view.threat(slug)

    @property
    def view(self) -> View:
        """The scan as it is looked up in."""
        return self._view

    def replace_last(self, answer: Answer) -> None:
        """The last answer as somebody else gave it: what was spoken of is what that speaks of."""
        self.history[-1] = answer
        self._remember(answer, ())

    def forget(self) -> None:
        """Begins anew: nothing was spoken of."""
        self._before, self.history = Before(), []

    async def stream(self, question: str) -> AsyncIterator[Piece]:
        """The same, piece by piece: each statement, and last the whole answer."""
        answer = self.ask(question)
        for statement in answer.statements:
            yield Piece(kind="statement", statement=statement)
        yield Piece(kind="answer", answer=answer)

    def _answered(self, asked: Asked) -> Answer:
        if asked.intent and not asked.unknown:
            draft = ANSWERS[asked.intent](Case(asked, self._view, self._terms, self._earlier))
            answer = Answer(
                question=asked.question, intent=asked.intent, subject=draft.subject, statements=tuple(draft.statements),
                not_answered=draft.not_answered, follow_ups=draft.follow_ups, listed=tuple(dict.fromkeys(draft.listed)),
            )  # fmt: skip
            if not answer.not_answered:
                return answer
            return said_in(asked, self._search, answer) or answer
        answer = none_of_it(asked, self._view) if asked.intent else not_understood(asked, self._view)
        return self._bearing.answer(asked) or said_in(asked, self._search, answer) or answer


@cache
def _shipped_embedder() -> Embedder:
    return make_embedder(Embedding())


def _shipped_embedding(texts: Sequence[str]) -> NDArray[np.float32]:
    return _shipped_embedder().embed(list(texts))
