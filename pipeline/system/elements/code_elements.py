"""Elements out of code: what the sites are, which arguments are sinks, which results are sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.code.program import FunctionRef, Node
from pipeline.system.assembly import Assembly, Sink, SourceOf
from pipeline.system.elements.address_segments import asks_for_segment
from pipeline.system.elements.agent_classes import add_agent_classes
from pipeline.system.elements.argument_vectors import files_that_run
from pipeline.system.elements.entries import add_class, add_entry
from pipeline.system.elements.filled_builders import filled_builders
from pipeline.system.elements.labels import SECRET_NAMES, keeps_no_records, label_of
from pipeline.system.elements.listeners import listening
from pipeline.system.elements.marked_controls import add_marked_controls
from pipeline.system.elements.shared_models import model_kept
from pipeline.system.elements.shared_readers import entries_read_for
from pipeline.system.elements.standard_input import typed
from pipeline.system.elements.ties import add_ties, given_as
from pipeline.system.elements.whose_search import flags_of_search
from pipeline.system.model import AttributeValue, ElementKind, Label, SinkRole
from pipeline.system.program.access_paths import MAX_PATH
from pipeline.system.program.applications import Applications
from pipeline.system.program.arguments import argument_node, argument_positions, option_positions
from pipeline.system.program.contained import is_contained, made_first
from pipeline.system.program.enclosing import around
from pipeline.system.program.flags import read_flags
from pipeline.system.program.held import elements_of, handed_receivers, is_prepared_elsewhere, receivers
from pipeline.system.program.mapped_tables import joined_tables, same_table
from pipeline.system.program.naming import constant_host, is_file_path, local_name, name_of_call, table_of
from pipeline.system.program.sites import CallSite
from pipeline.system.program.statement_tables import statement_of, tables_told
from pipeline.system.rules.words import mentions

__all__ = ["add_code_elements", "elements_of", "receivers"]

_IMPLICIT: dict[SinkRole, tuple[ElementKind, str]] = {
    "code": ("interpreter", "python"), "shell": ("interpreter", "shell"), "process_arguments": ("interpreter", "shell"),
    "query": ("data_store", "database"), "query_parameters": ("data_store", "database"), "template": ("interpreter", "template"),
    "prompt_template": ("interpreter", "template"),
    "html": ("renderer", "html"), "path": ("file_store", "files"), "url": ("external_service", ""), "request_body": ("external_service",
    ""),
    "deserialised": ("model_file", ""), "model_source": ("model_registry", ""), "store_write": ("data_store", "database"), "log": ("log",
    ""),
    "payment": ("external_service", ""), "message": ("external_service", ""), "deletion": ("data_store", "database"),
    "training_data": ("training_job", ""), "features": ("ml_model", ""), "parameters": ("ml_model", ""),
    "index_write": ("vector_store", ""), "unpacked": ("component", "unpacking"),
}  # fmt: skip
_SOURCE_KIND: dict[Label, tuple[ElementKind, str]] = {
    "user_input": ("component", "request"), "uploaded_file": ("component", "request"), "web_content": ("web_content", ""),
    "retrieved_text": ("retriever", ""), "stored_data": ("data_store", "database"), "prediction": ("ml_model", ""),
    "model_reply": ("hosted_llm", ""), "dataset_records": ("dataset", ""), "environment_value": ("component", "environment"),
    "model_artifact": ("model_registry", ""), "user_feedback": ("data_store", "feedback"), "identity": ("component", "session"),
}  # fmt: skip


def add_code_elements(assembly: Assembly) -> None:
    """Drafts of elements, sinks, sources and lasting ties, from every site."""
    applications = Applications(assembly)
    for entry in assembly.sites.entries:
        if entry.rule.kind is not None:
            add_entry(assembly, entry, applications)
    for cls in assembly.sites.classes:
        add_class(assembly, cls)
    sites = (*assembly.sites.calls, *_named_tools(assembly))
    later: list[CallSite] = []
    for site in sites:
        if site.rule.kind is not None and site.rule.element_from != "call":
            later.append(site)
        elif site.rule.kind is not None:
            _add_call(assembly, site, None)
    add_agent_classes(assembly)
    last: list[CallSite] = []
    filling = filled_builders(assembly, later)
    for site in (one for one in later if one.node in filling):
        _add_call(assembly, site, _receiver_for(assembly, site))
        for parameter in filling[site.node]:
            assembly.filled.setdefault(parameter, assembly.element_of_call[site.node])
    for site in made_first(assembly.program, [one for one in later if one.node not in filling]):
        receiver = _receiver_for(assembly, site)
        if receiver is None and is_prepared_elsewhere(assembly, site.node):
            last.append(site)
        else:
            _add_call(assembly, site, receiver)
    for site in last:
        _add_call(assembly, site, _receiver_for(assembly, site))
    for site in sites:
        _add_ends(assembly, site)
    for site in sites:
        _add_typed(assembly, site)
    for node, sink in list(files_that_run(assembly)):
        assembly.sinks[node].append(sink)
    add_ties(assembly)
    add_marked_controls(assembly)


def _named_tools(assembly: Assembly) -> Iterator[CallSite]:
    """Tools that a package offers ready-made under a name, where an agent is given them: `tools=[google_search]`."""
    found: dict[Node, None] = {}
    for site in assembly.sites.calls:
        for wanted in (argument for argument, kind in site.rule.relations.items() if kind == "has_tool"):
            for given in given_as(assembly, site, wanted) if assembly.program.value(site.node).kind == "call" else ():
                found.update((o, None) for o in assembly.program.elements(given) if assembly.program.value(o).kind == "name")
    for node in found:
        names = assembly.program.names(node)
        for known in assembly.index.for_read(names):
            if known.rule.kind is not None:
                yield CallSite(node, known.rule, known.framework, names, True)


# Calls

_OWN_KIND_WINS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})
_HELD_BY_MODELS: frozenset[ElementKind] = frozenset({"memory", "tool", "mcp_tool"})  # what a client is made with is not the client
_NO_DATABASE: frozenset[ElementKind] = frozenset({"file_store", "hosted_llm", "local_llm"})
_DATABASES: frozenset[ElementKind] = frozenset({"data_store", "vector_store"})
_LEARNT: frozenset[ElementKind] = frozenset({"ml_model", "training_job", "embedding_model"})


def _receiver_for(assembly: Assembly, site: CallSite) -> str | None:
    """The element among those the receiver, or the argument, holds that this call uses; others of a receiver are tied to it."""
    if site.rule.kind == "data_store" and table_of(assembly, site) is not None:
        return None  # named for its table
    kind = site.rule.kind
    if site.rule.element_from != "receiver":
        held = [other for given in given_as(assembly, site, site.rule.element_from) for other in elements_of(assembly, given)]
        held = [identity for identity in dict.fromkeys(held) if assembly.draft(identity).kind == kind]
        return held[0] if len(held) == 1 else None  # one of several: a run of its own, tied to each
    held = list(dict.fromkeys(handed_receivers(assembly, site.node, site.handed) if site.handed else receivers(assembly, site.node)))
    if kind in _DATABASES:  # a pool made with a certificate from a file is not the file, nor a store the model whose replies it was given
        held = [identity for identity in held if assembly.draft(identity).kind not in _NO_DATABASE]
    if kind in _LEARNT:  # nor is a model that was made with settings of a database the database
        held = [identity for identity in held if assembly.draft(identity).kind != "data_store"]
    if not held:
        return None
    fitting = [identity for identity in held if assembly.draft(identity).kind == kind]
    if not fitting and kind in _DATABASES and is_contained(assembly.program, site.node):
        return None  # what was put into a store that a container made is not the store
    if kind in _OWN_KIND_WINS and all(assembly.draft(identity).kind in _HELD_BY_MODELS for identity in held):
        return None
    fitting = fitting or [identity for identity in held if assembly.draft(identity).kind in _OWN_KIND_WINS]
    chosen = (fitting or held)[0]
    for other in held:
        other_kind = assembly.draft(other).kind
        if other != chosen and assembly.draft(chosen).kind in _OWN_KIND_WINS:
            if other_kind in ("retriever", "vector_store"):
                assembly.relate(chosen, "uses_retriever", other, assembly.cite(site.node))
            elif other_kind == "prompt":
                assembly.relate(chosen, "has_prompt", other, assembly.cite(site.node))
    return chosen


def _add_call(assembly: Assembly, site: CallSite, receiver: str | None) -> None:
    rule, node = site.rule, site.node
    assert rule.kind is not None
    says = read_flags(assembly.program, node, flags_of_search(assembly, site), site.skip)
    evidence = assembly.cite(node)
    if (
        receiver is not None
        and assembly.draft(receiver).kind in ("model_registry", "model_file", "training_job")
        and rule.kind in ("ml_model", "local_llm", "embedding_model")
    ):
        # What was loaded is a model from here on: it keeps the name it was loaded by.
        loaded = assembly.draft(receiver)
        identity = assembly.drafts.put(
            rule.kind,
            loaded.name,
            rule.zone,
            {**rule.attributes, **says.attributes},
            evidence,
            node,
            assembly.purpose(node[0]),
            assembly.symbol(node),
        )
        assembly.element_of_call[node] = identity
        if loaded.kind == "training_job":
            assembly.relate(receiver, "produces", identity, evidence)
        else:
            assembly.relate(identity, "loads", receiver, evidence)
    elif receiver is not None:
        draft = assembly.draft(receiver)
        draft.show(evidence, 12)
        for name, value in {**rule.attributes, **says.attributes}.items():
            draft.attributes.setdefault(name, value)
        draft.nodes.append(node)
        assembly.element_of_call[node] = receiver
        identity = receiver
    else:
        name, constant = name_of_call(assembly, site)
        if constant is None and rule.kind == "agent":
            name = _told_apart(assembly, node, name)
        attributes: dict[str, AttributeValue] = {**rule.attributes, **says.attributes}
        if constant is not None and name == constant and rule.kind in ("hosted_llm", "local_llm", "embedding_model", "ml_model"):
            attributes.setdefault("model", constant)
        if constant is not None and rule.kind in ("model_registry", "embedding_model") and is_file_path(constant):
            attributes["local_path"] = True
        if constant is None and rule.name_from is not None and rule.kind == "vector_store":
            attributes.pop("shared", None)  # a collection whose name is computed may be one per tenant
        symbol = assembly.symbol(node)
        if rule.kind == "ml_model" and constant is None and (kept := model_kept(assembly, node)) is not None:
            name, symbol = f"{kept[0]} ({rule.name or site.framework})", kept[1]
        identity = assembly.drafts.put(
            rule.kind, name, rule.zone, attributes, evidence, node, assembly.purpose(node[0]), symbol, constant is None
        )
        assembly.element_of_call[node] = identity
    for kind in says.controls:
        assembly.control(kind, identity, evidence)


def _told_apart(assembly: Assembly, node: Node, name: str) -> str:
    """Two agents without a name of their own, kept in two variables of one place, are two: the second is named for its variable.

    So are two that one place makes for two types: `builder(Writer.class)`, `builder(Editor.class)`.
    """
    known = assembly.drafts.by_id.get(f"agent:{name}")
    own = _made_for(assembly, node) or _kept_as(assembly, node)
    if known is None or known.symbol != assembly.symbol(node) or not own:
        return name
    before = {variable for other in known.nodes for variable in _made_for(assembly, other) or _kept_as(assembly, other)}
    if not before or before & own:
        return name
    place, bracket, what = name.partition(" (")
    return f"{place.rsplit('.', 1)[-1]}.{min(own)}{bracket}{what}"


def _made_for(assembly: Assembly, node: Node) -> set[str]:
    """The type of the program that an agent stands behind."""
    program, value = assembly.program, assembly.program.value(node)
    given = [(node[0], value.inputs[1])] if len(value.inputs) > 1 and program.value((node[0], value.inputs[1])).kind != "call" else []
    return {name.rsplit(".", 1)[-1] for one in given for name in program.names(one) if name in program.classes}


def _kept_as(assembly: Assembly, node: Node) -> set[str]:
    """Variables of the module, and fields, that a value is assigned to."""
    facts = assembly.program.files[node[0]]
    fields = {store.attribute for store in facts.stores if store.value == node[1]}
    return fields | {variable for variable, values in facts.variables.items() if node[1] in values}


# Sinks and sources

REQUESTED: frozenset[Label] = frozenset({"user_input", "uploaded_file"})  # what a request brings, for the entry that it asks


def _add_ends(assembly: Assembly, site: CallSite) -> None:
    rule, node, value = site.rule, site.node, assembly.program.value(site.node)
    owner = assembly.element_of_call.get(node)
    if value.kind == "call":
        for wanted, role in rule.ends.items():
            actual: SinkRole = role
            if role == "process_arguments" and _is_true(assembly, site, "shell"):
                actual = "shell"
            elif (
                role == "response"
                and {**rule.attributes, **read_flags(assembly.program, node, rule.flags).attributes}.get("unsafe") is True
            ):
                actual = "html"
            key = ""
            positions = [] if "." in wanted else argument_positions(value, wanted, site.skip)
            if "." in wanted:  # an entry of a dict display or of a constructor: config.system_instruction
                first, key = wanted.split("|")[0].split(".", 1)
                positions = argument_positions(value, first, site.skip)
            if not positions and "**" in value.labels and (named := [part for part in wanted.split("|") if part.isidentifier()]):
                positions, key = [value.labels.index("**")], named[0]  # create(**parameters): the entry of that name
            if not positions:
                for option in option_positions(assembly.program, node, wanted):  # create({messages}): likewise
                    positions, key = [option[0]], option[1]
            if key == "(text)" and not _may_be_text(assembly, node, positions):
                continue
            for position in positions:
                element = owner or _implicit(assembly, site, actual)
                if element is not None:
                    assembly.sinks.setdefault(node, []).append(Sink(position, actual, element, key))
    if rule.result is not None:
        label = label_of(assembly, site, rule.result)
        if label == "environment_value" and site.is_read:
            _secret_reads(assembly, site)
        if rule.one_segment is not None:
            asks_for_segment(assembly, node, rule.one_segment)
        if owner is None and label in REQUESTED and _is_before_rows(assembly, (node[0], value.scope)):
            return  # what runs behind it has its own, each round by itself
        element = owner or _source_element(assembly, site, label)
        known = assembly.sources.setdefault(node, [])
        if label == "model_reply" and (machine := _of_provider(assembly, site, _COMPUTER_TOOLS)) is not None:
            tool = assembly.drafts.put("tool", "computer", "application", {}, assembly.cite(machine), machine)
            assembly.relate(element, "has_tool", tool, assembly.cite(site.node))
        if label == "model_reply" and (asked := _of_provider(assembly, site, _WEB_TOOLS)) is not None:
            web = assembly.drafts.put("web_content", "web search", "internet", {}, assembly.cite(asked, "source"), asked)
            known.append(SourceOf("web_content", web))
        if not any(source.label == label for source in known):
            shared = entries_read_for(assembly, (node[0], value.scope)) if owner is None and label in REQUESTED else ()
            known += [SourceOf(label, other, shared=len(shared) > 1) for other in shared or (element,)]
            known += _joined(assembly, site, label)
        for parameter in listening(assembly, site):
            assembly.sources.setdefault(parameter, []).append(SourceOf(label, element))


def _joined(assembly: Assembly, site: CallSite, label: Label) -> list[SourceOf]:
    """Other tables of the program whose records a read brings along: below their names, or in the rows of a statement that joins them."""
    if site.rule.kind == "data_store" and site.rule.table_from is None and label == "stored_data":
        others = tables_told(assembly.program, statement_of(assembly.program, site.node))[1:]
        named = (f"data_store:{assembly.memo.tables[table]}" for table in others if table in assembly.memo.tables)
        return [SourceOf(label, identity) for identity in named if identity in assembly.drafts.by_id]
    ways = joined_tables(assembly.program, site.node) if site.rule.table_from is not None else ()
    if not ways:
        return []
    tables = {draft.name.partition(" (")[0]: draft.id for draft in assembly.drafts.by_id.values() if draft.kind == "data_store"}
    known = frozenset(tables)
    return [SourceOf(label, tables[table], way[:MAX_PATH]) for way in ways if (table := same_table(way[-1], known)) is not None]


def _add_typed(assembly: Assembly, site: CallSite) -> None:
    """What is typed into a process; the processes must have their sinks."""
    element, wanted = assembly.element_of_call.get(site.node), site.rule.standard_input
    if wanted is None or element is None:
        return
    for position in argument_positions(assembly.program.value(site.node), wanted, site.skip):
        if (role := typed(assembly, site)) is not None:
            assembly.sinks.setdefault(site.node, []).append(Sink(position, role, element))


_WEB_TOOLS = re.compile(
    r"^(google_?search(_?retrieval)?|url_?context|(enterprise_?)?web_?(search|fetch)(_preview)?([_-]\d+)*)$", re.IGNORECASE
)
# Screen, mouse and keyboard of a machine that the program lends: the model says what is done there.
_COMPUTER_TOOLS = re.compile(r"^computer(_?use)?(_preview)?([_-]\d+)*$", re.IGNORECASE)


def _of_provider(assembly: Assembly, site: CallSite, kinds: re.Pattern[str]) -> Node | None:
    """Where a model is given one of its provider's own tools: a search, after which it repeats pages that anyone writes, or a computer.

    `tools=[{"google_search": {}}]`, `Tool(google_search=GoogleSearch())`, `{"type": "web_search_20250305", ...}`.
    """
    program = assembly.program
    wanted = [w for w, kind in site.rule.relations.items() if kind == "has_tool"] or ["tools"]
    queue = [given for argument in wanted for given in given_as(assembly, site, argument)]
    seen: set[Node] = set()
    while queue and len(seen) < 60:
        node = queue.pop(0)
        if node in seen:
            continue
        seen.add(node)
        for origin in program.origins(node):
            value = program.value(origin)
            if value.kind not in ("collection", "update", "operation", "call"):
                continue
            for label, given in zip(value.labels or ("",) * len(value.inputs), value.inputs, strict=False):
                said = program.constant((origin[0], given)) if label == "type" else label
                if isinstance(said, str) and kinds.match(said):
                    return origin
            first = 1 if value.kind == "call" else 0
            queue += [(origin[0], given) for given in value.inputs[first:]]
    return None


def _may_be_text(assembly: Assembly, node: Node, positions: list[int]) -> bool:
    """Whether an argument may be a text that is put together: neither written down here nor an object."""
    origins = [o for p in positions for o in assembly.program.origins((node[0], assembly.program.value(node).inputs[p]))]
    return any(assembly.program.value(origin).kind not in ("constant", "collection", "update") for origin in origins)


def _secret_reads(assembly: Assembly, site: CallSite) -> None:
    """`os.environ["API_TOKEN"]`: an entry whose name says that it is a credential."""
    file, node = site.node
    values = assembly.program.files[file].values
    for user in range(node + 1, min(len(values), node + 40)):
        value = values[user]
        if value.kind in ("index", "attribute") and value.inputs[0] == node and mentions([value.text], SECRET_NAMES):
            element = assembly.drafts.put("component", "environment", "application", {}, assembly.cite((file, user), "source"))
            assembly.sources.setdefault((file, user), []).append(SourceOf("secret_value", element))


def _is_true(assembly: Assembly, site: CallSite, argument: str) -> bool:
    """Whether an option is on: `shell: true`, and in JavaScript also `shell: "/bin/zsh"` or a shell that the program chooses as it runs.

    A comparison (`process.platform === "win32"`) says yes on one kind of machine only, and is not taken for it.
    """
    program = assembly.program
    given = argument_node(program, site.node, argument, site.skip)
    if given is None or not program.objects_are_entries(given[0]):
        return given is not None and program.constant(given) is True
    origins = [program.value(origin) for origin in program.origins(given)]
    if any(origin.kind == "operation" for origin in origins):
        return False
    return any(
        origin.kind != "constant" or (origin.constant_type == "string" and origin.text) or origin.text == "True" for origin in origins
    )


def _answering(assembly: Assembly, node: Node) -> str | None:
    """The entry whose answer a call writes: the one it stands in, or else the only one from where it is reached."""
    function: FunctionRef = (node[0], assembly.program.value(node).scope)
    for outer in around(assembly.program, function):
        if outer in assembly.entry_of_function:
            return assembly.entry_of_function[outer]
    found = {element for entry, element in assembly.entry_of_function.items() if function in assembly.reach(entry)}
    return found.pop() if len(found) == 1 else None


def _implicit(assembly: Assembly, site: CallSite, role: SinkRole) -> str | None:
    if role == "response":
        return _answering(assembly, site.node)
    if role not in _IMPLICIT:
        return None
    kind, name = _IMPLICIT[role]
    if kind == "external_service":
        name = constant_host(assembly, site) or site.rule.name or site.framework
    return assembly.drafts.put(
        kind, name or site.rule.name or site.framework, site.rule.zone, dict(site.rule.attributes), assembly.cite(site.node, "sink"),
        site.node,
        assembly.purpose(site.node[0]),
    )  # fmt: skip


def _is_before_rows(assembly: Assembly, function: FunctionRef) -> bool:
    """Whether a function runs only in what a loop registers for every entry of its table, before that entry's own function."""
    before = {entry.through for entry in assembly.sites.entries if entry.through is not None}
    if not any(function == one or function in assembly.reach(one) for one in before):
        return False
    return not any(function == entry or function in assembly.reach(entry) for entry in assembly.entry_of_function)


def _source_element(assembly: Assembly, site: CallSite, label: Label) -> str:
    node = site.node
    if label in REQUESTED and (entries := entries_read_for(assembly, (node[0], assembly.program.value(node).scope))):
        return entries[0]
    kind, name = _SOURCE_KIND.get(label, ("component", ""))
    if label == "stored_data" and "path" in site.rule.sinks.values():
        kind, name = "file_store", "files"  # what was asked for by a path is a file, in every language
    if label == "stored_data" and keeps_no_records(assembly, site):
        kind, name = "external_service", ""  # whose it is, and what is kept there, is not in the code
    if kind == "web_content":
        name = constant_host(assembly, site) or ""
    return assembly.drafts.put(
        kind, name or local_name(assembly, site), site.rule.zone, dict(site.rule.attributes), assembly.cite(node, "source"), node,
        assembly.purpose(node[0]), assembly.symbol(node), not name,
    )  # fmt: skip
