"""Switches by which operators stop an agent at once: a flag kept elsewhere is read before each step, and whoever reads no leaves.

Takes an assembly whose entries and relations are known, covers tools and calls of models that leave behind such a test, and an agent
where all its tools, or all calls of its model, do. A variable of the environment is no such switch, as it takes a new start; neither is a
flag that is only written down, nor one that is read once before an agent begins its run.
"""

from __future__ import annotations

import re

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly
from pipeline.system.controls.guards import parts
from pipeline.system.flows.made_of import callee_text

_SERVICES = re.compile(
    r"^(?:ldclient|launchdarkly\w*|@launchdarkly/|UnleashClient|unleash\w*|@unleash/|unleash-client|openfeature|@openfeature/|flagsmith|statsig"
    r"|posthog|growthbook|@growthbook/|configcat\w*)"
)
_ASKS = frozenset(
    {
        "variation", "bool_variation", "boolVariation", "is_enabled", "isEnabled", "get_boolean_value", "getBooleanValue",
        "is_feature_enabled", "isFeatureEnabled", "feature_enabled", "check_gate", "checkGate", "is_on", "isOn", "get_value",
    }
)  # fmt: skip
_STORES = re.compile(r"^(?:redis|ioredis|aioredis)\b")
_STOPS = re.compile(r"(?:^|[\W_])(?:kill|stop|halt|pause|disabled?|enabled?|maintenance)(?:$|[\W_])", re.IGNORECASE)


def add_kill_switches(assembly: Assembly) -> None:
    """A `kill_switch` per tool and call of a model that asks, and per agent whose steps all ask."""
    covered: set[str] = set()
    asking = {
        identity: stop for reference, identity in assembly.entry_of_function.items() if (stop := _leaves(assembly, reference)) is not None
    }
    for identity, stop in sorted(asking.items()):
        if assembly.draft(identity).kind in ("tool", "mcp_tool"):
            assembly.control("kill_switch", identity, assembly.cite(stop), "asks a switch before it acts")
            covered.add(identity)
    for identity, stops in sorted(_asked_models(assembly).items()):
        assembly.control("kill_switch", identity, assembly.cite(stops), "a switch is asked before each call")
        covered.add(identity)
    for kind in ("has_tool", "uses_model"):
        steps: dict[str, list[str]] = {}
        for source, relation, target in list(assembly.relations):
            if relation == kind and assembly.draft(source).kind == "agent":
                steps.setdefault(source, []).append(target)
        for agent, targets in sorted(steps.items()):
            if set(targets) <= covered:
                for place in sorted(covered & set(targets))[:1]:
                    evidence = assembly.draft(place).evidence
                    assembly.control("kill_switch", agent, evidence[0] if evidence else None, "each of its steps asks a switch")


def _asked_models(assembly: Assembly) -> dict[str, Node]:
    """Models all of whose calls stand behind a switch in their own function, each with one of the tests."""
    found: dict[str, list[Node | None]] = {}
    for call, identity in sorted(assembly.element_of_call.items()):
        if assembly.draft(identity).kind in ("hosted_llm", "local_llm") and assembly.sinks.get(call):
            found.setdefault(identity, []).append(_leaves(assembly, (call[0], assembly.program.value(call).scope)))
    return {identity: stops[0] for identity, stops in found.items() if stops[0] is not None and None not in stops}


def _leaves(assembly: Assembly, reference: FunctionRef) -> Node | None:
    """The test of a switch on whose answer a function leaves."""
    for branch in assembly.program.files[reference[0]].branches:
        if branch.scope == reference[1] and branch.exits_when:
            condition = (reference[0], branch.condition)
            if any(_is_switch(assembly, part) for part in parts(assembly, condition)):
                return condition
    return None


def _is_switch(assembly: Assembly, node: Node) -> bool:
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "call":
        return False
    name, names = callee_text(assembly, node), program.callee_names(node)
    if name in _ASKS:
        return any(_SERVICES.match(one) for one in names)
    if name not in ("get", "exists") or len(value.inputs) < 2 or not any(_STORES.match(one) for one in names):
        return False
    key = program.constant((node[0], value.inputs[1]))
    return isinstance(key, str) and _STOPS.search(key) is not None
