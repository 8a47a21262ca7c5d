"""Values that are not what their source's label says: a status that is a number, and instructions that a page asks for as such.

Takes a hit of the flow search. A field of a page that is labelled "System prompt" or "Backstory" is where whoever uses the page writes the
instructions: what stands there afterwards is meant to. What a field is for is read from its written label alone.
"""

from __future__ import annotations

import re

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import Hit
from pipeline.system.program.arguments import argument_positions

_STATUS = frozenset({"StatusCode", "status_code", "statusCode"})
_FIELD = re.compile(
    r"^(?:streamlit|st|gradio|chainlit|nicegui|panel)\.(?:.*\.)?(?:text_area|text_input|chat_input|Textbox|TextArea)$", re.IGNORECASE
)
_INSTRUCTIONS = re.compile(
    r"\b(?:system (?:prompt|message)|instructions?|backstory|persona|role|goal)\b",
    re.IGNORECASE,
)


def is_bare_status(assembly: Assembly, hit: Hit) -> bool:
    """Whether nothing but the number by which a server answered goes on: `f"failed: {response.status_code}"`."""
    values = [assembly.program.value(node) for node in hit.trace]
    return any(value.kind == "attribute" and value.text in _STATUS for value in values)


def asks_for_instructions(assembly: Assembly, hit: Hit) -> bool:
    """Whether the data begins in a field of a page whose label says that the instructions are written there."""
    return bool(hit.trace) and any(_INSTRUCTIONS.search(label) for label in _labels(assembly, hit.trace[0]))


def _labels(assembly: Assembly, node: Node) -> list[str]:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "call" or not any(_FIELD.match(name) for name in program.callee_names(node)):
        return []
    given = [program.constant((node[0], value.inputs[position])) for position in argument_positions(value, "label|0")]
    return [label for label in given if isinstance(label, str)]
