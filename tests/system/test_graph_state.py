"""What a graph is started with arrives in the state of its functions, also where something stands around them."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_GRAPH = """
    from typing import TypedDict
    from fastapi import FastAPI
    from langgraph.graph import StateGraph
    class State(TypedDict):
        path: str
        text: str
    def timed(name, fn):
        def inner(state):
            return fn(state)
        return inner
    def load(state: State):
        return {{"text": open(state.get("path")).read()}}
    graph = StateGraph(State)
    graph.add_node("load", {node})
    runner = graph.compile()
    app = FastAPI()
    @app.post("/ask")
    def ask(path: str):
        return {start}
    """


@pytest.mark.parametrize("node", ["load", 'timed("load", load)'])
@pytest.mark.parametrize("start", ['runner.invoke({"path": path})', "runner.invoke(dict(path=path))"])
def test_a_caller_chooses_what_a_function_of_the_graph_opens(node: str, start: str) -> None:
    system = system_of(_GRAPH.format(node=node, start=start))
    assert "http_route:POST /ask" in {flow.source for flow in flows(system, "path", "user_input")}


def test_what_is_given_to_another_graph_arrives_nowhere_else() -> None:
    text = _GRAPH.format(node="load", start="StateGraph(State).compile().invoke({'path': path})")
    assert "http_route:POST /ask" not in {flow.source for flow in flows(system_of(text), "path", "user_input")}
