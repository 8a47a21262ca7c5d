"""Which part of a prompt a value becomes that fills a placeholder of a template by its name.

Takes a way of data to a model, finds the templates on it and gives the one whose placeholder stands in the system's words: chat
templates whose messages are written down (`from_messages([("system", "You are {role}."), ...])`), filled where they or a chain of them
are called; templates of system messages alone; texts with marked messages; and annotated methods (`@SystemMessage("You are
{{role}}.")`). Templates that are loaded from files, and values that are renamed on the way through a chain, are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ingest.code.program import Node, Program
from pipeline.system.assembly import Assembly
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.taint import Hit

_FILLS = frozenset({
    "invoke", "ainvoke", "stream", "astream", "format_messages", "aformat_messages", "format_prompt", "formatMessages", "formatPromptValue",
    "partial", "format",
})  # fmt: skip
_MADE = frozenset({"from_messages", "fromMessages"})
_SYSTEM_TEMPLATE = re.compile(r"\.SystemPromptTemplate\.(?:create\w*|render)$")
_SYSTEM_MARK = re.compile(r"""<message role=["'](?:system|developer)["']>([^<]*)</message>""")
_SYSTEM = frozenset({"system", "developer"})
_PASSED_ON = frozenset({"pipe", "bind", "with_config", "withConfig", "with_structured_output", "withStructuredOutput", "partial", "assign"})
_TEXTS = frozenset({"toString", "to_string", "str", "String", "stringify", "dumps"})
_STEPS = 40


def system_template(assembly: Assembly, hit: Hit) -> Node | None:
    """The template whose system part the data fills by name, or None where it fills another part or what it fills is not known."""
    program = assembly.program
    for before, node in pairwise((*hit.trace, hit.call)):
        value = program.value(node)
        if value.kind != "call" or before[0] != node[0] or before[1] not in value.inputs[1:]:
            continue
        found = _annotated(program, node, value.inputs.index(before[1], 1))
        if found is not None:
            return found
        callee = program.value((node[0], value.inputs[0]))
        if any(_SYSTEM_TEMPLATE.search(name) for name in program.names((node[0], value.inputs[0]))):
            return node
        if callee.text.startswith("InvokePrompt") and any(
            _in_system_message(program, node, key) for key in _keys(program, hit, node, before)
        ):
            return node
        if callee.kind == "attribute" and callee.text in _FILLS:
            for key in _keys(program, hit, node, before) if not _becomes_text(assembly, hit, node) else ():
                for template in _templates(program, (node[0], callee.inputs[0])):
                    if any(_holds(text, key) for speaker, text in _messages(program, template) if speaker in _SYSTEM):
                        return template
    return None


def _becomes_text(assembly: Assembly, hit: Hit, filled: Node) -> bool:
    """Whether the filled template is made one text afterwards, `new HumanMessage(prompt.toString())`: whose words it is, that says."""
    program, behind = assembly.program, hit.trace[hit.trace.index(filled) + 1 :] if filled in hit.trace else ()
    for node in behind:
        value = program.value(node)
        if value.kind == "format" or (value.kind == "call" and callee_text(assembly, node) in _TEXTS):
            return True
    return False


def _keys(program: Program, hit: Hit, call: Node, given: Node) -> Iterator[str]:
    """The name under which data is given to a template: a keyword, or its key in a dictionary."""
    value = program.value(call)
    label = value.labels[value.inputs.index(given[1], 1)]
    if label not in ("", "*", "**"):
        yield label
        return
    inner = program.value(given)
    if (inner.kind == "collection" and inner.text == "dictionary") or inner.kind == "call":  # `new KernelArguments { ["style"] = style }`
        for node in hit.trace:
            if node[0] == given[0] and node[1] in inner.inputs and (key := inner.labels[inner.inputs.index(node[1])]):
                yield key


def _in_system_message(program: Program, call: Node, key: str) -> bool:
    """Whether a text with marked messages, as Semantic Kernel takes it, holds a placeholder in the system's."""
    text = program.constant((call[0], program.value(call).inputs[1]))
    return isinstance(text, str) and any(_holds(part, key) for part in _SYSTEM_MARK.findall(text[:20_000]))


def _templates(program: Program, node: Node) -> Iterator[Node]:
    """The chat templates that a value is, or that stand in a chain."""
    queue, seen = [node], set[Node]()
    while queue and len(seen) < _STEPS:
        for origin in program.origins(queue.pop(0)):
            if origin in seen:
                continue
            seen.add(origin)
            value = program.value(origin)
            if value.kind == "operation" and value.text == "|":
                queue += [(origin[0], part) for part in value.inputs]
            elif value.kind == "call":
                callee = program.value((origin[0], value.inputs[0]))
                if callee.text in _MADE:
                    yield origin
                elif callee.kind == "attribute" and callee.text in _PASSED_ON:
                    queue += [(origin[0], callee.inputs[0]), *((origin[0], part) for part in value.inputs[1:3])]


def _messages(program: Program, template: Node) -> Iterator[tuple[str, str]]:
    """Speaker and text of a template's messages, as far as they are written down."""
    for given in program.value(template).inputs[1:2]:
        for listed in program.origins((template[0], given)):
            inner = program.value(listed)
            for element in inner.inputs[:_STEPS] if inner.kind == "collection" else ():
                for origin in program.origins((listed[0], element)):
                    said = _message(program, origin)
                    if said is not None:
                        yield said


def _message(program: Program, node: Node) -> tuple[str, str] | None:
    """`("system", "You are {role}.")`, or the template of a system message."""
    part = program.value(node)
    if part.kind == "collection" and len(part.inputs) == 2:
        speaker, text = (program.constant((node[0], inner)) for inner in part.inputs)
        return (speaker, text) if isinstance(speaker, str) and isinstance(text, str) else None
    if part.kind == "call" and len(part.inputs) > 1:
        text = program.constant((node[0], part.inputs[1]))
        if isinstance(text, str) and any("SystemMessagePromptTemplate" in name for name in program.callee_names(node)):
            return "system", text
    return None


def _annotated(program: Program, call: Node, position: int) -> Node | None:
    """`@SystemMessage("You are {{role}}.") String ask(@V("role") String role)`: the annotation, where this argument fills it."""
    for name in program.names((call[0], program.value(call).inputs[0])):
        for reference in program.functions.get(name, ()):
            function = program.function(reference)
            offset = 1 if function.parameters and function.parameters[0].name == "self" else 0
            if position - 1 + offset >= len(function.parameters):
                continue
            parameter = function.parameters[position - 1 + offset].name
            for decorator in function.decorators:
                node = (reference[0], decorator)
                if any(
                    named.endswith(".SystemMessage") for named in program.names((node[0], (program.value(node).inputs or (decorator,))[0]))
                ):
                    texts = [program.constant((node[0], given)) for given in program.value(node).inputs[1:]]
                    if any(isinstance(text, str) and _holds(text, parameter) for text in texts):
                        return node
    return None


def _holds(text: str, key: str) -> bool:
    return re.search(rf"\{{\s*\$?{re.escape(key)}\s*\}}", text[:20_000]) is not None
