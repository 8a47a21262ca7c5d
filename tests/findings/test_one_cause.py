"""One cause is one finding, and it is shown first: a setting behind many requests, one argument that many places open, a program beside its trials."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

from pipeline.findings.model import Finding
from tests.system.small import scan_of

CLIENT = """
import requests
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")


class Notes:
    def __init__(self, verify_ssl: bool = VERIFIED):
        self.verify_ssl = verify_ssl

    def read(self, name):
        return requests.get("https://notes.internal/read", params={"name": name}, verify=self.verify_ssl, timeout=5).text

    def write(self, name, text):
        return requests.put("https://notes.internal/write", json={"name": name, "text": text}, verify=self.verify_ssl, timeout=5).text


@mcp.tool()
def read_note(name: str) -> str:
    return Notes().read(name)


@mcp.tool()
def write_note(name: str, text: str) -> str:
    return Notes().write(name, text)
"""

LOADERS = """
from fastapi import FastAPI, Body
from openai import OpenAI
from loaders import TextLoader, JsonLoader

app = FastAPI()


@app.post("/load")
def load(paths: list[str] = Body(...)) -> str:
    return OpenAI().responses.create(model="gpt-5-mini", input=read_all(paths)).output_text


def read_all(paths):
    return "".join(TextLoader().load(path) + JsonLoader().load(path) for path in paths)
"""

TRAINING = """
import joblib
from sklearn.linear_model import LogisticRegression

model = LogisticRegression()
model.fit(x, y)
joblib.dump(model, "model.joblib")
"""


_SERVED = """
import mlflow
from fastapi import FastAPI

app = FastAPI()
model = mlflow.pyfunc.load_model("models:/churn/Production")


@app.post("/predict")
def predict(rows: list[list[float]]):
    return model.predict(rows).tolist()
"""
_SHOWN = """
import mlflow

def main(version):
    static = mlflow.sklearn.load_model(f"models:/churn/{version}")
    print(static)

main("1")
"""


def test_loads_of_one_registry_are_one_finding_told_by_the_program(tmp_path: Path) -> None:
    files = {"zoo/service.py": _SERVED, "scripts/drift.py": _SHOWN, "training/versions.py": _SHOWN}
    (found,) = reported(tmp_path, "unsafe-model-load", files)
    assert {"zoo/service.py", "scripts/drift.py", "training/versions.py"} <= {place.path for place in found.evidence}
    assert found.evidence[0].path == "zoo/service.py"


_LOAD = "import joblib, sys\n\n\ndef load():\n    return joblib.load(sys.argv[1])\n"
_READ = _LOAD.replace("load():", "read():")


def test_loads_of_one_library_in_one_service_are_one_finding(tmp_path: Path) -> None:
    (found,) = reported(tmp_path, "unsafe-model-load", {"requirements.txt": "joblib\n", "serve/one.py": _LOAD, "batch/two.py": _READ})
    assert {"serve/one.py", "batch/two.py"} <= {place.path for place in found.evidence}


def test_loads_of_two_services_or_of_two_libraries_are_two(tmp_path: Path) -> None:
    apart = {"serve/requirements.txt": "joblib\n", "serve/one.py": _LOAD, "batch/Dockerfile": "FROM python:3.13\n", "batch/two.py": _READ}
    assert len(reported(tmp_path / "apart", "unsafe-model-load", apart)) == 2
    other = {"serve/one.py": _LOAD, "batch/two.py": _READ.replace("joblib, sys", "pickle, sys").replace("joblib.load", "pickle.load")}
    assert len(reported(tmp_path / "other", "unsafe-model-load", other)) == 2


_MAKES = "import joblib\n\njoblib.dump(parts, '/kaggle/working/parts.joblib')\nfor name in names:\n    joblib.dump(fits[name], f'out/{name}.joblib')\n"
_OPENS = "import joblib\n\nFOLDER = '/kaggle/input/made'\nparts = joblib.load(f'{FOLDER}/parts.joblib')\n"
_OPENS_EACH = "import joblib\n\nfor key in keys:\n    fits[key] = joblib.load(f'/kaggle/input/made/{key}.joblib')\n"


def test_loads_of_a_study_in_notebooks_are_one_finding_of_low_worth_beside_the_one_of_the_service(tmp_path: Path) -> None:
    study = {"study/make.ipynb": notebook(_MAKES), "study/tune.ipynb": notebook(_OPENS), "study/show.ipynb": notebook(_OPENS_EACH)}
    served, studied = reported(tmp_path, "unsafe-model-load", {"requirements.txt": "joblib\n", "serve/one.py": _LOAD, **study})
    assert {place.path for place in served.evidence} == {"serve/one.py"} and served.severity == "medium"
    assert {"study/tune.ipynb", "study/show.ipynb"} <= {place.path for place in studied.evidence} and studied.severity == "low"


def test_what_a_notebook_opens_and_nothing_here_writes_is_worth_more(tmp_path: Path) -> None:
    study = {"study/make.ipynb": notebook(_MAKES), "study/try.ipynb": notebook("import joblib\n\nnet = joblib.load('given/net.pkl')\n")}
    (found,) = reported(tmp_path, "unsafe-model-load", study)
    assert found.severity == "medium"


_EVALUATED = """
import torch


def load_trained(path):
    return torch.load(path, weights_only=False)
"""
_RESUMED = """
import torch


def resume(path):
    return torch.load(path, weights_only=False)


resume("out/last.pt")
"""
_PAGE = """
import streamlit as st

from leaves.evaluation.loading import load_trained


def main():
    st.write(load_trained(st.text_input("Checkpoint")))


main()
"""


def test_a_load_whose_file_a_page_names_is_told_first_in_whatever_folder_it_lies(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "torch\n",
        "src/leaves/evaluation/loading.py": _EVALUATED,
        "src/leaves/fitting/resume.py": _RESUMED,
        "page.py": _PAGE,
    }
    (found,) = reported(tmp_path, "unsafe-model-load", files)
    assert found.evidence[0].path == "src/leaves/evaluation/loading.py" and found.severity == "high"


def notebook(code: str) -> str:
    cell: dict[str, object] = {
        "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": code.splitlines(keepends=True),
    }  # fmt: skip
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def reported(folder: Path, threat: str, files: dict[str, str]) -> list[Finding]:
    return [finding for finding in scan_of(folder, files).findings if finding.threat == threat]


def test_a_client_that_checks_nothing_is_shown_by_its_setting_and_its_requests(tmp_path: Path) -> None:
    (found,) = reported(tmp_path, "spoofed-agent-or-server", {"app.py": CLIENT.replace("VERIFIED", "False")})
    assert "verify_ssl: bool = False" in found.evidence[0].quote
    assert all("def " not in place.quote or place == found.evidence[0] for place in found.evidence)


def test_a_client_that_checks_is_not_shown(tmp_path: Path) -> None:
    assert reported(tmp_path, "spoofed-agent-or-server", {"app.py": CLIENT.replace("VERIFIED", "True")}) == []


def test_one_argument_of_a_request_that_many_loaders_open_is_one_finding(tmp_path: Path) -> None:
    loaders = {
        "loaders/__init__.py": "from loaders.text import TextLoader\nfrom loaders.data import JsonLoader\n",
        "loaders/text.py": "class TextLoader:\n    def load(self, path):\n        return open(path).read()\n",
        "loaders/data.py": "import json\n\n\nclass JsonLoader:\n    def load(self, path):\n        return str(json.load(open(path)))\n",
    }
    (found,) = reported(tmp_path, "caller-chooses-path", {"app.py": LOADERS, **loaders})
    assert {"loaders/text.py", "loaders/data.py"} <= {place.path for place in found.evidence}


def test_an_argument_by_which_files_are_written_and_deleted_is_one_finding(tmp_path: Path) -> None:
    kept = """
        import shutil
        from pathlib import Path


        def keep(folder: str, text: str) -> None:
            place = Path("kept") / folder
            place.mkdir()
            (place / "text").write_text(text)


        def drop(folder: str) -> None:
            shutil.rmtree(Path("kept") / folder)


        def renew(folder: str, text: str) -> None:
            drop(folder)
            keep(folder, text)
    """
    served = """
        from fastapi import Body, FastAPI
        from openai import OpenAI

        from kept import renew

        app = FastAPI()


        @app.post("/texts")
        def texts(folder: str = Body(...), question: str = Body(...)) -> None:
            renew(folder, OpenAI().responses.create(model="gpt-5-mini", input=question).output_text)
    """
    files = {"kept.py": dedent(kept), "app.py": dedent(served)}
    (found,) = reported(tmp_path, "caller-chooses-path", files)
    assert {("kept.py", 9), ("kept.py", 13)} <= {(place.path, place.start_line) for place in found.evidence}


def test_two_arguments_of_a_request_are_two_findings(tmp_path: Path) -> None:
    app = """
        from fastapi import FastAPI
        from openai import OpenAI
        from first import read
        from second import show

        app = FastAPI()


        @app.post("/load")
        def load(one: str, other: str) -> str:
            return OpenAI().responses.create(model="gpt-5-mini", input=read(one) + show(other)).output_text
        """
    files = {
        "app.py": app,
        "first.py": "def read(x):\n    return open(x).read()\n",
        "second.py": "def show(x):\n    return open(x).read()\n",
    }
    assert len(reported(tmp_path, "caller-chooses-path", files)) == 2


def test_a_model_of_the_program_is_told_of_before_one_of_a_notebook(tmp_path: Path) -> None:
    (found,) = reported(tmp_path, "no-model-lineage", {"a_trial.ipynb": notebook(TRAINING), "train.py": TRAINING})
    assert found.evidence[0].path == "train.py"


MODELS = """package app;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import org.springframework.web.bind.annotation.*;

@RestController
class Models {
  @PostMapping("/models/check")
  String check(@RequestBody Wanted wanted) { return MEANT; }
}
record Wanted(String address, String kind) {}
class Checks {
  static String check(String address, String kind) {
    if (kind.equals("chat")) {
      return OpenAiChatModel.builder().baseUrl(address).build().chat("hello");
    }
    OTHER
  }
  static String embed(String address) {
    return OpenAiEmbeddingModel.builder().baseUrl(address).build().embed("hello").content().toString();
  }
}
"""
_EMBED = 'return OpenAiEmbeddingModel.builder().baseUrl(address).build().embed("hello").content().toString();'


def test_two_branches_of_one_method_are_one_finding(tmp_path: Path) -> None:
    def told(name: str, meant: str, other: str) -> int:
        text = MODELS.replace("MEANT", meant).replace("OTHER", other)
        return len(reported(tmp_path / name, "caller-chooses-model-address", {"app/Models.java": text}))

    assert told("one", "Checks.check(wanted.address(), wanted.kind())", _EMBED) == 1
    both = "Checks.check(wanted.address(), wanted.kind()) + Checks.embed(wanted.address())"
    assert told("two", both, 'return "";') == 2


_GRAPH = """
from fastapi import FastAPI
from langchain_core.messages import SystemMessage
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph

app = FastAPI()
llm = ChatOpenAI(model="gpt-5-mini")


def answer(state):
    return {"said": llm.invoke([SystemMessage(content=f"You help with {state['topic']}")]).content}


graph = StateGraph(dict)
graph.add_node("answer", answer)
graph.add_edge(START, "answer")
built = graph.compile()
"""
_STARTED = """
@app.post("/ask")
def ask(topic: str):
    return built.invoke({"topic": topic})["said"]
"""


def test_a_step_of_a_graph_is_no_caller_beside_the_route_that_starts_it(tmp_path: Path) -> None:
    (alone,) = reported(tmp_path / "alone", "untrusted-text-in-system-prompt", {"app.py": _GRAPH})
    assert "def answer" in alone.evidence[0].quote
    (started,) = reported(tmp_path / "started", "untrusted-text-in-system-prompt", {"app.py": _GRAPH + _STARTED})
    assert "def ask" in started.evidence[0].quote
    assert all("def answer" not in place.quote or place.role != "source" for place in started.evidence)
