"""Facts into a `System`: the one place that says in which order the model is built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.code.program import Node, Program
from ingest.facts import CodeFacts, ConfigFacts, DocumentFacts, Facts, ModelFacts, TextFacts
from ingest.purpose import NOT_PRODUCT
from pipeline.system.agents.answer_caches import add_answer_caches
from pipeline.system.agents.go_listening import mark_go_listening
from pipeline.system.agents.kestrel import mark_kestrel
from pipeline.system.agents.local_agents import mark_local_agents
from pipeline.system.agents.mcp_listening import mark_mcp_listening
from pipeline.system.agents.mcp_mixing import relate_mixing_servers
from pipeline.system.agents.mcp_settings import mark_mcp_settings
from pipeline.system.ai_parts import ai_parts_of
from pipeline.system.assembly import Assembly, frozen_controls, frozen_relations
from pipeline.system.code_flows import add_code_flows
from pipeline.system.configuration import add_configuration
from pipeline.system.contradicted import add_contradictions
from pipeline.system.controls.answered_credentials import mark_answered_credentials
from pipeline.system.controls.checked_downloads import add_checked_downloads
from pipeline.system.controls.closed_by_default import add_closed_by_default
from pipeline.system.controls.conversation_keys import mark_conversation_keys
from pipeline.system.controls.default_keys import add_default_keys
from pipeline.system.controls.handed_conversations import mark_handed_conversations
from pipeline.system.controls.kill_switches import add_kill_switches
from pipeline.system.controls.left_out_filters import mark_left_out_filters
from pipeline.system.controls.let_in_by_address import add_let_in_by_address
from pipeline.system.controls.logged_secrets import add_logged_secrets
from pipeline.system.controls.model_updates import mark_model_updates
from pipeline.system.controls.named_callers import mark_named_callers
from pipeline.system.controls.open_named import mark_open_named
from pipeline.system.controls.overridden_claims import add_overridden_claims
from pipeline.system.controls.own_collections import mark_own_collections
from pipeline.system.controls.own_encoders import with_own_encoders
from pipeline.system.controls.owned_conversations import mark_owned_conversations
from pipeline.system.controls.owned_records import mark_owned_records
from pipeline.system.controls.page_markup import show_page_markup, with_page_markup
from pipeline.system.controls.protection import add_identities, add_protection
from pipeline.system.controls.proven_origins import add_proven_origins
from pipeline.system.controls.raw_markup import without_raw_markup
from pipeline.system.controls.safety_filters import mark_safety_filters
from pipeline.system.controls.shared_stores import mark_shared_stores
from pipeline.system.controls.told_by_headers import add_told_by_headers
from pipeline.system.controls.unlike_siblings import mark_unlike_siblings
from pipeline.system.debug_pages import add_debug_pages
from pipeline.system.deployment.idle_services import mark_idle_services
from pipeline.system.deployment.look_alikes import mark_look_alike_models
from pipeline.system.deployment.open_brokers import relate_open_brokers
from pipeline.system.deployment.packages import packages_of
from pipeline.system.derive import add_actors, boundaries_of, crossed, derive
from pipeline.system.described import add_described
from pipeline.system.documents.documents import add_claims
from pipeline.system.documents.hidden_text import add_hidden_instructions
from pipeline.system.documents.written_secrets import add_written_secrets
from pipeline.system.draft import Drafts
from pipeline.system.drawings.drawn import Drawings, add_drawings
from pipeline.system.elements.acts_again import mark_acts_again
from pipeline.system.elements.approval_routes import mark_approval_routes
from pipeline.system.elements.asked_here import mark_asked_here
from pipeline.system.elements.bot_webhooks import mark_bot_webhooks
from pipeline.system.elements.brought_stores import mark_brought_stores
from pipeline.system.elements.browser_keys import mark_browser_keys
from pipeline.system.elements.chosen_models import mark_chosen_models
from pipeline.system.elements.client_certificates import add_client_certificates
from pipeline.system.elements.code_beside import mark_code_beside
from pipeline.system.elements.code_elements import add_code_elements
from pipeline.system.elements.console import without_terminal
from pipeline.system.elements.entries import addresses
from pipeline.system.elements.governing_routes import mark_governing_routes
from pipeline.system.elements.injected_models import mark_injected_models
from pipeline.system.elements.kept_by_default import mark_kept_by_default
from pipeline.system.elements.loopback import add_loopback
from pipeline.system.elements.message_senders import mark_message_senders
from pipeline.system.elements.model_addresses import add_model_addresses
from pipeline.system.elements.notebook_files import mark_notebook_files
from pipeline.system.elements.one_operator import mark_one_operator
from pipeline.system.elements.open_bots import mark_open_bots
from pipeline.system.elements.open_logins import mark_open_logins
from pipeline.system.elements.open_origins import mark_open_origins
from pipeline.system.elements.open_records import mark_open_records
from pipeline.system.elements.own_files import mark_own_files
from pipeline.system.elements.own_profile_roles import add_own_profile_roles
from pipeline.system.elements.own_routes import OwnRoutes
from pipeline.system.elements.package_installs import mark_package_installs
from pipeline.system.elements.possible_models import mark_possible_models
from pipeline.system.elements.provider_replies import add_provider_replies
from pipeline.system.elements.public_buckets import add_public_buckets
from pipeline.system.elements.sent_media import add_sent_media
from pipeline.system.elements.service_replies import add_service_replies
from pipeline.system.elements.shared_conversations import mark_shared_conversations
from pipeline.system.elements.told_errors import mark_told_errors
from pipeline.system.elements.told_to_everybody import mark_told_to_everybody
from pipeline.system.elements.traced_conversations import add_traced_conversations
from pipeline.system.elements.unbuilt_tools import without_unbuilt
from pipeline.system.elements.uncalled import mark_uncalled
from pipeline.system.elements.unchecked_certificates import mark_unchecked_certificates
from pipeline.system.elements.unchecked_go import mark_unchecked_go
from pipeline.system.elements.unchecked_hosts import mark_unchecked_hosts
from pipeline.system.elements.unhanded_tools import without_unhanded
from pipeline.system.elements.unreached import without_unreached
from pipeline.system.elements.unserved import without_unserved
from pipeline.system.elements.vector_tables import with_vector_tables
from pipeline.system.evidence import EvidenceBook
from pipeline.system.flows.callers_keys import add_callers_keys
from pipeline.system.flows.log_helpers import move_logs_to_callers
from pipeline.system.flows.log_levels import read_log_levels
from pipeline.system.flows.unattended import mark_unattended
from pipeline.system.model import Boundary, Flow, Package, System
from pipeline.system.places.kept_places import with_places
from pipeline.system.places.made_at_places import add_made
from pipeline.system.places.request_contexts import joined, request_contexts
from pipeline.system.program.beans import injected
from pipeline.system.program.flow_edges import Kept
from pipeline.system.program.programs import programs_of
from pipeline.system.program.sites import find_sites, received
from pipeline.system.program.wired import wired
from pipeline.system.prompts.embedded import add_prompts_and_secrets
from pipeline.system.prompts.prompt_files import PromptFiles
from pipeline.system.prompts.prompt_models import add_prompt_models
from pipeline.system.prompts.tested_secrets import add_tested_secrets
from pipeline.system.rules.knowledge import FrameworkIndex
from pipeline.system.same_things import relate_same_things
from pipeline.system.shapes.shapes import with_shapes
from pipeline.system.steps import Steps
from pipeline.system.told_apart import told_apart
from pipeline.system.training.cards import add_cards
from pipeline.system.training.copied_before_split import mark_copied_before_split
from pipeline.system.training.data_addresses import add_data_addresses
from pipeline.system.training.feature_files import mark_feature_files
from pipeline.system.training.feature_lists import mark_feature_lists
from pipeline.system.training.federations import add_federations
from pipeline.system.training.handed_out import mark_handed_out
from pipeline.system.training.kept_models import mark_kept_models
from pipeline.system.training.measures import mark_measures
from pipeline.system.training.model_files import add_model_files
from pipeline.system.training.parameters import name_models
from pipeline.system.training.pipelines import add_pipelines
from pipeline.system.training.promotions import mark_promotions
from pipeline.system.training.public_objects import add_public_objects
from pipeline.system.training.released_anyway import mark_released_anyway
from pipeline.system.training.served_at_once import mark_served_at_once
from pipeline.system.training.task_order import add_task_order
from pipeline.system.training.tuning_files import add_tuning_files
from pipeline.system.training.warned_only import mark_warned_only


@dataclass(frozen=True, slots=True)
class Built:
    """A system, and what could not be done while building it."""

    system: System
    notes: tuple[tuple[str, str], ...]


def _handed_in(program: Program) -> Iterator[tuple[Node, Node]]:
    yield from injected(program)
    yield from wired(program)


def build_system(facts: Sequence[Facts], frameworks: FrameworkIndex, book: EvidenceBook, *, described_only: bool = False) -> Built:
    """The system model of everything that was read; of a tree without code, prose tells what the system is."""
    code = sorted((f for f in facts if isinstance(f, CodeFacts) and f.purpose not in NOT_PRODUCT), key=lambda f: f.path)
    config = sorted((f for f in facts if isinstance(f, ConfigFacts)), key=lambda f: f.path)
    documents = sorted((f for f in facts if isinstance(f, DocumentFacts)), key=lambda f: f.path)
    program = Program(code, frameworks.returned_type, config, lambda program: received(program, frameworks), _handed_in)
    program.link()
    known = Assembly(program, frameworks, book, find_sites(program, frameworks))
    steps = Steps()
    known.sites = steps.instead(known.sites, without_unserved, known)
    known.sites = steps.instead(known.sites, without_unreached, known, config)
    known.sites = steps.instead(known.sites, without_raw_markup, known)
    known.sites = steps.instead(known.sites, with_page_markup, known, config)
    known.sites = steps.instead(known.sites, with_own_encoders, known)
    known.sites = steps.instead(known.sites, without_unhanded, known, lambda: packages_of(known, config))
    own_routes = OwnRoutes(program, lambda: addresses(known))
    sites = steps.instead(known.sites, with_shapes, program, frameworks, known.sites, own_routes)
    sites = steps.instead(sites, without_unbuilt, program, sites)
    sites = steps.instead(sites, without_terminal, program, sites)
    sites = steps.instead(sites, with_vector_tables, program, sites)
    sites, kept = steps.instead((sites, Kept()), with_places, program, frameworks, sites, config)
    kept = joined(kept, steps.instead(Kept(), request_contexts, program))
    assembly = Assembly(program, frameworks, book, sites, Drafts(programs_of(program, sites.entries, config)), kept)
    add_code_elements(assembly)
    steps.run(mark_code_beside, assembly)
    steps.run(show_page_markup, assembly, config)
    steps.run(add_data_addresses, assembly)
    steps.run(mark_approval_routes, assembly)
    steps.run(add_public_buckets, assembly)
    steps.run(add_provider_replies, assembly)
    steps.run(add_service_replies, assembly)
    steps.run(add_sent_media, assembly)
    steps.run(add_identities, assembly)
    steps.run(add_prompts_and_secrets, assembly, PromptFiles([f for f in facts if isinstance(f, TextFacts | DocumentFacts)]))
    steps.run(add_default_keys, assembly)
    steps.run(add_callers_keys, assembly)
    steps.run(add_model_addresses, assembly)
    steps.run(mark_asked_here, assembly)
    steps.run(mark_unchecked_certificates, assembly)
    steps.run(mark_unchecked_go, assembly)
    steps.run(mark_unchecked_hosts, assembly)
    steps.run(mark_browser_keys, assembly)
    steps.run(add_traced_conversations, assembly)
    steps.run(mark_safety_filters, assembly)
    steps.run(mark_shared_conversations, assembly)
    steps.run(mark_package_installs, assembly)
    steps.run(mark_local_agents, assembly)
    steps.run(add_tuning_files, assembly)
    steps.run(read_log_levels, assembly, config)
    steps.run(move_logs_to_callers, assembly)
    steps.run(add_code_flows, assembly)
    steps.run(add_logged_secrets, assembly)
    steps.run(mark_unattended, assembly)
    steps.run(mark_own_collections, assembly)
    steps.run(mark_left_out_filters, assembly)
    steps.run(mark_own_files, assembly)
    steps.run(mark_notebook_files, assembly)
    steps.run(mark_uncalled, assembly, config, documents)
    steps.run(mark_model_updates, assembly)
    steps.run(add_protection, assembly)
    steps.run(add_closed_by_default, assembly, config)
    steps.run(add_overridden_claims, assembly)
    steps.run(add_told_by_headers, assembly, config)
    steps.run(add_let_in_by_address, assembly)
    steps.run(mark_owned_conversations, assembly)
    steps.run(mark_conversation_keys, assembly)
    steps.run(mark_handed_conversations, assembly)
    steps.run(mark_unlike_siblings, assembly)
    steps.run(mark_named_callers, assembly)
    steps.run(mark_owned_records, assembly)
    steps.run(add_made, assembly)
    steps.run(add_checked_downloads, assembly)
    steps.run(mark_shared_stores, assembly)
    steps.run(add_answer_caches, assembly)
    steps.run(add_proven_origins, assembly)
    steps.run(add_kill_switches, assembly)
    steps.run(add_loopback, assembly, config)
    steps.run(mark_kept_by_default, assembly, config, documents)
    steps.run(add_debug_pages, assembly, config)
    steps.run(add_client_certificates, assembly, config)
    steps.run(add_pipelines, assembly, config)
    steps.run(add_task_order, assembly)
    steps.run(mark_promotions, assembly)
    steps.run(mark_measures, assembly)
    steps.run(mark_copied_before_split, assembly)
    steps.run(mark_kept_models, assembly)
    steps.run(mark_warned_only, assembly)
    steps.run(mark_served_at_once, assembly)
    steps.run(mark_injected_models, assembly)
    steps.run(mark_chosen_models, assembly)
    steps.run(derive, assembly)
    steps.run(mark_told_to_everybody, assembly)
    steps.run(mark_feature_files, assembly, config)
    steps.run(mark_feature_lists, assembly)
    steps.run(mark_governing_routes, assembly)
    steps.run(mark_handed_out, assembly)
    steps.run(mark_brought_stores, assembly)
    steps.run(mark_open_records, assembly)
    steps.run(mark_answered_credentials, assembly)
    steps.run(mark_acts_again, assembly)
    steps.run(mark_told_errors, assembly)
    steps.run(mark_open_origins, assembly)
    steps.run(mark_open_logins, assembly)
    steps.run(add_own_profile_roles, assembly)
    steps.run(mark_bot_webhooks, assembly)
    steps.run(mark_message_senders, assembly)
    steps.run(mark_open_named, assembly)
    steps.run(mark_open_bots, assembly)
    steps.run(mark_one_operator, assembly)
    steps.run(mark_mcp_listening, assembly)
    steps.run(mark_mcp_settings, assembly, config)
    steps.run(relate_mixing_servers, assembly)
    steps.run(mark_go_listening, assembly)
    steps.run(mark_kestrel, assembly, config)
    steps.run(add_configuration, assembly, config, documents)
    steps.run(mark_released_anyway, assembly, config)
    steps.run(add_federations, assembly, config)
    steps.run(add_public_objects, assembly, config)
    steps.run(relate_same_things, assembly)
    steps.run(relate_open_brokers, assembly)
    steps.run(mark_idle_services, assembly, config)
    steps.run(add_model_files, assembly, sorted((f for f in facts if isinstance(f, ModelFacts)), key=lambda f: f.path), config)
    steps.run(name_models, assembly, config)
    steps.run(add_prompt_models, assembly, sorted((f for f in facts if isinstance(f, TextFacts)), key=lambda f: f.path))
    steps.run(add_cards, assembly, config, documents)
    steps.run(mark_possible_models, assembly)
    steps.run(mark_look_alike_models, assembly)
    steps.run(add_actors, assembly)
    if described_only:
        cards = [document for document in documents if not document.settings]  # a card tells of a model
        drawn = steps.instead(Drawings(), add_described, assembly, cards)
    else:
        drawn = steps.instead(Drawings(), add_drawings, assembly, documents)
        steps.run(add_claims, assembly, documents)
        steps.run(add_written_secrets, assembly, documents)
        steps.run(add_tested_secrets, assembly, facts)
    steps.run(add_contradictions, assembly, documents, config, drawn)
    steps.run(add_hidden_instructions, assembly, facts)
    system = _freeze(assembly, drawn, packages_of(assembly, config))
    paths = [fact.path for fact in facts if fact.purpose == "documentation" or fact.purpose not in NOT_PRODUCT]
    system = system.model_copy(update={"ai_parts": ai_parts_of(system.elements, system.packages, code, paths)})
    return Built(system, tuple(dict.fromkeys((*steps.failed, *assembly.notes))))


def _freeze(assembly: Assembly, drawn: Drawings, packages: tuple[Package, ...]) -> System:
    elements = assembly.drafts.elements()
    zones = {element.id: element.zone for element in elements}
    controls = frozen_controls(assembly)
    on_flow: dict[str, list[str]] = {}
    for control in controls:
        for covered in control.protects:
            on_flow.setdefault(covered, []).append(control.id)
    flows = tuple(
        flow.model_copy(
            update={
                "crosses": (*crossed(flow, zones), *_drawn_crossed(flow, drawn.boundaries)),
                "controls": tuple(sorted(on_flow.get(flow.id, ()))),
            }
        )
        for _key, found in assembly.flows_in_order()
        for flow in _merged(found)
    )
    system = System(
        elements=elements,
        flows=flows,
        relations=frozen_relations(assembly),
        boundaries=(*boundaries_of(elements), *sorted(drawn.boundaries, key=lambda boundary: boundary.id)),
        controls=controls,
        claims=tuple(sorted(assembly.claims, key=lambda claim: claim.id)),
        drawn=tuple(drawn.names),
        packages=packages,
    )
    return told_apart(system, assembly.drafts)


def _drawn_crossed(flow: Flow, drawn: Sequence[Boundary]) -> tuple[str, ...]:
    """The frames a drawn arrow leads into or out of."""
    if flow.stated_by != "document":
        return ()
    return tuple(sorted(frame.id for frame in drawn if (flow.source in frame.elements) != (flow.target in frame.elements)))


def _merged(flows: list[Flow]) -> list[Flow]:
    """Ways that share their steps are one flow that carries all their labels."""
    merged: dict[tuple[object, ...], Flow] = {}
    for flow in flows:
        key = (flow.steps, flow.stated_by)
        known = merged.get(key)
        if known is None:
            merged[key] = flow
        else:
            merged[key] = known.model_copy(update={"carries": tuple(sorted({*known.carries, *flow.carries}))})
    return list(merged.values())
