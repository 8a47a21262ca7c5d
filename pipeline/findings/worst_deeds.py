"""Which tool of several a finding tells of first: the one that does most harm with what the model says.

Takes a view of the system and a tool, gives what to sort by. That a tool runs a command is weighed by who chooses the command: a converter
that is started with a file's name, or a fixed line, does less than one that deletes. It decides about the order and about nothing else.
"""

from __future__ import annotations

from pipeline.system.model import Element
from pipeline.threats.view import View

_TOOLS = frozenset({"tool", "mcp_tool"})
_WEIGHT = {"payment": 0, "deletion": 0, "message": 1, "execute": 1, "shell": 1, "write": 2, "file_write": 2}
_CHOSEN = frozenset({"code", "shell"})  # roles: what runs is the model's own word
_NOT_DONE = frozenset({"prompt", "system_prompt", "conversation", "log", "response", None})


def least_harm(view: View, element: Element) -> tuple[int, bool]:
    """What to sort tools by: their worst effect, then whether anything the model says takes part in what they do."""
    if element.kind not in _TOOLS:
        return 0, False
    said = [flow.role for flow in view.out_of.get(element.id, ()) if "tool_arguments" in flow.carries]
    effects = element.attributes.get("effects")
    worst = min((_WEIGHT.get(str(effect), 3) for effect in effects), default=3) if isinstance(effects, tuple) else 3
    if not _CHOSEN.isdisjoint(role for role in said if role is not None):
        worst = 0
    return worst, all(role in _NOT_DONE for role in said)
