"""Memories that a program keeps by itself: a table or a file that a tool of the model writes, and that stands in later system prompts.

Takes an assembly whose flows are known and a search over the same program; adds a `memory` for each record that a tool's arguments are
written into and that is read back into the standing instructions of the model which holds the tool. A record that is asked for by person
or by conversation is left alone: what one said stays with them. Tables are read from statements that are written down and from calls of
object mappers; files by the name that both sides write down. A name that is put together as the program runs joins nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.code.program import Node
from pipeline.system.agents.instructing import INSTRUCTS
from pipeline.system.assembly import Assembly
from pipeline.system.controls.record_names import CHANGED, TAKEN, Records, whole_calls
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.flows.conversation import conversation_role
from pipeline.system.flows.taint import RETURNED, FlowSearch, Hit
from pipeline.system.model import Flow, SinkRole

_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_WRITTEN: frozenset[SinkRole | None] = frozenset({"store_write", "query_parameters"})
_ONE_PERSON_STARTS = frozenset({"command_line", "scheduled_job", "mcp_tool", "file_drop"})
_OUTSIDERS = frozenset({"web_content", "uploaded_file", "retrieved_text"})
_MOST_READS = 60


def add_own_memories(assembly: Assembly, search: FlowSearch) -> None:
    """Adds a memory for each record that a model fills by a tool and is later instructed with."""
    records = Records(assembly.program)
    written = _written(assembly, records)
    reads: list[tuple[Node, dict[str, str], list[Flow]]] = []
    for call in whole_calls(assembly.program) if written else ():
        taken = records.of(call, TAKEN)
        flows = [flow for key in sorted(taken) for flow in written.get(key, ())]
        if not flows or records.is_ones_own(call):
            continue
        reads.append((call, taken, flows))
        if len(reads) == _MOST_READS:
            break
    for call, _taken, _flows in reads:  # all before the first search: what a search reads off is put together anew after each
        search.explore({call: ()})
    for call, taken, flows in reads:
        instructed = {model for hit in search.search({call: ()}, tested=False) for model in _instructed(assembly, hit)}
        for model in sorted(instructed):
            for flow in flows:
                _remember(assembly, call, model, flow, sorted(set(taken.values())))


def _instructed(assembly: Assembly, hit: Hit) -> Iterator[str]:
    """The models in whose standing instructions data arrives."""
    if hit.argument == RETURNED:
        yield from assembly.instructs.get((hit.call[0], -1 - hit.call[1]), ())
    for sink in assembly.sinks.get(hit.call, ()):
        role = conversation_role(assembly, hit, sink.key) if sink.role == "conversation" else sink.role
        if sink.argument == hit.argument and role in INSTRUCTS and assembly.draft(sink.element).kind in _MODELS:
            yield sink.element


def _remember(assembly: Assembly, read: Node, model: str, written: Flow, names: list[str]) -> None:
    if (model, "has_tool", written.source) not in assembly.relations or not _others_reach(assembly, model):
        return
    back = assembly.cite(read, "source", "it comes back from here")
    memory = assembly.drafts.put("memory", ", ".join(names), None, {"scope": "global"}, back)
    assembly.relate(model, "uses_memory", memory, assembly.cite(read))
    if (written.source, memory, "memory_write") not in assembly.flows:
        steps = (*written.steps[:-1], *(last.model_copy(update={"note": "is remembered"}) for last in written.steps[-1:]))
        identity = f"{written.source}->{memory}:memory_write"
        assembly.flow(written.model_copy(update={"id": identity, "target": memory, "role": "memory_write", "steps": steps}))


def _others_reach(assembly: Assembly, model: str) -> bool:
    """Whether somebody else than who started the program can say what is remembered: callers of an entry, or authors of what is read."""
    for (source, target, _role), flows in assembly.flows.items():
        if target == model and any(not _OUTSIDERS.isdisjoint(flow.carries) for flow in flows):
            return True
        kind = assembly.draft(source).kind
        if target == model and kind in ENTRY_KINDS and kind not in _ONE_PERSON_STARTS:
            return True
    return False


def _written(assembly: Assembly, records: Records) -> dict[str, list[Flow]]:
    """Records by the ways on which what a model chose for a tool is written into them."""
    flows = (flow for _key, found in assembly.flows_in_order() for flow in found)
    ways = [flow for flow in flows if flow.role in _WRITTEN and "tool_arguments" in flow.carries]
    places = {(step.path, step.start_line) for flow in ways for step in flow.steps if step.page is None}
    at: dict[tuple[str, int], set[str]] = {}
    for file, facts in enumerate(assembly.program.files) if places else ():
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and (facts.path, value.line) in places:
                at.setdefault((facts.path, value.line), set()).update(records.of((file, identity), CHANGED))
    found: dict[str, list[Flow]] = {}
    for flow in ways:
        named = {key: number for number, step in enumerate(flow.steps, 1) for key in at.get((step.path, step.start_line), ())}
        for key, number in sorted(named.items()):  # what runs a statement for everybody says nothing of this one
            found.setdefault(key, []).append(flow.model_copy(update={"steps": flow.steps[:number]}))
    return found
