"""What documents say is not there, held against what others of them promise.

Takes what sentences promise and deny of controls; gives, for each promise that another passage denies, the denial. Two sentences
speak of the same where they are about an element in common, or share words that tell of more than the control. Which of them is the
younger is not asked: a reader who trusts the promise is misled either way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.system.assembly import Assembly
from pipeline.system.draft import Draft
from pipeline.system.model import AttributeValue, ControlKind, ElementKind, Evidence, Flow
from pipeline.system.name_matching import COMMON, stem
from pipeline.system.rules.words import words_of

_SHARED = 2  # telling words
# Of sentences, and of any sentence about a control.
_EMPTY = frozenset(
    {"every", "each", "before", "after", "there", "their", "with", "without", "that", "this", "than", "then", "from", "they", "them"}
    | {"have", "been", "will", "must", "shall", "only", "also", "into", "which", "when", "where", "what", "nobody", "everybody", "anybody"}
    | {"until", "since", "because", "still", "says", "said", "design", "section", "needs", "need", "does", "limit", "limits"}
)
_OPENED: frozenset[ElementKind] = frozenset(
    {"http_route", "websocket", "chat_ui", "webhook", "mcp_server", "vector_store", "data_store", "inference_server", "model_registry"}
)
_STORES: frozenset[ElementKind] = frozenset({"vector_store", "data_store"})


@dataclass(frozen=True, slots=True)
class SaidOfControl:
    """One sentence about one control: a promise or a denial of it."""

    kind: ControlKind
    sentence: str
    evidence: Evidence
    about: tuple[str, ...]  # element ids
    assumed: bool = False  # it names nothing: what it is about is the one thing it can be of

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
    return bool(not denial.assumed and set(promise.about) & set(denial.about)) or len(promise.words & denial.words) >= _SHARED


def mark_denied(assembly: Assembly, denials: Sequence[SaidOfControl]) -> None:
    """Elements of which a document says that a control is not there: said, which is more than not mentioned."""
    for identity, kinds, evidence in _by_element(denials):
        draft = assembly.draft(identity)
        known: AttributeValue | None = draft.attributes.get("denied_controls")
        draft.attributes["denied_controls"] = tuple(sorted({*(known if isinstance(known, tuple) else ()), *kinds}))
        if "authentication" in kinds and draft.kind in _OPENED:
            draft.attributes["authenticated"] = False
            if draft.kind in _STORES:
                draft.attributes["open"] = True  # whoever reaches it is answered
            if draft.kind == "model_registry":
                draft.attributes.update(administers=True, exposed=True)  # whoever writes there says which model answers
            if draft.kind == "mcp_server":
                draft.attributes.update(transport="http", host="as described")  # one that is started by its client asks nobody for a login
        if "group_evaluation" in kinds and draft.kind == "training_job":
            draft.attributes["learns_about"] = "people"  # who says that groups were not compared, says whom it judges
        draft.show(evidence)
        if "tls" in kinds and draft.kind == "mcp_server":
            _plain_connection(assembly, draft, evidence)


def _plain_connection(assembly: Assembly, server: Draft, evidence: Evidence) -> None:
    """The connection of an agent to a server of tools that nothing protects on the way."""
    attributes: dict[str, AttributeValue] = {"stated_by": "document", "plain_http": True, "own": True}
    client = assembly.drafts.put("mcp_client", f"connection to {server.name}", None, attributes, evidence, None, "documentation")
    for source, target, _role in list(assembly.flows):
        if target == server.id and assembly.draft(source).kind in ("agent", "tool"):
            assembly.flow(
                Flow(
                    id=f"{source}->{client}:told",
                    source=source,
                    target=client,
                    carries=("tool_arguments",),
                    steps=(evidence,),
                    stated_by="document",
                )
            )


_OF_CALLERS: frozenset[ControlKind] = frozenset({"rate_limit", "authentication", "input_length_limit"})
_CALLERS: frozenset[ElementKind] = frozenset({"end_user", "anonymous_public"})


def all_described(assembly: Assembly, kinds: Iterable[ElementKind], control: ControlKind) -> list[str]:
    """What a promise that names nothing covers: all that is described of the kinds it is for, and callers where it is about these."""
    wanted = {*kinds, *(_CALLERS if control in _OF_CALLERS else ())}
    return [
        draft.id for _, draft in sorted(assembly.drafts.by_id.items())
        if draft.kind in wanted and draft.attributes.get("stated_by") == "document"
    ]  # fmt: skip


def _by_element(denials: Sequence[SaidOfControl]) -> Iterator[tuple[str, tuple[ControlKind, ...], Evidence]]:
    for denial in denials:
        for identity in denial.about:
            yield identity, (denial.kind,), denial.evidence
