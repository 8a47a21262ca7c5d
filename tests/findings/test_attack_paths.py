"""Attack paths: only over flows and findings that are there, cut by what stands in the way, ranked and merged the same way each time."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.findings.attack_paths import Found, find_attack_paths, search, walk
from pipeline.findings.attack_paths.knowledge import Knowledge, load_knowledge
from pipeline.findings.compose import compose
from pipeline.findings.model import AttackPath, AttackRoute, Finding, Scan
from pipeline.scan import ScanSettings, scan
from pipeline.system.model import Control, Element, Flow, Label, Relation, SinkRole, System
from pipeline.threats.catalog import load_catalog
from pipeline.threats.engine import Match, match_threats
from pipeline.threats.view import View
from tests.factories import element, evidence, flow
from tests.factories import finding as make_finding

SAMPLES = Path(__file__).parent.parent.parent / "evals" / "systems"

# The sample's paths, written down from reading its code and settings: who, to what, by which findings. One per prize.
GOLDEN = {
    ("anyone on the internet", "money", "tool:issue_refund", ("client-controlled-conversation", "tool-without-approval")),
    ("anyone on the internet", "database", "data_store:SQL database", ("client-controlled-conversation", "model-output-in-query")),
    ("anyone on the internet", "records", "tool:issue_refund", ("client-controlled-conversation", "record-of-another")),
    ("anyone on the internet", "records", "tool:list_orders", ("client-controlled-conversation", "model-chosen-identity")),
    ("anyone on the internet", "secret", "prompt:support_assistant.agent.prompts.INSTRUCTIONS", ("client-controlled-conversation", "secret-in-prompt")),
    ("anyone on the internet", "addresses", "web_content:tools.track_parcel (http_clients)", ("client-controlled-conversation", "model-output-in-path-or-url")),
    ("anyone on the internet", "documents", "vector_store:support-knowledge", ("client-controlled-conversation", "cross-tenant-retrieval")),
    ("anyone on the internet", "session", "renderer:chat.chat (markdown)", ("vector-store-open-to-writes", "indirect-prompt-injection", "model-output-rendered")),
    ("whoever opens an issue or a pull request", "repository", "ci_job:.github/workflows/triage.yml", ("ci-untrusted-text-with-rights",)),
    ("anyone on the internet", "learning", "training_job:train.train (fine-tuning)", ("feedback-loop-poisoning",)),
    ("anyone on the internet", "verdict", "ml_model:/var/lib/support/intent.pt", ("adversarial-evasion",)),
    ("a signed-in user", "decision", "hosted_llm:gpt-4.1-mini in server", ("direct-prompt-injection",)),
    ("anyone on the internet", "answers", "vector_store:support-knowledge", ("vector-store-open-to-writes",)),
    ("whoever reaches the port", "documents", "vector_store:chroma service", ("exposed-vector-store",)),
    ("whoever controls what is fetched from outside", "code", "model_registry:norbits/minilm-intent-nordic", ("remote-code-in-model-repo",)),
    ("anyone on the internet", "training_data", "ml_model:/var/lib/support/intent.pt", ("membership-inference",)),
    ("anyone on the internet", "weights", "ml_model:/var/lib/support/intent.pt", ("model-extraction",)),
    ("whoever reaches the port", "records", "http_route:GET /admin/conversations/{conversation_id}", ("open-records",)),
}  # fmt: skip

GOLDEN_OF_THE_LINE = {
    ("anyone on the internet", "code", "model_registry:models:/castings/Production", ("unsafe-model-load",)),
    ("anyone on the internet", "weights", "ml_model:models:/castings/Production", ("model-extraction",)),
    ("whoever reaches the port", "models", "model_registry:registry service", ("open-ai-administration",)),
    ("whoever reaches the port", "contents", "data_store:store service", ("default-password-on-open-port",)),
    ("whoever opens an issue or a pull request", "repository", "ci_job:.github/workflows/retrain.yml", ("ci-untrusted-text-with-rights",)),
    ("whoever controls what is fetched from outside", "code", "model_registry:castvision/backbones", ("remote-code-in-model-repo",)),
    ("whoever writes what is fetched", "learning", "training_job:train.train (torch training)", ("feedback-loop-poisoning",)),
    ("whoever dresses up what a camera or a microphone is shown", "verdict", "ml_model:models:/castings/Production", ("physical-world-evasion",)),
}  # fmt: skip

VISITOR = element("anonymous_public", "anyone", "internet", evidence=(evidence("app.py:1"),))
ROUTE = element("http_route", "POST /ask", evidence=(evidence("app.py:1"),))
AGENT = element("agent", "assistant", evidence=(evidence("agent.py:1"),))
REFUND = element("tool", "refund", attributes={"effects": ("payment",), "side_effect": True}, evidence=(evidence("tools.py:1"),))
COMES_IN = flow(VISITOR.id, ROUTE.id, role=None, steps=(evidence("app.py:1"),))
ASKS = flow(ROUTE.id, AGENT.id, steps=(evidence("app.py:2"), evidence("agent.py:4")))
CALLS = flow(AGENT.id, REFUND.id, ("tool_arguments",), None, steps=(evidence("agent.py:1"),))


@cache
def scanned(name: str) -> Scan:
    return scan(SAMPLES / name, ScanSettings(jobs=1))


def match_of(slug: str, about: Element, *ways: tuple[Flow, ...], **more: Any) -> tuple[Finding, tuple[Match, ...]]:
    """A finding of the catalog's threat with the match it was made of."""
    threat = load_catalog().get(slug)
    assert threat is not None
    found = make_finding(slug, id=f"f-{slug}-{about.name}", element=about.id, **more)
    return found, (Match(threat, about, ways, (), (evidence(),), ()),)


STEERED = match_of("direct-prompt-injection", AGENT, (ASKS,))
UNASKED = match_of("tool-without-approval", REFUND, (CALLS,))


def paths_of(
    *made: tuple[Finding, tuple[Match, ...]],
    elements: tuple[Element, ...] = (VISITOR, ROUTE, AGENT, REFUND),
    flows: tuple[Flow, ...] = (COMES_IN, ASKS, CALLS),
    controls: tuple[Control, ...] = (),
) -> Found:
    return find_attack_paths(View(System(elements=elements, flows=flows, controls=controls)), made)


def only(found: Found) -> AttackPath:
    (path,) = found.paths
    return path


def threats(result: Scan, route: AttackRoute) -> tuple[str, ...]:
    slugs = {finding.id: finding.threat for finding in result.findings}
    return tuple(slugs[item] for item in route.findings)


# The sample


def test_the_paths_of_the_sample_are_those_a_person_reads_out_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    result = scanned("support-assistant")
    monkeypatch.setattr(search, "MOST_PATHS", 100)
    every = compose(result.system, match_threats(result.system, load_catalog().threats)).paths.paths
    assert {(path.routes[0].attacker, path.prize, path.asset, threats(result, path.routes[0])) for path in every} == GOLDEN


def test_the_paths_of_a_classifier_at_a_line_are_those_a_person_reads_out_of_it() -> None:
    result = scanned("defect-classifier")
    found = {(path.routes[0].attacker, path.prize, path.asset, threats(result, path.routes[0])) for path in result.attack_paths}
    assert found == GOLDEN_OF_THE_LINE


def test_ten_are_listed_and_all_are_counted_the_most_dangerous_first() -> None:
    result = scanned("support-assistant")
    assert (len(result.attack_paths), result.summary.attack_paths, result.summary.attack_paths_cut) == (10, len(GOLDEN), False)
    assert [path.prize for path in result.attack_paths[:2]] == ["money", "database"]
    danger = [path.likelihood * path.impact for path in result.attack_paths]
    assert danger == sorted(danger, reverse=True)


def test_the_path_to_the_database_is_cited_line_by_line() -> None:
    path = next(path for path in scanned("support-assistant").attack_paths if path.prize == "database")
    places = [re.sub(r"^src/support_assistant/", "", f"{e.path}:{e.start_line}") for hop in path.routes[0].hops for e in hop.evidence]
    assert places == [
        "api/chat.py:37", "api/chat.py:39", "services/conversation.py:40", "agent/build.py:20", "agent/tools.py:54", "storage/reporting.py:10",
    ]  # fmt: skip


def test_the_wiki_is_another_way_to_the_refund() -> None:
    path = next(path for path in scanned("support-assistant").attack_paths if path.prize == "money")
    wiki = next(route for route in path.routes if route.entry == "web_content:wiki.fetch_category (http_clients)")
    assert wiki.attacker == "whoever writes what is fetched"
    assert threats(scanned("support-assistant"), wiki) == (
        "vector-store-open-to-writes",
        "indirect-prompt-injection",
        "tool-without-approval",
    )
    assert [hop.target for hop in wiki.hops] == [
        "vector_store:support-knowledge", "tool:search_help", "agent:build.support_agent (langchain)", "tool:issue_refund",
    ]  # fmt: skip


def test_two_findings_that_end_in_one_prize_are_two_ways_of_one_path(monkeypatch: pytest.MonkeyPatch) -> None:
    result = scanned("support-assistant")
    monkeypatch.setattr(search, "MOST_PATHS", 100)
    every = compose(result.system, match_threats(result.system, load_catalog().threats)).paths.paths
    learning = next(path for path in every if path.prize == "learning")
    assert {threats(result, route)[-1] for route in learning.routes} == {"feedback-loop-poisoning", "scraped-training-data"}
    scraped = next(route for route in learning.routes if threats(result, route) == ("scraped-training-data",))
    assert scraped.entry == "web_content:wiki.fetch_category (http_clients)"


def test_one_finding_that_opens_two_tools_ends_one_path() -> None:
    path = next(path for path in scanned("support-assistant").attack_paths if path.prize == "money")
    assert path.also == ("sends messages in the owner's name through `email_customer`",)


def test_in_the_mended_sample_only_the_decision_of_a_model_is_left_to_argue_with() -> None:
    assert [(path.prize, path.asset) for path in scanned("support-assistant-hardened").attack_paths] == [
        ("decision", "hosted_llm:gpt-4.1-mini-2025-04-14")
    ]


def test_two_scans_give_the_same_paths() -> None:
    assert scan(SAMPLES / "support-assistant", ScanSettings(jobs=2)).attack_paths == scanned("support-assistant").attack_paths


# What a path needs


def test_an_attacker_a_steered_model_and_a_tool_nobody_guards_make_a_path() -> None:
    path = only(paths_of(STEERED, UNASKED))
    assert path.title == "Anyone on the internet acts on payments through `refund`"
    assert [(hop.source, hop.target, hop.findings) for hop in path.routes[0].hops] == [
        (VISITOR.id, ROUTE.id, ()), (ROUTE.id, AGENT.id, (STEERED[0].id,)), (AGENT.id, REFUND.id, (UNASKED[0].id,)),
    ]  # fmt: skip
    assert (path.likelihood, path.impact, path.severity) == (5, 5, "critical")


@pytest.mark.parametrize("left", [STEERED, UNASKED])
def test_without_one_of_its_findings_there_is_no_path(left: tuple[Finding, tuple[Match, ...]]) -> None:
    assert paths_of(left).paths == ()


@pytest.mark.parametrize("gone", [COMES_IN, ASKS, CALLS])
def test_without_one_of_its_flows_there_is_no_path(gone: Flow) -> None:
    unasked = UNASKED if gone != CALLS else match_of("tool-without-approval", REFUND)
    assert paths_of(STEERED, unasked, flows=tuple(known for known in (COMES_IN, ASKS, CALLS) if known != gone)).paths == ()


def test_a_flow_nothing_can_be_shown_for_carries_no_path() -> None:
    assert paths_of(STEERED, UNASKED, flows=(COMES_IN.model_copy(update={"steps": ()}), ASKS, CALLS)).paths == ()


@pytest.mark.parametrize("covered", [CALLS.id, REFUND.id])
def test_a_person_who_is_asked_before_the_call_ends_the_path(covered: str) -> None:
    asked = Control(id="c", kind="human_approval", protects=(covered,), evidence=(evidence(),))
    assert paths_of(STEERED, UNASKED, controls=(asked,)).paths == ()


def test_who_lets_a_tool_fetch_has_not_seen_what_comes_back() -> None:
    fetch = element("tool", "fetch", evidence=(evidence("fetch.py:1"),))
    brings = flow(PAGE.id, fetch.id, ("web_content",), "response", steps=(evidence("fetch.py:5"),))
    tells = flow(fetch.id, AGENT.id, ("tool_result", "web_content"), steps=(evidence("agent.py:1"),))
    asked = Control(id="c", kind="human_approval", protects=(fetch.id,), evidence=(evidence(),))
    hidden = match_of("indirect-prompt-injection", AGENT, (brings, tells))
    found = paths_of(hidden, UNASKED, elements=(PAGE, fetch, AGENT, REFUND), flows=(brings, tells, CALLS), controls=(asked,))
    assert only(found).prize == "money"


def test_a_control_that_only_hinders_is_told_and_costs_a_step() -> None:
    hindrance = Control(id="c", kind="guardrail", protects=(AGENT.id,), evidence=(evidence("guard.py:7"),))
    found, (match,) = STEERED
    hindered = Match(match.threat, match.element, match.ways, (), match.evidence, (hindrance,))
    path = only(paths_of((found, (hindered,)), UNASKED, controls=(hindrance,)))
    assert (path.likelihood, path.routes[0].controls) == (4, ("c",))
    assert "likelihood -1: guardrail stands on the way (guard.py:7)" in path.reasons


def test_what_ends_a_path_is_said_for_each_of_its_findings() -> None:
    path = only(paths_of(STEERED, UNASKED))
    assert [(cut.finding, cut.controls) for cut in path.cut_by] == [(STEERED[0].id, ()), (UNASKED[0].id, ("human_approval",))]


@pytest.mark.parametrize(("attributes", "count"), [({}, 0), ({"exposed": True}, 1), ({"exposed": False}, 0), ({"open": True}, 1)])
def test_a_store_is_a_door_only_where_its_port_is_open(attributes: dict[str, bool], count: int) -> None:
    store = element("vector_store", "kb", "data", attributes=attributes, evidence=(evidence("compose.yaml:16"),))
    assert len(paths_of(match_of("exposed-vector-store", store), elements=(store,), flows=()).paths) == count


def test_who_may_only_read_a_bucket_teaches_nothing_by_it() -> None:
    bucket = element("file_store", "bucket", "data", evidence=(evidence("main.tf:9"),))
    job = element("training_job", "train", evidence=(evidence("train.py:1"),))
    teaches = flow(bucket.id, job.id, ("user_feedback",), "training_data", steps=(evidence("train.py:2"), evidence("train.py:9")))
    found = paths_of(
        match_of("public-ai-bucket", bucket), match_of("feedback-loop-poisoning", job, (teaches,)), elements=(bucket, job), flows=(teaches,)
    )
    assert [path.prize for path in found.paths] == ["documents"]


def test_an_open_server_gives_its_tools_that_do_something() -> None:
    server = element("mcp_server", "server", evidence=(evidence("server.py:1"),))
    acting = element("mcp_tool", "pay", attributes={"effects": ("payment",)}, evidence=(evidence("server.py:5"),))
    telling = element("mcp_tool", "tell", evidence=(evidence("server.py:9"),))
    serves = tuple(Relation(source=server.id, kind="serves", target=tool.id, evidence=tool.evidence) for tool in (acting, telling))
    open_server = match_of("mcp-server-without-auth", server)
    system = System(elements=(server, acting, telling), relations=serves)
    path = only(find_attack_paths(View(system), [open_server]))
    assert (path.prize, path.asset, path.also) == ("money", acting.id, ())


# Who gets an answer, and whose session it is

PAGE = element("web_content", "pages", "internet", evidence=(evidence("fetch.py:1"),))
READS = flow(PAGE.id, AGENT.id, ("web_content",), steps=(evidence("fetch.py:2"), evidence("agent.py:4")))
HIDDEN = match_of("indirect-prompt-injection", AGENT, (READS,))
LOOKUP = element("tool", "lookup", attributes={"identity_parameter": "customer"}, evidence=(evidence("tools.py:9"),))
LOOKS_UP = flow(AGENT.id, LOOKUP.id, ("tool_arguments",), None, steps=(evidence("agent.py:1"),))
TELLS = flow(LOOKUP.id, AGENT.id, ("tool_result",), steps=(evidence("agent.py:1"),))
ANYBODYS = match_of("model-chosen-identity", LOOKUP)
MAIL = element("tool", "mail", attributes={"effects": ("message",), "side_effect": True}, evidence=(evidence("tools.py:20"),))
MAILS = flow(AGENT.id, MAIL.id, ("tool_arguments",), None, steps=(evidence("agent.py:1"),))
UNASKED_MAIL = match_of("tool-without-approval", MAIL, (MAILS,))


def test_who_asks_himself_reads_the_answer() -> None:
    found = paths_of(STEERED, ANYBODYS, elements=(VISITOR, ROUTE, AGENT, LOOKUP), flows=(COMES_IN, ASKS, LOOKS_UP, TELLS))
    assert only(found).prize == "records"


def test_who_writes_a_page_needs_a_way_out_for_what_is_read() -> None:
    elements, flows = (PAGE, AGENT, LOOKUP, MAIL), (READS, LOOKS_UP, TELLS, MAILS)
    assert paths_of(HIDDEN, ANYBODYS, elements=elements, flows=flows).paths == ()
    records = next(
        path for path in paths_of(HIDDEN, ANYBODYS, UNASKED_MAIL, elements=elements, flows=flows).paths if path.prize == "records"
    )
    assert [hop.target for hop in records.routes[0].hops] == [AGENT.id, LOOKUP.id, AGENT.id, MAIL.id]
    assert records.routes[0].findings == (HIDDEN[0].id, ANYBODYS[0].id, UNASKED_MAIL[0].id)


def test_markup_that_only_its_author_sees_takes_nobody_elses_session() -> None:
    window = element("renderer", "page", evidence=(evidence("page.py:1"),))
    shows = flow(AGENT.id, window.id, ("model_reply",), "html", steps=(evidence("agent.py:9"), evidence("page.py:1")))
    rendered = match_of("model-output-rendered", AGENT, (shows,))
    mine = paths_of(STEERED, rendered, elements=(VISITOR, ROUTE, AGENT, window), flows=(COMES_IN, ASKS, shows))
    theirs = paths_of(HIDDEN, rendered, elements=(PAGE, AGENT, window), flows=(READS, shows))
    assert mine.paths == ()
    assert only(theirs).prize == "session"


def test_what_is_indexed_is_read_by_others_only_where_a_finding_says_so() -> None:
    store = element("vector_store", "kb", "data", evidence=(evidence("kb.py:1"),))
    writes = flow(ROUTE.id, store.id, ("user_input",), "index_write", steps=(evidence("kb.py:2"), evidence("kb.py:3")))
    found_again = flow(store.id, AGENT.id, ("retrieved_text",), steps=(evidence("kb.py:5"), evidence("agent.py:4")))
    elements, flows = (VISITOR, ROUTE, AGENT, REFUND, store), (COMES_IN, writes, found_again, CALLS)
    hidden = match_of("indirect-prompt-injection", AGENT, (writes, found_again))
    open_store = match_of("vector-store-open-to-writes", store, (writes,))
    assert paths_of(hidden, UNASKED, elements=elements, flows=flows).paths == ()
    prizes = {path.prize for path in paths_of(hidden, open_store, UNASKED, elements=elements, flows=flows).paths}
    assert prizes == {"money", "answers"}


def test_what_a_tool_answers_its_caller_outside_steers_no_agent_here() -> None:
    served = element("mcp_tool", "served", evidence=(evidence("server.py:1"),))
    model = element("hosted_llm", "model", "third_party", evidence=(evidence("tools.py:30"),))
    asks = flow(served.id, model.id, ("user_input",), steps=(evidence("server.py:2"), evidence("tools.py:30")))
    replies = flow(model.id, LOOKUP.id, ("model_reply",), "response", steps=(evidence("tools.py:30"), evidence("tools.py:31")))
    steered = match_of("indirect-prompt-injection", model, (asks,))
    agent = match_of("indirect-prompt-injection", AGENT, (replies, TELLS))
    found = paths_of(steered, agent, UNASKED, elements=(served, model, LOOKUP, AGENT, REFUND), flows=(asks, replies, TELLS, CALLS))
    assert found.paths == ()


def test_what_a_tool_answers_to_another_tool_is_no_call_of_it() -> None:
    answers = flow(LOOKUP.id, REFUND.id, ("tool_arguments",), "response", steps=(evidence("tools.py:9"),))
    unasked = match_of("tool-without-approval", REFUND)
    found = paths_of(STEERED, unasked, elements=(VISITOR, ROUTE, AGENT, LOOKUP, REFUND), flows=(COMES_IN, ASKS, LOOKS_UP, answers))
    assert found.paths == ()


# Big systems


def crowded(parts: int) -> tuple[tuple[Element, ...], tuple[Flow, ...]]:
    """A system in which each of many components hands its text to all others, and at last one asks the agent."""
    crowd = tuple(element("component", f"part {number}", evidence=(evidence("crowd.py:1"),)) for number in range(parts))
    among = tuple(flow(one.id, other.id, role=None, steps=(evidence("crowd.py:2"),)) for one in crowd for other in crowd if one != other)
    into = flow(ROUTE.id, crowd[0].id, role=None, steps=(evidence("crowd.py:3"),))
    asks = flow(crowd[-1].id, AGENT.id, steps=(evidence("crowd.py:4"), evidence("agent.py:4")))
    return (VISITOR, ROUTE, AGENT, REFUND, *crowd), (COMES_IN, into, *among, asks, CALLS)


def test_a_crowd_of_components_costs_no_more_than_its_flows() -> None:
    elements, flows = crowded(40)
    steered = match_of("direct-prompt-injection", AGENT, (flows[-2],))
    found = paths_of(steered, UNASKED, elements=elements, flows=flows)
    assert [hop.target for hop in only(found).routes[0].hops] == [ROUTE.id, "component:part 0", "component:part 39", AGENT.id, REFUND.id]
    assert not found.bounded


def test_a_search_that_ends_at_its_bounds_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    elements, flows = crowded(12)
    monkeypatch.setattr(walk, "MAX_STATES", 5)
    found = paths_of(match_of("direct-prompt-injection", AGENT, (flows[-2],)), UNASKED, elements=elements, flows=flows)
    assert found == Found(bounded=True)


# Any system

_NAMES = st.sampled_from(["a", "b"])
_KINDS = st.sampled_from(["anonymous_public", "web_content", "http_route", "agent", "tool", "vector_store", "data_store", "renderer"])


@st.composite
def systems(draw: st.DrawFn) -> System:
    parts = {
        part.id: part
        for part in draw(
            st.lists(
                st.builds(
                    lambda kind, name, effects: element(
                        kind, name, attributes={"effects": effects, "side_effect": bool(effects), "shared": True}, evidence=(evidence(f"{name}.py:1"),)
                    ),
                    _KINDS, _NAMES, st.sampled_from([(), ("message",), ("payment",), ("network",)]),
                ),
                min_size=2, max_size=9,
            )
        )
    }  # fmt: skip
    ends = st.sampled_from(sorted(parts))
    carries: st.SearchStrategy[Label] = st.sampled_from(
        ["user_input", "web_content", "retrieved_text", "stored_data", "tool_arguments", "model_reply", "tool_result"]
    )
    role: st.SearchStrategy[SinkRole | None] = st.sampled_from(
        [None, "prompt", "index_write", "index_query", "query", "url", "html", "response"]
    )
    made = draw(st.lists(st.tuples(ends, ends, carries, role), max_size=16))
    flows = {
        f"{a}->{b}:{r}": flow(a, b, (c,), r, steps=(evidence(f"{n}.py:1"), evidence(f"{n}.py:2"))).model_copy(
            update={"id": f"{a}->{b}:{r}"}
        )
        for n, (a, b, c, r) in enumerate(made)
    }
    return System(elements=tuple(parts[key] for key in sorted(parts)), flows=tuple(flows[key] for key in sorted(flows)))


@settings(max_examples=150, deadline=None)
@given(systems())
def test_every_hop_of_every_path_cites_a_flow_or_a_finding_that_is_there(system: System) -> None:
    findings, _coverage, found = compose(system, match_threats(system, load_catalog().threats))
    flows, known = {flow.id: flow for flow in system.flows}, {finding.id for finding in findings}
    for path in found.paths:
        for route in path.routes:
            cited = [item for hop in route.hops for item in hop.findings]
            assert route.findings == tuple(dict.fromkeys(cited))
            assert known.issuperset(cited)
            assert route.findings
            for hop in route.hops:
                assert hop.evidence
                assert hop.flow or hop.findings
                assert hop.flow is None or (flows[hop.flow].source, flows[hop.flow].target) == (hop.source, hop.target)
            for one, next_one in zip(route.hops, route.hops[1:], strict=False):
                assert next_one.source == one.target or next_one.source in {hop.target for hop in route.hops}


@settings(max_examples=100, deadline=None)
@given(systems(), st.integers(0, 5))
def test_without_a_threat_no_path_rests_on_it(system: System, which: int) -> None:
    findings, _coverage, found = compose(system, match_threats(system, load_catalog().threats))
    resting = sorted({item for path in found.paths for route in path.routes for item in route.findings})
    if not resting:
        return
    gone = resting[which % len(resting)]
    slug = next(finding.threat for finding in findings if finding.id == gone)
    _findings, _coverage, left = compose(system, match_threats(system, tuple(t for t in load_catalog().threats if t.slug != slug)))
    assert all(gone not in route.findings for path in left.paths for route in path.routes)
    assert left.total <= found.total


@settings(max_examples=50, deadline=None)
@given(systems())
def test_the_order_of_findings_changes_nothing(system: System) -> None:
    outcomes = list(match_threats(system, load_catalog().threats))
    assert compose(system, outcomes).paths == compose(system, reversed(outcomes)).paths


# The knowledge


def test_every_step_is_of_a_threat_in_the_catalog() -> None:
    assert {slug for slug in load_knowledge().steps if load_catalog().get(slug) is None} == set()


def test_every_prize_can_be_taken() -> None:
    known = load_knowledge()
    taken = {*known.effects.values(), *(p for step in known.steps.values() for p in (step.takes, *step.by_role.values()) if p)}
    assert set(known.prizes) - taken == set()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"from": "text", "says": "x"}, "gives or takes"),
        ({"from": "nothing", "gives": "text", "says": "x"}, "who"),
        ({"from": "text", "takes": "moon", "says": "x"}, "neither a prize nor an attacker: moon"),
        ({"from": "text", "takes": "code", "says": "x", "typo": 1}, "typo"),
    ],
)
def test_a_step_that_says_nothing_usable_is_refused(said: dict[str, Any], problem: str) -> None:
    known = load_knowledge().model_dump(by_alias=True)
    with pytest.raises(ValueError, match=problem):
        Knowledge.model_validate({**known, "steps": {"sample": said}})
