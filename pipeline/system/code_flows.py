"""Flows out of code: from every source through the program to every sink, each hop cited."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.code.program import FunctionRef, Node, Program
from ingest.facts import Value
from pipeline.system.agents.instructing import INSTRUCTS, instructing
from pipeline.system.agents.own_memories import add_own_memories
from pipeline.system.assembly import Assembly
from pipeline.system.controls.acted_on import keeps_outcome
from pipeline.system.controls.closed_lists import runs_for_callers
from pipeline.system.controls.counted_pages import counted_pages, is_of_a_file
from pipeline.system.controls.deduplicated import deduplicated
from pipeline.system.controls.fixed_shapes import fixed_shape
from pipeline.system.controls.guards import choices_on_way, controls_on_way
from pipeline.system.controls.last_parts import may_climb
from pipeline.system.controls.perturbed import perturbed
from pipeline.system.controls.verdicts import hands_on_verdict, mark_decision
from pipeline.system.elements.argument_vectors import role_in_vector
from pipeline.system.elements.shared_readers import within
from pipeline.system.elements.tool_parts import is_way_of, tool_at
from pipeline.system.elements.whose_search import asks_whose
from pipeline.system.flows.answer_types import is_no_page
from pipeline.system.flows.asked_fields import asks_for_instructions, is_bare_status
from pipeline.system.flows.at_hand import is_no_path
from pipeline.system.flows.column_names import names_columns
from pipeline.system.flows.columns import FILTER, NAMES, columns_of, columns_read
from pipeline.system.flows.conversation import conversation_role, is_whole_request
from pipeline.system.flows.discriminators import contradicted
from pipeline.system.flows.flow_graph import FlowGraph
from pipeline.system.flows.handed_models import model_on_way
from pipeline.system.flows.handed_over import begin_with_what_is_sent, is_of_a_step, runs, shared, started
from pipeline.system.flows.handed_ways import is_of_another_handler
from pipeline.system.flows.joined_keys import store_reached
from pipeline.system.flows.labels_alone import is_looked_up, says_nothing
from pipeline.system.flows.leads_nowhere import leads_nowhere
from pipeline.system.flows.logged_text import Said, how_much, said, written
from pipeline.system.flows.made_of import callee_text
from pipeline.system.flows.matched_replies import Way, match_replies
from pipeline.system.flows.named_models import is_no_choice
from pipeline.system.flows.own_address import is_own_address
from pipeline.system.flows.own_instructions import is_own_instruction
from pipeline.system.flows.placeholders import system_template
from pipeline.system.flows.plain_fields import is_a_record_of_numbers, is_key_of_a_record, is_no_text
from pipeline.system.flows.repository_tables import RepositoryTables
from pipeline.system.flows.returned_rows import is_another_column
from pipeline.system.flows.stored_uploads import is_name_of_upload, is_stored_name
from pipeline.system.flows.taint import RETURNED, TESTED, CallBehaviour, FlowSearch, Hit, Key, Within
from pipeline.system.flows.told_numbers import is_number_of_an_answer
from pipeline.system.flows.told_way import told_way
from pipeline.system.model import TOLD_OR_INDEXED, ControlKind, Flow, Label, SinkRole
from pipeline.system.program.access_paths import NAMED, is_whole, leads_to
from pipeline.system.program.flags import read_flags
from pipeline.system.program.naming import host_of
from pipeline.system.program.sites import CallSite
from pipeline.system.rules.framework import CallRule
from pipeline.system.rules.knowledge import Known
from pipeline.system.rules.words import words_of

MAX_WAYS = 6  # ways kept of one flow: between the same elements, in the same role
_MAX_NESTED = 8
_ADDRESSES = frozenset({"url", "uri", "endpoint", "address", "host", "origin"})
_OWN = frozenset({"base", "api", "server", "host", "root", "cfg", "config", "settings", "client"})
_BEGIN_WITH_SLASH = frozenset({"pathname", "AbsolutePath", "PathAndQuery"})  # of an address that was taken apart
_BEHIND = re.compile(r"[/?](?!/)")
_PRINTED = re.compile(r"%[sv][/?](?!/)")
_BEHIND_HOST = frozenset({"RawQuery", "Path", "RawPath", "Fragment"})  # fields of Go's url.URL
_WAY = re.compile(r"/\w|[\w-]+/")  # `/alerts/{x}` without a host: below the address that the client has of its own
_GONE_ON_WITH: frozenset[SinkRole] = frozenset(  # what is made of the data is handed on, and the data in it
    {"prompt", "system_prompt", "instructions", "response", "prompt_template", "unpacked"}
)
_TOLD_TO_MODELS: frozenset[SinkRole] = frozenset({"prompt", "conversation", "system_prompt"})
_TOOLS = frozenset({"tool", "mcp_tool"})
_OF_OUTSIDERS: frozenset[Label] = frozenset({"web_content", "uploaded_file", "tool_result"})
_IN_MEMORY = frozenset({"io.StringIO", "io.BytesIO"})
_TAKES_NUMBERS: frozenset[SinkRole] = frozenset(
    {"features", "parameters", "training_data", "query_parameters", "request_body", "payment", "index_query"}
)
_KEEPS: frozenset[SinkRole] = frozenset({"store_write", "query", "query_parameters"})
_SENT: frozenset[Label] = frozenset({"user_input", "uploaded_file", "web_content"})
_NOT_FOLLOWED: frozenset[Label] = frozenset(
    {"environment_value", "identity"}
)  # known where they arise; where they go is no threat by itself


def add_code_flows(assembly: Assembly) -> None:
    """Searches from all sources and adds what they reach."""
    properties = frozenset(sink.key for sinks in assembly.sinks.values() for sink in sinks if sink.argument == 0 and sink.key)
    begun = started(assembly)
    begin_with_what_is_sent(assembly, begun)
    graph = FlowGraph(assembly.program, runs(assembly), shared(assembly), properties, assembly.kept, begun)
    behaviours = _Behaviours(assembly, graph)
    assembly.instructs = instructing(assembly)
    returns = frozenset(assembly.entry_of_function) | frozenset(assembly.instructs)
    groups: dict[tuple[str, Label], dict[Node, tuple[str, ...]]] = {}
    bounds: dict[str, dict[Node, Within]] = {}
    for node, sources in assembly.sources.items():
        for source in sources:
            if source.label not in _NOT_FOLLOWED:
                groups.setdefault((source.element, source.label), {})[node] = source.path
                if source.shared:
                    reading, sharing = (node[0], assembly.program.value(node).scope), [one.element for one in sources if one.shared]
                    bounds.setdefault(source.element, {})[node] = within(assembly, reading, source.element, sharing)
    for only_text in (False, True):
        # Ways beside all checks first: a shorter one through a check must not hide them.
        searches = [FlowSearch(graph, behaviours.of, returns, only_text, bare) for bare in (True, False)]
        followed = [(key, nodes) for key, nodes in sorted(groups.items()) if (key[1] == "secret_value") == only_text]
        for search in searches:
            for _key, nodes in followed:
                search.explore(nodes)
        for (element, label), nodes in followed:
            hits: dict[tuple[Key, bool], Hit] = {}
            behaviours.group = element, label
            for search in searches:
                for hit in search.search(nodes, label in ("prediction", "model_reply"), bounds.get(element, {})):
                    hits.setdefault((hit.key, hit.beside_number), hit)
            known, idle = said(assembly, hits.values()), list[tuple[str, Hit]]()
            for hit in hits.values():
                _add_hit(assembly, element, label, hit, behaviours, graph, known, idle)
            for log, hit in idle:  # last: where another way brings the text to the same line, the line tells it
                _add_way(assembly, element, log, label, "log", hit, behaviours, graph, None, "text_withheld")
            if any(search.cut for search in searches):
                assembly.notes.append((element, "flow search reached its bound: some flows from here were not followed to the end"))
            for search in searches:
                search.cut = False
        if not only_text:
            match_replies(assembly, searches[-1], groups, bounds, behaviours.ways, MAX_WAYS)
            add_own_memories(assembly, searches[-1])


class _Behaviours:
    """What knowledge says of each outside call, by node and argument."""

    def __init__(self, assembly: Assembly, graph: FlowGraph) -> None:
        self._assembly = assembly
        self.tables = RepositoryTables(assembly, graph)
        self.checked: set[str] = set()  # ways on which data is looked at
        self.ways: list[Way] = []
        self.group: tuple[str, Label] = ("", "model_reply")  # whose data is followed
        self._sites: dict[Node, list[CallSite]] = {}
        for site in assembly.sites.calls:
            self._sites.setdefault(site.node, []).append(site)

    def sites(self, node: Node) -> list[CallSite]:
        return self._sites.get(node, [])

    def of(self, call: Node, argument: int) -> CallBehaviour:
        sinks = self._assembly.sinks.get(call, ())
        is_sink = any(sink.argument == argument for sink in sinks)
        carries, called, cleans, numbers = True, None, False, False
        for site in self._sites.get(call, ()):
            cleans = cleans or bool(site.rule.cleans)
            numbers = numbers or (is_sink and site.rule.kind == "embedding_model" and site.rule.result is None)
            if site.rule.stops or site.rule.result is not None or (site.rule.selects and argument > 0):
                carries = False
            if site.rule.calls_argument is not None:
                called = site.rule.calls_argument
        if is_sink and not any(sink.role in _GONE_ON_WITH for sink in sinks):
            carries = all(sink.role == "path" for sink in sinks) and self._is_open(call, argument)
        return CallBehaviour(carries, is_sink, called, cleans, numbers)

    def _is_open(self, call: Node, argument: int) -> bool:
        """Whether an argument that may be a path is a file at hand: `read_csv(StringIO(text))`."""
        program = self._assembly.program
        origins = program.origins((call[0], program.value(call).inputs[argument]))
        return any(program.value(origin).kind == "call" and not _IN_MEMORY.isdisjoint(program.callee_names(origin)) for origin in origins)

    def passed(self, trace: Iterable[Node]) -> list[tuple[Node, Known[CallRule]]]:
        """Rules of calls the data went through: what they clean or control."""
        return [
            (node, Known(site.rule, site.framework))
            for node in trace
            for site in self._sites.get(node, ())
            if not site.is_read and self._is_given(site)
        ]

    def _is_given(self, site: CallSite) -> bool:
        """Whether a call can be what its rule says: `Response.json(x)` makes an answer, `response.json()` of the same name reads one."""
        return "0" not in site.rule.sinks or len(self._assembly.program.value(site.node).inputs) > 1


def _add_hit(
    assembly: Assembly, source: str, label: Label, hit: Hit, behaviours: _Behaviours, graph: FlowGraph, known: Said,
    idle: list[tuple[str, Hit]],
) -> None:  # fmt: skip
    """Adds what a hit reaches; `idle` collects the lines of a log, with their log, to which it brings nothing of a text."""
    if not is_way_of(assembly, source, hit) or is_of_another_handler(assembly, source, hit):
        return
    if label == "model_reply" and is_of_a_step(assembly, hit):
        return
    if label == "prediction":
        asked = model_on_way(assembly, source, hit.trace[0], hit.trace)
        if asked is None:
            return
        source = asked
    if hit.beside_number and hit.argument < 0:
        return
    if hit.argument == TESTED:
        held = hit.call in graph.limits  # where models are measured, every prediction is held against something
        if held and not (label == "prediction" and (runs_for_callers(assembly, hit.call) or keeps_outcome(assembly, hit.call))):
            return
        mark_decision(assembly, source, label, hit)
        return
    if (
        "#" in hit.path
        and label not in ("stored_data", "prediction", "dataset_records")
        and not any(sink.role in _TAKES_NUMBERS for sink in assembly.sinks.get(hit.call, ()))
    ):
        return
    if hit.argument == RETURNED and hit.path[-1:] == NAMED[-1:]:
        return  # an answer of one word gives nothing of the model away that its use would not
    if hit.argument == RETURNED:
        reference: FunctionRef = (hit.call[0], -1 - hit.call[1])
        for instructed in assembly.instructs.get(reference, ()):
            _add_way(assembly, source, instructed, label, "system_prompt", hit, behaviours, graph)
        if reference not in assembly.entry_of_function:
            return
        target = tool_at(assembly, reference, hit.trace[-1])
        draft = assembly.draft(target)
        if draft.kind in _TOOLS and label in _OF_OUTSIDERS and says_nothing(assembly, hit):
            return  # a tool's answer is what a model is told
        # What a step of a pipeline says of a set of records goes to the next step, and answers nobody.
        if target != source and not (label == "prediction" and draft.kind == "scheduled_job"):
            _add_way(assembly, source, target, label, "response", hit, behaviours, graph)
            if label == "stored_data":
                assembly.memo.answered_rows.append((source, target, hit.trace, hit.trace[-1]))
        returned = assembly.program.value(hit.trace[-1])
        if draft.attributes.get("renders_html") is True or (
            draft.attributes.get("text_is_html") is True and returned.kind == "format" and is_whole(hit.path)
        ):
            page = assembly.drafts.put("renderer", f"{draft.name} page", None, {}, assembly.cite(hit.trace[-1], "sink"))
            _add_way(assembly, source, page, label, "html", hit, behaviours, graph)
        return
    if label in ("tool_arguments", "model_reply") and source in assembly.echoed.get(hit.call, ()):
        return  # the model reads again in the next round what it said in this one
    for sink in assembly.sinks.get(hit.call, ()):
        if hit.beside_number and sink.role not in _TOLD_TO_MODELS:
            continue  # only for a model there is more to tell than that the record comes there
        if sink.key and not leads_to(hit.path, sink.key):
            continue
        if sink.role == "url" and sink.argument == hit.argument and _host_is_fixed(assembly, hit):
            continue
        if sink.role == "html" and sink.argument == hit.argument and is_no_page(assembly, hit):
            continue
        if sink.role == "path" and sink.argument == hit.argument and (is_stored_name(assembly, hit) or is_no_path(assembly, hit)):
            continue
        if sink.role in ("path", "deletion") and sink.argument == hit.argument and leads_nowhere(assembly, hit, sink):
            continue
        if sink.role == "query" and sink.argument == hit.argument and names_columns(assembly.program, hit.trace):
            continue
        if sink.role == "system_prompt" and sink.argument == hit.argument and is_whole_request(assembly, hit, sink):
            continue  # who speaks in which role is one matter, told of the conversation
        if sink.argument == hit.argument and (sink.element != source or sink.role in ("prompt", "conversation", "system_prompt")):
            role = conversation_role(assembly, hit, sink.key) if sink.role == "conversation" else sink.role
            if role == "unpacked" and label != "uploaded_file":
                if label != "user_input" or not is_of_a_file(assembly, hit.trace):
                    continue
                label = "uploaded_file"
            if (
                is_no_text(assembly, hit, role)
                or is_no_choice(assembly, hit, sink, label)
                or is_another_column(assembly.program, hit, role)
            ):
                continue
            if role == "training_data" and _is_page(assembly, source) and is_number_of_an_answer(assembly.program, hit.trace):
                continue
            if role == "parameters" and label not in _SENT:
                continue  # weights of a file are told by what loads them
            if role == "store_write" and label in ("stored_data", "web_content") and is_key_of_a_record(hit.path):
                continue  # `userId: user.id` refers to a record, and copies nothing of it
            if role == "process_arguments" and assembly.draft(sink.element).kind == "interpreter":
                role = role_in_vector(assembly, hit.call, hit.argument, hit.trace)
            if label == "model_reply" and role in ("store_write", "payment", "response") and hands_on_verdict(assembly, hit):
                assembly.draft(source).attributes["decides"] = True
                assembly.draft(source).nodes.append(hit.call)
            if role == "conversation" and (label != "user_input" or assembly.draft(source).kind == "chat_ui"):
                role = "prompt"  # what the system itself kept of a conversation, or a chat widget's own history
            if label == "uploaded_file" and role in _TOLD_TO_MODELS and is_name_of_upload(assembly, hit):
                continue
            if label in _OF_OUTSIDERS and role in TOLD_OR_INDEXED and says_nothing(assembly, hit):
                continue
            if label == "user_input" and role in TOLD_OR_INDEXED and is_looked_up(assembly, hit):
                continue
            template = system_template(assembly, hit) if role == "prompt" else None
            text = written(assembly, hit, known) if role == "log" and hit.argument > 0 else hit
            if text is None:  # nothing of a text but what it is filed under: the line is a record, and tells nobody what was said
                idle.append((sink.element, hit))
                continue
            becomes: SinkRole = "system_prompt" if template else role
            if template is None and is_own_instruction(assembly, hit, label, becomes):
                continue
            target = store_reached(assembly, sink.element, hit) if role == "path" else sink.element
            if role == "response" and label == "stored_data":
                assembly.memo.answered_rows.append((source, target, hit.trace, hit.call))
            _add_way(assembly, source, target, label, becomes, text, behaviours, graph, template)


def _is_page(assembly: Assembly, source: str) -> bool:
    return assembly.draft(source).kind == "web_content"


def _host_is_fixed(assembly: Assembly, hit: Hit) -> bool:
    """`f"https://api.example/v1/{x}"`: the data chooses a part of the path, not who is asked."""
    program = assembly.program
    if any(part.split("@")[0] in ("searchParams", "search", "hash") for part in hit.path):  # what is asked, not who
        return True
    if is_own_address(program, hit.trace):
        return True
    for node in hit.trace:
        value = program.value(node)
        if value.kind == "format" and value.inputs and _begins_with_base(assembly, node, hit):
            return True
        if value.kind == "update" and value.labels[-1] in _BEHIND_HOST:
            return True
        callee = program.value((node[0], value.inputs[0])) if value.kind == "call" else value
        if callee.kind == "attribute" and callee.text == "JoinPath" and (node[0], callee.inputs[0]) not in hit.trace:
            return True  # a part below the address of an object
        if callee.kind == "attribute" and callee.text == "format" and _template_names_host(program, (node[0], callee.inputs[0]), hit):
            return True
        if value.kind == "format" and value.text == "%" and _printed_behind_host(program, node, value, hit):
            return True
        first, *others = _put_together(program, node)
        if not others or first in hit.trace:
            continue
        begins = others[0] in hit.trace and any(_begins_a_path(assembly, one) for one in hit.trace)
        behind = begins or _is_behind(program.value(others[0]), others[0] in hit.trace)
        if behind and not _is_written(program, first):
            return True
        known = [program.value(origin) for origin in program.origins(first)]
        if not known or not all(v.kind == "constant" and (host_of(v.text) is not None or _WAY.match(v.text)) for v in known):
            continue
        if others[0] not in hit.trace or all(v.text.count("/") >= 3 or host_of(v.text) is None for v in known):
            return True  # not `"https://example.com" + x`: a dot behind the host makes it another
    return False


def _is_behind(second: Value, is_given: bool) -> bool:
    """Whether what comes after the first part of an address begins a path or a question: the host stands before it, whatever it is."""
    if second.kind == "attribute" and not is_given:  # `${url.origin}${url.pathname}?${asked}`
        return second.text in _BEGIN_WITH_SLASH
    return second.kind == "constant" and bool(_BEHIND.match(second.text))


def _begins_a_path(assembly: Assembly, node: Node) -> bool:
    """Whether a text is known here to begin with a slash: `if !strings.HasPrefix(path, "/") { return }`."""
    program, value = assembly.program, assembly.program.value(node)
    if value.kind != "guarded":
        return False
    asked, holds = (node[0], value.inputs[1]), value.text == "holds"
    while program.value(asked).kind == "operation" and program.value(asked).text in ("not", "!"):
        asked, holds = (asked[0], program.value(asked).inputs[0]), not holds
    call = program.value(asked)
    if not holds or call.kind != "call" or len(call.inputs) < 2 or callee_text(assembly, asked).lower() not in ("startswith", "hasprefix"):
        return False
    begun = program.constant((asked[0], call.inputs[-1]))
    return isinstance(begun, str) and begun.startswith("/") and not begun.startswith("//")


def _is_written(program: Program, first: Node) -> bool:
    """Whether the first part is a text of the program that names no host, such as a scheme; nothing at all asks nobody."""
    begun = [program.value(origin) for origin in program.origins(first)]
    return any(value.kind == "constant" and value.text and host_of(value.text) is None for value in begun)


def _template_names_host(program: Program, template: Node, hit: Hit) -> bool:
    """`"https://api.example/?q={}".format(x)`: whether the text before the first gap ends behind the host."""
    begun = [program.value(origin) for origin in program.origins(template)] if template not in hit.trace else []
    starts = [value.text.partition("{")[0] if value.kind == "constant" else "" for value in begun]
    return bool(starts) and all(host_of(start) is not None and start.count("/") >= 3 for start in starts)


def _printed_behind_host(program: Program, node: Node, printed: Value, hit: Hit) -> bool:
    """`fmt.Sprintf("%s/v1/%s", base, x)`: whether the data comes after a host that is written down, or after a first part of its own."""
    given = [(node[0], place) for place in printed.inputs]
    forms = [program.value(origin) for origin in program.origins(given[0])] if len(given) > 1 else []
    if not forms or any(form.kind != "constant" for form in forms):
        return False
    starts = [form.text.partition("%")[0] for form in forms]
    if all(host_of(start) is not None and start.count("/") >= 3 for start in starts):
        return True
    return given[1] not in hit.trace and all(_PRINTED.match(form.text) for form in forms) and not _is_written(program, given[1])


def _put_together(program: Program, node: Node) -> list[Node]:
    """The first parts of a text that is put together, in their order; a value by itself is its own part."""
    found = [node]
    for _ in range(_MAX_NESTED):
        value = program.value(found[0])
        if not value.inputs or not (value.kind == "format" or (value.kind == "operation" and value.text == "+")):
            break
        found[:1] = [(found[0][0], given) for given in value.inputs]
    return found


def _begins_with_base(assembly: Assembly, text: Node, hit: Hit) -> bool:
    """Whether a text begins with what the program calls its base address: `c.baseURL + path`, `strings.TrimRight(cfg.URL, "/") + path`."""
    program, first = assembly.program, text
    value = program.value(first)
    while value.kind in ("format", "call") and value.inputs and first not in hit.trace[:1]:
        position = 1 if value.kind == "call" else 0
        if position >= len(value.inputs):
            return False
        first = (first[0], value.inputs[position])
        value = program.value(first)
        if first in hit.trace and value.kind != "format":
            return False  # the data itself stands at the beginning
    if first == text or value.kind not in ("name", "attribute", "parameter", "choice") or program.constants(first):
        return False  # what is written down is looked at itself
    said = set(words_of(value.text))
    if value.kind == "attribute":
        said |= set(words_of(program.value((first[0], value.inputs[0])).text)) & {"cfg", "config", "settings", "client"}
    return bool(said & _ADDRESSES) and bool(said & _OWN)


def _add_way(
    assembly: Assembly, source: str, target: str, label: Label, role: SinkRole, hit: Hit, behaviours: _Behaviours, graph: FlowGraph,
    template: Node | None = None, met: ControlKind | None = None,
) -> None:  # fmt: skip
    source, target = behaviours.tables.begins(source, label, hit), behaviours.tables.ends(target, hit)
    judging = model_on_way(assembly, target, hit.call, hit.trace) if role == "features" else target
    if judging is None or (judging == source and judging != target):
        return
    target = judging
    known = assembly.flows.get((source, target, role), [])
    columns, read = columns_of(assembly, hit, label, role), columns_read(assembly, hit, label) if role in _KEEPS else ()
    only_names = is_key_of_a_record(hit.path) or (label in _OF_OUTSIDERS and says_nothing(assembly, hit))
    if role in _KEEPS and label in _SENT and FILTER not in columns and only_names:
        columns = (*columns, NAMES)
    checked = False  # whether the same is known of other data that is looked at on its way: what is not must not hide behind it
    for number, flow in enumerate(known):
        if flow.steps and label in flow.carries and _same_end(assembly, flow, hit) and (NAMES in flow.fields) == (NAMES in columns):
            both = tuple(sorted({*flow.fields, *columns})) if flow.fields and columns else ()
            still = tuple(sorted({*flow.fields_read, *read})) if flow.fields_read and read else ()
            known[number] = flow.model_copy(update={"fields": both, "fields_read": still})
            if flow.id not in behaviours.checked:
                return
            checked = True
    if len(known) >= MAX_WAYS:
        return
    if contradicted(assembly, hit) or is_bare_status(assembly, hit) or (role in INSTRUCTS and asks_for_instructions(assembly, hit)):
        return
    judged: SinkRole = (
        "path" if role == "deletion" and assembly.draft(target).kind == "file_store" else role
    )  # a file is deleted by its path
    controls: list[tuple[ControlKind, Node]] = [] if met is None else [(met, hit.call)]
    # `clean(markdown(x))`: what comes out of the sink is cleaned before anybody sees it.
    after = [
        (hit.call[0], user) for user, position in graph.users(hit.call)
        if position == 1 and assembly.program.value((hit.call[0], user)).labels[1:2] == ("",)
    ] if hit.argument >= 0 else []  # fmt: skip
    for node, rule in behaviours.passed([*hit.trace, *after]):
        if node in after and not rule.rule.cleans:
            continue
        if rule.rule.cleans and judged in rule.rule.cleans:
            if judged == "path" and may_climb(assembly, node, hit.trace, hit.call):
                continue
            if rule.rule.control is None:
                return
            controls.append((rule.rule.control, node))
        elif rule.rule.control is not None and rule.rule.protects == "data" and not rule.rule.cleans:
            controls.append((rule.rule.control, node))
        elif role == "index_query" and rule.rule.kind is None and asks_whose(assembly, CallSite(node, rule.rule, rule.framework, ())):
            controls.append(("tenant_filter", node))
        elif role == "features" and rule.rule.flags and rule.rule.protects == "data" and assembly.program.value(node).kind == "call":
            controls += [(kind, node) for kind in read_flags(assembly.program, node, rule.rule.flags).controls]
    controls += controls_on_way(assembly, hit, judged)
    if role == "training_data":
        controls += [("deduplication", node) for node in deduplicated(assembly, hit)]
    if role == "features" and ("#" in hit.path or is_a_record_of_numbers(assembly, hit.trace[0])):
        controls.append(("type_cast", hit.trace[0]))
    if role == "features" and (shaped := fixed_shape(assembly, hit)) is not None:
        controls.append(("input_length_limit", shaped))
    if role == "unpacked" and (bounded := counted_pages(assembly, hit.call)) is not None:
        controls.append(("resource_limit", bounded))
    if label == "prediction":
        controls += [("output_perturbation", node) for node in perturbed(assembly, hit)]
    steps = told_way(assembly, hit, label, role, template) if not (checked and controls) else ()
    if not steps:
        return
    identity = f"{source}->{target}:{role}" + (f"#{len(known) + 1}" if known else "")
    if controls:
        behaviours.checked.add(identity)
    for kind, node in controls:
        assembly.control(kind, identity, assembly.cite(node))
    choices = max(1, choices_on_way(assembly, hit))
    flow = Flow(
        id=identity, source=source, target=target, carries=(label,), role=role, steps=steps, choices=choices, fields=columns,
        fields_read=read, way=identity, prints=how_much(assembly, hit) if role == "log" else 0,
    )  # fmt: skip
    behaviours.ways.append(Way(flow, hit, behaviours.group))
    assembly.flow(flow)


def _same_end(assembly: Assembly, flow: Flow, hit: Hit) -> bool:
    end = assembly.place(hit.trace[-1] if hit.argument == RETURNED else hit.call)
    last = flow.steps[-1]
    return (last.path, last.start_line, last.page) == (end.path, end.start_line, end.page)
