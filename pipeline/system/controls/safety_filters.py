"""Safety filters of models that the code switches off.

Takes an assembly whose elements are known, marks models whose provider's or library's own filter is told to let everything through:
thresholds that block nothing, a checker that is replaced by None. A filter that is only set lower, or for some kinds of harm, is left
alone, and so is one whose settings are not written in the code.
"""

from __future__ import annotations

from ingest.code.program import Node
from pipeline.system.assembly import Assembly
from pipeline.system.program.arguments import argument_node

_MODELS = frozenset({"hosted_llm", "local_llm", "model_registry", "model_file", "agent"})
_SETTINGS = (
    "safety_settings", "safetySettings", "config.safety_settings", "config.safetySettings", "model_kwargs.safety_settings",
)  # fmt: skip
_CHECKER = "safety_checker"
_OFF = ("BLOCK_NONE", "OFF")
_ON = ("BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "HARM_BLOCK_THRESHOLD_UNSPECIFIED")
_MAX_PARTS = 80


def mark_safety_filters(assembly: Assembly) -> None:
    """Marks models whose filter is off, with the line that says so."""
    for _identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind not in _MODELS:
            continue
        for node in draft.nodes:
            if assembly.program.value(node).kind != "call" or (said := _switched_off(assembly, node)) is None:
                continue
            draft.attributes["safety_filter"] = "off"
            for place in (said, node):
                evidence = assembly.cite(place, "sink", "the filter is switched off here")
                if evidence is not None and not any((e.path, e.start_line) == (evidence.path, evidence.start_line) for e in draft.evidence):
                    draft.evidence.insert(0, evidence)
            break


def _switched_off(assembly: Assembly, node: Node) -> Node | None:
    program = assembly.program
    checker = argument_node(program, node, _CHECKER)
    if checker is not None:
        constants = program.constants(checker)
        return checker if len(constants) == 1 and constants[0].constant_type == "none" else None
    for wanted in _SETTINGS:
        settings = argument_node(program, node, wanted)
        thresholds = _thresholds(assembly, settings) if settings is not None else {}
        if thresholds:
            return next(iter(thresholds)) if all(name in _OFF for name in thresholds.values()) else None
    return None


def _thresholds(assembly: Assembly, settings: Node) -> dict[Node, str]:
    """Every threshold that stands in a value or in what it is made of."""
    program = assembly.program
    found: dict[Node, str] = {}
    queue, seen = [settings], set[Node]()
    while queue and len(seen) < _MAX_PARTS:
        for origin in program.origins(queue.pop(0)):
            if origin in seen:
                continue
            seen.add(origin)
            value = program.value(origin)
            text = value.text if value.kind in ("constant", "attribute") else ""
            if text in (*_OFF, *_ON):
                found[origin] = text
            elif value.kind != "attribute":
                queue += [(origin[0], given) for given in value.inputs]
    return found
