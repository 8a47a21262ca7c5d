"""Models and agents that talk with nobody: all they are told is written down in the program, or was said by themselves before.

Takes an assembly whose flows are known and marks those whose replies are logged, so that the log of a job that runs by itself is not taken
for a conversation of people. What is handed in from outside of the code that was read, a parameter that nobody fills, may be anybody's.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.model import Label, SinkRole

_TOLD: frozenset[SinkRole] = frozenset({"prompt", "conversation"})
_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_OWN: frozenset[Label] = frozenset({"model_reply", "tool_result"})
_LANGUAGE = re.compile(r"globalThis\.|builtins\.")
_TEXTS = frozenset({"String", "str", "repr", "join"})
_MOST = 200  # values that one prompt is looked at for


def mark_unattended(assembly: Assembly) -> None:
    """Marks the models whose replies reach a log and whose prompts hold no word of anybody."""
    logged = {source for source, _target, role in assembly.flows if role == "log"}
    told = {
        target
        for (_source, target, role), ways in assembly.flows.items()
        if role in _TOLD and any(not _OWN.issuperset(way.carries) for way in ways)
    }
    prompts: dict[str, list[Node]] = {}
    for call, sinks in assembly.sinks.items():
        for sink in sinks:
            if sink.role in _TOLD and sink.element in logged - told and 0 < sink.argument < len(assembly.program.value(call).inputs):
                prompts.setdefault(sink.element, []).append((call[0], assembly.program.value(call).inputs[sink.argument]))
    for identity, given in sorted(prompts.items()):
        draft = assembly.draft(identity)
        if draft.kind in _MODELS and all(_is_written_down(assembly, prompt) for prompt in given):
            draft.attributes["unattended"] = True


def _is_written_down(assembly: Assembly, prompt: Node) -> bool:
    """Whether a prompt is made of texts of the program and of replies of models alone."""
    program, queue, seen = assembly.program, [prompt], set[Node]()
    while queue:
        node = queue.pop()
        if node in seen:
            continue
        if len(seen) >= _MOST:
            return False
        seen.add(node)
        labels = {source.label for source in assembly.sources.get(node, ())}
        if labels == {"model_reply"}:
            continue
        value, back = program.value(node), program.step_back(node)
        if labels or (value.kind == "parameter" and not back) or (value.kind == "unknown" and value.inputs):
            return False  # an error that was caught is such an unknown, without anything it is made of
        queue += back
        if value.kind == "call" and not back:
            called = program.value((node[0], value.inputs[0]))
            if called.kind != "attribute" and called.text not in _TEXTS:
                return False  # what a function gives that is not read here
            queue += [(node[0], given) for given in (*called.inputs[:1], *value.inputs[1:])]
        elif value.kind in ("attribute", "index", "element_of", "guarded"):
            queue.append((node[0], value.inputs[0]))
        elif value.kind not in ("name", "parameter", "call"):
            queue += [(node[0], given) for given in value.inputs]
        elif value.kind == "name" and not back and not any(map(_LANGUAGE.match, program.names(node))):
            return False
    return True
