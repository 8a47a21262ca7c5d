"""What raises a risk: that a model can act, told apart from what merely calls the model."""

from __future__ import annotations

import pytest

from pipeline.findings.factors import Surroundings, factors_of
from pipeline.findings.risk import assess
from pipeline.system.model import Control, Element, ElementKind, Flow, Relation, System
from pipeline.threats.engine import Match
from pipeline.threats.schema import Factor, Scale, Threat
from pipeline.threats.view import View
from tests.factories import element, evidence, flow

THREAT = Threat.model_validate(
    {
        "slug": "sample", "stride": ["tampering"], "title": "Something goes wrong", "summary": "Somebody can do something here.",
        "sentence": "{element} is asked", "about": ["hosted_llm", "embedding_model"], "when": [{"the_element": {"named": "absent"}}],
        "likelihood": {"base": 2}, "impact": {"base": 2, "raise_when": ["has_tools"]}, "how_we_look": "We look.",
        "not_a_threat_when": "It is not.", "mitigations": [{"text": "Close the thing.", "test": "Try the thing again."}],
    }
)  # fmt: skip
TOOL = element("mcp_tool", "delete_folder", attributes={"effects": ("deletion",)})
AGENT = element("agent", "assistant")
USES = Relation(source=AGENT.id, kind="uses_model", target="hosted_llm:m")
HAS = Relation(source=AGENT.id, kind="has_tool", target=TOOL.id)
CALLED = Relation(source=TOOL.id, kind="calls", target="hosted_llm:m")


def impact(kind: ElementKind, flows: tuple[Flow, ...], relations: tuple[Relation, ...], *more: Element) -> int:
    model = element(kind, "m")
    system = System(elements=(model, TOOL, *more), flows=flows, relations=relations)
    return assess(View(system), Match(THREAT, model, (), (), (), ())).impact


def test_a_tool_that_asks_a_model_is_not_one_that_the_model_can_use() -> None:
    asked = flow(TOOL.id, "hosted_llm:m", carries=("tool_arguments",))
    answers = flow("hosted_llm:m", TOOL.id, carries=("model_reply",), role="response")
    assert impact("hosted_llm", (asked, answers), (CALLED,)) == 2


@pytest.mark.parametrize(
    ("flows", "relations"),
    [
        ((flow(TOOL.id, "hosted_llm:m"),), (USES, HAS)),
        ((flow(TOOL.id, "hosted_llm:m", carries=("tool_result",)),), ()),
        ((flow("hosted_llm:m", TOOL.id, carries=("model_reply",), role=None), flow(TOOL.id, "hosted_llm:m")), ()),
    ],
)
def test_a_tool_of_the_models_agent_is_and_so_is_one_whose_result_it_reads_or_whose_arguments_it_writes(
    flows: tuple[Flow, ...], relations: tuple[Relation, ...]
) -> None:
    assert impact("hosted_llm", flows, relations, AGENT) == 3


def test_a_model_that_embeds_texts_uses_no_tools() -> None:
    indexed = flow(TOOL.id, "embedding_model:m", carries=("tool_result",))
    used = Relation(source=AGENT.id, kind="uses_model", target="embedding_model:m")
    assert impact("embedding_model", (indexed,), (HAS, used), AGENT) == 2


def holding(about: Element, *others: Element, flows: tuple[Flow, ...] = (), relations: tuple[Relation, ...] = ()) -> set[Factor]:
    """The factors that hold for an element among others."""
    view = View(System(elements=(about, *others), flows=flows, relations=relations))
    return set(factors_of(Surroundings(view, Match(THREAT, about, (), (), (), ()))))


ROUTE = element("http_route", "POST /index", "internet")
INDEX = element("vector_store", "kb")


def test_what_a_caller_sends_is_kept_where_it_goes_into_what_others_are_answered_from() -> None:
    assert "callers_data_is_kept" in holding(ROUTE, INDEX, flows=(flow(ROUTE.id, INDEX.id, ("user_input",), "index_write"),))
    assert "callers_data_is_kept" not in holding(ROUTE, INDEX, flows=(flow(ROUTE.id, INDEX.id, ("user_input",), "query"),))
    own_files = flow(ROUTE.id, INDEX.id, ("stored_data",), "index_write")
    assert "callers_data_is_kept" not in holding(ROUTE, INDEX, flows=(own_files,))


def test_a_flow_that_deletes_or_pays_does_it_as_a_tool_does() -> None:
    assert {"deletes_data"} <= holding(ROUTE, INDEX, flows=(flow(ROUTE.id, INDEX.id, ("user_input",), "deletion"),))
    assert {"deletes_data", "changes_data"} <= holding(TOOL)
    assert "deletes_data" not in holding(element("tool", "note", attributes={"effects": ("write",)}))


def test_readers_are_signed_in_where_an_entry_asks_who_they_are() -> None:
    model = element("hosted_llm", "m")
    assert "readers_are_signed_in" in holding(model, element("http_route", "GET /", attributes={"authenticated": True}))
    assert "readers_are_signed_in" not in holding(model, element("http_route", "GET /", attributes={"authenticated": False}))


def test_a_providers_model_is_asked_with_the_key_of_the_house_unless_it_is_the_callers() -> None:
    assert "holds_secrets" in holding(element("hosted_llm", "m"))
    assert "holds_secrets" not in holding(element("hosted_llm", "m", attributes={"callers_key": True}))
    assert "holds_secrets" not in holding(element("local_llm", "m"))


def test_a_tool_whose_agent_runs_code_executes_code() -> None:
    tool, inner = element("tool", "tables"), element("agent", "frame", attributes={"code_execution": True})
    assert "executes_code" in holding(tool, inner, relations=(Relation(source=tool.id, kind="calls", target=inner.id),))
    assert "executes_code" not in holding(tool, element("agent", "frame"))


def test_a_dataset_feeds_nothing_where_nothing_is_trained_and_nothing_flows_on() -> None:
    pictures, training = element("dataset", "pictures"), element("training_job", "train")
    assert "nothing_learns_from_it" in holding(pictures)
    assert "nothing_learns_from_it" not in holding(pictures, training)
    prompt = flow(pictures.id, "hosted_llm:m", ("dataset_records",))
    assert "nothing_learns_from_it" not in holding(pictures, element("hosted_llm", "m"), flows=(prompt,))


def test_nobody_from_elsewhere_comes_to_what_listens_on_loopback_only() -> None:
    open_route = element("http_route", "POST /ask", "internet", attributes={"authenticated": False})
    raised = THREAT.model_copy(update={"likelihood": THREAT.likelihood.model_copy(update={"raise_when": ("unauthenticated",)})})
    on_loopback = Control(id="c", kind="network_isolation", protects=(open_route.id,), evidence=(evidence("app.py:9"),))
    view = View(System(elements=(open_route,), controls=(on_loopback,)))
    assert assess(view, Match(raised, open_route, (), (), (), ())).likelihood == 3
    assert assess(view, Match(raised, open_route, (), (), (), (on_loopback,))).likelihood == 1


def test_a_route_that_lets_guests_in_beside_callers_it_knows_is_no_way_in_without_authentication() -> None:
    raised = THREAT.model_copy(update={"likelihood": THREAT.likelihood.model_copy(update={"raise_when": ("unauthenticated",)})})
    likelihoods = []
    for attributes in ({"authenticated": False}, {"authenticated": False, "login_optional": True}):
        route, model = element("http_route", "POST /ask", attributes=attributes), element("hosted_llm", "m")
        system = System(elements=(route, model), flows=(flow(route.id, model.id, carries=("user_input",)),))
        likelihoods.append(assess(View(system), Match(raised, model, (), (), (), ())).likelihood)
    assert likelihoods == [3, 2]


OPEN = element("http_route", "POST /ask", "internet", attributes={"authenticated": False})
ASKED = THREAT.model_copy(
    update={"likelihood": Scale.model_validate({"base": 3, "raise_when": ["any_user_reaches_it"], "lower_when": ["listens_here"]})}
)


def likelihood_behind(route: Element) -> int:
    model = element("hosted_llm", "m")
    view = View(System(elements=(route, model), flows=(flow(route.id, model.id, ("user_input",)),)))
    return assess(view, Match(ASKED, model, (), (), (), ())).likelihood


def test_whoever_uses_a_system_reaches_what_lies_behind_a_door_without_a_login() -> None:
    assert likelihood_behind(OPEN) == 4
    assert likelihood_behind(element("http_route", "POST /ask", attributes={"authenticated": True})) == 3


def test_nothing_counts_that_is_said_of_callers_from_elsewhere_where_a_server_keeps_to_its_machine() -> None:
    assert likelihood_behind(element("http_route", "POST /ask", "internet", attributes={"authenticated": False, "listens_here": True})) == 2


def test_a_promise_weighs_by_what_is_promised() -> None:
    tool = element("tool", "refund")
    view = View(System(elements=(tool,)))
    holds = {
        what: set(factors_of(Surroundings(view, Match(THREAT, tool, (), (), (), (), group=f"{what}:{tool.id}"))))
        for what in ("human_approval", "hash_check")
    }
    assert "promised_protection" in holds["human_approval"]
    assert "promised_protection" not in holds["hash_check"]
