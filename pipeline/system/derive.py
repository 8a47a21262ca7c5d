"""What follows from the parts: effects of tools, what runs inference, who stands outside, boundaries.

Everything derived here keeps the evidence it was derived from: a relation, a flow or a site.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.system.agents.tool_effects import add_effects
from pipeline.system.agents.web_tools import add_web_results
from pipeline.system.assembly import Assembly
from pipeline.system.elements.entries import ENTRY_KINDS
from pipeline.system.elements.inference import MODELS, RUN_BY, Askers
from pipeline.system.elements.model_surroundings import are_of_people, names_around, names_on_the_way
from pipeline.system.elements.named_replies import add_named_replies
from pipeline.system.elements.ordinary_pickles import mark_ordinary_pickles
from pipeline.system.elements.shown_answers import add_shown_answers
from pipeline.system.elements.tool_parts import calls_of, entries, reach_of
from pipeline.system.flows.logged_text import mark_logs, mark_told_by
from pipeline.system.flows.shown_later import add_shown_later
from pipeline.system.model import Boundary, Element, Evidence, Flow, Label, SinkRole, Zone
from pipeline.system.rules.words import load_words, mentions, subjects, words_of
from pipeline.system.training.training_loops import add_loop_data

_PATIENTS = ("patient", "patients")  # whoever is treated is somebody, whatever the columns are called


def derive(assembly: Assembly) -> None:
    """Adds derived relations, flows and attributes to the drafts."""
    _calls(assembly)
    add_shown_answers(assembly)
    add_named_replies(assembly)
    add_shown_later(assembly)
    add_effects(assembly)
    add_web_results(assembly)
    add_loop_data(assembly)
    _structure(assembly)
    _recorded(assembly)
    mark_told_by(assembly)
    mark_logs(assembly)
    _inference(assembly)
    _models(assembly)
    mark_ordinary_pickles(assembly)
    mark_examples(assembly)


def _calls(assembly: Assembly) -> None:
    """What runs when an entry or a tool is called, whether or not data flows there."""
    for reference, identity in entries(assembly):
        for function in sorted(reach_of(assembly, reference, identity)):
            for call in calls_of(assembly, function, identity):
                target = assembly.element_of_call.get(call)
                if target is not None and target != identity:
                    assembly.relate(identity, "calls", target, assembly.cite(call))


def _structure(assembly: Assembly) -> None:
    """Flows that lasting ties imply: between an agent and its tools, retrievers, memory and model."""
    for (source, kind, target), evidence in sorted(assembly.relations.items()):
        steps = tuple(e.model_copy(update={"role": "step"}) for e in evidence[:2])
        if kind == "has_tool":
            _imply(assembly, source, target, ("tool_arguments",), None, steps)
            back: tuple[Label, ...] = tuple(dict.fromkeys(("tool_result", *_incoming(assembly, target))))
            _imply(assembly, target, source, back, "prompt", steps)
        elif kind == "uses_retriever":
            _imply(assembly, target, source, ("retrieved_text",), "prompt", steps)
        elif kind == "uses_memory":
            _imply(assembly, target, source, ("stored_data",), "prompt", steps)
            _imply(assembly, source, target, ("model_reply",), "memory_write", steps)
            if assembly.draft(target).attributes.get("keeps_tool_calls") is True:
                kept = next(iter(assembly.draft(target).evidence), None)
                assembly.control("prompt_log", source, kept, "the framework keeps the calls of tools with the conversation here")
        elif kind == "uses_store" and assembly.draft(source).kind == "retriever":
            _imply(assembly, target, source, ("retrieved_text",), None, steps)


def _incoming(assembly: Assembly, tool: str) -> tuple[Label, ...]:
    return tuple(
        sorted(
            {
                label
                for (_s, target, role), flows in assembly.flows.items()
                if target == tool and role == "response"
                for f in flows
                for label in f.carries
                if label in ("web_content", "uploaded_file", "retrieved_text", "stored_data", "user_feedback")
            }
        )
    )


def _imply(
    assembly: Assembly, source: str, target: str, carries: tuple[Label, ...], role: SinkRole | None, steps: tuple[Evidence, ...]
) -> None:
    if (source, target, role) in assembly.flows:
        return
    identity = f"{source}->{target}:{role or 'uses'}"
    assembly.flow(Flow(id=identity, source=source, target=target, carries=carries, role=role, steps=steps))


def _recorded(assembly: Assembly) -> None:
    """A model, tool or decision whose data reaches a log or an audit table is recorded there."""
    prompted: dict[str, list[str]] = {}
    for source, target, _role in sorted(key for key in assembly.flows if key[2] in ("prompt", "conversation", "system_prompt")):
        if target not in prompted.setdefault(source, []):
            prompted[source].append(target)
    withheld = {flow for (kind, _place), (flows, _evidence) in assembly.controls.items() if kind == "text_withheld" for flow in flows}
    for (source, target, role), flows in assembly.flows_in_order():
        if role not in ("log", "store_write"):
            continue
        from_kind, to_draft = assembly.draft(source).kind, assembly.draft(target)
        for flow in flows:
            if flow.id in withheld and from_kind not in ("tool", "mcp_tool", "ml_model"):
                continue  # a line on an identifier tells which call it was, and nothing of what was said
            last = flow.steps[-1] if flow.steps else None
            if from_kind in ("hosted_llm", "local_llm", "agent") and "model_reply" in flow.carries:
                assembly.control("prompt_log", source, last, "the reply is recorded here")
            elif from_kind in ("tool", "mcp_tool") and (role == "log" or _is_audit(flow)):
                assembly.control("audit_log", source, last, "the call is recorded here")
            elif from_kind == "ml_model" and "prediction" in flow.carries:
                assembly.control("audit_log", source, last, "the decision is recorded here")
            elif to_draft.kind == "log" and "user_input" in flow.carries:
                for model in prompted.get(source, ()):
                    assembly.control("prompt_log", model, last, "the input is recorded here")


def _is_audit(flow: Flow) -> bool:
    return any(mentions([step.path, step.quote], ("audit", "event_log", "ledger", "journal", "trail")) for step in flow.steps)


def _inference(assembly: Assembly) -> None:
    covered: dict[str, set[str]] = {}
    for (kind, _place), (elements, _evidence) in assembly.controls.items():
        for identity in elements:
            covered.setdefault(identity, set()).add(kind)
    askers = Askers(assembly)
    trains = {
        (call[0], assembly.program.value(call).scope)
        for call, made in assembly.element_of_call.items()
        if assembly.draft(made).kind == "training_job"
    }
    for reference, identity in sorted(assembly.entry_of_function.items()):
        draft = assembly.draft(identity)
        if draft.kind not in ENTRY_KINDS:
            continue
        reached = assembly.reach(reference)
        run = {kind for function in reached for kind in askers.run_in.get(function, ())}
        if reached & trains:
            run.discard("ml_model")  # the new model is measured with data that is at hand, not with what a caller sends
        run |= {
            assembly.draft(t).kind
            for (s, t, role), flows in assembly.flows.items()
            if s == identity and role in RUN_BY and any(askers.asked_by(reference, flow) for flow in flows)
        }
        if run & MODELS:
            draft.attributes["runs_inference"] = True
        asked = [assembly.draft(t) for (s, t, role) in assembly.flows if s == identity and role in RUN_BY]
        if asked and all(model.attributes.get("callers_key") is True for model in asked):
            draft.attributes["callers_key"] = True
        if draft.kind in ("http_route", "websocket", "chat_ui", "webhook"):
            # What only members of a network reach, who have signed in there, is known to its framework.
            known = draft.attributes.get("authenticated") is True
            draft.attributes["authenticated"] = known or "authentication" in covered.get(identity, set())
            if mentions([draft.name, assembly.program.function(reference).name], load_words().administrative):
                draft.attributes["admin"] = True
        returned = {
            label for (_s, t, r), fs in assembly.flows.items() if t == identity and r == "response" for f in fs for label in f.carries
        }
        if "prediction" in returned:
            draft.attributes["returns_prediction"] = True
            if any(
                assembly.draft(s).attributes.get("scores_returned") is True
                for (s, t, r) in assembly.flows
                if t == identity and r == "response"
            ):
                draft.attributes["returns_scores"] = True
        if "model_reply" in returned:
            draft.attributes["returns_model_reply"] = True
    functions = frozenset(assembly.entry_of_function.values())
    for identity in {source for source, target, role in assembly.flows if role in RUN_BY and assembly.draft(target).kind in MODELS}:
        if assembly.draft(identity).kind == "chat_ui" and identity not in functions:  # a field of a page
            assembly.draft(identity).attributes["runs_inference"] = True


def _models(assembly: Assembly) -> None:
    """What predictive models decide about and training jobs learn from, by the names around them."""
    words = load_words()
    for source, kind, target in sorted(assembly.relations):
        hub = assembly.draft(target).attributes
        if kind == "loads" and assembly.draft(source).kind == "ml_model" and hub.get("source") == "hub" and "local_path" not in hub:
            assembly.draft(source).attributes.setdefault("pretrained", True)
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind == "ml_model" or (draft.kind in ("hosted_llm", "local_llm", "agent") and draft.attributes.get("decides") is True):
            names = names_around(assembly, identity)
            if draft.kind != "ml_model" and mentions(names, ("embedding", "embeddings", "embed")):
                continue  # vectors are no verdict
            about = subjects(names, decides=draft.kind != "ml_model")
            if draft.kind == "ml_model":
                way = names_on_the_way(assembly, identity)
                about = about or subjects(way, decides=False)
                if mentions((*names, *way), words.judged) and are_of_people(way, words.demographic):
                    about = ["people", *about]
            for subject in about[:1]:
                draft.attributes.setdefault("decides_about", subject)
            if draft.kind != "ml_model":
                continue
            if mentions(names, words.detector):
                draft.attributes["detector"] = True
            if mentions(names, words.physical) or (
                draft.attributes.get("decides") is True and mentions(_called_beside(assembly, identity), (*words.physical, "gate"))
            ):
                draft.attributes["physical"] = True
        elif draft.kind == "training_job":
            labels = sorted(
                {
                    label
                    for (_s, t, r), fs in assembly.flows.items()
                    if t == identity and r == "training_data"
                    for f in fs
                    for label in f.carries
                }
            )
            if labels:
                draft.attributes["data_from"] = tuple(labels)
            around, way = names_around(assembly, identity), names_on_the_way(assembly, identity)
            described = are_of_people(way, words.demographic)
            if described or mentions(around, words.personal):
                draft.attributes["sensitive"] = True
            about_patients = mentions((*around, *way), _PATIENTS) is not None  # people, also where their names were taken out before
            for subject in (
                ["people"] if described or about_patients else (subjects(around, decides=False) or subjects(way, decides=False))[:1]
            ):
                draft.attributes.setdefault("learns_about", subject)


def _called_beside(assembly: Assembly, identity: str) -> list[str]:
    """What is told to do something in the functions where a model decides: `gate.open()`, `open_gate()`."""
    program = assembly.program
    found: list[str] = []
    for scope in sorted({(file, program.value((file, value)).scope) for file, value in assembly.draft(identity).nodes}):
        for call in assembly.calls_in(scope):
            callee = program.value((call[0], program.value(call).inputs[0]))
            found += [program.value((call[0], callee.inputs[0])).text] if callee.kind == "attribute" else []
            if len(words_of(callee.text)) > 1:  # `open_gate()`; a layer may be called `gate`
                found.append(callee.text)
    return found


def mark_examples(assembly: Assembly) -> None:
    """What stands in examples or documentation only says so; asked again when more elements are known."""
    for draft in assembly.drafts.by_id.values():
        if draft.purposes and draft.purposes <= {"example", "documentation"}:
            draft.attributes["examples_only"] = True


# Actors and boundaries


def add_actors(assembly: Assembly) -> None:
    """People outside: whoever reaches an entry without authentication is anyone."""
    for identity, draft in sorted(assembly.drafts.by_id.items()):
        if draft.kind not in ("http_route", "websocket", "chat_ui", "webhook"):
            continue
        known = draft.attributes.get("authenticated") is True
        actor = assembly.drafts.put("end_user" if known else "anonymous_public", "signed-in users" if known else "anyone who can reach it")
        for evidence in draft.evidence[:1]:
            if evidence not in assembly.draft(actor).evidence and len(assembly.draft(actor).evidence) < 4:
                assembly.draft(actor).evidence.append(evidence)
        steps = tuple(e.model_copy(update={"role": "source"}) for e in draft.evidence[:1])
        assembly.flow(Flow(id=f"{actor}->{identity}:calls", source=actor, target=identity, carries=("user_input",), role=None, steps=steps))


_ZONE_NAMES: dict[Zone, str] = {
    "internet": "Internet", "user": "Signed-in users", "application": "Application", "data": "Data", "third_party": "Third parties",
    "supply_chain": "Supply chain", "build": "Build",
}  # fmt: skip


def boundaries_of(elements: Iterable[Element]) -> tuple[Boundary, ...]:
    zones: dict[Zone, list[str]] = {}
    for element in elements:
        zones.setdefault(element.zone, []).append(element.id)
    return tuple(
        Boundary(id=f"zone:{zone}", name=_ZONE_NAMES[zone], kind="zone", elements=tuple(sorted(ids))) for zone, ids in sorted(zones.items())
    )


def crossed(flow: Flow, zones: dict[str, Zone]) -> tuple[str, ...]:
    source, target = zones[flow.source], zones[flow.target]
    return () if source == target else (f"zone:{source}", f"zone:{target}")
