"""What a graph gives back holds what its steps put in: an entry that no model wrote is no model's reply."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

_APP = """
import time
import openai
from fastapi import FastAPI
from langgraph.graph import END, START, StateGraph
app = FastAPI()
def write(state):
    said = openai.OpenAI().responses.create(model="gpt-5", input=state["question"]).output_text
    return {"said": said}
def render(state):
    return {"place": f"/reports/{int(time.time())}.txt", "count": len(state["said"])}
graph = StateGraph(dict)
graph.add_node("write", write)
graph.add_node("render", render)
graph.add_edge(START, "write")
graph.add_edge("write", "render")
graph.add_edge("render", END)
built = graph.compile()
@app.post("/reports")
async def reports(question: str):
    state = await built.ainvoke({"question": question})
    return open(READ).read()
"""


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ('state["place"]', False),
        ('state.get("place")', False),
        ("f\"/reports/{state['count']}\"", False),
        ('state["said"]', True),
        ('state.get("said")', True),
        ('state["messages"][-1].content', True),
        ("str(state)", True),
    ],
)
def test_only_what_a_model_wrote_is_its_reply(read: str, said: bool) -> None:
    assert bool(flows(system_of(_APP.replace("READ", read)), "path", "model_reply")) is said
