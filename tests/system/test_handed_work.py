"""Work that reaches its function by way of a table, a runner or a thread."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.system.small import elements, flows, system_of

_ASK = """
    import asyncio, threading
    from concurrent.futures import ThreadPoolExecutor
    from openai import OpenAI
    pool = ThreadPoolExecutor()
    TEXT = "You are a careful assistant. Answer shortly and name your sources."
    class Model:
        def ask(self, name, prompt):
            return OpenAI().responses.create(model=name, instructions=prompt, input="x").output_text
    model = Model()
    async def run():
        return WORK
    """
RUNNERS = {
    "an executor": 'pool.submit(model.ask, "gpt-5", TEXT).result()',
    "a loop's executor": 'await asyncio.get_running_loop().run_in_executor(None, model.ask, "gpt-5", TEXT)',
    "a thread told by name": 'threading.Thread(target=model.ask, kwargs={"prompt": TEXT, "name": "gpt-5"}).start()',
    "a thread": 'threading.Thread(target=model.ask, args=("gpt-5", TEXT)).start()',
}


@pytest.mark.parametrize("work", RUNNERS.values(), ids=RUNNERS.keys())
def test_what_a_runner_is_given_is_what_its_function_gets(work: str) -> None:
    system = system_of(_ASK.replace("WORK", work))
    assert [model.name for model in elements(system, "hosted_llm")] == ["gpt-5"]
    (prompt,) = elements(system, "prompt")
    assert prompt.evidence[0].quote.startswith("TEXT")


_TABLE = """
    import os
    from fastapi import FastAPI
    app = FastAPI()
    def run(text): os.popen(text)
    def say(text): print(text)
    TABLE = {"run": run, "say": say}
    @app.post("/act")
    def act(name: str, text: str):
        """
CHOICES = {
    "called where it is looked up": "TABLE.get(name)(text)",
    "kept first": "chosen = TABLE.get(name)\n        if chosen is None:\n            return None\n        return chosen(text)",
    "with another where there is none": "return TABLE.get(name, say)(text)",
}


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES.keys())
def test_a_function_taken_out_of_a_table_is_reached(choice: str) -> None:
    system = system_of(dedent(_TABLE + choice))
    assert [flow.source for flow in flows(system, "shell", "user_input")] == ["http_route:POST /act"]
