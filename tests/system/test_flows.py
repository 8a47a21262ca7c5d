"""Where data goes: small programs, and the flows that are found in them, or are not."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pipeline.system.model import SinkRole
from tests.system.small import controls_on, elements, flows, lines_of, system_of

ROUTE = "import os, subprocess, asyncio, html\nfrom fastapi import FastAPI\napp = FastAPI()\n"


def route(body: str, before: str = "", signature: str = "text: str") -> str:
    """A program whose route `run` has this body; `before` stands above it."""
    indented = "\n".join(f"    {line}" for line in dedent(body).strip("\n").split("\n"))
    return f"{ROUTE}{dedent(before)}\n@app.post('/run')\nasync def run({signature}):\n{indented}\n"


def is_run(text: str) -> bool:
    """Whether what a caller sends becomes code."""
    return bool(flows(system_of(text), "code", "user_input"))


FLOWS = {
    "directly": route("eval(text)"),
    "a variable": route("x = text\ny = x.strip()\neval(y)"),
    "an f-string": route("eval(f'1 + {text}')"),
    "a function": route("calculate(text)", "def calculate(x):\n    return eval(x)"),
    "functions in a row": route("a(text)", "def c(x):\n    eval(x)\ndef b(x):\n    c(x)\ndef a(x):\n    b(x)"),
    "a keyword argument": route("calculate(y=1, x=text)", "def calculate(x, y):\n    eval(x)"),
    "splatted arguments": route("calculate(*[text])", "def calculate(x):\n    eval(x)"),
    "splatted keywords": route("calculate(**{'x': text})", "def calculate(x, y=1):\n    eval(x)"),
    "arguments passed on": route("calculate(text)", "def inner(x):\n    eval(x)\ndef calculate(*args, **more):\n    inner(*args, **more)"),
    "a return": route("eval(prepare(text))", "def prepare(x):\n    return x.strip()"),
    "one of several returns": route("eval(prepare(text))", "def prepare(x):\n    if not x:\n        return ''\n    return x"),
    "a returned tuple": route("a, b = prepare(text)\neval(b)", "def prepare(x):\n    return 1, x"),
    "a method": route("Calculator().run(text)", "class Calculator:\n    def run(self, x):\n        eval(x)"),
    "a static method": route("Calculator.run(text)", "class Calculator:\n    @staticmethod\n    def run(x):\n        eval(x)"),
    "a class method": route("Calculator.run(text)", "class Calculator:\n    @classmethod\n    def run(cls, x):\n        eval(x)"),
    "an inherited method": route("Child().run(text)", "class Base:\n    def run(self, x):\n        eval(x)\nclass Child(Base):\n    pass"),
    "a field": route("Calculator(text).run()", "class Calculator:\n    def __init__(self, x):\n        self.x = x\n    def run(self):\n        eval(self.x)"),
    "a field set by a method": route("c = Calculator()\nc.load(text)\nc.run()", "class Calculator:\n    def load(self, x):\n        self.x = x\n    def run(self):\n        eval(self.x)"),
    "a dataclass": route("job = Job(code=text)\neval(job.code)", "from dataclasses import dataclass\n@dataclass\nclass Job:\n    code: str\n    name: str = ''"),
    "a request model": route("eval(body.code)", "from pydantic import BaseModel\nclass Body(BaseModel):\n    code: str\n    count: int", "body: Body"),
    "a dictionary": route("d = {'a': text, 'b': 1}\neval(d['a'])"),
    "get": route("d = {'a': text}\neval(d.get('a', ''))"),
    "a nested dictionary": route("d = {'a': {'b': text}}\neval(d['a']['b'])"),
    "a list": route("parts = []\nparts.append(text)\neval('+'.join(parts))"),
    "a loop": route("for part in text.split(';'):\n    eval(part)"),
    "a comprehension": route("parts = [p.strip() for p in text.split()]\neval(parts[0])"),
    "a generator": route("for part in parts(text):\n    eval(part)", "def parts(x):\n    for p in x.split():\n        yield p"),
    "a generator of generators": route("for part in outer(text):\n    eval(part)", "def inner(x):\n    yield x\ndef outer(x):\n    yield from inner(x)"),
    "await": route("eval(await prepare(text))", "async def prepare(x):\n    return x"),
    "gather": route("a, b = await asyncio.gather(prepare(text), prepare(text))\neval(a)", "async def prepare(x):\n    return x"),
    "a thread": route("await asyncio.to_thread(calculate, text)", "def calculate(x):\n    eval(x)"),
    "an executor": route("loop = asyncio.get_event_loop()\nawait loop.run_in_executor(None, calculate, text)", "def calculate(x):\n    eval(x)"),
    "a callback": route("apply(calculate, text)", "def apply(f, x):\n    f(x)\ndef calculate(x):\n    eval(x)"),
    "a closure": route("def inner():\n    eval(text)\ninner()"),
    "a lambda": route("f = lambda x: eval(x)\nf(text)"),
    "a partial": route("from functools import partial\nf = partial(calculate, text)\nf()", "def calculate(x):\n    eval(x)"),
    "a decorated function": route("calculate(text)", "import functools\n@functools.lru_cache\ndef calculate(x):\n    eval(x)"),
    "a wrapper of the project": route("calculate(text)", "import functools\ndef logged(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        return f(*a, **k)\n    return inner\n@logged\ndef calculate(x):\n    eval(x)"),
    "a table of functions": route("HANDLERS['a'](text)", "def calculate(x):\n    eval(x)\nHANDLERS = {'a': calculate}"),
    "a module variable": route("global last\nlast = text\nrun_last()", "last = ''\ndef run_last():\n    eval(last)"),
    "a try": route("try:\n    x = text\nexcept ValueError:\n    x = ''\neval(x)"),
    "json": route("import json\nd = json.loads(text)\neval(d['code'])"),
    "recursion": route("walk(text)", "def walk(x):\n    if x:\n        walk(x[1:])\n    eval(x)"),
    "a method given as a field": route("Job(run=calculate).run(text)", "from dataclasses import dataclass\nfrom collections.abc import Callable\n@dataclass\nclass Job:\n    run: Callable\ndef calculate(x):\n    eval(x)"),
    "an object whose type only the function's annotation tells": route("make('c').run(text)", "import json\nclass Calculator:\n    def run(self, x):\n        eval(x)\ndef make(name) -> Calculator:\n    return REGISTRY[name]()\nREGISTRY = json.load(open('r'))"),
    "a property by a decorator with arguments": route("Box().calculator.run(text)", "from lib import lazy_property\nclass Calculator:\n    def run(self, x):\n        eval(x)\nclass Box:\n    @lazy_property()\n    def calculator(self):\n        return Calculator()"),
    "an object closed at the end": route("from contextlib import closing\nwith closing(Calculator()) as c:\n    c.run(text)", "class Calculator:\n    def run(self, x):\n        eval(x)\n    def close(self):\n        pass"),
    "a function of a list in a loop": route("for f in [calculate]:\n    f(text)", "def calculate(x):\n    eval(x)"),
    "what a pattern found in it": route("import re\nm = re.search('`(.*)`', text)\neval(m.group(1))"),
    "what a compiled pattern found in it": route("m = CODE.search(text)\neval(m.group(1))", "import re\nCODE = re.compile('`(.*)`')"),
    "a task in the background": route("tasks.add_task(calculate, text)", "from fastapi import BackgroundTasks\ndef calculate(x):\n    eval(x)", "text: str, tasks: BackgroundTasks"),
    "a record that is filled later": route("job = Job()\njob.code = text\nrun(job)", "from pydantic import BaseModel\nclass Job(BaseModel):\n    code: str = ''\ndef run(job: Job):\n    eval(job.code)"),
    "what a thread gives back": route("eval(await asyncio.to_thread(lambda: prepare(text)))", "def prepare(x):\n    return x.strip()"),
    "what an executor gives back": route("loop = asyncio.get_event_loop()\neval(await loop.run_in_executor(None, prepare, text))", "def prepare(x):\n    return x.strip()"),
    "the values of a dictionary": route("for part in {'a': text}.values():\n    eval(part)"),
    "the items of a dictionary": route("for name, part in {'a': text}.items():\n    eval(part)"),
    "a part of a list": route("for part in [text][0:1]:\n    eval(part)"),
    "code behind a return of one branch": route("calculate(text)", "def calculate(x):\n    if not x:\n        return ''\n    eval(x)"),
    "a deep chain of calls": route("a1(text)", "\n".join(f"def a{i}(x):\n    return a{i + 1}(x)" for i in range(1, 9)) + "\ndef a9(x):\n    eval(x)"),
}  # fmt: skip


@pytest.mark.parametrize("text", FLOWS.values(), ids=FLOWS.keys())
def test_data_is_followed_through(text: str) -> None:
    assert is_run(text)


SILENT = {
    "another key": route("d = {'a': text, 'b': '1'}\neval(d['b'])"),
    "another key by get": route("d = {'a': text, 'b': '1'}\neval(d.get('b'))"),
    "another key set later": route("d = {'b': '1'}\nd['a'] = text\neval(d['b'])"),
    "another key of a nested dictionary": route("d = {'a': {'x': text, 'y': '1'}}\neval(d['a']['y'])"),
    "another part of a tuple": route("a, b = prepare(text)\neval(a)", "def prepare(x):\n    return '1', x"),
    "another field": route("job = Job(code='1', name=text)\neval(job.code)", "from dataclasses import dataclass\n@dataclass\nclass Job:\n    code: str\n    name: str = ''"),
    "another object": route("a, b = Job(), Job()\na.code = text\nb.code = '1'\neval(b.code)", "class Job:\n    pass"),
    "another caller": route("same(text)\neval(same('1'))", "def same(x):\n    return x"),
    "an overwritten variable": route("x = text\nx = '1'\neval(x)"),
    "the length": route("eval(str(len(text)))"),
    "a comparison": route("x = text == 'a'\neval(str(x))"),
    "a choice by key": route("eval(TABLE[text])", "TABLE = {'a': '1 + 1', 'b': '2'}"),
    "a choice by get": route("eval(TABLE.get(text, '0'))", "TABLE = {'a': '1 + 1', 'b': '2'}"),
    "an integer parameter": route("eval(f'{count} + 1')", signature="count: int"),
    "an integer field": route("eval(f'{body.count} + 1')", "from pydantic import BaseModel\nclass Body(BaseModel):\n    code: str\n    count: int", "body: Body"),
    "an optional date": route("eval(f'{day}')", "from datetime import date", "day: date | None = None"),
    "an identifier": route("eval(f'{key}')", "from uuid import UUID", "key: UUID"),
    "a named literal type": route("eval(f'{mode}()')", "from typing import Literal\nMode = Literal['a', 'b']", "mode: Mode"),
    "a literal type": route("eval(f'{mode}()')", "from typing import Literal", "mode: Literal['a', 'b']"),
    "a literal reader": route("import ast\nast.literal_eval(text)"),
    "a function that is never called": route("return text", "def calculate(x):\n    eval(x)"),
    "a function that ignores it": route("calculate(text)", "def calculate(x):\n    eval('1')"),
    "a method of the same name": route("Other().run(text)", "class Calculator:\n    def run(self, x):\n        eval(x)\nclass Other:\n    def run(self, x):\n        return x"),
    "another caller through many calls": route("a1(text)\neval(a1('1'))", "\n".join(f"def a{i}(x):\n    return a{i + 1}(x)" for i in range(1, 9)) + "\ndef a9(x):\n    return x"),
    "another entry of a copied dictionary": route("d = dict({'a': text, 'b': '1'})\ncalculate(**d)", "def calculate(a, b):\n    eval(b)"),
    "code behind a return": route("calculate(text)", "def calculate(x):\n    return ''\n    eval(x)"),
    "code behind a raise": route("calculate(text)", "def calculate(x):\n    raise ValueError(x)\n    eval(x)"),
    "the keys of a dictionary": route("eval(' '.join({'a': text}.keys()))"),
    "the keys in the items": route("for name, part in {'a': text}.items():\n    eval(name)"),
    "another field of a record in a part of a list": route("batch = [Job(code='1', name=text)][0:1]\nfor job in batch:\n    eval(job.code)", "from dataclasses import dataclass\n@dataclass\nclass Job:\n    code: str\n    name: str = ''"),
    "another record of the same class": route("a = Job()\na.code = text\nstore(a)\nrun(Job())", "from pydantic import BaseModel\nclass Job(BaseModel):\n    code: str = ''\ndef store(job: Job):\n    print(job.code)\ndef run(job: Job):\n    eval(job.code)"),
    "the name of its type": route("eval(type(text).__name__)"),
    "what a search in a store is asked": route("found = index.search(text)\neval(found[0])", "from lib import index"),
}  # fmt: skip


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_data_is_not_seen_where_it_does_not_arrive(text: str) -> None:
    assert not is_run(text)


def guarded_by(body: str, before: str = "", role: SinkRole = "code") -> set[str]:
    """Kinds of the controls on the flow from the caller to the sink; `bare` where a way has none."""
    system = system_of(route(body, before))
    found = flows(system, role, "user_input")
    assert found
    return {kind for flow in found for kind in controls_on(system, flow.id)} | {
        "bare" for flow in found if not controls_on(system, flow.id)
    }


@pytest.mark.parametrize(
    ("body", "before", "control"),
    [
        ("eval(str(int(text)))", "", "type_cast"),
        ("eval(f'{float(text)} + 1')", "", "type_cast"),
        ("if text in ALLOWED:\n    eval(text)", "ALLOWED = {'a'}", "allow_list"),
        ("if text not in ALLOWED:\n    return\neval(text)", "ALLOWED = {'a'}", "allow_list"),
        ("if text not in ALLOWED:\n    raise ValueError\nx = text.strip()\neval(x)", "ALLOWED = {'a'}", "allow_list"),
        ("if text == 'now()':\n    eval(text)", "", "allow_list"),
        ("if len(text) > 100:\n    raise ValueError\neval(text)", "", "input_length_limit"),
        ("if 100 >= len(text):\n    eval(text)", "", "input_length_limit"),
        ("import re\nif not re.fullmatch('[0-9]+', text):\n    raise ValueError\neval(text)", "", "input_validation"),
        ("check_expression(text)\neval(text)", "def check_expression(x):\n    if '__' in x:\n        raise ValueError", "input_validation"),
        (
            "if not is_fine(text):\n    return\neval(text)",
            "def is_fine(x):\n    return x.startswith('a') and '_' not in x",
            "input_validation",
        ),
        (
            "calculate(text)",
            "ALLOWED = {'a'}\ndef calculate(x):\n    if x not in ALLOWED:\n        raise ValueError\n    eval(x)",
            "allow_list",
        ),
        ("if input(f'run {text}?') == 'y':\n    eval(text)", "", "human_approval"),
    ],
)
def test_a_check_on_the_way_is_a_control_of_the_flow(body: str, before: str, control: str) -> None:
    assert control in guarded_by(body, before)


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("if text in ALLOWED:\n    print('fine')\neval(text)", "ALLOWED = {'a'}"),
        ("eval(text)\nif text not in ALLOWED:\n    raise ValueError", "ALLOWED = {'a'}"),
        ("if text in ALLOWED:\n    return\neval(text)", "ALLOWED = {'a'}"),
        ("if not text:\n    return\neval(text)", ""),
        ("if isinstance(text, str):\n    eval(text)", ""),
        ("if len(text) > 0:\n    eval(text)", ""),
        ("if 3 > len(text):\n    return\neval(text)", ""),
        ("other = 'a'\nif other not in ALLOWED:\n    return\neval(text)", "ALLOWED = {'a'}"),
    ],
    ids=[
        "nothing depends on it",
        "afterwards",
        "the wrong side",
        "presence",
        "type",
        "length above",
        "length above, mirrored",
        "another variable",
    ],
)
def test_a_check_beside_the_way_is_no_control(body: str, before: str) -> None:
    assert guarded_by(body, before) == {"bare"}


def test_one_bare_way_beside_a_guarded_one_stays_bare() -> None:
    assert "bare" in guarded_by("if fast:\n    eval(text)\nelif text in ALLOWED:\n    eval(text)", "ALLOWED = {'a'}\nfast = True")


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("if text in ALLOWED:\n    eval(text)\nx = first(text)\nrun(x)\nrun(text) if text in ALLOWED else None",
         "ALLOWED = {'a'}\ndef run(x):\n    eval(x)\ndef first(x):\n    return second(x)\ndef second(x):\n    return x.strip()"),
    ],
    ids=["a longer way beside a checked one to the same place"],
)  # fmt: skip
def test_a_short_way_through_a_check_hides_no_long_way_beside_it(body: str, before: str) -> None:
    assert "bare" in guarded_by(body, before)


def test_markup_that_is_escaped_is_no_markup_of_the_caller() -> None:
    page = "from fastapi.responses import HTMLResponse"
    bare = system_of(route("return HTMLResponse(f'<p>{text}</p>')", page))
    escaped = system_of(route("return HTMLResponse(f'<p>{html.escape(text)}</p>')", page))
    assert flows(bare, "html", "user_input") and not controls_on(bare, flows(bare, "html")[0].id)
    assert all("output_encoding" in controls_on(escaped, flow.id) for flow in flows(escaped, "html", "user_input"))


def test_quoting_for_a_shell_is_a_control_and_an_argument_vector_is_no_shell() -> None:
    bare = system_of(route("subprocess.run(f'ls {text}', shell=True)"))
    quoted = system_of(route("import shlex\nsubprocess.run(f'ls {shlex.quote(text)}', shell=True)"))
    vector = system_of(route("subprocess.run(['ls', text])"))
    assert flows(bare, "shell", "user_input") and not controls_on(bare, flows(bare, "shell")[0].id)
    assert all(controls_on(quoted, flow.id) for flow in flows(quoted, "shell", "user_input"))
    assert not flows(vector, "shell") and flows(vector, "process_arguments", "user_input")


SQL = "import sqlite3\ndb = sqlite3.connect('a.db')"


def test_the_text_of_a_query_and_its_parameters_are_told_apart() -> None:
    text = system_of(route("db.execute(f\"SELECT * FROM t WHERE a = '{text}'\")", SQL))
    bound = system_of(route("db.execute('SELECT * FROM t WHERE a = ?', (text,))", SQL))
    assert flows(text, "query", "user_input")
    assert not flows(bound, "query") and flows(bound, "query_parameters", "user_input")


def test_a_file_is_checked_by_its_hash_before_it_is_loaded() -> None:
    check = "if hashlib.sha256(data).hexdigest() != KNOWN:\n    raise ValueError\n"
    program = (
        "import hashlib, pickle\nKNOWN = 'ab'\ndef load(path):\n    data = open(path, 'rb').read()\n{check}    return pickle.loads(data)\n"
    )
    checked = system_of(program.format(check="".join(f"    {line}\n" for line in check.rstrip().split("\n"))))
    bare = system_of(program.format(check=""))
    kinds = [{kind for element in elements(system, "model_file") for kind in controls_on(system, element.id)} for system in (checked, bare)]
    assert "hash_check" in kinds[0] and "hash_check" not in kinds[1]


LLM = "from openai import OpenAI\nclient = OpenAI()"


@pytest.mark.parametrize(
    ("messages", "role"),
    [
        ("[{'role': 'user', 'content': text}]", "prompt"),
        ("[{'role': 'system', 'content': 'You help.'}, {'role': 'user', 'content': f'Q: {text}'}]", "prompt"),
        ("[{'role': 'system', 'content': f'You help {text}.'}, {'role': 'user', 'content': 'hi'}]", "system_prompt"),
        ("[{'role': 'developer', 'content': text}]", "system_prompt"),
        ("[{'role': 'assistant', 'content': text}]", "conversation"),
    ],
)
def test_the_role_of_a_message_says_what_the_text_becomes(messages: str, role: SinkRole) -> None:
    system = system_of(route(f"client.chat.completions.create(model='gpt-5', messages={messages})", LLM))
    found = {flow.role for flow in system.flows if flow.target.startswith("hosted_llm") and "user_input" in flow.carries}
    assert found == {role}


def test_a_whole_message_list_of_the_caller_is_the_conversation() -> None:
    body = "from pydantic import BaseModel\nclass Body(BaseModel):\n    messages: list[dict]\n" + LLM
    system = system_of(route("client.chat.completions.create(model='gpt-5', messages=body.messages)", body, "body: Body"))
    assert flows(system, "conversation", "user_input")


def test_turns_are_kept_apart_in_a_list_that_grows() -> None:
    body = "messages = [{'role': 'system', 'content': 'You help.'}]\nmessages.append({'role': 'user', 'content': text})\nclient.chat.completions.create(model='gpt-5', messages=messages)"
    system = system_of(route(body, LLM))
    assert flows(system, "prompt", "user_input") and not flows(system, "system_prompt")


def test_a_reply_is_followed_from_the_model_to_where_it_is_run() -> None:
    body = "reply = client.chat.completions.create(model='gpt-5', messages=[])\nexec(reply.choices[0].message.content)"
    system = system_of(route(body, LLM))
    (flow,) = flows(system, "code", "model_reply")
    assert flow.source.startswith("hosted_llm:") and flow.target.startswith("interpreter:")
    assert not flows(system, "code", "user_input")


def test_a_reply_that_a_thread_gives_back_is_followed() -> None:
    text = """
        import asyncio
        from openai import OpenAI

        client = OpenAI()

        def ask(question: str) -> str:
            return client.responses.create(model="gpt-5-mini", input=question).output_text

        async def run() -> None:
            eval(await asyncio.to_thread(ask, "1 + 1?"))
    """
    assert flows(system_of(text), "code", "model_reply")


GRAPH = """
    import requests
    from langgraph.graph import StateGraph
    from openai import OpenAI

    client = OpenAI()

    def search(state):
        return RETURNED

    def answer(state):
        client.responses.create(model="gpt-5-mini", input=f"Answer from: {state['found']}")

    graph = StateGraph(dict)
    graph.add_node("search", search)
    graph.add_node("answer", answer)
"""


@pytest.mark.parametrize(
    ("returned", "arrives"),
    [
        ('{"found": requests.get("https://forum.example.org").text}', True),
        ('Command(goto="answer", update={"found": requests.get("https://forum.example.org").text})', True),
        ('{"seen": requests.get("https://forum.example.org").text}', False),
    ],
)
def test_nodes_of_a_graph_hand_entries_of_the_state_to_each_other(returned: str, arrives: bool) -> None:
    text = "from langgraph.types import Command\n" + dedent(GRAPH).replace("RETURNED", returned)
    assert bool(flows(system_of(text), "prompt", "web_content")) is arrives


def test_tool_arguments_begin_at_the_tool() -> None:
    system = system_of(
        """
        import subprocess
        from langchain_core.tools import tool
        from langchain.agents import create_agent

        @tool
        def run(command: str, times: int) -> str:
            '''Run a command.'''
            return subprocess.run(command, shell=True).stdout

        agent = create_agent("openai:gpt-5", tools=[run])
        """
    )
    (flow,) = flows(system, "shell")
    assert (flow.source, flow.carries) == ("tool:run", ("tool_arguments",))


def test_the_page_a_program_fetches_is_followed_into_the_prompt() -> None:
    body = "page = httpx.get('https://wiki.example/x').text\nclient.chat.completions.create(model='gpt-5', messages=[{'role': 'user', 'content': f'Sum up: {page}'}])"
    assert flows(system_of(route(body, LLM + "\nimport httpx")), "prompt", "web_content")


@pytest.mark.parametrize(
    ("address", "headers", "written"),
    [
        ("https://forum.example.org/a", "{}", True),
        ("https://api.example.org/v1/predictions/7", "{'Authorization': 'Bearer ' + KEY}", False),
        ("https://api.example.org/v1/issues/7", "{'Authorization': 'Bearer ' + KEY}", True),
        ("https://api.example.org/v1/predictions/7", "{'Accept': 'text/plain'}", True),
    ],
)
def test_a_service_asked_with_our_key_answers_about_our_business(address: str, headers: str, written: bool) -> None:
    system = system_of(f"""
        import os
        import requests
        from openai import OpenAI

        KEY = os.environ["KEY"]

        def ask() -> str:
            text = requests.get("{address}", headers={headers}).text
            return OpenAI().responses.create(model="gpt-5-mini", input=text).output_text
    """)
    assert bool(flows(system, "prompt", "web_content")) is written


def test_an_answer_leaves_by_the_route() -> None:
    body = "reply = client.chat.completions.create(model='gpt-5', messages=[])\nreturn {'answer': reply.choices[0].message.content}"
    (flow,) = flows(system_of(route(body, LLM)), "response", "model_reply")
    assert flow.target.startswith("http_route:")


MODULES = {
    "api.py": "from fastapi import FastAPI\nfrom work import handle\napp = FastAPI()\n\n@app.post('/run')\ndef run(text: str):\n    return handle(text)\n",
    "work.py": "from shell import Shell\n\ndef handle(request):\n    shell = Shell(request)\n    return shell.go()\n",
    "shell.py": "import os\n\nclass Shell:\n    def __init__(self, line):\n        self.line = line\n    def go(self):\n        os.system(self.line)\n",
}


def test_data_is_followed_across_files_and_each_hop_is_cited_in_order() -> None:
    (flow,) = flows(system_of(MODULES), "shell", "user_input")
    assert lines_of(flow) == [("api.py", 6), ("api.py", 7), ("work.py", 3), ("work.py", 4), ("shell.py", 4), ("shell.py", 5), ("shell.py", 7)] or lines_of(flow) == [
        ("api.py", 6), ("work.py", 3), ("shell.py", 4), ("shell.py", 7),
    ]  # fmt: skip
    assert [step.role for step in flow.steps] == ["source", *["step"] * (len(flow.steps) - 2), "sink"]


def test_every_step_quotes_the_lines_it_names() -> None:
    for flow in system_of(MODULES).flows:
        for step in flow.steps:
            assert step.quote == "\n".join(MODULES[step.path].split("\n")[step.start_line - 1 : step.end_line])


def test_a_name_that_may_be_a_module_can_be_called() -> None:
    files = {
        "pkg/client.py": "x = 1\n",
        "app.py": "try:\n    from pkg import client\nexcept ImportError:\n    from other import client\n\nclient().chat.create('x')\neval(client().read())\n",
    }
    assert system_of(files) is not None


def test_the_order_of_the_files_changes_nothing() -> None:
    assert system_of(MODULES) == system_of(dict(reversed(MODULES.items())))


@pytest.mark.parametrize(
    "before",
    [
        "def walk(x):\n    return walk(x) + walk(x)",
        "def walk(x):\n    return step(x)\ndef step(x):\n    return walk(x)",
        "def walk(x, y=None):\n    return walk([x, y], {'a': y})",
        "class Node:\n    def __init__(self, x):\n        self.next = Node(x)\n        self.x = self.next.x\ndef walk(x):\n    return Node(x).next.next.next.x",
        "def walk(x):\n    while x:\n        x = walk(x)[x]\n    return lambda: walk(x)",
        "\n".join(f"def f{n}(x):\n    return f{(n + 1) % 30}(x) or f{(n * 7 + 3) % 30}([x])" for n in range(30)) + "\nwalk = f0",
    ],
)
def test_recursion_ends(before: str) -> None:
    system_of(route("eval(walk(text))", before))


def test_a_flow_says_which_boundaries_it_crosses() -> None:
    system = system_of(route("client.chat.completions.create(model='gpt-5', messages=[{'role': 'user', 'content': text}])", LLM))
    (flow,) = flows(system, "prompt", "user_input")
    zones = {element.id: element.zone for element in system.elements}
    assert flow.crosses == (f"zone:{zones[flow.source]}", f"zone:{zones[flow.target]}")


MADE_ELSEWHERE = """
    from fastapi import FastAPI
    from makers import RequestMaker
    from openai import OpenAI
    app, client, maker = FastAPI(), OpenAI(), RequestMaker()
    @app.post("/ask")
    def ask(model: str, question: str) -> str:
        arguments = maker.convert(input=%s, options={"model": model, "stream": False})
        return client.chat.completions.create(**arguments).choices[0].message.content
"""


def test_the_name_of_a_model_is_not_among_the_words_of_a_request() -> None:
    assert not flows(system_of(MADE_ELSEWHERE % "'Are you there?'"), "prompt")


def test_what_is_asked_beside_the_name_of_a_model_is() -> None:
    assert flows(system_of(MADE_ELSEWHERE % "question"), "prompt", "user_input")


FIELDS = """
    import asyncio
    from dataclasses import dataclass
    from fastapi import FastAPI
    from openai import OpenAI
    app, client = FastAPI(), OpenAI()

    @dataclass
    class Job:
        question: str
        number: str
        verbose: bool

    @dataclass
    class Told:
        about: object

    async def work(question):
        return {"status": "done", "number": "7", "found": question}

    def ask(words):
        return client.chat.completions.create(model="gpt-5-mini", messages=[{"role": "system", "content": words}])

    @app.post("/ask")
    async def run(question: str):
        job = Job(question=question, number="7", verbose=True)
        told = Told(about=Told(about=Told(about=Told(about=job.%s))))
        task = asyncio.create_task(work(question))
        done = await task
        %s
"""


@pytest.mark.parametrize(
    ("field", "said", "reached"),
    [
        ("verbose", "ask(f'Speak. {told}')", False),
        ("question", "ask(f'Speak. {told}')", True),
        ("number", "ask(done['number'])", False),
        ("number", "ask(done['found'])", True),
    ],
)
def test_what_lies_in_one_field_is_not_read_from_another(field: str, said: str, reached: bool) -> None:
    assert bool(flows(system_of(FIELDS % (field, said)), "system_prompt", "user_input")) == reached


DISPATCHED = """
    import os, subprocess
    from fastapi import FastAPI
    import openai
    app = FastAPI()

    class Base:
        def execute(self, text):
            raise NotImplementedError

    class Shell(Base):
        def execute(self, text):
            return subprocess.run(text, shell=True)

    class Echo(Base):
        def execute(self, text):
            return text

    class Upper(Base):
        def execute(self, text):
            return text.upper()

    class Kept:
        def __init__(self, *members: Base):
            self.members = {type(member).__name__: member for member in members}

        def work(self, name, text):
            return run(self.members.get(name), text)

    def run(member: Base, text):
        return member.execute(text)

    %s

    @app.post("/work")
    def work(name: str, text: str):
        return %s
"""


@pytest.mark.parametrize(
    ("made", "asked", "reached"),
    [
        ("KEPT = Kept(Echo(), Upper())", "KEPT.work(name, text)", False),
        ("KEPT = Kept(Echo(), Upper(), Shell())", "KEPT.work(name, text)", True),
        ("KEPT = Kept(*[Echo(), Shell()])", "KEPT.work(name, text)", True),
        ("KEPT = Kept(*openai.tools())", "KEPT.work(name, text)", True),
        ("MEMBERS: dict[str, Base] = {'e': Echo()}\n    MEMBERS['u'] = Upper()", "run(MEMBERS[name], text)", False),
        ("MEMBERS: dict[str, Base] = {'e': Echo()}\n    MEMBERS['s'] = Shell()", "run(MEMBERS[name], text)", True),
    ],
)
def test_an_abstract_call_means_the_members_that_are_in_sight(made: str, asked: str, reached: bool) -> None:
    assert bool(flows(system_of(DISPATCHED % (made, asked)), "shell", "user_input")) == reached


class TestWhatABaseIsGiven:
    """`super().__init__(key)` reaches the base alone: neither its other heirs, nor what these are given, is meant."""

    SYSTEM = """
        import os
        from openai import OpenAI
        class Model:
            def __init__(self, key, name):
                self.key = key
                self.name = name
            def use(self, key):
                BODY
        class Chat(Model):
            def __init__(self):
                super().__init__(os.environ["OPENAI_API_KEY"], "chat")
                self.use(os.environ["OPENAI_API_KEY"])
        class Custom(Model):
            def __init__(self, context, name):
                self.context = context
            def use(self, context):
                OpenAI().responses.create(model="gpt-5", input=context)
            def ask(self):
                return OpenAI().responses.create(model="gpt-5", input=self.context)
        """

    def test_is_not_what_another_heir_was_made_of(self) -> None:
        assert not flows(system_of(self.SYSTEM.replace("BODY", "self.key = key")), "prompt", "secret_value")

    def test_but_a_method_that_only_declares_means_its_heirs(self) -> None:
        assert flows(system_of(self.SYSTEM.replace("BODY", "...")), "prompt", "secret_value")
