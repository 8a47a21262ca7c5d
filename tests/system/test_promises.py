"""What a sentence promises of a system, and what it tells its reader to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.system.rules.promises import denied, modality_of, promised, speaks_of_another
from tests.system.small import scan_of


@pytest.mark.parametrize(
    "sentence",
    [
        "If you are logged in, the coding tool can create the app registration for you.",
        "For troubleshooting common issues (rate limiting, OAuth errors), see the next page.",
        "Higher values speed up research on capable systems but may increase API rate limit issues.",
        "You will still need to complete the steps for authenticated users yourself.",
        "Click View usage to review what was logged.",
        "Once logged in, run these commands to prepare the server.",
        "Get the ID from the page of the company when you're logged in as an admin and set it as a variable.",
        "Asking the agent to execute commands such as `uname -a` should produce output that matches the sandbox image.",
    ],
)
def test_a_manual_that_tells_its_reader_what_to_do_promises_nothing(sentence: str) -> None:
    assert promised(sentence) == []


@pytest.mark.parametrize(
    ("over", "now"),
    [
        ("Refunds used to need approval until the pilot ended.", "Refunds need approval."),
        ("Replies are no longer sanitised before they are shown.", "Replies are sanitised before they are shown."),
        ("The former system masked names in its prompts.", "The system masks names in its prompts."),
        ("Names used to be masked in prompts.", "Names, which are used to train, are masked in prompts."),
        ("Previously every tool call was recorded.", "Every tool call is recorded."),
    ],
)
def test_what_is_over_is_no_promise(over: str, now: str) -> None:
    assert promised(over) == []
    assert promised(now)


def test_what_people_may_do_for_themselves_is_no_control_of_the_system() -> None:
    assert promised("Customers can redact their own messages in the mobile app.") == []
    assert promised("Messages of customers are redacted before they are sent.") == ["redaction"]
    assert promised("Users can only see their own orders.") == ["session_identity"]


@pytest.mark.parametrize(
    "sentence",
    [
        "If the service is rate limited by the provider, customers see a spinner.",
        "The rate limit of OpenAI is 10,000 tokens per minute for our account.",
        "Throttling by the upstream API is met with three more attempts.",
    ],
)
def test_a_limit_that_a_provider_sets_is_not_the_systems(sentence: str) -> None:
    assert speaks_of_another(sentence)
    assert not speaks_of_another("The endpoint is rate limited by address.")
    assert not speaks_of_another("The rate limit of the endpoint is 10 requests per minute.")


@pytest.mark.parametrize(
    ("contracted", "full"),
    [
        (
            "A refund isn't approved by a human agent before it is paid out.",
            "A refund is not approved by a human agent before it is paid out.",
        ),
        ("Refunds aren\u2019t paid out without human approval.", "Refunds are not paid out without human approval."),
        ("Callers weren't rate limited.", "Callers were not rate limited."),
        ("We won't log prompts in plain text.", "We will not log prompts in plain text."),
    ],
)
def test_a_contraction_says_what_its_words_in_full_say(contracted: str, full: str) -> None:
    assert (promised(contracted), denied(contracted), modality_of(contracted)) == (promised(full), denied(full), modality_of(full))


def test_what_a_system_does_is_promised() -> None:
    assert promised("Every refund needs the approval of a human agent before it is paid out.") == ["human_approval"]


def test_a_rule_for_whoever_calls_is_a_promise() -> None:
    assert promised("Commands of the agent are executed in a sandbox.") == ["sandbox"]
    assert promised("You must be logged in to use these endpoints.") == ["authentication"]


ROUTES = """
from fastapi import FastAPI
from openai import OpenAI

app = FastAPI()
client = OpenAI()

@app.post("/prices")
def prices(name: str) -> str:
    return client.responses.create(model="gpt-5-mini", input=name).output_text

@app.post("/offers")
def offers(name: str) -> str:
    return client.responses.create(model="gpt-5-mini", input=name).output_text

@app.post("/orders")
def orders(name: str) -> str:
    return client.responses.create(model="gpt-5-mini", input=name).output_text
"""


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("`/prices` and `/offers` are public; all other API routes require authentication.", ["/orders"]),
        ("All API routes require authentication.", ["/offers", "/orders", "/prices"]),
    ],
)
def test_what_a_sentence_exempts_it_promises_nothing_of(tmp_path: Path, sentence: str, about: list[str]) -> None:
    scanned = scan_of(tmp_path, {"README.md": f"# Orders\n\n{sentence}\n", "app.py": ROUTES})
    [claim] = scanned.system.claims
    assert sorted(one.rpartition(" ")[2] for one in claim.about) == about


def claims_of(folder: Path, document: str) -> list[str]:
    scanned = scan_of(folder, {"README.md": document, "app.py": "import openai\n"})
    return [claim.text for claim in scanned.system.claims]


@pytest.mark.parametrize("heading", ["Security Considerations", "Recommendations", "Best practices", "Future work", "TODO"])
@pytest.mark.parametrize(
    "wish",
    [
        "Add rate limiting to all endpoints",
        "**Audit trail**: Log all tool calls to an audit trail",
        "Rate limiting for all endpoints",
        "Ensure that every endpoint is rate limited",
    ],
)
def test_what_is_asked_for_in_a_list_of_wishes_is_not_promised(tmp_path: Path, heading: str, wish: str) -> None:
    assert claims_of(tmp_path, f"# Assistant\n\n## {heading}\n\n1. {wish}\n") == []


@pytest.mark.parametrize(
    ("heading", "sentence"),
    [
        ("Security considerations", "Every endpoint is rate limited."),
        ("Best practices", "The API requires authentication on all endpoints."),
        ("Security", "Rate limiting on all endpoints"),
    ],
)
def test_what_is_told_of_what_is_there_is_promised_under_any_heading(tmp_path: Path, heading: str, sentence: str) -> None:
    assert claims_of(tmp_path, f"# Assistant\n\n## {heading}\n\n- {sentence}\n") == [sentence]


_OPEN_ROUTE = """
import openai
from fastapi import FastAPI
app = FastAPI()

@app.post("/ask")
def ask(question: str):
    return openai.OpenAI().chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
"""


def kept(folder: Path, sentence: str) -> list[bool | None]:
    scanned = scan_of(folder, {"README.md": f"# Assistant\n\n{sentence}\n", "app.py": _OPEN_ROUTE})
    return [claim.kept for claim in scanned.system.claims]


@pytest.mark.parametrize(
    "sentence",
    [
        "All API interactions are authenticated using the n8n API key configured in your environment.",
        "Every API request is authenticated with your GitHub personal access token.",
        "All API calls to Notion are authenticated.",
    ],
)
def test_what_is_said_of_calls_to_a_named_service_is_not_held_against_who_may_call(tmp_path: Path, sentence: str) -> None:
    assert kept(tmp_path, sentence) == [None]


@pytest.mark.parametrize(
    "sentence",
    [
        "All API interactions are authenticated using the API key configured in your environment.",
        "All endpoints are authenticated using the Acme API key.",
        "All API requests are authenticated with a JWT access token.",
        "All API calls to the assistant are authenticated.",
    ],
)
def test_what_is_said_of_who_may_call_is_held_against_the_code(tmp_path: Path, sentence: str) -> None:
    assert kept(tmp_path, sentence) == [False]


@pytest.mark.parametrize(
    "sentence",
    [
        "GitHub limits all API requests: every client is throttled after 60 requests per hour.",
        "The Kubernetes API server requires authentication for all endpoints.",
        "OpenAI enforces rate limiting for all API requests.",
        "This probe caps all API requests at 30 requests per minute.",
        "The staging profile caps all API requests at 30 requests per minute.",
    ],
)
def test_what_a_platform_or_a_test_does_is_not_held_against_the_code(tmp_path: Path, sentence: str) -> None:
    assert kept(tmp_path, sentence) == [None]


@pytest.mark.parametrize(
    "sentence",
    [
        "GitHub users are limited: all API requests are throttled.",
        "The user profile requires authentication, and so do all other endpoints.",
        "Our API enforces rate limiting for all clients.",
    ],
)
def test_what_the_system_does_for_their_users_is(tmp_path: Path, sentence: str) -> None:
    assert kept(tmp_path, sentence) == [False]


def test_nobody_promises_to_limit_who_asks_whether_the_process_lives(tmp_path: Path) -> None:
    code = _OPEN_ROUTE.replace("/ask", "/healthz").replace("def ask", "def alive")
    scanned = scan_of(tmp_path, {"README.md": "# Assistant\n\nAll API requests are rate limited.\n", "app.py": code})
    assert [claim.kept for claim in scanned.system.claims] == [None]


FETCH = """
import hashlib, tarfile
import boto3
from botocore import UNSIGNED
from botocore.client import Config
import torch

s3 = boto3.client("s3", config=Config(signature_version=UNSIGNED))

def fetch():
    s3.download_file("open-pictures", "discs.tar.gz", "discs.tar.gz")
{check}    tarfile.open("discs.tar.gz").extractall("data", filter="data")
"""
CHECK = """    if hashlib.sha256(open("discs.tar.gz", "rb").read()).hexdigest() != EXPECTED:
        raise ValueError("another archive")
"""
CARD = "# Data\n\nArchives from outside are checked against their SHA-256 before they are unpacked.\n"


def broken(folder: Path, files: dict[str, str]) -> list[str]:
    return [f.element for f in scan_of(folder, files).findings if f.threat == "promised-control-missing"]


def test_a_promised_checksum_that_no_code_compares_is_broken(tmp_path: Path) -> None:
    assert broken(tmp_path, {"fetch.py": FETCH.format(check=""), "docs/data.md": CARD}) == ["dataset:s3://open-pictures"]


def test_a_promised_checksum_that_is_compared_after_the_download_is_kept(tmp_path: Path) -> None:
    assert broken(tmp_path, {"fetch.py": FETCH.format(check=CHECK), "docs/data.md": CARD}) == []


def test_a_promised_checksum_that_a_function_called_afterwards_compares_is_kept(tmp_path: Path) -> None:
    called = FETCH.format(check="    verify()\n") + "\n\ndef verify():\n" + CHECK
    assert broken(tmp_path, {"fetch.py": called, "docs/data.md": CARD}) == []


RELEASE = """
import mlflow
from mlflow import MlflowClient

def release(net, recall):
    with mlflow.start_run():
        logged = mlflow.pytorch.log_model(net, name="discs", registered_model_name="discs")
    {move}
"""
MOVED = 'MlflowClient().transition_model_version_stage("discs", logged.registered_model_version, stage="Production")'
SIGNED = "# Release\n\nNo model reaches the line unless the quality engineer has signed it off against the holdout.\n"


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (MOVED, ["model_registry:discs"]),
        ("if recall > 0.9:\n        " + MOVED, []),
        ('MlflowClient().set_registered_model_alias("discs", "staging-candidate", given_version())', []),
    ],
)
def test_a_promised_sign_off_is_broken_where_the_run_that_makes_a_model_releases_it(tmp_path: Path, move: str, expected: list[str]) -> None:
    assert broken(tmp_path, {"release.py": RELEASE.format(move=move), "docs/release.md": SIGNED}) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Checksums are published beside each download.",
        "Compute a SHA-256 of the archive yourself.",
        "The model was evaluated on three benchmarks.",
        "Downloads have no checksums.",
    ],
)
def test_a_sentence_about_checksums_or_evaluations_that_promises_no_check(sentence: str) -> None:
    assert not {"hash_check", "evaluation_gate"} & set(promised(sentence))
