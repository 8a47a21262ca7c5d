"""What the system is made of: elements, ties, controls and claims of small programs and the files beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.model import Claim, System
from pipeline.system.rules.words import subjects
from tests.system.small import controls_on, elements, flows, only, scan_of, system_of, ties

AGENT = '''
from langchain.agents import create_agent
from langchain_core.tools import tool
import stripe


@tool
def refund(charge: str, cents: int) -> str:
    """Give the money back."""
    return stripe.Refund.create(charge=charge, amount=cents).id


@tool
def opening_hours(day: str) -> str:
    """When the shop is open."""
    return "9-17"


agent = create_agent("openai:gpt-5", tools=[refund, opening_hours]{more})
'''


def test_an_agent_has_its_tools_and_its_model() -> None:
    system = system_of(AGENT.replace("{more}", ""))
    agent = only(system, "agent")
    assert {element.name for element in elements(system, "tool")} == {"refund", "opening_hours"}
    assert {target for source, kind, target in ties(system) if (source, kind) == (agent.id, "has_tool")} == {
        "tool:refund",
        "tool:opening_hours",
    }


def test_a_tool_is_known_by_what_it_does() -> None:
    by_name = {element.name: element.attributes for element in elements(system_of(AGENT.replace("{more}", "")), "tool")}
    assert "payment" in by_name["refund"].get("effects", ()) and by_name["refund"]["side_effect"] is True  # type: ignore[operator]
    assert "side_effect" not in by_name["opening_hours"]


def test_approval_of_named_tools_covers_them_and_no_others() -> None:
    system = system_of(
        "from langchain.agents.middleware import HumanInTheLoopMiddleware\n"
        + AGENT.replace("{more}", ", middleware=[HumanInTheLoopMiddleware(interrupt_on={'refund': True})]")
    )
    assert "human_approval" in controls_on(system, "tool:refund")
    assert "human_approval" not in controls_on(system, "tool:opening_hours")
    assert "human_approval" not in controls_on(system, only(system, "agent").id)


def test_approval_that_is_switched_off_covers_nothing() -> None:
    system = system_of(
        "from langchain.agents.middleware import HumanInTheLoopMiddleware\n"
        + AGENT.replace("{more}", ", middleware=[HumanInTheLoopMiddleware(interrupt_on={'refund': False, 'opening_hours': True})]")
    )
    assert "human_approval" not in controls_on(system, "tool:refund")


def test_a_retriever_uses_its_store_and_gives_its_passages_to_the_prompt() -> None:
    system = system_of(
        """
        import chromadb
        from openai import OpenAI
        client = OpenAI()
        kb = chromadb.HttpClient(host="db").get_collection("kb")
        def answer(question):
            found = kb.query(query_texts=[question])
            return client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": str(found["documents"])}])
        """
    )
    assert elements(system, "vector_store")
    assert flows(system, "prompt", "retrieved_text")


def test_a_memory_is_tied_to_its_agent() -> None:
    system = system_of(
        "from langgraph.checkpoint.memory import InMemorySaver\n" + AGENT.replace("{more}", ", checkpointer=InMemorySaver()")
    )
    assert only(system, "memory").id in {
        target for source, kind, target in ties(system) if kind == "uses_memory" and source == only(system, "agent").id
    }


def test_the_same_program_twice_gives_the_same_system() -> None:
    assert system_of(AGENT.replace("{more}", "")) == system_of(AGENT.replace("{more}", ""))


def test_every_part_refers_to_parts_that_exist() -> None:
    system = system_of(AGENT.replace("{more}", ""))
    known = {element.id for element in system.elements} | {flow.id for flow in system.flows}
    assert len(known) == len(system.elements) + len(system.flows)
    assert {end for flow in system.flows for end in (flow.source, flow.target)} <= known
    assert {end for source, _kind, target in ties(system) for end in (source, target)} <= known
    assert {covered for control in system.controls for covered in control.protects} <= known
    assert {inside for boundary in system.boundaries for inside in boundary.elements} <= known


# Authentication

DENY = "from fastapi import FastAPI, APIRouter, Depends, HTTPException, Request\nfrom typing import Annotated\n\ndef who(request: Request):\n    if request.headers.get('x') not in KNOWN:\n        raise HTTPException(status_code=401)\n    return 'a'\n"
AUTHENTICATED = {
    "an injected parameter": DENY + "app = FastAPI()\n@app.post('/x')\ndef x(user=Depends(who)): ...\n",
    "an annotated parameter": DENY + "app = FastAPI()\nUser = Annotated[str, Depends(who)]\n@app.post('/x')\ndef x(user: User): ...\n",
    "a dependency of a dependency": DENY + "def admin(user=Depends(who)):\n    return user\napp = FastAPI()\n@app.post('/x')\ndef x(user=Depends(admin)): ...\n",
    "dependencies of the route": DENY + "app = FastAPI()\n@app.post('/x', dependencies=[Depends(who)])\ndef x(): ...\n",
    "dependencies of the application": DENY + "app = FastAPI(dependencies=[Depends(who)])\n@app.post('/x')\ndef x(): ...\n",
    "dependencies of the router": DENY + "router = APIRouter(dependencies=[Depends(who)])\n@router.post('/x')\ndef x(): ...\napp = FastAPI()\napp.include_router(router)\n",
    "dependencies where the router is included": DENY + "router = APIRouter()\n@router.post('/x')\ndef x(): ...\napp = FastAPI()\napp.include_router(router, dependencies=[Depends(who)])\n",
    "middleware": DENY + "app = FastAPI()\n@app.middleware('http')\nasync def guard(request, call_next):\n    if not request.headers.get('x'):\n        raise HTTPException(status_code=401)\n    return await call_next(request)\n@app.post('/x')\ndef x(): ...\n",
    "a scheme of the framework whose token is read": "from fastapi import FastAPI, Depends\nfrom fastapi.security import HTTPBearer\napp = FastAPI()\n@app.post('/x')\ndef x(token=Depends(HTTPBearer())):\n    check(token)\n",
    "a decorator": "from flask import Flask\nfrom flask_login import login_required\napp = Flask(__name__)\n@app.route('/x', methods=['POST'])\n@login_required\ndef x(): ...\n",
    "a refusal in the body": DENY + "app = FastAPI()\n@app.post('/x')\ndef x(request: Request):\n    if not request.headers.get('x'):\n        raise HTTPException(403)\n",
}  # fmt: skip


@pytest.mark.parametrize("text", AUTHENTICATED.values(), ids=AUTHENTICATED.keys())
def test_a_route_is_authenticated_by(text: str) -> None:
    system = system_of(text)
    route = only(system, "http_route")
    assert "authentication" in controls_on(system, route.id)
    assert [element.kind for element in system.elements if element.kind in ("end_user", "anonymous_public")] == ["end_user"]


@pytest.mark.parametrize(
    "text",
    [
        "from fastapi import FastAPI\napp = FastAPI()\n@app.post('/x')\ndef x(): ...\n",
        DENY + "app = FastAPI()\n@app.post('/x')\ndef x(): ...\n",
        DENY + "def settings():\n    return {}\napp = FastAPI()\n@app.post('/x')\ndef x(s=Depends(settings)): ...\n",
        DENY
        + "other = APIRouter(dependencies=[Depends(who)])\nrouter = APIRouter()\n@router.post('/x')\ndef x(): ...\napp = FastAPI()\napp.include_router(router)\napp.include_router(other)\n",
        "from fastapi import FastAPI, HTTPException\napp = FastAPI()\n@app.post('/x')\ndef x(a: str):\n    if not a:\n        raise HTTPException(404)\n",
    ],
    ids=["nothing", "a function nobody calls", "an injected setting", "another router", "another refusal"],
)
def test_a_route_is_not_authenticated_by(text: str) -> None:
    system = system_of(text)
    assert "authentication" not in controls_on(system, only(system, "http_route").id)
    assert elements(system, "anonymous_public") and not elements(system, "end_user")


def test_one_protected_route_does_not_protect_its_neighbour() -> None:
    system = system_of(DENY + "app = FastAPI()\n@app.post('/open')\ndef a(): ...\n@app.post('/closed')\ndef b(user=Depends(who)): ...\n")
    assert {route.name: "authentication" in controls_on(system, route.id) for route in elements(system, "http_route")} == {
        "POST /open": False,
        "POST /closed": True,
    }


# Configuration


def test_containers_packages_and_jobs_come_from_settings(tmp_path: Path) -> None:
    system = scan_of(
        tmp_path,
        {
            "Dockerfile": "FROM python:latest\nCOPY . .\nCMD ['python', 'app.py']\n",
            "requirements.txt": "langchain\nopenai==1.0.0\n",
            ".github/workflows/ci.yml": "on: pull_request_target\npermissions: write-all\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: someone/action@main\n",
            "docker-compose.yml": "services:\n  db:\n    image: chromadb/chroma:latest\n    ports: ['8000:8000']\n",
        },
    ).system
    container = next(element for element in elements(system, "container") if element.name == "Dockerfile")
    assert (container.attributes["root"], container.attributes["pin"]) == (True, "latest")
    manifest = next(element for element in elements(system, "package") if element.name == "requirements.txt")
    assert (manifest.attributes["pin"], manifest.attributes["unpinned"], manifest.attributes["ai"]) == ("none", 1, True)
    job = only(system, "ci_job")
    assert (job.attributes["permissions"], job.attributes["untrusted_trigger"], job.attributes["actions_unpinned"]) == ("write", True, 1)
    store = only(system, "vector_store")
    assert (store.attributes["exposed"], store.attributes["authenticated"]) == (True, False)


def test_careful_settings_are_controls(tmp_path: Path) -> None:
    digest = "a" * 64
    system = scan_of(
        tmp_path,
        {
            "Dockerfile": f"FROM python@sha256:{digest}\nUSER 1000\n",
            "requirements.txt": "openai==1.0.0\n",
            ".github/workflows/ci.yml": f"on: push\npermissions:\n  contents: read\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@{'b' * 40}\n",
        },
    ).system
    assert {"non_root_user", "digest_pin"} <= controls_on(system, "container:Dockerfile")
    assert "pinned_dependency" in controls_on(system, "package:requirements.txt")
    assert {"digest_pin", "least_privilege"} <= controls_on(system, only(system, "ci_job").id)


# Documents


def claims(folder: Path, sentence: str, code: str = "") -> tuple[Claim, ...]:
    system = scan_of(folder, {"design.md": f"# Design\n\n{sentence}\n", "app.py": code or AGENT.replace("{more}", "")}).system
    return system.claims


def test_a_promise_that_the_code_does_not_keep_is_broken(tmp_path: Path) -> None:
    (claim,) = claims(tmp_path, "Every refund needs approval by a person.")
    assert (claim.kept, claim.about, claim.promises) == (False, ("tool:refund",), ("human_approval",))
    assert (claim.evidence[0].path, claim.evidence[0].start_line, claim.evidence[0].quote) == (
        "design.md",
        3,
        "Every refund needs approval by a person.",
    )


def test_a_promise_that_the_code_keeps_is_kept(tmp_path: Path) -> None:
    code = "from langchain.agents.middleware import HumanInTheLoopMiddleware\n" + AGENT.replace(
        "{more}", ", middleware=[HumanInTheLoopMiddleware(interrupt_on={'refund': True})]"
    )
    (claim,) = claims(tmp_path, "Every refund needs approval by a person.", code)
    assert (claim.kept, claim.about) == (True, ("tool:refund",))


@pytest.mark.parametrize(
    "sentence",
    [
        "TODO: every refund needs approval by a person.", "Later, every refund could require approval.", "We plan to add human approval to refunds.",
        "Refunds go through without human approval.", "The refund tool does not need approval by a person.", "Should every refund require approval by a person?",
        "There is no human approval of refunds.", "Refunds are quick and friendly.",
    ],
)  # fmt: skip
def test_plans_denials_and_questions_are_no_promises(tmp_path: Path, sentence: str) -> None:
    assert not [claim for claim in claims(tmp_path, sentence) if claim.kept is False]


def test_a_promise_about_something_that_was_not_found_stays_open(tmp_path: Path) -> None:
    assert all(claim.kept is None and not claim.about for claim in claims(tmp_path, "The warehouse robot needs approval by a person."))


def test_a_rule_is_a_promise_too(tmp_path: Path) -> None:
    (claim,) = claims(tmp_path, "A refund must be approved by a supervisor.")
    assert (claim.modality, claim.kept) == ("must", False)


def drawn(folder: Path, diagram: str, code: str) -> System:
    return scan_of(folder, {"design.md": f"# Design\n\n```mermaid\n{diagram}\n```\n", "app.py": code}).system


def test_a_drawn_box_is_matched_to_what_the_code_has(tmp_path: Path) -> None:
    system = drawn(tmp_path, "flowchart LR\n  u[Customer] --> a[Support agent]\n  a --> p[Payment provider]", AGENT.replace("{more}", ""))
    agent = only(system, "agent")
    assert agent.attributes.get("stated_by") is None
    assert [(f.source, f.stated_by) for f in system.flows if f.target == agent.id and f.source.startswith("end_user")] == [
        ("end_user:Customer", "document")
    ]


def test_a_box_that_nothing_was_found_for_is_known_from_the_document_only(tmp_path: Path) -> None:
    system = drawn(tmp_path, "flowchart LR\n  subgraph cloud [Cloud]\n    k[(Kafka queue)]\n  end\n  k --> c[Fraud classifier]", "x = 1\n")
    assert {e.kind: e.attributes["stated_by"] for e in system.elements if e.kind in ("queue", "ml_model")} == {
        "queue": "document",
        "ml_model": "document",
    }
    assert [(b.name, b.elements) for b in system.boundaries if b.kind == "drawn"] == [("Cloud", ("queue:Kafka queue",))]
    assert {step.path for f in system.flows for step in f.steps} == {"design.md"}


def test_a_drawing_of_what_an_algorithm_does_adds_no_parts(tmp_path: Path) -> None:
    steps = """flowchart TD
  Start([Start]) --> Budget{Budget exceeded?}
  Budget -->|No| Ask[Get next question]
  Budget -->|Yes| Last[Enter last resort]
  Ask --> Gen[Generate response using Gemini]
  Gen --> Put[Add to gaps queue]
  Put --> Save[Store URLs for later]
  Save --> Ask
  Last --> End([End])"""
    system = drawn(tmp_path, steps, "import openai\n")
    assert [e.name for e in system.elements if e.attributes.get("stated_by") == "document"] == []


def test_a_drawing_of_a_loop_of_verbs_adds_no_parts(tmp_path: Path) -> None:
    system = drawn(tmp_path, "flowchart LR\n  q([Query]) --> s[Search]\n  s --> r[Read]\n  r --> t[Reason]\n  t --> s", "import openai\n")
    assert [e.name for e in system.elements if e.attributes.get("stated_by") == "document"] == []


def test_a_decision_in_a_drawing_of_parts_leaves_the_parts(tmp_path: Path) -> None:
    parts = """flowchart LR
  u[Customer] --> s[Search service]
  s --> c{Cached?}
  c -->|yes| r[(Redis)]
  c -->|no| k[Kafka queue]
  k --> g[Fraud classifier]"""
    system = drawn(tmp_path, parts, "import openai\n")
    names = {e.name for e in system.elements if e.attributes.get("stated_by") == "document"}
    assert names == {"Customer", "Search service", "Redis", "Kafka queue", "Fraud classifier"}


@pytest.mark.parametrize(
    ("names", "decides", "found"),
    [
        (["loan_model"], False, ["people"]),
        (["screening.rank", "candidate"], False, ["people"]),
        (["screening.rank"], True, ["people"]),
        (["screening.rank"], False, []),
        (["flow.resume", "candidates"], True, []),  # a job that goes on, and what a retrieval brought
        (["flow.resume", "candidates"], False, []),
    ],
)
def test_words_of_trade_that_programs_use_otherwise_need_a_telling_one(names: list[str], decides: bool, found: list[str]) -> None:
    assert subjects(names, decides) == found
