"""Reference diagrams: boxes by name or place, arrows by way of what is no box."""

from __future__ import annotations

from typing import Any

from evals.labels import Diagram
from evals.result import DiagramResult
from evals.scoring.diagrams import held_against
from pipeline.system.model import Element, Relation, System
from tests import factories as make

DIAGRAM = Diagram.model_validate(
    {
        "nodes": [
            {"id": "route", "name": "POST /chat", "kinds": ["http_route"]},
            {"id": "agent", "name": "support agent", "kinds": ["agent"], "files": ["agent.py"]},
            {"id": "base", "name": "knowledge base", "kinds": ["vector_store"], "files": ["store.py"]},
        ],
        "edges": [{"source": "route", "target": "agent"}, {"source": "base", "target": "agent"}],
    }
)
ROUTE = make.element("http_route", "POST /chat")
AGENT = make.element("agent", "graph", evidence=(make.evidence("agent.py:3"),))
STORE = make.element("vector_store", "articles", evidence=(make.evidence("store.py:3"),))
DRAWN = make.element("vector_store", "Knowledge base")
STEP = make.element("component", "retry")


def held(*elements: Element, flows: tuple[tuple[Element, Element], ...], **more: Any) -> DiagramResult:
    made = tuple(make.flow(source.id, target.id) for source, target in flows)
    return held_against(DIAGRAM, make.scan(system=System(elements=elements, flows=made, **more)))


def test_boxes_are_known_by_name_or_by_place_and_kind() -> None:
    found = held(ROUTE, AGENT, STORE, flows=((ROUTE, AGENT), (STORE, AGENT)))
    assert (found.nodes_found, found.nodes_wanted, found.nodes_drawn) == (3, 3, 3)
    assert (found.edges_found, found.edges_wanted, found.edges_drawn) == (2, 2, 2) and found.missing == ()


def test_an_arrow_may_go_by_way_of_what_is_no_box_and_not_of_what_is_one() -> None:
    found = held(ROUTE, AGENT, STORE, STEP, flows=((ROUTE, STEP), (STEP, AGENT), (AGENT, STORE)))
    assert (found.edges_found, found.edges_drawn) == (1, 2), "agent to store is one too many, route to store is none"
    assert found.nodes_drawn == 4, "what hands on is a box the reader left out"


def test_the_same_box_twice_is_one_box_with_two_parts() -> None:
    found = held(ROUTE, AGENT, STORE, DRAWN, flows=((ROUTE, AGENT), (STORE, AGENT), (DRAWN, ROUTE)))
    assert (found.nodes_found, found.nodes_drawn) == (3, 3)
    assert (found.edges_found, found.edges_drawn) == (2, 3)


def test_another_kind_of_the_same_name_and_what_nothing_touches_is_no_box() -> None:
    found = held(ROUTE, make.element("prompt", "support agent"), DRAWN, flows=((ROUTE, make.element("prompt", "support agent")),))
    assert found.nodes_found == 1 and found.missing == ("support agent", "knowledge base")


def test_a_relation_points_the_way_the_data_goes() -> None:
    loads = Relation(source=AGENT.id, kind="uses_retriever", target=STORE.id)
    found = held(ROUTE, AGENT, STORE, flows=((ROUTE, AGENT),), relations=(loads,))
    assert found.edges_found == 2
