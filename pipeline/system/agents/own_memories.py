"""Memories that a program keeps by itself: a table or a file that a tool of the model writes, and that stands in later system prompts.

Takes an assembly whose flows are known and a search over the same program; adds a `memory` for each record that a tool's arguments are
written into and that is read back into the standing instructions of the model which holds the tool. A record that is asked for by person
or by conversation is left alone: what one said stays with them. Tables are read from statements that are written down and from calls of
object mappers; files by the name that both sides write down. A name that is put together as the program runs joins nothing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ingest.code.program import Node, Program
from ingest.facts import Value
from pipeline.system.agents.instructing import INSTRUCTS
from pipeline.system.assembly import Assembly
from pipeline.system.controls.mapped_statements import chained, snake
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.flows.conversation import conversation_role
from pipeline.system.flows.taint import RETURNED, FlowSearch, Hit
from pipeline.system.model import Flow, SinkRole
from pipeline.system.program.mapped_tables import called_on, given_before, mapped_class

_MODELS = frozenset({"hosted_llm", "local_llm", "agent"})
_WRITTEN: frozenset[SinkRole | None] = frozenset({"store_write", "query_parameters"})
_ONE_PERSON_STARTS = frozenset({"command_line", "scheduled_job", "mcp_tool", "file_drop"})
_OUTSIDERS = frozenset({"web_content", "uploaded_file", "retrieved_text"})
_STATEMENT = re.compile(r"\s*(?:select|insert|update|with|replace|merge)\b", re.IGNORECASE)
_CHANGED = re.compile(r"\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update)\s+[\"'`\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
_TAKEN = re.compile(r"\b(?:from|join)\s+[\"'`\[]?([A-Za-z_][\w.]*)", re.IGNORECASE)
_WHERE = re.compile(r"\bwhere\b(.*?)(?:\b(?:order|group)\s+by\b|\blimit\b|$)", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")
_FILE = re.compile(r"[\w./~-]*?([\w-]+\.(?:jsonl?|md|txt|ya?ml|csv|toml))")
_COMPARES = frozenset({"==", "===", "in", "is"})
_MAPPED = re.compile(r"(?:DeclarativeBase|declarative_base|SQLModel|\bModel|Document|Entity)$")
_PATHS = frozenset({"Path", "join", "resolve", "joinpath", "open", "with_name"})
_ASKS = frozenset({"select", "query", "get", "get_one"})
_ONES_OWN = re.compile(  # a record that is asked for by its number is no memory
    r"(?:\w+_)?(?:user|owner|employee|customer|client|member|author|patient|student|person|sender|guest|visitor|player|profile|phone|email"
    r"|conversation|thread|session|chat|room|channel)s?(?:_?(?:id|uuid|key|name|email|number))?|created_by|id|uuid|slug"
)
_MOST_READS, _MOST_VALUES, _LONGEST = 60, 200, 4000


def add_own_memories(assembly: Assembly, search: FlowSearch) -> None:
    """Adds a memory for each record that a model fills by a tool and is later instructed with."""
    written = _written(assembly)
    followed = 0
    for call in _whole_calls(assembly.program) if written else ():
        flows = [flow for key in sorted(records(assembly.program, call, _TAKEN)) for flow in written.get(key, ())]
        if not flows or _is_ones_own(assembly.program, call) or followed >= _MOST_READS:
            continue
        followed += 1
        search.explore({call: ()})
        instructed = {model for hit in search.search({call: ()}, tested=False) for model in _instructed(assembly, hit)}
        for model in sorted(instructed):
            for flow in flows:
                _remember(assembly, call, model, flow)


def _instructed(assembly: Assembly, hit: Hit) -> Iterator[str]:
    """The models in whose standing instructions data arrives."""
    if hit.argument == RETURNED:
        yield from assembly.instructs.get((hit.call[0], -1 - hit.call[1]), ())
    for sink in assembly.sinks.get(hit.call, ()):
        role = conversation_role(assembly, hit, sink.key) if sink.role == "conversation" else sink.role
        if sink.argument == hit.argument and role in INSTRUCTS and assembly.draft(sink.element).kind in _MODELS:
            yield sink.element


def _remember(assembly: Assembly, read: Node, model: str, written: Flow) -> None:
    if (model, "has_tool", written.source) not in assembly.relations or not _others_reach(assembly, model):
        return
    name = ", ".join(sorted(set(records(assembly.program, read, _TAKEN).values())))
    memory = assembly.drafts.put("memory", name, None, {"scope": "global"}, assembly.cite(read, "source", "it comes back from here"))
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


def _written(assembly: Assembly) -> dict[str, list[Flow]]:
    """Records by the ways on which what a model chose for a tool is written into them."""
    places = {
        (step.path, step.start_line): ()
        for flows in assembly.flows.values()
        for flow in flows
        if flow.role in _WRITTEN and "tool_arguments" in flow.carries
        for step in flow.steps
        if step.page is None
    }
    at: dict[tuple[str, int], set[str]] = {}
    for file, facts in enumerate(assembly.program.files):
        for identity, value in enumerate(facts.values):
            if value.kind == "call" and (facts.path, value.line) in places:
                at.setdefault((facts.path, value.line), set()).update(records(assembly.program, (file, identity), _CHANGED))
    found: dict[str, list[Flow]] = {}
    for _key, flows in sorted(assembly.flows.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or "")):
        for flow in flows:
            if flow.role not in _WRITTEN or "tool_arguments" not in flow.carries:
                continue
            named = {key: number for number, step in enumerate(flow.steps, 1) for key in at.get((step.path, step.start_line), ())}
            for key, number in sorted(named.items()):  # what runs a statement for everybody says nothing of this one
                found.setdefault(key, []).append(flow.model_copy(update={"steps": flow.steps[:number]}))
    return found


def _whole_calls(program: Program) -> Iterator[Node]:
    """Calls that no other of the same chain is called on."""
    for file, facts in enumerate(program.files):
        links = chained(program, file)
        yield from ((file, identity) for identity, value in enumerate(facts.values) if value.kind == "call" and identity not in links)


def records(program: Program, call: Node, statement: re.Pattern[str]) -> dict[str, str]:
    """The tables and files that a call is about, by what makes them one, as they are written; of statements those `statement` finds."""
    found: dict[str, str] = {}
    for node, value in _inside(program, call):
        text = program.constant(node) if value.kind in ("constant", "name", "attribute") else None
        if isinstance(text, str) and len(text) <= _LONGEST:
            if _STATEMENT.match(text):
                found |= {_one(name): name for name in (named.rsplit(".", 1)[-1] for named in statement.findall(text))}
            elif _FILE.fullmatch(text):
                found[posixpath.basename(text)] = posixpath.basename(text)
        if value.kind == "call":
            tables = (called_on(program, node), _of_mapper(program, node), given_before(program, node), _asked(program, node))
            found |= {_one(snake(table)): table for table in tables if table}
    return found


def _is_ones_own(program: Program, call: Node) -> bool:
    """Whether a read names a person or a conversation; whatever is named beside the table counts, so that doubt is silence."""
    named = set[str]()
    for node, value in _inside(program, call):
        text = program.constant(node) if value.kind in ("constant", "name", "attribute") else None
        if isinstance(text, str) and (where := _WHERE.search(text[:_LONGEST])) is not None:
            named |= set(_WORD.findall(where[1]))
        if value.kind == "operation" and value.text in _COMPARES:
            named |= {side.text for given in value.inputs if (side := program.value((node[0], given))).kind == "attribute"}
        named |= {label for label in value.labels if label.strip("*")}
    return any(_ONES_OWN.fullmatch(snake(name)) for name in named)


def _inside(program: Program, call: Node) -> Iterator[tuple[Node, Value]]:
    """A call and all that its expression is made of."""
    queue, seen = [call], set[Node]()
    while queue and len(seen) < _MOST_VALUES:
        node = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        value = program.value(node)
        yield node, value
        queue += [(node[0], given) for given in value.inputs]
        if value.kind in ("name", "attribute"):
            queue += [origin for origin in program.origins(node) if _makes_a_path(program, origin)]


def _makes_a_path(program: Program, node: Node) -> bool:
    value = program.value(node)
    if value.kind == "operation" and value.text == "/":
        return True
    return value.kind == "call" and program.value((node[0], value.inputs[0])).text.rsplit(".", 1)[-1] in _PATHS


def _asked(program: Program, call: Node) -> str | None:
    """The class that a statement is begun with: `select(Note)`, `session.query(Note)`; or that a record is made of: `Note(text=...)`."""
    value = program.value(call)
    callee = program.value((call[0], value.inputs[0]))
    if callee.text.rsplit(".", 1)[-1] in _ASKS and len(value.inputs) > 1:
        return _class(program, (call[0], value.inputs[1]))
    return _class(program, (call[0], value.inputs[0]))


def _of_mapper(program: Program, call: Node) -> str | None:
    """The table that a chain begins with, where it is one: `Note.objects.filter`, `note.save`; a state of an agent is none."""
    table = mapped_class(program, call)
    named = [name for name, (_file, cls) in program.classes.items() if cls.name == table] if table else []
    return table if any(_is_mapped(program, name) for name in named) else None


def _class(program: Program, node: Node) -> str | None:
    """The class of an object mapper that a value is; a model of a request is no table."""
    named = [name for name in program.names(node) if name in program.classes and _is_mapped(program, name)]
    return program.classes[named[0]][1].name if named else None


def _is_mapped(program: Program, name: str) -> bool:
    fields = {field for field, *_rest in program.classes[name][1].fields}
    bases = [base for base in program.outside_bases(name) if not base.startswith("pydantic.")]
    return "__tablename__" in fields or any(_MAPPED.search(base) for base in bases)


def _one(name: str) -> str:
    """`Notes`, `note` and `notes` are one table."""
    return name.lower().removesuffix("s")
