"""Agents of libraries that knowledge does not know: a maker that gets a model and tools, and what starts its result.

An unknown class that is given a language model under its usual name counts as well: what it is asked to work on
reaches the model. Classes of the project are read from their bodies instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ingest.code.program import Node
from pipeline.system.model import SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import CallSite, Sites
from pipeline.system.rules.framework import CallRule
from pipeline.system.rules.shape_words import verbs_of
from pipeline.system.rules.words import words_of
from pipeline.system.shapes.shape_values import BY_SHAPE, TEXT, Call, Values, library_of


def agent_made(
    values: Values, sites: Sites, known: Mapping[Node, Sequence[CallSite]], models: frozenset[Node], call: Call
) -> CallSite | None:
    """The site of an unknown call that makes an agent; `models` are calls that are models or ask one."""
    words, program = values.words, values.program
    said = verbs_of(call.last, words.agent_words)
    model = next((name for name in words.agent_models if name in call.given), None)
    if model is None or (said | set(call.path)) & words.no_agents or values.has_body(call) or not values.is_used(call.node):
        return None
    tools = argument_node(program, call.node, "tools") if "tools" in call.given else None
    if tools is None or not any(_is_tool(values, sites, known, m, bool(said & words.agent_words)) for m in _members(values, tools)):
        given = argument_node(program, call.node, model)
        holds = given is not None and not models.isdisjoint(program.origins(given))
        if not (holds and model in words.model_names and call.last[:1].isupper()):
            return None
    named = argument_node(program, call.node, "name")
    constant = program.constant(named) if named is not None else None
    name, library = (constant if isinstance(constant, str) and constant else call.last), library_of(call)
    name = f"{name} ({library})" if library and library != name else name
    systems: dict[str, SinkRole] = dict.fromkeys((*words.system_arguments, "prompt"), "system_prompt")
    rule = CallRule(
        call=call.names[:1] or ("*",), kind="agent", name=name, attributes={**BY_SHAPE, "framework": library or "unknown"}, sinks=systems,
        relations={"tools": "has_tool", model: "uses_model"}, protects="element",
    )  # fmt: skip
    return CallSite(call.node, rule, "shape", call.names, named=name)


def _members(values: Values, tools: Node) -> Iterator[Node]:
    for display in values.displays(tools):
        value = values.program.value(display)
        if value.kind in ("collection", "update") and value.text != "dictionary":
            first = 1 if value.kind == "update" else 0
            yield from ((display[0], given) for given in value.inputs[first:])


def _is_tool(values: Values, sites: Sites, known: Mapping[Node, Sequence[CallSite]], member: Node, is_agent: bool) -> bool:
    """Whether a model may call it: a described function, a schema, a tool; any function or object, where an agent by name gets it."""
    program, keys = values.program, values.keys(member).keys()
    if {"name", "description"} <= keys or "function" in keys:
        return True
    entries = {entry.function for entry in sites.entries if entry.rule.kind in ("tool", "mcp_tool")}
    classes = {site.name for site in sites.classes if site.rule.kind in ("tool", "mcp_tool")}
    for name in program.names(member):
        for reference in program.functions.get(name, ()):
            if reference in entries or is_agent or program.function(reference).docstring:
                return True
    for origin in program.origins(member):
        if any(site.rule.kind in ("tool", "mcp_tool", "mcp_client") for site in known.get(origin, ())):
            return True
        types = program.types(origin)
        if program.value(origin).kind == "call" and (
            is_agent or classes & set(types) or any("Tool" in t.rsplit(".", 1)[-1] for t in types)
        ):
            return True
    return False


def agent_run(values: Values, agents: Mapping[Node, CallSite], call: Call) -> CallSite | None:
    """What starts an agent found by shape, or gives text to an object that holds a model."""
    words, program = values.words, values.program
    callee = program.value((call.node[0], call.value.inputs[0]))
    if callee.kind != "attribute":
        return None
    made = [agents[origin] for origin in program.origins((call.node[0], callee.inputs[0])) if origin in agents]
    if not made or not values.is_used(call.node):
        return None
    has_tools = any("tools" in program.value(site.node).labels for site in made)
    if call.last not in words.agent_methods and (has_tools or set(words_of(call.last)) & words.no_work):
        return None
    given = (*words.message_arguments, *words.prompt_arguments, "input", "inputs", "task", "query", "message", "documents", "text", "0")
    sinks: dict[str, SinkRole] = dict.fromkeys(given, TEXT)
    rule = CallRule(
        call=call.names[:1] or ("*",), kind="agent", element_from="receiver", attributes=dict(BY_SHAPE), sinks=sinks, result="model_reply",
        protects="element",
    )  # fmt: skip
    return CallSite(call.node, rule, "shape", call.names, named=made[0].named)
