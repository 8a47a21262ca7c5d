"""What is given to a class of the project: its own lines say what it keeps, and under which name."""

from __future__ import annotations

from tests.system.small import flows, system_of

_APP = """
    from fastapi import FastAPI
    from openai import OpenAI

    app = FastAPI()

    class Session:
        kept = []
        opened = {}

        @classmethod
        def add_message(cls, text: str):
            cls.kept.append(text)

    @app.post("/ask")
    def ask(question: str):
        Session.add_message(question)
        return OpenAI().responses.create(model="gpt-5", input=GIVEN).output_text
    """


def _arrives(given: str) -> bool:
    sources = {
        (flow.source, carried)
        for flow in flows(system_of(_APP.replace("GIVEN", given)), "prompt", "user_input")
        for carried in flow.carries
    }
    return ("http_route:POST /ask", "user_input") in sources


def test_what_a_class_keeps_is_not_all_that_it_holds() -> None:
    assert not _arrives('Session.opened["folder"]')


def test_what_a_class_keeps_goes_on_from_where_it_is_kept() -> None:
    assert _arrives("Session.kept[-1]")


_HANDED_ON = """
    import chromadb
    from fastapi import FastAPI
    from openai import OpenAI

    app = FastAPI()

    class Notes:
        def __init__(self, keeper) -> None:
            self.keeper = keeper
            self.named = {}

        def add(self, text: str) -> None:
            if text in self.named:
                return
            self.keeper.remember(text)

        def last(self) -> str:
            return self.keeper.latest()

    notes = Notes(make_keeper())

    @app.post("/ask")
    def ask(question: str):
        notes.add(question)
        return OpenAI().responses.create(model="gpt-5", input=GIVEN).output_text
    """


def test_what_is_handed_to_something_unseen_comes_back_from_it() -> None:
    found = flows(system_of(_HANDED_ON.replace("GIVEN", "notes.last()")), "prompt", "user_input")
    assert [flow.source for flow in found] == ["http_route:POST /ask"]


def test_a_table_that_is_only_asked_after_keeps_nothing() -> None:
    assert not flows(system_of(_HANDED_ON.replace("GIVEN", 'notes.named["first"]')), "prompt", "user_input")
