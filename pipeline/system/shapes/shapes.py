"""Models of libraries that knowledge does not know, recognised by what their calls look like.

Takes the sites that knowledge found and adds sites of its own, whose elements say `recognised: shape`: a call that
is given a conversation, a method of a class that stands for a language model, and what `shape_requests`,
`shape_agents` and `shape_tools` find. What resolves into a function of the project is read from its body instead;
what by its name only handles prompts is left out. Findings that rest on such an element are less sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.code.program import FunctionRef, Node, Program
from pipeline.system.agents.mcp_dispatch import dispatched
from pipeline.system.elements.own_routes import OwnRoutes
from pipeline.system.elements.shown_answers import OWN_ROUTE
from pipeline.system.model import ElementKind, SinkRole
from pipeline.system.program.arguments import argument_node
from pipeline.system.program.sites import CallSite, Sites
from pipeline.system.rules.framework import CallRule
from pipeline.system.rules.knowledge import FrameworkIndex
from pipeline.system.rules.shape_words import load_shapes, verbs_of
from pipeline.system.shapes.shape_agents import agent_made, agent_run
from pipeline.system.shapes.shape_declared_tools import declared_tools
from pipeline.system.shapes.shape_dispatch import chosen_by_models
from pipeline.system.shapes.shape_own_agents import OwnAgents
from pipeline.system.shapes.shape_requests import Requests
from pipeline.system.shapes.shape_tool_factories import with_factories
from pipeline.system.shapes.shape_tool_records import with_records
from pipeline.system.shapes.shape_tools import described_tools
from pipeline.system.shapes.shape_values import TEXT, Call, Values, library_of, model_site

MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "agent"})


def with_shapes(program: Program, index: FrameworkIndex, sites: Sites, own: OwnRoutes) -> Sites:
    """The sites, and what shapes add to them.

    Requests to models, and those to the system's own routes, take the place of what knowledge says of requests.
    """
    values = Values(program, load_shapes())
    known: dict[Node, list[CallSite]] = {}
    for site in sites.calls:
        known.setdefault(site.node, []).append(site)
    requests, found, inside, unknown = Requests(values, known), dict[Node, CallSite](), dict[Node, CallSite](), list[Call]()
    for node in _calls(program):
        call = values.call(node)
        if call is None:
            continue
        request = requests.site(call)
        if (asked := _own_request(own, call, known.get(node, ()), request)) is not None:
            inside[node] = asked
        elif request is not None:
            found[node] = request
        elif node not in known:
            unknown.append(call)
    models = {site.node for site in sites.calls if site.rule.kind in MODELS}
    by_shape = _ByShape(values)
    for find in (by_shape.asked, by_shape.of_model_class):
        by_shape.reaching = _reaching(program, {*models, *found})
        found |= _each(find, unknown, found)
    held = frozenset({*models, *found})
    found |= _each(lambda call: agent_made(values, sites, known, held, call), unknown, found)
    agents = {node: site for node, site in found.items() if site.rule.kind == "agent"}
    found |= _each(lambda call: agent_run(values, agents, call), unknown, found)
    serves = any(site.rule.kind == "mcp_server" for site in sites.calls)
    entries = with_records(program, with_factories(program, dispatched(program, sites.entries), frozenset(known)), serves)
    if found or models:  # without a model nobody chooses a tool
        entries = (*entries, *described_tools(program, index, replace(sites, entries=entries), values))
    asking = {site.node for site in (*sites.calls, *found.values()) if site.rule.result == "model_reply"}
    chosen = chosen_by_models(program, asking, {entry.function for entry in entries}, declared_tools(values))
    entries = (*entries, *chosen.entries)
    of_types = [entry for entry in entries if entry.framework == "shape" and not entry.asked_by]
    agents_of_own = OwnAgents(program, _askers(program, sites, found), of_types)
    if not agents_of_own.names:  # where no class does both, a loop may
        entries = tuple(
            replace(entry, asked_by=chosen.known[entry.function]) if entry in of_types and entry.function in chosen.known else entry
            for entry in entries
        )
    found |= {site.node: site for site in agents_of_own.runs({**known, **found})}
    added = found | inside
    read = {site.node for site in sites.calls if site.rule.result == "web_content" and requests.reads_answer(site.node, found)}
    added_to = {*added, *read}
    kept = (_without_body(program, site) if site.node in requests.makers else site for site in sites.calls if site.node not in added_to)
    calls = (*kept, *(site for _node, site in sorted(added.items())))
    return replace(sites, calls=calls, entries=entries, classes=(*sites.classes, *agents_of_own.sites()))


def _own_request(own: OwnRoutes, call: Call, known: Sequence[CallSite], request: CallSite | None) -> CallSite | None:
    """A request to a route of the tree: what it is given goes to a part of the system, what it gives back is the system's own."""
    answers = [site for site in known if site.rule.result == "web_content"]
    path = own.asked(call.node, answers) if answers or request is not None else None
    if path is None:
        return None
    rule = CallRule(
        call=call.names[:1] or ("*",), kind="component", zone="application", result="stored_data",
        sinks=answers[0].rule.sinks if answers else {}, flags=answers[0].rule.flags if answers else (),
    )  # fmt: skip
    return CallSite(call.node, rule, answers[0].framework if answers else "shape", call.names, named=f"{OWN_ROUTE}{path}")


def _without_body(program: Program, site: CallSite) -> CallSite:
    """What puts a request together, where the model that gets it is known: an address that is not written down may be chosen."""
    given = {wanted: argument_node(program, site.node, wanted) for wanted, role in site.rule.sinks.items() if role == "url"}
    sinks: dict[str, SinkRole] = {wanted: "url" for wanted, node in given.items() if node is not None and program.constant(node) is None}
    return replace(site, rule=site.rule.model_copy(update={"sinks": sinks, "kind": site.rule.kind if sinks else None, "result": None}))


def _askers(program: Program, sites: Sites, found: Mapping[Node, CallSite]) -> set[FunctionRef]:
    """Functions in which a model is asked."""
    asked = [*(site for site in sites.calls if site.rule.result == "model_reply"), *found.values()]
    return {(site.node[0], program.value(site.node).scope) for site in asked if site.rule.kind in ("hosted_llm", "local_llm")}


def _each(find: Callable[[Call], CallSite | None], calls: Iterable[Call], found: Mapping[Node, CallSite]) -> dict[Node, CallSite]:
    sites = ((call.node, find(call)) for call in calls if call.node not in found)
    return {node: site for node, site in sites if site is not None}


def _calls(program: Program) -> Iterator[Node]:
    for file, facts in enumerate(program.files):
        yield from ((file, identity) for identity, value in enumerate(facts.values) if value.kind == "call")


def _reaching(program: Program, calls: Iterable[Node]) -> frozenset[FunctionRef]:
    """Functions that ask a model when they run, through the project's calls."""
    found: set[FunctionRef] = set()
    queue = [(node[0], program.value(node).scope) for node in calls]
    while queue:
        current = queue.pop()
        if current in found:
            continue
        found.add(current)
        parent = program.function(current).parent
        if parent is not None and program.function((current[0], parent)).name != "<module>":
            queue.append((current[0], parent))
        queue += [(node[0], program.value(node).scope) for node in program.callers(current)]
    return frozenset(found)


class _ByShape:
    """Calls that ask a model, by what they are given or by what they are called on."""

    def __init__(self, values: Values) -> None:
        self.values, self.program, self.words = values, values.program, values.words
        self.reaching: frozenset[FunctionRef] = frozenset()  # functions that ask a model, as far as is known yet

    # A call that is given a conversation

    def asked(self, call: Call) -> CallSite | None:
        words, given = self.words, call.given
        verbs, path = verbs_of(call.last, words.asks), set(call.path)
        if call.last[:1].isupper() or (verbs | path) & words.only_handles or given & words.told_the_answer:
            return None
        asks = bool(verbs & words.asks) or ("create" in verbs and bool(path & words.collections))
        if not asks and not (verbs & words.may_ask) - {"create"}:
            return None
        model = bool(given & set(words.model_arguments))
        telling = {*words.prompt_arguments, *((*words.message_arguments, "input") if asks else ())}
        by_name = model and not given.isdisjoint(telling)
        if not by_name and not self._holds_messages(call):
            return None
        if self.values.has_body(call) or not self.values.is_used(call.node):
            return None
        named = {name: TEXT for name in (*words.message_arguments, *words.prompt_arguments, "input") if name in given}
        return model_site(self.values, call, named or {"0": TEXT}, self._name(call))

    def _holds_messages(self, call: Call) -> bool:
        first = argument_node(self.program, call.node, "|".join((*self.words.message_arguments, "input", "0")))
        return first is not None and self.values.holds_messages(first)

    def _name(self, call: Call) -> str:
        """`gpt-4o (mycompany_llm)`: the model where it is written down, else what is called, and the library."""
        model = argument_node(self.program, call.node, "|".join(self.words.model_arguments))
        constant = self.program.constant(model) if model is not None else None
        said, library = (constant if isinstance(constant, str) and constant else ""), library_of(call)
        callee = self.program.value((call.node[0], call.value.inputs[0]))
        if callee.kind == "attribute" and not said:
            base = (call.node[0], callee.inputs[0])
            types = [name.removesuffix("()") for name in self.program.types(base)]
            made = next((name for name in types if name.rsplit(".", 1)[-1][:1].isupper()), "")
            held = self._called(base)
            if made:
                library = "" if made in self.program.classes else made.split(".")[0]
            said = made.rsplit(".", 1)[-1] or ("" if held in ("self", "cls", "this") else held)
        said = said or call.last
        return f"{said} ({library})" if library and library != said else said

    def _called(self, node: Node) -> str:
        """What a value is called, whatever was asked of it before: `if llm is not None: llm.invoke(...)`."""
        while self.program.value(node).kind == "guarded":
            node = (node[0], self.program.value(node).inputs[0])
        return self.program.value(node).text

    # A method of what stands for a language model

    def of_model_class(self, call: Call) -> CallSite | None:
        callee, words = self.program.value((call.node[0], call.value.inputs[0])), self.words
        if callee.kind == "attribute" and call.last in words.model_methods:
            base = (call.node[0], callee.inputs[0])
        elif call.last in words.model_names:
            base = (call.node[0], call.value.inputs[0])  # llm(prompt)
        else:
            return None
        name = self._model_class(call, base)
        if name is None or not self.values.is_used(call.node):
            return None
        if any(target.function in self.reaching for target in self.program.targets(call.node)):
            return None
        given = (*words.message_arguments, *words.prompt_arguments, "input", "instruction", "query", "0")
        sinks: dict[str, SinkRole] = dict.fromkeys(given, TEXT)
        return model_site(self.values, call, sinks, name)

    def _model_class(self, call: Call, base: Node) -> str | None:
        classes, types = self.program.classes, self.program.types(base)
        for name in types:
            last = name.rsplit(".", 1)[-1]
            if name in classes:
                own = [other.rsplit(".", 1)[-1] for other in (name, *self.program.bases(name)) if other in classes]
                if any(re.search(self.words.declared_classes, other) for other in own) and not self.values.has_body(call):
                    return last
            elif last[:1].isupper() and re.search(self.words.model_classes, last):
                return f"{last} ({name.split('.')[0]})"
        held = self.program.value(base).text
        known = [name for name in types if name in classes or not name.endswith("()")]
        if held not in self.words.model_names or known or self.values.has_body(call):
            return None
        return f"{held} ({types[0].split('.')[0] if types else self.values.place(call.node)})"
