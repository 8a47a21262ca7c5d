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


_KEYED = """
import subprocess
from fastapi import FastAPI
from langgraph.graph import END, START, StateGraph
app = FastAPI()
def plan(state):
    return {"step_first": "ls", "step_last": "pwd"}
def act(state):
    which = "first"
    subprocess.run(READ, shell=True)
    return {"done": True}
graph = StateGraph(dict)
graph.add_node("plan", plan)
graph.add_edge(START, "plan")
built = graph.compile()
@app.post("/run")
def run(question: str):
    return act({KEY: question})
"""


@pytest.mark.parametrize(
    ("key", "read", "reached"),
    [
        ("question", 'state[f"step_{which}"]', False),
        ("step_first", 'state[f"step_{which}"]', True),
        ("question", 'state.get(f"step_{which}")', False),
        ("step_first", 'state.get("step_" + which)', True),
        ("question", 'state["step_" + which]', False),
        ("step_first", 'state[f"{which}_text"]', False),
        ("first_text", 'state[f"{which}_text"]', True),
        ("question", "state[which_of()]", True),
    ],
)
def test_a_computed_key_is_matched_by_what_is_constant_of_it(key: str, read: str, reached: bool) -> None:
    written = _KEYED.replace("READ", read).replace("KEY", repr(key))
    assert bool(flows(system_of(written), "shell", "user_input")) is reached
