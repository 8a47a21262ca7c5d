"""What is known of the agent a match is about: the facts that AIVSS's amplification factors ask for.

Takes a match's surroundings, gives each fact with the element it was seen at; None where no agent takes part.
"""

from __future__ import annotations

from typing import Literal

from pipeline.findings.factors import Seen, Surroundings, at, first_of
from pipeline.system.model import Element, ElementKind

AgentFact = Literal[
    "acts_without_approval", "acts_after_approval", "tools_with_effects", "tools", "outsiders_text", "callers_text", "private_data",
    "retrieval", "language_model", "no_log", "log", "memory_of_all", "memory_of_one", "chosen_identity", "own_credentials",
    "several_agents", "writes_code", "writes_memory",
]  # fmt: skip

_AGENTS: frozenset[ElementKind] = frozenset({"agent", "mcp_client"})
_TOOLS: frozenset[ElementKind] = frozenset({"tool", "mcp_tool"})
_ABOUT: frozenset[ElementKind] = _AGENTS | _TOOLS | {"hosted_llm", "local_llm", "memory", "prompt", "retriever", "mcp_server"}
_OUTSIDERS = frozenset({"web_content", "retrieved_text", "uploaded_file", "tool_result"})


def agent_facts(around: Surroundings) -> dict[AgentFact, Seen] | None:
    """The facts, or None where no agent takes part."""
    agents = _agents(around)
    if not agents or around.match.element.kind not in _ABOUT:
        return None
    view, agent = around.view, agents[0]
    linked = [view.elements[relation.target] for relation in view.relations_from.get(agent.id, ()) if relation.target in view.elements]
    tools = [e for e in (*linked, *around.acting) if e.kind in _TOOLS]
    acting = [tool for tool in tools if tool.attributes.get("side_effect") is True or tool.attributes.get("effects")]
    approved = [tool for tool in (agent, *acting) if view.controls_on(tool.id, ("human_approval",))]
    logged = [e for e in (agent, *linked, *around.nearby) if view.controls_on(e.id, ("prompt_log", "audit_log"))]
    near = [*linked, *around.nearby]
    labels = around.labels()
    memories = [e for e in near if e.kind == "memory"]
    facts: dict[AgentFact, Seen | None] = {
        "acts_without_approval": first_of(acting) if not approved else None,
        "acts_after_approval": first_of(approved),
        "tools_with_effects": first_of(acting),
        "tools": first_of(tools),
        "outsiders_text": next((at(view.elements[labels[label].source]) for label in sorted(labels) if label in _OUTSIDERS), None),
        "callers_text": at(view.elements[labels["user_input"].source]) if "user_input" in labels else None,
        "private_data": first_of(e for e in (*near, *tools) if e.attributes.get("private_data") is True),
        "retrieval": first_of(e for e in near if e.kind in ("retriever", "vector_store")),
        "language_model": at(agent),
        "no_log": Seen("no log of prompts and calls was seen") if not logged else None,
        "log": first_of(logged),
        "memory_of_all": first_of(e for e in memories if e.attributes.get("scope") == "global"),
        "memory_of_one": first_of(memories),
        "chosen_identity": first_of(tool for tool in tools if tool.attributes.get("identity_parameter")),
        "own_credentials": first_of(e for e in near if e.kind == "secret" or e.attributes.get("holds_secret") is True),
        "several_agents": at(agents[1]) if len(agents) > 1 else None,
        "writes_code": first_of(e for e in (agent, *tools) if e.attributes.get("code_execution") is True),
        "writes_memory": first_of(memories),
    }
    return {fact: seen for fact, seen in facts.items() if seen is not None}


def _agents(around: Surroundings) -> list[Element]:
    """The agents of a match, the one nearest to it first."""
    view, element = around.view, around.match.element
    near = [element, *around.match.others, *(view.elements[end] for flow in around.flows() for end in (flow.source, flow.target))]
    if element.kind in _TOOLS:
        near += [view.elements[relation.source] for relation in view.relations_to.get(element.id, ()) if relation.kind == "has_tool"]
    near += [e for e in around.nearby if element.kind in ("hosted_llm", "local_llm", "prompt", "memory")]
    return list({e.id: e for e in near if e.kind in _AGENTS}.values())
