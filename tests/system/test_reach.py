"""What runs when a function runs: callbacks run for those who hand them over."""

from __future__ import annotations

from tests.system.small import system_of, ties

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
