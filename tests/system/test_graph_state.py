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


_ROLES = """
    from typing import TypedDict
    import openai
    from fastapi import FastAPI
    from langgraph.graph import StateGraph
    class State(TypedDict):
        company: str
        user_message: str
    def answer(state: State):
        messages = [
            {"role": "system", "content": f"You speak for {state['company']}."},
            {"role": "user", "content": state["user_message"]},
        ]
        return {"answer": openai.OpenAI().chat.completions.create(model="gpt-4o", messages=messages)}
    class Agent:
        def __init__(self):
            self.graph = self._build()
        def _build(self):
            graph = StateGraph(State)
            graph.add_node("answer", lambda s: answer(s))
            return graph.compile()
        async def run(self, company, message):
            return await self.graph.ainvoke({"company": company, "user_message": message})
    app = FastAPI()
    ROUTE
    """
_ROUTE = """@app.post("/ask")
    async def ask(message: str, company: str):
        return await Agent().run(GIVEN)"""


@pytest.mark.parametrize(
    ("given", "says"), [('"Acme", message', set()), ("company, message", {"http_route:POST /ask"})], ids=["its own", "a caller's"]
)
def test_a_graph_that_is_started_in_sight_holds_what_it_is_started_with(given: str, says: set[str]) -> None:
    system = system_of(_ROLES.replace("ROUTE", _ROUTE.replace("GIVEN", given)))
    assert {flow.source for flow in flows(system, "system_prompt", "user_input")} == says
    asked = {flow.source for role in ("prompt", "conversation") for flow in flows(system, role, "user_input")}
    assert asked == {"http_route:POST /ask"}


def test_a_graph_that_nobody_in_sight_starts_is_given_a_callers_text() -> None:
    assert flows(system_of(_ROLES.replace("ROUTE", "")), "system_prompt", "user_input")


_SCRIPT = """
    import express from "express";
    import OpenAI from "openai";
    import { StateGraph, Annotation, START, END } from "@langchain/langgraph";
    const openai = new OpenAI();
    const State = Annotation.Root({ company: Annotation<string>(), question: Annotation<string>() });
    async function answer(state: typeof State.State) {
      const reply = await openai.chat.completions.create({ model: "gpt-4o", messages: [
        { role: "system", content: `You speak for ${state.company}.` }, { role: "user", content: state.question } ] });
      return { answer: reply.choices[0].message.content };
    }
    const graph = new StateGraph(State).addNode("answer", answer).addEdge(START, "answer").addEdge("answer", END).compile();
    const app = express();
    app.post("/ask", async (req, res) => { res.json(await graph.invoke(GIVEN)); });
    """


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ('{ company: "Acme", question: req.body.question }', set()),
        ("{ company: req.body.company, question: req.body.question }", {"http_route:POST /ask"}),
    ],
    ids=["its own", "a caller's"],
)
def test_a_graph_of_a_script_that_is_started_in_sight(given: str, says: set[str]) -> None:
    system = system_of({"app.ts": _SCRIPT.replace("GIVEN", given)})
    assert {flow.source for flow in flows(system, "system_prompt", "user_input")} == says
