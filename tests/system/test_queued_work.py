"""Work that a request puts on a queue and a worker does."""

from __future__ import annotations

import pytest

from tests.system.small import elements, flows, only, system_of, ties

_ROUTE = """
    from flask import Flask, request
    SETUP
    web = Flask(__name__)
    @web.post("/jobs")
    def create():
        question = request.get_json()["question"]
        ticket = SENDS
        return {"id": ticket.id}
    """
_WORK = """
    SETUP
    from openai import OpenAI
    DECORATOR
    def run(PARAMETERS):
        return OpenAI().responses.create(model="gpt-5", input=question).output_text
    """
_RQ = "from rq import Queue\n    from redis import Redis\n    queue = Queue('work', connection=Redis())"
_CELERY = "from celery import Celery\n    app = Celery('x', broker='redis://redis')"
WAYS = {
    "a task of celery": ("from work import run", "run.delay(question)", _CELERY, "@app.task", "question"),
    "a bound task": ("from work import run", "run.delay(question=question)", _CELERY, "@app.task(bind=True)", "self, question"),
    "a task with options": (
        "from work import run",
        "run.apply_async(args=[7, question], countdown=3)",
        _CELERY,
        "@app.task",
        "n, question",
    ),
    "a shared task": (
        "from work import run",
        "run.apply_async(kwargs={'question': question})",
        "from celery import shared_task",
        "@shared_task",
        "question, n=1",
    ),
    "an actor": ("from work import run", "run.send(question)", "import dramatiq", "@dramatiq.actor", "question"),
    "a task by its own name": (
        _CELERY,
        "app.send_task('work.answer', args=[question])",
        _CELERY,
        "@app.task(name='work.answer')",
        "question",
    ),
    "a function on a queue": (f"{_RQ}\n    from work import run", "queue.enqueue(run, question, job_timeout=60)", "", "", "question"),
    "a function by its name": (_RQ, "queue.enqueue('work.run', question, job_id='x')", "", "", "question"),
    "arguments as a table": (_RQ, "queue.enqueue('work.run', kwargs={'question': question})", "", "", "question"),
    "later": (f"import datetime\n    {_RQ}", "queue.enqueue_in(datetime.timedelta(1), 'work.run', question)", "", "", "question"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_what_is_put_on_a_queue_reaches_the_workers_model(way: tuple[str, ...]) -> None:
    setup, sends, of_work, decorator, parameters = way
    work = _WORK.replace("SETUP", of_work).replace("DECORATOR", decorator).replace("PARAMETERS", parameters)
    system = system_of({"app.py": _ROUTE.replace("SETUP", setup).replace("SENDS", sends), "work.py": work})
    assert [flow.source for flow in flows(system, "prompt", "user_input")] == ["http_route:POST /jobs"]
    assert ("http_route:POST /jobs", "calls", "hosted_llm:gpt-5") in ties(system)
    answered = [flow.target for flow in flows(system, "response", "model_reply")]
    assert "http_route:POST /jobs" not in answered, "what comes back at once is a ticket"


def test_an_argument_in_a_list_is_that_parameter_alone() -> None:
    route = _ROUTE.replace("SETUP", "from work import run").replace("SENDS", "run.apply_async([question, 'whales'])")
    work = _WORK.replace("SETUP", _CELERY).replace("DECORATOR", "@app.task").replace("PARAMETERS", "name, question")
    assert not flows(system_of({"app.py": route, "work.py": work}), "prompt", "user_input")


def test_a_method_of_the_same_name_sends_no_task() -> None:
    route = _ROUTE.replace("SETUP", "from work import run").replace("SENDS", "run.send(question)")
    work = _WORK.replace("SETUP", "").replace("DECORATOR", "").replace("PARAMETERS", "question")
    assert not flows(system_of({"app.py": route, "work.py": work}), "prompt", "user_input")


@pytest.mark.parametrize(("options", "pickled"), [("", True), (", serializer=JSONSerializer", False), (", serializer='json'", False)])
def test_a_queue_of_rq_pickles_unless_told_otherwise(options: str, pickled: bool) -> None:
    code = f"from rq import Queue\nfrom rq.serializers import JSONSerializer\nfrom redis import Redis\nq = Queue('work', connection=Redis(){options})\n"
    assert only(system_of(code), "queue").attributes.get("pickled") is pickled


def test_a_limit_that_raises_a_bare_class_turns_callers_away() -> None:
    system = system_of(
        """
        from flask import Flask, request
        from openai import OpenAI
        from redis import Redis
        app, store = Flask(__name__), Redis()
        class TooMany(Exception):
            pass
        @app.errorhandler(TooMany)
        def too_many(_):
            return {"error": "enough for today"}, 429
        @app.post("/ask")
        def ask():
            if store.incr("asked") > 12:
                raise TooMany
            return OpenAI().responses.create(model="gpt-5", input=request.get_json()["question"]).output_text
        """
    )
    (route,) = elements(system, "http_route")
    assert "rate_limit" in {control.kind for control in system.controls if route.id in control.protects}
