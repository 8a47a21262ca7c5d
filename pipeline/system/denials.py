"""What documents say is not there, held against what others of them promise.

Takes what sentences promise and deny of controls; gives, for each promise that another passage denies, the denial. Two sentences
speak of the same where they are about an element in common, or share words that tell of more than the control. Which of them is the
younger is not asked: a reader who trusts the promise is misled either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.system.assembly import Assembly
from pipeline.system.model import AttributeValue, ControlKind, ElementKind, Evidence
from pipeline.system.name_matching import COMMON, stem
from pipeline.system.words import words_of

_SHARED = 2  # telling words
# Of sentences, and of any sentence about a control.
_EMPTY = frozenset(
    {"every", "each", "before", "after", "there", "their", "with", "without", "that", "this", "than", "then", "from", "they", "them"}
    | {"have", "been", "will", "must", "shall", "only", "also", "into", "which", "when", "where", "what", "nobody", "everybody", "anybody"}
    | {"until", "since", "because", "still", "says", "said", "design", "section", "needs", "need", "does", "limit", "limits"}
)
_OPENED: frozenset[ElementKind] = frozenset({"http_route", "websocket", "chat_ui", "webhook", "mcp_server", "vector_store", "data_store"})


@dataclass(frozen=True, slots=True)
class SaidOfControl:
    """One sentence about one control: a promise or a denial of it."""

    kind: ControlKind
    sentence: str
    evidence: Evidence
    about: tuple[str, ...]  # element ids

    @property
    def words(self) -> frozenset[str]:
        """Words that tell what a sentence is about, as they are compared."""
        return frozenset(stem(word) for word in words_of(self.sentence) if len(word) > 3 and word not in COMMON and word not in _EMPTY)


def denied_promises(promises: Sequence[SaidOfControl], denials: Sequence[SaidOfControl]) -> Mapping[SaidOfControl, SaidOfControl]:
    """The first denial of each promise that has one."""
    return {
        promise: denial
        for promise in reversed(promises)
        for denial in reversed(denials)
        if promise.kind == denial.kind and promise.evidence != denial.evidence and _same(promise, denial)
    }


def _same(promise: SaidOfControl, denial: SaidOfControl) -> bool:
    return bool(set(promise.about) & set(denial.about)) or len(promise.words & denial.words) >= _SHARED


def mark_denied(assembly: Assembly, denials: Sequence[SaidOfControl]) -> None:
    """Elements of which a document says that a control is not there: said, which is more than not mentioned."""
    for identity, kinds, evidence in _by_element(denials):
        draft = assembly.draft(identity)
        known: AttributeValue | None = draft.attributes.get("denied_controls")
        draft.attributes["denied_controls"] = tuple(sorted({*(known if isinstance(known, tuple) else ()), *kinds}))
        if "authentication" in kinds and draft.kind in _OPENED:
            draft.attributes["authenticated"] = False
        if evidence not in draft.evidence:
            draft.evidence.append(evidence)


def _by_element(denials: Sequence[SaidOfControl]) -> Iterator[tuple[str, tuple[ControlKind, ...], Evidence]]:
    for denial in denials:
        for identity in denial.about:
            yield identity, (denial.kind,), denial.evidence
