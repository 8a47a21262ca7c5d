"""The way of data as it is told: the places it passed, what it is where it enters and what it becomes where it arrives.

Takes a hit of the flow search, gives the evidence of its way; what lies between the first and the last places of a long one is left out.
"""

from __future__ import annotations

from ingest.code.program import Node
from ingest.source import Place
from pipeline.system.assembly import Assembly
from pipeline.system.flows.taint import RETURNED, Hit
from pipeline.system.model import Evidence, Label, Role, SinkRole

MAX_STEPS = 14
_ENTERS: dict[Label, str] = {
    "user_input": "a caller's text enters here", "uploaded_file": "a caller's file enters here",
    "web_content": "text that outsiders write is read here",
    "retrieved_text": "passages come back here", "model_reply": "the model's reply", "tool_arguments": "the model chooses these",
    "prediction": "the model's verdict", "stored_data": "stored records are read here",
    "dataset_records": "records of a dataset made by others",
    "user_feedback": "what users sent back", "model_artifact": "what was loaded", "secret_value": "a credential is read here",
}  # fmt: skip
_BECOMES: dict[SinkRole, str] = {
    "prompt": "becomes part of the prompt", "system_prompt": "becomes part of the system prompt",
    "conversation": "becomes the conversation, roles included",
    "instructions": "becomes an instruction", "code": "is run as code", "shell": "is run as a command",
    "process_arguments": "becomes an argument of a process",
    "query": "becomes the text of a query", "template": "becomes a template's source",
    "prompt_template": "becomes the text of a prompt's template", "html": "is rendered as markup",
    "path": "chooses a file",
    "url": "chooses an address", "unpacked": "is unpacked whole", "deserialised": "is deserialised",
    "model_source": "chooses a model", "training_data": "is learned from",
    "index_write": "is written into the index", "memory_write": "is remembered", "log": "is written to a log",
    "conversation_key": "chooses the conversation",
    "features": "is what the model judges", "parameters": "becomes the weights of the model",
    "request_body": "is sent to another party", "payment": "decides a payment", "message": "is sent as a message",
    "store_write": "is stored",
    "response": "leaves in the answer", "deletion": "decides what is deleted",
}  # fmt: skip


def told_way(assembly: Assembly, hit: Hit, label: Label, becomes: SinkRole, template: Node | None) -> tuple[Evidence, ...]:
    """The way with its places; a template that is filled stands before the place where the data arrives."""
    nodes = list(hit.trace) if hit.argument == RETURNED else [*hit.trace, *((template,) if template else ()), hit.call]
    places: list[Node] = []
    before: Place | None = None
    for node in nodes:
        if node != nodes[-1] and assembly.program.value(node).kind in ("choice", "guarded"):
            continue  # joins and guards have no place of their own
        here = assembly.place(node)
        if before is not None and (before.path, before.start_line, before.page) == (here.path, here.start_line, here.page):
            if node == nodes[-1] and len(places) > 1:
                places[-1], before = node, here
            continue
        places.append(node)
        before = here
    if len(places) > MAX_STEPS:
        half = MAX_STEPS // 2
        places = [*places[:half], *places[-half:]]
    steps: list[Evidence] = []
    for position, node in enumerate(places):
        role: Role = "source" if position == 0 and len(places) > 1 else "sink" if position == len(places) - 1 else "step"
        note = _ENTERS.get(label, "") if role == "source" else _BECOMES.get(becomes, "") if role == "sink" else ""
        evidence = assembly.cite(node, role, note)
        if evidence is not None:
            taken_by = _taken_by(assembly, node)
            steps.append(evidence.model_copy(update={"taken_by": taken_by}) if taken_by else evidence)
    return tuple(steps)


def _taken_by(assembly: Assembly, node: Node) -> str:
    """The function with a name that a parameter belongs to: its lines may be laid out in any way, and a method needs no keyword."""
    place = assembly.program.parameter_of(node) if assembly.program.value(node).kind == "parameter" else None
    if place is None or (function := assembly.program.function(place[0])).name.startswith("<"):
        return ""
    return f"{assembly.program.files[node[0]].path}:{function.line}"
