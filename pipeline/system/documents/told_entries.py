"""Entries of a described system: what answers the people who come in there, and behind which of them a model is asked.

Takes what is told and drawn by now, adds a flow from a chat that nothing leads out of, and marks entries from which flows lead to a model.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly
from pipeline.system.model import ElementKind, Flow
from pipeline.system.rules.words import words_of

_ASKS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})
_MODELS: frozenset[ElementKind] = _ASKS | {"ml_model"}
_ENTRIES: frozenset[ElementKind] = frozenset({"chat_ui", "http_route", "webhook"})


def add_answers(assembly: Assembly) -> None:
    """A chat that nothing leads out of is answered by the one agent, or the one model, that is told of."""
    described = [draft for _, draft in sorted(assembly.drafts.by_id.items()) if draft.attributes.get("stated_by") == "document"]
    answering = [draft for draft in described if draft.kind == "agent"] or [draft for draft in described if draft.kind in _ASKS]
    left = {source for source, _target, _role in assembly.flows}
    for draft in described if len(answering) == 1 else ():
        if (
            draft.kind in ("chat_ui", "http_route")
            and "path" not in draft.attributes
            and {"chat", "chatbot", "bot", "assistant"} & set(words_of(draft.name))
            and draft.id not in left
        ):
            answer = answering[0].id
            assembly.flow(
                Flow(id=f"{draft.id}->{answer}:told:prompt:user_input", source=draft.id, target=answer, carries=("user_input",),
                    role="prompt",
                     steps=tuple(draft.evidence[:1]), stated_by="document")
            )  # fmt: skip


def mark_inference(assembly: Assembly) -> None:
    """Entries from which flows that documents tell or draw lead to a model."""
    after: dict[str, set[str]] = {}
    for (source, target, _role), flows in assembly.flows.items():
        if any(flow.stated_by == "document" for flow in flows):
            after.setdefault(source, set()).add(target)
    for identity, draft in assembly.drafts.by_id.items():
        if draft.kind not in _ENTRIES or draft.attributes.get("stated_by") != "document":
            continue
        seen, queue = {identity}, [identity]
        while queue:
            for target in sorted(after.get(queue.pop(), ())):
                if target not in seen:
                    seen.add(target)
                    queue.append(target)
        if any(assembly.draft(target).kind in _MODELS for target in seen):
            draft.attributes["runs_inference"] = True
