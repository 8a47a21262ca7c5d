"""What a call means: qualified names through every way Python has of giving a thing another name."""

from __future__ import annotations

import pytest

from tests.ingest.code.reading import called_here, calls_on, marked, program_of

IN_ONE_FILE = {
    "a plain import": ("import subprocess\nsubprocess.run('ls')  # here\n", "subprocess.run"),
    "an alias": ("import numpy as np\nnp.load('x')  # here\n", "numpy.load"),
    "a from-import": ("from pickle import loads\nloads(b'')  # here\n", "pickle.loads"),
    "an aliased from-import": ("from pickle import loads as read\nread(b'')  # here\n", "pickle.loads"),
    "a dotted import": ("import os.path\nos.path.join('a')  # here\n", "os.path.join"),
    "a dotted alias": ("import torch.nn.functional as F\nF.softmax(x)  # here\n", "torch.nn.functional.softmax"),
    "an import inside a function": ("def f():\n    import torch\n    torch.load('x')  # here\n", "torch.load"),
    "an import that may fail": ("try:\n    import ujson as json\nexcept ImportError:\n    import json\njson.loads('')  # here\n", "ujson.loads"),
    "an import that may fail, and nothing instead": ("try:\n    from torch import load\nexcept ImportError:\n    load = None\ndef f():\n    load('x')  # here\n", "torch.load"),
    "a builtin": ("eval('1')  # here\n", "builtins.eval"),
    "a variable for a function": ("import os\nrun = os.system\nrun('ls')  # here\n", "os.system"),
    "a choice of functions": ("import os, subprocess\nrun = os.system if x else subprocess.run\nrun('ls')  # here\n", "subprocess.run"),
    "a table of functions": ("import torch\nLOADERS = {'t': torch.load}\nLOADERS['t']('x')  # here\n", "torch.load"),
    "functools.partial": ("from functools import partial\nimport torch\nload = partial(torch.load, map_location='cpu')\nload('x')  # here\n", "torch.load"),
    "a wildcard from outside": ("from transformers import *\npipeline('x')  # here\n", "transformers.pipeline"),
    "a decorator": ("from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')  # here\ndef f(): ...\n", "fastapi.FastAPI.get"),
    "a constructed object": ("from openai import OpenAI\nclient = OpenAI()\nclient.chat.completions.create()  # here\n", "openai.OpenAI.chat.completions.create"),
    "an object made on the spot": ("import openai\nopenai.OpenAI().responses.create()  # here\n", "openai.OpenAI.responses.create"),
    "an annotated parameter": ("from openai import OpenAI\ndef f(c: OpenAI):\n    c.responses.create()  # here\n", "openai.OpenAI.responses.create"),
    "an optional parameter": ("from openai import OpenAI\ndef f(c: OpenAI | None = None):\n    c.responses.create()  # here\n", "openai.OpenAI.responses.create"),
    "a quoted annotation": ("from openai import OpenAI\ndef f(c: 'OpenAI'):\n    c.responses.create()  # here\n", "openai.OpenAI.responses.create"),
    "an argument passed on": ("import os\ndef f(run):\n    run('ls')  # here\nf(os.system)\n", "os.system"),
    "an argument passed on twice": ("import os\ndef g(run):\n    run('ls')  # here\ndef f(run):\n    g(run)\nf(os.system)\n", "os.system"),
    "a module handed out": ("import os\ndef f(m):\n    m.system('ls')  # here\nf(os)\n", "os.system"),
    "a with block": ("import httpx\nwith httpx.Client() as c:\n    c.get('x')  # here\n", "httpx.Client.get"),
    "an async with block": ("import httpx\nasync def f():\n    async with httpx.AsyncClient() as c:\n        await c.get('x')  # here\n", "httpx.AsyncClient.get"),
    "a walrus": ("import httpx\nif (c := httpx.Client()):\n    c.get('x')  # here\n", "httpx.Client.get"),
    "unpacking": ("import os, torch\na, b = os.system, torch.load\nb('x')  # here\n", "torch.load"),
    "a global set elsewhere": ("import openai\nclient = None\ndef start():\n    global client\n    client = openai.OpenAI()\ndef f():\n    client.responses.create()  # here\n", "openai.OpenAI.responses.create"),
    "a fallback": ("import openai\ndef f(c=None):\n    c = c or openai.OpenAI()\n    c.responses.create()  # here\n", "openai.OpenAI.responses.create"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), IN_ONE_FILE.values(), ids=IN_ONE_FILE.keys())
def test_a_call_is_known_by_its_qualified_name_through(text: str, name: str) -> None:
    assert name in called_here(text)


THROUGH_OBJECTS = {
    "an attribute of self": """
        from openai import OpenAI
        class Bot:
            def __init__(self):
                self.client = OpenAI()
            def ask(self):
                self.client.responses.create()  # here
    """,
    "an attribute set from an argument": """
        from openai import OpenAI
        class Bot:
            def __init__(self, client):
                self.client = client
            def ask(self):
                self.client.responses.create()  # here
        Bot(OpenAI())
    """,
    "an annotated field": """
        from dataclasses import dataclass
        from openai import OpenAI
        @dataclass
        class Bot:
            client: OpenAI
            def ask(self):
                self.client.responses.create()  # here
    """,
    "a class attribute": """
        from openai import OpenAI
        class Bot:
            client = OpenAI()
            def ask(self):
                self.client.responses.create()  # here
    """,
    "a property": """
        from openai import OpenAI
        class Bot:
            @property
            def client(self):
                return OpenAI()
            def ask(self):
                self.client.responses.create()  # here
    """,
    "a cached property": """
        from functools import cached_property
        from openai import OpenAI
        class Bot:
            @cached_property
            def client(self):
                return OpenAI()
        Bot().client.responses.create()  # here
    """,
    "an inherited attribute": """
        from openai import OpenAI
        class Base:
            def __init__(self):
                self.client = OpenAI()
        class Bot(Base):
            def ask(self):
                self.client.responses.create()  # here
    """,
    "inheritance from outside": """
        from openai import OpenAI
        class Bot(OpenAI):
            pass
        Bot().responses.create()  # here
    """,
    "an attribute set from outside": """
        from openai import OpenAI
        class Bot:
            pass
        bot = Bot()
        bot.client = OpenAI()
        def f():
            bot.client.responses.create()  # here
    """,
    "an object in an object": """
        from openai import OpenAI
        class Inner:
            def __init__(self):
                self.client = OpenAI()
        class Outer:
            def __init__(self):
                self.inner = Inner()
        Outer().inner.client.responses.create()  # here
    """,
    "a factory function": """
        from openai import OpenAI
        def make():
            client = OpenAI()
            return client
        make().responses.create()  # here
    """,
    "a cached factory": """
        from functools import lru_cache
        from openai import OpenAI
        @lru_cache
        def make():
            return OpenAI()
        c = make()
        c.responses.create()  # here
    """,
    "a class method that makes one": """
        from openai import OpenAI
        class Bot:
            def __init__(self):
                self.client = OpenAI()
            @classmethod
            def make(cls):
                return cls()
        Bot.make().client.responses.create()  # here
    """,
    "a context manager of the project": """
        from contextlib import contextmanager
        from openai import OpenAI
        @contextmanager
        def session():
            yield OpenAI()
        with session() as c:
            c.responses.create()  # here
    """,
    "an injected dependency": """
        from fastapi import Depends
        from openai import OpenAI
        def get_client():
            return OpenAI()
        def route(c=Depends(get_client)):
            c.responses.create()  # here
    """,
    "an injected dependency in Annotated": """
        from typing import Annotated
        from fastapi import Depends
        from openai import OpenAI
        def get_client():
            return OpenAI()
        Client = Annotated[OpenAI, Depends(get_client)]
        def route(c: Client):
            c.responses.create()  # here
    """,
    "an injected generator": """
        from fastapi import Depends
        from openai import OpenAI
        def get_client():
            yield OpenAI()
        def route(c=Depends(get_client)):
            c.responses.create()  # here
    """,
    "the state of an application": """
        from fastapi import FastAPI, Request
        from openai import OpenAI
        app = FastAPI()
        app.state.client = OpenAI()
        def route(request: Request):
            request.app.state.client.responses.create()  # here
    """,
    "a loop over objects": """
        from openai import OpenAI
        for c in [OpenAI(), OpenAI()]:
            c.responses.create()  # here
    """,
}


@pytest.mark.parametrize("text", THROUGH_OBJECTS.values(), ids=THROUGH_OBJECTS.keys())
def test_the_type_of_an_object_is_kept_through(text: str) -> None:
    assert "openai.OpenAI.responses.create" in called_here(text)


USE = "    client.responses.create()  # here\n"
CLIENT = "from openai import OpenAI\nclient = OpenAI()\n"
ACROSS_FILES = {
    "an absolute import": {"pkg/__init__.py": "", "pkg/llm.py": CLIENT, "pkg/use.py": "from pkg.llm import client\ndef f():\n" + USE},
    "a relative import": {"pkg/__init__.py": "", "pkg/llm.py": CLIENT, "pkg/use.py": "from .llm import client\ndef f():\n" + USE},
    "a relative import from above": {
        "pkg/__init__.py": "", "pkg/llm.py": CLIENT, "pkg/sub/__init__.py": "", "pkg/sub/use.py": "from ..llm import client\ndef f():\n" + USE,
    },
    "a relative import in a package named src": {
        "src/__init__.py": "", "src/llm.py": CLIENT, "src/sub/__init__.py": "", "src/sub/use.py": "from ..llm import client\ndef f():\n" + USE,
    },
    "what a package named src hands on": {
        "src/__init__.py": "from .llm import client\n", "src/llm.py": CLIENT, "use.py": "from src import client\ndef f():\n" + USE,
    },
    "a relative import of the package itself": {"pkg/__init__.py": CLIENT, "pkg/use.py": "from . import client\ndef f():\n" + USE},
    "a re-export": {
        "pkg/__init__.py": "from .llm import client\n", "pkg/llm.py": CLIENT, "main.py": "from pkg import client\ndef f():\n" + USE,
    },
    "a re-export under another name": {
        "pkg/__init__.py": "from .llm import client as shared\n", "pkg/llm.py": CLIENT, "main.py": "from pkg import shared as client\ndef f():\n" + USE,
    },
    "a wildcard import": {"pkg/__init__.py": "", "pkg/llm.py": CLIENT, "pkg/use.py": "from pkg.llm import *\ndef f():\n" + USE},
    "a wildcard re-export": {"pkg/__init__.py": "from .llm import *\n", "pkg/llm.py": CLIENT, "main.py": "from pkg import client\ndef f():\n" + USE},
    "a module attribute": {"pkg/__init__.py": "", "pkg/llm.py": CLIENT, "pkg/use.py": "from pkg import llm\ndef f():\n    llm.client.responses.create()  # here\n"},
    "a module under another name": {"pkg/__init__.py": "", "pkg/llm.py": CLIENT, "pkg/use.py": "import pkg.llm as m\ndef f():\n    m.client.responses.create()  # here\n"},
    "a dotted module": {"pkg/__init__.py": "", "pkg/llm.py": CLIENT, "pkg/use.py": "import pkg.llm\ndef f():\n    pkg.llm.client.responses.create()  # here\n"},
    "a package under src": {"src/pkg/__init__.py": "", "src/pkg/llm.py": CLIENT, "src/pkg/use.py": "from pkg.llm import client\ndef f():\n" + USE},
    "a script beside a module": {"jobs/llm.py": CLIENT, "jobs/use.py": "from llm import client\ndef f():\n" + USE},
    "a factory of another file": {
        "pkg/__init__.py": "", "pkg/llm.py": "from openai import OpenAI\ndef make():\n    return OpenAI()\n",
        "pkg/use.py": "from pkg.llm import make\ndef f():\n    client = make()\n" + USE,
    },
    "a base class of another file": {
        "pkg/__init__.py": "", "pkg/base.py": "from openai import OpenAI\nclass Base:\n    def __init__(self):\n        self.client = OpenAI()\n",
        "pkg/use.py": "from pkg.base import Base\nclass Bot(Base):\n    def f(self):\n        self.client.responses.create()  # here\n",
    },
    "a circle of imports": {
        "a.py": "from b import make\nfrom openai import OpenAI\ndef new():\n    return OpenAI()\ndef f():\n    client = make()\n" + USE, "b.py": "from a import new\ndef make():\n    return new()\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("files", ACROSS_FILES.values(), ids=ACROSS_FILES.keys())
def test_names_are_resolved_across_files_through(files: dict[str, str]) -> None:
    assert "openai.OpenAI.responses.create" in called_here(files)


def test_two_roots_with_modules_of_the_same_name_stay_apart() -> None:
    program = program_of(
        {
            "one/app/__init__.py": "", "one/app/store.py": "import pickle\nload = pickle.loads\n", "one/app/main.py": "from app.store import load\nload(b'')\n",
            "two/app/__init__.py": "", "two/app/store.py": "import json\nload = json.loads\n", "two/app/main.py": "from app.store import load\nload('')\n",
        }
    )  # fmt: skip
    names = {
        path: {n for call in calls_on(program, 2, path) for n in program.callee_names(call)}
        for path in ("one/app/main.py", "two/app/main.py")
    }
    assert names == {"one/app/main.py": {"pickle.loads"}, "two/app/main.py": {"json.loads"}}


def test_a_method_of_the_project_is_reached_through_its_object() -> None:
    text = """
        class Store:
            def save(self, x): ...
        class Bot:
            def __init__(self, store: Store):
                self.store = store
            def act(self, x):
                self.store.save(x)  # here
    """
    assert called_here(text) == {"app.Store.save"}


def test_an_abstract_method_reaches_its_implementations() -> None:
    text = """
        class Tool:
            def run(self, x):
                raise NotImplementedError
        class Shell(Tool):
            def run(self, x):
                return x
        def call(tool: Tool):
            tool.run(1)  # here
    """
    program = program_of(text)
    (call,) = calls_on(program, marked(text))
    assert "app.Shell.run" in {program.function(target.function).qualified_name for target in program.targets(call)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def eval(x):\n    return x\neval('1')  # here\n", "builtins.eval"),
        ("import ast\nast.literal_eval('1')  # here\n", "builtins.eval"),
        ("class Model:\n    def eval(self): ...\nModel().eval()  # here\n", "builtins.eval"),
        ("from mylib import loads\nloads(b'')  # here\n", "pickle.loads"),
        ("import subprocess\ndef f(subprocess):\n    subprocess.run('x')  # here\n", "subprocess.run"),
        ("import os\nos = object()\nos.system('x')  # here\n", "os.system"),
    ],
    ids=["a function of the file", "another module", "a method", "another library", "a parameter", "a variable"],
)
def test_a_name_that_only_looks_alike_is_not_taken_for_it(text: str, name: str) -> None:
    assert name not in called_here(text)


@pytest.mark.parametrize(
    "text",
    ["x = x\nx()  # here\n", "def f():\n    return f()\nf().g()  # here\n", "class A(A):\n    pass\nA().b()  # here\n",
     "a = b\nb = a\na()  # here\n", "from . import app\napp.app.app()  # here\n", "from app import *\nz()  # here\n",
     "class A(B): pass\nclass B(A): pass\nA().m()  # here\n", "def f(g):\n    g(f)  # here\nf(f)\n"],
)  # fmt: skip
def test_circular_definitions_end(text: str) -> None:
    called_here(text)


def test_callers_and_bound_arguments_are_known() -> None:
    text = """
        class Box:
            def put(self, a, *rest, key=None, **more): ...
        Box().put(1, 2, 3, key=4, other=5)  # here
    """
    program = program_of(text)
    call = calls_on(program, marked(text))[-1]
    (target,) = program.targets(call)
    names = [parameter.name for parameter in program.function(target.function).parameters]
    values = program.files[0].values
    given = {
        names[position]: [values[values[call[1]].inputs[argument]].text for argument in arguments]
        for position, arguments in program.bind(call, target).items()
    }
    assert given == {"a": ["1"], "rest": ["2", "3"], "key": ["4"], "more": ["5"]}
    assert program.callers(target.function) == [call]


def test_a_constant_is_known_through_files_and_defaults() -> None:
    program = program_of(
        {
            "settings.py": "MODEL = 'gpt-5'\nLIMIT = 1_000\nON = True\n",
            "app.py": "import settings\ndef f(model=settings.MODEL):\n    use(model, settings.LIMIT, settings.ON)\n",
        }
    )
    (call,) = calls_on(program, 3)
    assert [program.constant((call[0], given)) for given in program.value(call).inputs[1:]] == ["gpt-5", 1000, True]


@pytest.mark.parametrize("default", ["Handler", "partial(Handler, retries=2)"])
def test_a_class_that_stands_as_the_default_of_a_parameter_is_what_a_field_made_of_it_holds(default: str) -> None:
    text = f"""
        from abc import abstractmethod
        from functools import partial
        class Base:
            @abstractmethod
            def ask(self, text): ...
        class Handler(Base):
            def __init__(self, retries=1): ...
            def ask(self, text): return 1
        class Other(Base):
            def ask(self, text): return 2
        class Tool:
            def __init__(self, handler: partial[Base,] = {default}):
                self.handler = handler()
            def run(self):
                return self.handler.ask("?")  # here
    """
    program = program_of(text)
    (call,) = calls_on(program, marked(text))
    assert [program.function(target.function).qualified_name for target in program.targets(call)] == ["app.Handler.ask"]
