"""Tools that the project's own code runs, with no model in between: `search.invoke({"query": text})`, `reading.invoke({ most: 5 })`.

Takes a program whose names can be asked and the access that names the method; gives the functions that the tools were made of. LangChain
hands the entries of what it is given to parameters in Python, and the whole of it to the one parameter in JavaScript. Of several tools
that are looked up by a name it is the model that chose one, and what it is given is the model's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.code.answers import Node
from ingest.code.questions import FunctionRef, Questions, Target

if TYPE_CHECKING:
    from ingest.facts import Value

_PLAIN = frozenset({"func", "coroutine"})  # the function itself, which takes what it always takes
_RUNS = frozenset({"invoke", "ainvoke"}) | _PLAIN
_DECORATES = frozenset({"langchain_core.tools.tool", "langchain.tools.tool", "langchain.agents.tool", "langchain_core.tools.convert.tool"})
_MAKES = frozenset({
    "@langchain/core/tools.tool", "langchain.tool", "langchain/tools.tool",
    "@langchain/core/tools.DynamicStructuredTool", "@langchain/core/tools.DynamicTool", "langchain.DynamicStructuredTool",
    "langchain/tools.DynamicStructuredTool", "langchain/tools.DynamicTool",
})  # fmt: skip


def tool_run(program: Questions, callee: Node) -> tuple[Target, ...]:
    """The function behind a tool whose method is called, as what the call reaches; none where one of several tools is chosen there."""
    found = tuple(dict.fromkeys(_tools(program, callee)))
    return found if len(found) == 1 else ()


def _tools(program: Questions, callee: Node) -> Iterator[Target]:
    access = program.value(callee)
    if access.kind != "attribute" or access.text not in _RUNS:
        return
    held = (callee[0], access.inputs[0])
    for name in program.names(held):
        for reference in program.functions.get(name, ()):
            if not _DECORATES.isdisjoint(program._decorator_names(reference)):
                yield Target(reference, False, keyed=access.text not in _PLAIN)
    for origin in program.origins(held):
        made = program.value(origin)
        if made.kind == "call" and not _MAKES.isdisjoint(program.names((origin[0], made.inputs[0]))):
            yield from (Target(reference, False) for reference in _function_of(program, origin, made))


def _function_of(program: Questions, call: Node, value: Value) -> Iterator[FunctionRef]:
    """What a tool does: the function that is given first, or as `func` among the settings."""
    for position in range(1, len(value.inputs)):
        label, given = value.labels[position], (call[0], value.inputs[position])
        if label not in ("", "func") or (label == "" and position > 1):
            continue
        settings = program.value(given)
        nodes = [given]
        if settings.kind == "collection":
            nodes = [(call[0], one) for one, said in zip(settings.inputs, settings.labels, strict=False) if said == "func"]
        for node in nodes:
            for name in program.names(node):
                yield from program.functions.get(name, ())
