"""Memories that a program keeps by itself: a table or a file that a model fills, and that stands in later system prompts.

Takes an assembly whose flows are known and a search over the same program; adds a `memory` for each record that a tool's arguments are
written into and that is read back into the standing instructions of the model which holds the tool, and for each that the program writes
a model's own reply into, which instructs it later; of tables also another model, as a file between two is a step of one job. A record
that is asked for by person or by conversation is left alone: what one said stays with them. Tables are read from statements that are
written down and from calls of object mappers; files by the name that both sides write down. A name that is put together as the program
runs joins nothing.
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
from pipeline.system.program.walking import inside

_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_WRITTEN: frozenset[SinkRole | None] = frozenset({"store_write", "query_parameters"})
_CHOSEN = frozenset({"tool_arguments", "model_reply"})
_ONE_PERSON_STARTS = frozenset({"command_line", "scheduled_job", "mcp_tool", "file_drop"})
_OUTSIDERS = frozenset({"web_content", "uploaded_file", "retrieved_text"})
_MEASURES = frozenset({"count", "exists", "sum", "avg", "aggregate"})
_MOST_READS, _MOST_PARTS = 60, 60


def add_own_memories(assembly: Assembly, search: FlowSearch) -> None:
    """Adds a memory for each record that a model fills by a tool and is later instructed with."""
    records = Records(assembly.program)
    written = _written(assembly, records)
    reads: list[tuple[Node, dict[str, str], list[Flow]]] = []
    for call in whole_calls(assembly.program) if written else ():
        taken = records.of(call, TAKEN)
        flows = [flow for key in sorted(taken) for flow in written.get(key, ())]
        if not flows or records.is_ones_own(call) or _measures(assembly, call):
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


def _measures(assembly: Assembly, call: Node) -> bool:
    """Whether a read gives numbers alone, in which nothing is remembered: `select(func.count()).where(...)`."""
    parts = (assembly.program.value(node) for node in inside(assembly.program, call, _MOST_PARTS))
    texts = [assembly.program.value((call[0], part.inputs[0])).text for part in parts if part.kind == "call" and part.inputs]
    return not _MEASURES.isdisjoint(texts)


def _instructed(assembly: Assembly, hit: Hit) -> Iterator[str]:
    """The models in whose standing instructions data arrives."""
    if hit.argument == RETURNED:
        yield from assembly.instructs.get((hit.call[0], -1 - hit.call[1]), ())
    for sink in assembly.sinks.get(hit.call, ()):
        role = conversation_role(assembly, hit, sink.key) if sink.role == "conversation" else sink.role
        if sink.argument == hit.argument and role in INSTRUCTS and assembly.draft(sink.element).kind in _MODELS:
            yield sink.element


def _remember(assembly: Assembly, read: Node, model: str, written: Flow, names: list[str]) -> None:
    by_tool = (model, "has_tool", written.source) in assembly.relations
    if not by_tool and not _said_itself(assembly, model, written, names):
        return
    if not _others_reach(assembly, model):
        return
    back = assembly.cite(read, "source", "it comes back from here")
    # A file is known by its path and by its last part, a table by itself and by the class that stands for it.
    short = {name.rpartition("/")[2] if "." in name else name.lower() for name in names}
    memory = assembly.drafts.put("memory", ", ".join(sorted(short)), None, {"scope": "global"}, back)
    assembly.relate(model, "uses_memory", memory, assembly.cite(read))
    if (written.source, memory, "memory_write") not in assembly.flows:
        steps = (*written.steps[:-1], *(last.model_copy(update={"note": "is remembered"}) for last in written.steps[-1:]))
        identity = f"{written.source}->{memory}:memory_write"
        assembly.flow(written.model_copy(update={"id": identity, "target": memory, "role": "memory_write", "steps": steps}))


def _said_itself(assembly: Assembly, model: str, written: Flow, names: list[str]) -> bool:
    """Whether what is kept is a model's own reply: its own later instructions, or, in a table, those of another model."""
    if assembly.draft(written.source).kind not in _MODELS or "model_reply" not in written.carries:
        return False
    same = written.source == model or (model, "uses_model", written.source) in assembly.relations
    return same or not any("." in name for name in names)


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
    """Records by the ways on which what a model chose for a tool, or what it said, is written into them."""
    flows = (flow for _key, found in assembly.flows_in_order() for flow in found)
    ways = [flow for flow in flows if flow.role in _WRITTEN and not _CHOSEN.isdisjoint(flow.carries)]
    places = {(step.path, step.start_line) for flow in ways for step in flow.steps if step.page is None}
    at: dict[tuple[str, int, bool], set[str]] = {}
    for file, facts in enumerate(assembly.program.files) if places else ():
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and (facts.path, value.line) in places:
                for by_tool in (True, False):  # a tool is called to keep something; a reply goes many ways
                    names = records.of((file, identity), CHANGED, written=not by_tool)
                    at.setdefault((facts.path, value.line, by_tool), set()).update(names)
    found: dict[str, list[Flow]] = {}
    for flow in ways:
        by_tool = "tool_arguments" in flow.carries
        named = {key: number for number, step in enumerate(flow.steps, 1) for key in at.get((step.path, step.start_line, by_tool), ())}
        for key, number in sorted(named.items()):  # what runs a statement for everybody says nothing of this one
            found.setdefault(key, []).append(flow.model_copy(update={"steps": flow.steps[:number]}))
    return found
