"""Tools of a project's own registry: a function that is handed over together with a description for a model.

So is a class that tells a model the same of itself (`shape_tool_types`): it is a tool wherever its objects are made, by a loader of plugins
as well.

A decorator or a call of the project (or of an unknown library that speaks of tools) that gets a description and a
schema of arguments makes the function a tool: the model will choose what its parameters hold. Decorators of web,
command line, task and test frameworks look alike and are left out; so is a description without any word of tools.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import EntrySite, Sites
from pipeline.system.rules.knowledge import FrameworkIndex
from pipeline.system.rules.words import words_of
from pipeline.system.shapes.shape_tool_types import shape_rule, tool_types
from pipeline.system.shapes.shape_values import Call, Values


def described_tools(program: Program, index: FrameworkIndex, sites: Sites, values: Values) -> Iterator[EntrySite]:
    """Functions that are tools by the look of their registration."""
    taken = {entry.function for entry in sites.entries}
    known = {site.node for site in sites.calls}
    decorators: set[Node] = set()
    for file, facts in enumerate(program.files):
        for number, function in enumerate(facts.functions):
            for decorator in function.decorators:
                node = (file, decorator)
                decorators.add(node)
                if (file, number) in taken or program.value(node).kind != "call" or node in known:
                    continue
                call = values.call(node)
                owner = (function.owner or "").rsplit(".", 1)[-1]
                if call is not None and _decorates(program, index, values, call, owner):
                    taken.add((file, number))
                    yield EntrySite((file, number), shape_rule(), "shape", node)
    for file, facts in enumerate(program.files):
        for identity, value in enumerate(facts.values):
            node = (file, identity)
            if value.kind != "call" or node in known or node in decorators:
                continue
            call = values.call(node) if "description" in value.labels else None
            for reference in _registered(program, values, call) if call is not None else ():
                if reference not in taken:
                    taken.add(reference)
                    yield EntrySite(reference, shape_rule(), "shape", node)
    for entry in tool_types(program, sites, values):
        if entry.function not in taken:
            taken.add(entry.function)
            yield entry


def _decorates(program: Program, index: FrameworkIndex, values: Values, call: Call, owner: str) -> bool:
    words = values.words
    if any(index.decorators.find(index.canonical(name)) for name in call.names):
        return False
    said = set(words_of(call.last)) | set(call.path)
    if said & words.no_tools:
        return False
    keys = set(call.given)
    for given in call.value.inputs[1:]:
        keys |= values.keys((call.node[0], given)).keys()
    described = "description" in keys and bool(keys & words.tool_schemas)
    own = bool(program.targets(call.node)) or any(name in program.functions or name in program.classes for name in call.names)
    if own:
        return described or ("description" in keys and bool(said & words.tool_words))
    of_tool = "tool" in words_of(owner) or bool(said & {"tool", "tools", "skill"})
    return described and of_tool and bool(said & words.tool_words)


def _registered(program: Program, values: Values, call: Call) -> Iterator[FunctionRef]:
    """`registry.register(name=..., description=..., func=f)`, `Tool(name, description=..., function=f)`."""
    words = values.words
    said = set(words_of(call.last)) | set(call.path)
    if said & words.no_tools or not (said & words.tool_words or call.given & words.tool_schemas):
        return
    if "tool" not in said and not call.given & words.tool_schemas and "name" not in call.given:
        return
    named = [argument_node(program, call.node, wanted) for wanted in words.tool_functions]
    given = zip(call.value.inputs, call.value.labels, strict=True)
    unnamed = [(call.node[0], argument) for position, (argument, label) in enumerate(given) if position and label == ""]
    for node in [found for found in named if found is not None] or unnamed:
        for name in program.names(node):
            if name in program.functions and not name.endswith(".<module>"):
                yield from program.functions[name]
