"""What runs when a function runs: callbacks run for those who hand them over."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.system.small import scan_of, system_of, ties

PROGRAM = """
    from fastapi import FastAPI
    from openai import OpenAI

    app = FastAPI()
    client = OpenAI()

    def in_transaction(work):
        return work(1)

    def title(tx):
        return client.responses.create(model="gpt-5", input="a title").output_text

    @app.get("/titles")
    def titles():
        return in_transaction(title)

    @app.get("/count")
    def count():
        return in_transaction(lambda tx: tx.count())
"""


def test_a_callback_runs_for_those_who_hand_it_over() -> None:
    found = ties(system_of(PROGRAM))

    assert ("http_route:GET /titles", "calls", "hosted_llm:gpt-5") in found
    assert ("http_route:GET /count", "calls", "hosted_llm:gpt-5") not in found


STORED_AGENTS = {
    "app.py": """
        from fastapi import FastAPI
        from agents import AgentManager

        app = FastAPI()

        @app.get("/agents/{name}")
        def show(name: str):
            return AgentManager.stored(name)

        @app.post("/chat")
        def chat(text: str):
            return AgentManager.ask(text)
    """,
    "agents.py": """
        from langchain_openai import ChatOpenAI
        from langgraph.prebuilt import create_react_agent
        from sqlalchemy import create_engine, text
        from sqlalchemy.orm import Session

        class Store:
            def __init__(self, kept):
                self.db = kept

            def get(self, name):
                return self.db.query(text("name")).filter(name).first()

        graph = create_react_agent(ChatOpenAI(model="gpt-4o"), [])
        rows = Session(create_engine("sqlite://")).execute(text("SELECT * FROM agents"))
        store = Store(rows if rows else graph)

        class AgentManager:
            @staticmethod
            def stored(name):
                return store.get(name)

            @staticmethod
            def ask(text):
                return graph.invoke({"messages": [text]})
    """,
}


def test_a_route_that_reads_a_database_of_agents_runs_none() -> None:
    routes = {e.name: e.attributes.get("runs_inference") for e in system_of(STORED_AGENTS).elements if e.kind == "http_route"}

    assert routes == {"GET /agents/{name}": None, "POST /chat": True}


TRAINED = """
    from fastapi import FastAPI
    from sklearn.ensemble import RandomForestClassifier
    import joblib
    import pandas as pd

    app = FastAPI()

    def train():
        rows = pd.read_csv("claims.csv")
        model = RandomForestClassifier()
        model.fit(rows.drop(columns=["paid"]), rows["paid"])
        joblib.dump(model, "model.joblib")
        return model.predict(rows)

    @app.get("/train")
    def run_training():
        train()
        return "done"

    @app.post("/predict")
    def predict(body: dict):
        return list(joblib.load("model.joblib").predict([body["row"]]))
"""


def test_a_route_that_trains_a_model_does_not_run_it_for_its_caller() -> None:
    routes = {e.name: e.attributes.get("runs_inference") for e in system_of(TRAINED).elements if e.kind == "http_route"}

    assert routes == {"GET /train": None, "POST /predict": True}


MADE = """
    from fastapi import FastAPI
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI
    from langgraph.prebuilt import create_react_agent
    from openai import OpenAI

    app = FastAPI()
    agents = {}

    @tool
    def remove(name: str) -> str:
        "Removes a customer."
        import os
        os.remove(name)
        return "done"

    @app.post("/agents")
    def make(name: str, text: str):
        agents[name] = create_react_agent(ChatOpenAI(model="gpt-5"), [remove], prompt=text)

    @app.post("/chat")
    def chat(text: str):
        return OpenAI().responses.create(model="gpt-5-mini", input=text).output_text
"""


def test_the_request_that_runs_a_model_is_told_before_one_that_only_makes_an_agent(tmp_path: Path) -> None:
    told = [f for f in scan_of(tmp_path, {"app.py": dedent(MADE)}).findings if f.threat == "unbounded-consumption"]

    assert [f.description.split("passes")[0] for f in told] == ["`POST /chat` "]
