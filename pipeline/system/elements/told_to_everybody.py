"""Answers to one person's question that all who are connected get: `Clients.All.SendAsync("Reply", reply)`, `io.emit("reply", reply)`.

Takes an assembly whose flows are known; marks entries (`told_to_everybody`) that ask a model what their caller wrote and send the reply to
all who are connected. Where the question goes to all as well, people share a room and a model answers in it: that is left alone, and so is
what is sent to a room, a group or a person.
"""

from __future__ import annotations

from pipeline.system.assembly import Assembly

_ENTRIES = frozenset({"websocket", "http_route", "webhook"})
_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})


def mark_told_to_everybody(assembly: Assembly) -> None:
    """Marks the entries, each with the line that sends the reply."""
    asked: dict[str, set[str]] = {}  # models, by the entry whose caller's words they are asked with
    told: dict[str, set[str]] = {}  # models, by what shows their replies
    shared: set[str] = set()
    for (source, target, _role), flows in assembly.flows.items():
        carried = {label for flow in flows for label in flow.carries}
        if assembly.draft(target).kind in _MODELS and assembly.draft(source).kind in _ENTRIES and "user_input" in carried:
            asked.setdefault(source, set()).add(target)
        if assembly.draft(target).kind == "renderer" and assembly.draft(source).kind in _MODELS and "model_reply" in carried:
            told.setdefault(target, set()).add(source)
        if assembly.draft(target).kind == "renderer" and assembly.draft(source).kind in _ENTRIES and "user_input" in carried:
            shared.add(target)
    for entry, kind, shown in sorted(assembly.relations):
        attributes = assembly.draft(shown).attributes
        if kind != "calls" or attributes.get("to_everybody") is not True or attributes.get("to_somebody") is True or shown in shared:
            continue
        if not asked.get(entry, set()).isdisjoint(told.get(shown, set())):
            assembly.draft(entry).attributes["told_to_everybody"] = True
            for evidence in assembly.draft(shown).evidence[:1]:
                assembly.draft(entry).show(
                    evidence.model_copy(update={"role": "sink", "note": "everybody who is connected gets the reply"})
                )
