"""What comes back from a runner is what the function makes of its arguments, not the arguments themselves."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

TOOL = '''
import asyncio, hashlib
from langchain_core.tools import tool

def made_of(query: str, number: int) -> str:
    return {made}

@tool
async def look(query: str) -> str:
    """Looks something up."""
    key = await asyncio.to_thread(made_of, {given})
    return open("/cache/" + key).read()
'''


@pytest.mark.parametrize("given", ["query, 3", "query=query, number=3"])
@pytest.mark.parametrize(("made", "reaches"), [("query + '.json'", True), ("hashlib.sha256(query.encode()).hexdigest()", False)])
def test_only_what_the_function_gives_back_goes_on(given: str, made: str, reaches: bool) -> None:
    system = system_of(TOOL.format(made=made, given=given))
    assert any(flow.role == "path" for flow in system.flows) is reaches


ROUTE = """
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from fastapi import BackgroundTasks, FastAPI
import joblib
from sklearn.linear_model import LogisticRegression

app = FastAPI()
pool = ThreadPoolExecutor()

def learn(path: str = "rows.csv") -> None:
    model = LogisticRegression()
    model.fit([[0], [1]], [0, 1])
    joblib.dump(model, "model.joblib")

@app.post("/learn")
def start(background: BackgroundTasks):
    {handed}
    return "started"
"""


@pytest.mark.parametrize(
    ("handed", "runs"),
    [
        ("background.add_task(learn)", True),
        ("pool.submit(learn)", True),
        ("Thread(target=learn).start()", True),
        ("background.note(learn)", False),
    ],
)
def test_what_is_handed_to_a_runner_runs_for_the_route(handed: str, runs: bool) -> None:
    system = system_of(ROUTE.format(handed=handed))
    called = {relation.target for relation in system.relations if relation.source == "http_route:POST /learn" and relation.kind == "calls"}
    assert any(target.startswith("training_job:") for target in called) is runs
