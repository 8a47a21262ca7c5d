"""What one function keeps under a name for others: a module's table, an application's state or settings, a visitor's session."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

TABLE = """
    from fastapi import FastAPI
    from transformers import pipeline

    models = {}
    app = FastAPI()

    @app.on_event("startup")
    def load():
        models["mood"] = pipeline("text-classification", model="moods")
        models["story"] = pipeline("text-generation", model="stories")

    @app.post("/mood")
    def mood(text: str):
        return models["mood"](text)
"""
FLASK = """
    from flask import Flask, current_app, request
    from openai import OpenAI

    def create_app():
        app = Flask(__name__)
        app.config["MODEL"] = OpenAI()

        @app.post("/ask")
        def ask():
            return current_app.config["MODEL"].responses.create(model="gpt-5", input=request.json["question"]).output_text

        return app
"""
STREAMLIT = """
    import streamlit as st
    from langchain_openai import ChatOpenAI

    def prepare():
        st.session_state["model"] = ChatOpenAI(model="gpt-5")

    def answer(question):
        st.write(st.session_state["model"].invoke(question).content)

    prepare()
    if question := st.chat_input("?"):
        answer(question)
"""
CHAINLIT = """
    import chainlit as cl
    from langchain_openai import ChatOpenAI

    @cl.on_chat_start
    async def start():
        cl.user_session.set("model", ChatOpenAI(model="gpt-5"))

    @cl.on_message
    async def answer(message: cl.Message):
        reply = await cl.user_session.get("model").ainvoke(message.content)
        await cl.Message(content=reply.content).send()
"""

# Made once for each visitor, as the script runs from its top at each click; read by another function.
MADE_ONCE = """
    import streamlit as st
    from langchain_openai import ChatOpenAI

    class Desk:
        def __init__(self):
            self.model = ChatOpenAI(model="gpt-5")

        def ask(self, question):
            return self.model.invoke(question).content

    def answer():
        if question := st.chat_input("?"):
            st.write(st.session_state.desk.ask(question))

    def main():
        if "desk" not in st.session_state:
            st.session_state.desk = Desk()
        answer()

    main()
"""


@pytest.mark.parametrize("code", [FLASK, STREAMLIT, MADE_ONCE, CHAINLIT], ids=["flask", "streamlit", "made once", "chainlit"])
def test_a_model_that_a_framework_keeps_by_name_is_asked_by_that_name(code: str) -> None:
    assert [flow.target.partition(":")[2] for flow in flows(system_of(code), "prompt", "user_input")] == ["gpt-5"]


def test_what_is_kept_after_other_things_is_found_as_well() -> None:
    code = FLASK.replace('app.config["MODEL"]', 'app.config["LIMIT"] = 3; app.config["MODEL"]', 1)
    assert [flow.target.partition(":")[2] for flow in flows(system_of(code), "prompt", "user_input")] == ["gpt-5"]


def test_a_table_of_a_module_that_is_filled_at_the_start_holds_each_model_under_its_key() -> None:
    asked = {flow.target for flow in system_of(TABLE).flows if flow.source == "http_route:POST /mood" and "user_input" in flow.carries}
    assert asked == {"ml_model:moods"}


def test_another_key_is_another_thing() -> None:
    assert not flows(system_of(CHAINLIT.replace('get("model")', 'get("user")')), "prompt", "user_input")


def test_a_call_on_a_module_changes_no_variable() -> None:
    code = """
        import requests
        from fastapi import FastAPI

        app = FastAPI()

        @app.post("/notes")
        def keep(text: str):
            requests.put("https://notes.example/one", data=text)
            return requests.get("https://notes.example/one").text
    """
    assert {element.kind for element in system_of(code).elements} >= {"external_service", "web_content"}
