"""What raises and lowers a risk: which factors hold for one match, and where each was seen.

A factor is a statement about the element, what lies before it and what it can reach; its meaning stands in
`pipeline.threats.schema.Factor`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ingest.purpose import in_samples
from pipeline.system.model import ControlKind, Element, ElementKind, Evidence, Flow, Label
from pipeline.threats.engine import Match
from pipeline.threats.schema import Factor
from pipeline.threats.view import View

# Roles in which a reply does nothing but come back, or is written down.
_HARMLESS = frozenset({None, "response", "log", "prompt", "conversation"})
_OF_OTHERS = frozenset({"web_content", "retrieved_text", "stored_data", "user_feedback", "tool_result", "dataset_records"})
_TOOLS: frozenset[ElementKind] = frozenset({"tool", "mcp_tool"})
_MODELS: frozenset[ElementKind] = frozenset({"hosted_llm", "local_llm", "embedding_model"})
_PUBLIC = frozenset({"web_content", "user_feedback"})
_UNTRUSTED = frozenset({"web_content", "retrieved_text", "uploaded_file"})
_CHOSEN = frozenset({"path", "url", "model_source"})
_NAMED = frozenset({"model_source", "deserialised"})  # which file is loaded
_RAN = frozenset({"code", "shell"})
_CLOSED: frozenset[ControlKind] = frozenset({"allow_list", "input_validation", "type_cast"})
_STAKES = frozenset({"money", "safety", "security"})
_SERVED: frozenset[ElementKind] = frozenset({"http_route", "websocket", "chat_ui", "webhook", "queue_consumer", "inference_server"})
# Promised controls whose absence lets something happen to somebody; the others keep a system in order.
_PROTECT: frozenset[str] = frozenset({"human_approval", "authentication", "redaction", "audit_log", "evaluation_gate", "sandbox"})
_DOORS = _SERVED - {"inference_server"}  # that one is asked by the system itself as often
_KEPT = frozenset({"index_write", "deletion", "model_source", "training_data"})
_ENTRIES: frozenset[ElementKind] = frozenset({"http_route", "websocket", "chat_ui"})
_UPSTREAM = 60  # elements before the one at hand that are looked at


@dataclass(frozen=True, slots=True)
class Seen:
    """What a factor was seen by."""

    name: str
    evidence: Evidence | None = None


@dataclass
class Surroundings:
    """A match and what lies around it: before it, beside it, and within its reach."""

    view: View
    match: Match
    upstream: list[str] = field(init=False)
    nearby: list[Element] = field(init=False)  # the nearest first
    given: list[Element] = field(init=False)  # tools and services handed to the element
    acting: list[Element] = field(init=False)  # what the text at hand may make act
    made: list[Element] = field(init=False)  # models that were made by a training, wherever they are loaded

    def __post_init__(self) -> None:
        element, view = self.match.element, self.view
        self.upstream = _upstream(view, element)
        passed, others = (flow.source for flow in self.flows()), (other.id for other in self.match.others)
        self.nearby = [view.elements[identity] for identity in dict.fromkeys((element.id, *passed, *others, *self.upstream))]
        self.given = [view.elements[r.target] for r in view.relations_from.get(element.id, ()) if r.kind in ("has_tool", "calls")]
        self.made = _made(view, element) if element.kind == "training_job" else []
        callers = _calling_tools(view, self.match, [element.id, *self.upstream])
        self.acting = [e for e in (*self.nearby, *self.given) if e.id not in callers]

    def flows(self) -> list[Flow]:
        return [flow for way in self.match.ways for flow in way]

    def effects(self) -> set[str]:
        return {effect for element in self.acting for effect in effects_of(element)}

    def labels(self) -> dict[Label, Flow]:
        """What reaches the element or something before it, each with the first flow that carries it."""
        found: dict[Label, Flow] = {}
        for identity in (self.match.element.id, *self.upstream):
            for flow in self.view.into.get(identity, ()):
                for label in flow.carries:
                    found.setdefault(label, flow)
        return found


def factors_of(around: Surroundings) -> dict[Factor, Seen]:
    """The factors that hold for a match, each with what it was seen by."""
    found = {factor: seen for factor, test in _TESTS.items() if (seen := test(around)) is not None}
    if around.match.ways and not set(found) & {"has_tools", "reads_private_data"} and not around.effects() and _only_the_callers(around):
        found["harms_only_the_caller"] = at(around.match.element)
    return found


def _source_is_public(around: Surroundings) -> Seen | None:
    return _flow(around, (f for f in around.flows() if set(f.carries) & _PUBLIC)) or first_of(
        e for e in around.nearby if e.kind == "web_content"
    )


def _holds_secrets(around: Surroundings) -> Seen | None:
    element = around.match.element
    held = _is(element, "secrets", "holds_secret") and not _is(element, "own_token_only")  # that one opens no other system
    if held or (element.kind == "hosted_llm" and not _is(element, "callers_key", "local")):
        return at(element)  # a provider's model is asked with the key of whoever runs this
    return first_of(e for e in around.nearby if e.kind == "secret")


def _moves_money(around: Surroundings) -> Seen | None:
    return _by_effect("payment")(around) or _flow(around, (f for f in _leaving(around) if f.role == "payment"))


def _deletes_data(around: Surroundings) -> Seen | None:
    return _by_effect("deletion")(around) or _flow(around, (f for f in _leaving(around) if f.role == "deletion"))


def _leaving(around: Surroundings) -> list[Flow]:
    return [*around.flows(), *around.view.out_of.get(around.match.element.id, ())]


def _callers_data_is_kept(around: Surroundings) -> Seen | None:
    """What a caller sends goes into the index, the training or the choice of the model, which others use afterwards."""
    element = around.match.element
    if _is(element, "administers") or element.kind == "model_registry":  # whoever asks for its models loads what was put there
        return at(element)
    sent = (flow for flow in around.view.out_of.get(element.id, ()) if set(flow.carries) & {"user_input", "uploaded_file"})
    return _flow(around, (flow for flow in sent if flow.role in _KEPT))


def _nothing_learns_from_it(around: Surroundings) -> Seen | None:
    element, view = around.match.element, around.view
    used = view.out_of.get(element.id, ()) or any(r.kind == "trained_on" for r in view.relations_to.get(element.id, ()))
    return None if used or any(e.kind == "training_job" for e in view.elements.values()) else at(element)


def _readers_are_signed_in(around: Surroundings) -> Seen | None:
    asking = (e for e in around.view.elements.values() if e.kind in _ENTRIES and e.attributes.get("authenticated") is True)
    return first_of(e for e in asking if not _is(e, "examples_only"))


def _executes_code(around: Surroundings) -> Seen | None:
    element = around.match.element
    if element.kind == "interpreter":
        return at(element)
    if element.kind == "container":  # which of a system's containers runs it is seldom written down
        tools = (e for e in around.view.elements.values() if e.kind in _TOOLS and effects_of(e) & {"execute", "shell"})
        return first_of(e for e in tools if not _is(e, "examples_only"))
    ran = (flow for flow in around.view.out_of.get(element.id, ()) if flow.role in _RAN)
    by_agent = first_of(e for e in around.acting if _is(e, "code_execution"))
    return _by_effect("execute", "shell")(around) or by_agent or _flow(around, ran)


def _about_people(around: Surroundings) -> Seen | None:
    return first_of(e for e in (*around.nearby, *around.made) if e.attributes.get("decides_about") == "people" or _is(e, "sensitive"))


def _acts_on_the_world(around: Surroundings) -> Seen | None:
    beside = (*around.nearby, *around.made)
    decided = first_of(e for e in beside if e.attributes.get("decides_about") in _STAKES or _is(e, "physical"))
    return decided or _by_effect("payment")(around)


def _reads_private_data(around: Surroundings) -> Seen | None:
    return first_of(e for e in (*around.nearby, *around.given) if _is(e, "private_data") or e.attributes.get("identity_parameter"))


def _only_in_examples(around: Surroundings) -> Seen | None:
    element, cited = around.match.element, around.match.evidence
    only = _is(element, "examples_only") or bool(cited and all(in_samples(e.path) for e in cited))
    return at(element) if only else None


def _only_in_notebooks(around: Surroundings) -> Seen | None:
    cited = around.match.evidence
    return at(around.match.element) if cited and all(e.path.endswith(".ipynb") for e in cited) else None


def _loaded_by_code(around: Surroundings) -> Seen | None:
    element = around.match.element
    loaders = [relation.source for relation in around.view.relations_to.get(element.id, ()) if relation.kind == "loads"]
    return at(around.view.elements[loaders[0]]) if loaders else None


def _path_is_user_controlled(around: Surroundings) -> Seen | None:
    """A caller chooses the path or address of a way, or names the model that the element loads, and no list says which there are."""
    chosen = (flow for flow in around.flows() if "user_input" in flow.carries and flow.role in _CHOSEN)
    return _flow(around, chosen) or _flow(around, _names_given(around))


def _names_given(around: Surroundings) -> Iterator[Flow]:
    view, element = around.view, around.match.element
    given = [flow for flow in view.into.get(element.id, ()) if flow.role in _NAMED and "user_input" in flow.carries]
    for flow in given if not view.controls_on(element.id, _CLOSED) else ():
        if view.elements[flow.source].kind in _SERVED and not view.controls_on(flow.id, _CLOSED):
            yield flow


def _password_of_own_service(around: Surroundings) -> Seen | None:
    """A password of a service of this machine, composition or cluster: it opens nothing for who is not beside that service.

    Where the port of a store is published, whoever reaches the machine is beside it; a developer's machine is reached by its developer.
    """
    element = around.match.element
    for_developers = _is(element, "development") and _is(element, "published_store")
    return at(element) if element.kind == "secret" and (for_developers or _is(element, "own_service", "local")) else None


def _password_for_development(around: Surroundings) -> Seen | None:
    return at(around.match.element) if around.match.element.kind == "secret" and _is(around.match.element, "for_development") else None


def _port_of_composition(around: Surroundings) -> Seen | None:
    """A store or server of a composition whose port is published: it is reached from the network the machine stands in."""
    element = around.match.element
    return at(element) if _is(element, "composed") and _is(element, "published") else None


def _listens_here(around: Surroundings) -> Seen | None:
    """Every door on the way is one that its own code opens on its own machine only, though nobody wrote that down."""
    about = [around.match.element] if around.match.element.kind in _DOORS else around.nearby  # what is said of a door is said of it alone
    doors = [element for element in about if element.kind in _SERVED and not _is(element, "examples_only")]
    return at(doors[0]) if doors and all(_is(door, "listens_here") for door in doors) else None


def _serves_others(element: Element) -> bool:
    """Whether an element is a door for others: a route, a chat page, an MCP server that listens, a published port."""
    listens = element.kind == "mcp_server" and element.attributes.get("transport") not in (None, "stdio")
    return (element.kind in _SERVED or listens or _is(element, "published", "open")) and not _is(element, "examples_only")


def _one_persons_tool(around: Surroundings) -> Seen | None:
    """The program's own start, where it is started by hand and serves nobody: who runs it, pays for it and reads it is one person."""
    everything = around.view.elements.values()
    if any(_serves_others(e) for e in everything):
        return None
    return first_of(e for e in everything if e.kind == "command_line")


def _has_untrusted_content(around: Surroundings) -> Seen | None:
    labels = around.labels()
    return _flow(around, (labels[label] for label in sorted(labels) if label in _UNTRUSTED))


def _by_effect(*wanted: str) -> Callable[[Surroundings], Seen | None]:
    return lambda around: first_of(e for e in around.acting if effects_of(e) & set(wanted))


def _any_user_reaches_it(around: Surroundings) -> Seen | None:
    """The first door for others on the way that is not known to ask for a login: whoever may use the system is let in there."""
    doors = (e for e in around.nearby if e.kind in _DOORS and not _is(e, "examples_only"))
    return first_of(door for door in doors if door.attributes.get("authenticated") is not True)


def _asked_for_what_runs(around: Surroundings) -> Seen | None:
    """Such a door, where the reply itself is executed: nothing has to be talked over, asking is the attack."""
    leaving = around.view.out_of.get(around.match.element.id, ())
    executed = any(flow.role in _RAN and "model_reply" in flow.carries for flow in leaving)
    return _any_user_reaches_it(around) if executed else None


_TESTS: dict[Factor, Callable[[Surroundings], Seen | None]] = {
    "reached_from_internet": lambda around: first_of(e for e in around.nearby if e.zone == "internet"),
    "unauthenticated": lambda around: first_of(  # a guest beside callers who are known is let in on purpose, with fewer rights
        e for e in around.nearby if e.attributes.get("authenticated") is False and not e.attributes.get("login_optional")
    ),
    "any_user_reaches_it": _any_user_reaches_it,
    "asked_for_what_runs": _asked_for_what_runs,
    "source_is_public": _source_is_public,
    "path_is_user_controlled": _path_is_user_controlled,
    "runs_in_ci": lambda around: at(around.match.element) if around.match.element.kind == "ci_job" else None,
    "holds_secrets": _holds_secrets,
    "moves_money": _moves_money,
    "deletes_data": _deletes_data,
    "callers_data_is_kept": _callers_data_is_kept,
    "nothing_learns_from_it": _nothing_learns_from_it,
    "readers_are_signed_in": _readers_are_signed_in,
    "changes_only_comments": lambda around: at(around.match.element) if _is(around.match.element, "comments_only") else None,
    "changes_data": _by_effect("write", "deletion", "file_write"),
    "sends_messages": _by_effect("message"),
    "executes_code": _executes_code,
    "about_people": _about_people,
    "promised_protection": lambda around: at(around.match.element) if around.match.group.partition(":")[0] in _PROTECT else None,
    "acts_on_the_world": _acts_on_the_world,
    "has_tools": lambda around: first_of(e for e in around.acting if e.kind in _TOOLS),
    "reads_private_data": _reads_private_data,
    "only_in_examples": _only_in_examples,
    "only_in_notebooks": _only_in_notebooks,
    "from_notebooks": lambda around: at(around.match.element) if _is(around.match.element, "from_notebooks") else None,
    "loaded_by_code": _loaded_by_code,
    "published": lambda around: at(around.match.element) if _is(around.match.element, "published", "open", "at_a_cloud") else None,
    "port_of_composition": _port_of_composition,
    "only_measures": lambda around: at(around.match.element) if _is(around.match.element, "measures") else None,
    "address_in_settings": lambda around: at(around.match.element) if _is(around.match.element, "address_in_settings") else None,
    "listens_here": _listens_here,
    "only_after_an_error": lambda around: at(around.match.element) if _is(around.match.element, "after_an_error") else None,
    "only_if_told": lambda around: at(around.match.element) if around.match.element.attributes.get("secret_parameter") else None,
    "only_for_debugging": lambda around: at(around.match.element) if _is(around.match.element, "debugging") else None,
    "only_for_development": lambda around: at(around.match.element) if _is(around.match.element, "development") else None,
    "has_untrusted_content": _has_untrusted_content,
    "one_persons_tool": _one_persons_tool,
    "password_of_own_service": _password_of_own_service,
    "by_a_message": lambda around: at(around.match.element) if _is(around.match.element, "account_by_sender") else None,
    "password_for_development": _password_for_development,
}


def _only_the_callers(around: Surroundings) -> bool:
    """Whether nothing of others reaches a model and its reply goes back to who asked."""
    if set(around.labels()) & _OF_OTHERS or any(set(flow.carries) & _OF_OTHERS for flow in around.flows()):
        return False
    return all(flow.role in _HARMLESS for flow in around.view.out_of.get(around.match.element.id, ()))


def _calling_tools(view: View, match: Match, around: list[str]) -> set[str]:
    """Tools before a model that the model cannot use: it is called by them, and nobody gave it those.

    A model that turns texts into vectors uses none at all. What was given a tool, or reads what it found, may use it.
    """
    if match.element.kind not in _MODELS:
        return set()
    before = {identity for identity in around if view.elements[identity].kind in _TOOLS}
    if match.element.kind == "embedding_model":
        return before
    used = {r.target for identity in around for r in view.relations_from.get(identity, ()) if r.kind == "has_tool"}
    used |= {flow.target for flow in view.out_of.get(match.element.id, ()) if flow.role != "response"}
    used |= {flow.source for identity in around for flow in view.into.get(identity, ()) if "tool_result" in flow.carries}
    return before - used - {other.id for other in match.others}


def _made(view: View, element: Element) -> list[Element]:
    """The models a training makes: those it leaves, and those that load what it wrote."""
    left = [relation.target for relation in view.relations_from.get(element.id, ()) if relation.kind == "produces"]
    loaded = [r.source for identity in left for r in view.relations_to.get(identity, ()) if r.kind == "loads"]
    return [view.elements[identity] for identity in dict.fromkeys((*left, *loaded)) if view.elements[identity].kind == "ml_model"]


def _upstream(view: View, element: Element) -> list[str]:
    found: dict[str, None] = {}
    queue = [element.id]
    for _ in range(_UPSTREAM):
        if not queue:
            break
        current = queue.pop(0)
        sources = [flow.source for flow in view.into.get(current, ())]
        sources += [r.source for r in view.relations_to.get(current, ()) if r.kind in ("calls", "has_tool", "uses_model")]
        for source in sources:
            if source not in found and source != element.id:
                found[source] = None
                queue.append(source)
    return list(found)


def first_of(elements: Iterable[Element]) -> Seen | None:
    """The first of these elements, as seen where it is made."""
    return next((at(element) for element in elements), None)


def at(element: Element) -> Seen:
    """An element, as seen where it is made."""
    return Seen(element.name, element.evidence[0] if element.evidence else None)


def _flow(around: Surroundings, flows: Iterable[Flow]) -> Seen | None:
    """The first of these flows, as seen where it begins."""
    return next((Seen(around.view.elements[f.source].name, f.steps[0] if f.steps else None) for f in flows), None)


def _is(element: Element, *attributes: str) -> bool:
    return any(element.attributes.get(attribute) is True for attribute in attributes)


def effects_of(element: Element) -> frozenset[str]:
    """What a tool does to the world, as it was recognised."""
    has = element.attributes.get("effects")
    return frozenset(has) if isinstance(has, tuple) else frozenset()
