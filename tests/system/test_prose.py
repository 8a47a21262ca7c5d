"""A system that is only described: what its sentences tell becomes a model, what they deny, plan or promise does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.findings.model import Scan
from pipeline.scan import ScanSettings, scan
from pipeline.system.documents.prose_names import kind_of_name
from pipeline.system.documents.statements import Statement, statements
from pipeline.system.rules.promises import denied


def told(sentence: str, before: str = "") -> list[tuple[str, str, str, str]]:
    return [(each.kind, each.subject, each.object, each.other) for each in statements(sentence, before)]


def described(root: Path, *paragraphs: str) -> Scan:
    (root / "design.md").write_text("# Design\n\n" + "\n\n".join(paragraphs) + "\n", "utf-8")
    return scan(root, ScanSettings(jobs=1))


def arrows(result: Scan) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(flow.source, flow.target, tuple(flow.carries)) for flow in result.system.flows}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Patients send voice notes through the mobile app.", [("sends", "Patients", "voice notes", "mobile app")]),
        ("The triage service sends the transcript to GPT-4o at OpenAI.", [("sends", "triage service", "transcript", "GPT-4o")]),
        (
            "Every night a crawler fetches articles from the public web and indexes them into the knowledge base.",
            [("reads", "crawler", "articles", "public web"), ("stores", "crawler", "articles", "knowledge base")],
        ),
        (
            "Feedback from patients is stored in a Postgres database and used to fine-tune the ranking model every week.",
            [("stores", "", "Feedback from patients", "Postgres database"), ("trains", "", "ranking model", "Feedback from patients")],
        ),
        (
            "Clinicians may upload guideline documents, which are chunked and written to the vector store without review.",
            [("sends", "Clinicians", "guideline documents", ""), ("stores", "", "guideline documents", "vector store")],
        ),
        (
            "Images from the line cameras are uploaded to an S3 bucket, and the classifier is retrained on them weekly.",
            [("sends", "", "Images from the line cameras", "S3 bucket"), ("trains", "", "classifier", "Images from the line cameras")],
        ),
        (
            "The agent can issue refunds, send e-mails to customers and run SQL against the order database.",
            [("acts", "agent", "refunds", ""), ("sends", "agent", "e-mails", "customers"), ("acts", "agent", "SQL", "order database")],
        ),
        ("Crawler: fetches pages from the company wiki.", [("reads", "Crawler", "pages", "company wiki")]),
        ("We send transcripts to OpenAI.", [("sends", "the system itself", "transcripts", "OpenAI")]),
    ],
)
def test_a_sentence_states_who_does_what_with_what(sentence: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert told(sentence) == expected


def test_it_stands_for_who_was_spoken_of_last() -> None:
    assert told("It stores the conversation in Redis.", "assistant") == [("stores", "assistant", "conversation", "Redis")]


@pytest.mark.parametrize("sentence", ["The report is short.", "Crawled pages are old.", "The calls of the service.", "See the wiki.", ""])
def test_other_sentences_state_nothing(sentence: str) -> None:
    assert told(sentence) == []


@given(st.text(max_size=600))
def test_any_text_ends_in_statements(text: str) -> None:
    assert all(isinstance(each, Statement) for each in statements(text))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Qdrant vector store", "vector_store"),
        ("GPT-4o", "hosted_llm"),
        ("summariser agent", "agent"),
        ("nurses", "end_user"),
        ("mobile app", "chat_ui"),
        ("user feedback", None),
        ("transcript", None),
    ],
)
def test_the_end_of_a_name_says_what_bears_it(name: str, kind: str | None) -> None:
    assert kind_of_name(name) == kind


def test_a_described_system_has_a_model_and_findings_that_cite_its_sentences(tmp_path: Path) -> None:
    result = described(
        tmp_path,
        "Patients send questions through the mobile app. The app calls the triage service over HTTPS.",
        "The triage service sends the transcript to GPT-4o at OpenAI.",
        "Feedback from patients is used to fine-tune the ranking model every week.",
    )
    assert {
        ("end_user:Patients", "chat_ui:Mobile app", ("user_input",)),
        ("chat_ui:Mobile app", "component:Triage service", ("user_input",)),
        ("component:Triage service", "hosted_llm:GPT-4o", ("user_input",)),
        ("end_user:Patients", "training_job:training of Ranking model", ("user_feedback",)),
    } <= arrows(result)
    poisoned = [finding for finding in result.findings if finding.threat == "feedback-loop-poisoning"]
    assert [(finding.confidence, finding.evidence[0].path, finding.evidence[0].start_line) for finding in poisoned] == [
        ("low", "design.md", 7)
    ]
    assert any(finding.threat == "unbounded-consumption" for finding in result.findings)


def test_what_is_reviewed_before_it_is_learnt_from_is_no_finding(tmp_path: Path) -> None:
    result = described(
        tmp_path,
        "Feedback from patients is used to fine-tune the ranking model. All feedback is reviewed by an editor before training.",
    )
    assert ("end_user:Patients", "training_job:training of Ranking model", ("user_feedback",)) in arrows(result)
    assert "feedback-loop-poisoning" not in {finding.threat for finding in result.findings}
    assert "promised in a document" in {control.note for control in result.system.controls}


@pytest.mark.parametrize(
    "sentence",
    [
        "TODO: feedback from patients is used to fine-tune the ranking model.",
        "Feedback from patients is never used to fine-tune the ranking model.",
        "Later, feedback from patients could be used to fine-tune the ranking model.",
        "Is feedback from patients used to fine-tune the ranking model?",
    ],
)
def test_what_is_planned_or_denied_is_not_told_as_a_fact(tmp_path: Path, sentence: str) -> None:
    assert not arrows(described(tmp_path, sentence))


def test_an_agent_acts_through_tools_and_a_promise_of_approval_covers_them(tmp_path: Path) -> None:
    open_tool = described(tmp_path, "The booking agent books appointments through the booking API.")
    assert "tool-without-approval" in {finding.threat for finding in open_tool.findings}
    approved = described(
        tmp_path, "The booking agent books appointments through the booking API.", "Every tool call of the agent needs approval by a nurse."
    )
    assert "tool-without-approval" not in {finding.threat for finding in approved.findings}


def test_where_code_was_read_prose_adds_no_element(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from openai import OpenAI\n\nOpenAI().responses.create(model='m', input='x')\n", "utf-8")
    result = described(tmp_path, "Feedback from patients is used to fine-tune the ranking model every week.")
    assert not [element for element in result.system.elements if element.attributes.get("stated_by") == "document"]


def test_what_one_document_promises_and_another_denies_is_a_contradiction_that_cites_both(tmp_path: Path) -> None:
    (tmp_path / "runbook.md").write_text("# Runbook\n\nThe booking agent books appointments without approval.\n", "utf-8")
    result = described(
        tmp_path,
        "The booking agent books appointments through the booking API.",
        "Every booking of appointments needs approval by a nurse.",
    )
    broken = [finding for finding in result.findings if finding.threat == "promised-control-missing"]
    assert [(finding.element, {e.path for e in finding.evidence}) for finding in broken] == [
        ("tool:book appointments", {"design.md", "runbook.md"})
    ]
    approval = [finding for finding in result.findings if finding.threat == "tool-without-approval"]
    assert [finding.confidence for finding in approval] != ["low"]  # it is said, not only left unsaid


@pytest.mark.parametrize(
    "sentence",
    [
        "Voice notes are never booked without approval by a nurse.",
        "TODO: book appointments without approval.",
        "Should the agent book appointments without approval?",
    ],
)
def test_what_is_twice_denied_planned_or_asked_denies_no_promise(tmp_path: Path, sentence: str) -> None:
    result = described(
        tmp_path,
        "The booking agent books appointments through the booking API.",
        "Every booking of appointments needs approval by a nurse.",
        sentence,
    )
    assert not {"promised-control-missing", "tool-without-approval"} & {finding.threat for finding in result.findings}


def test_a_route_that_is_said_to_need_no_login_is_open(tmp_path: Path) -> None:
    result = described(
        tmp_path, "The app calls `POST /v1/chat` without login. `GET /orders` needs a login. The assistant asks a chat model."
    )
    routes = {element.name: element.attributes.get("authenticated") for element in result.system.elements if element.kind == "http_route"}
    assert routes == {"POST /v1/chat": False, "GET /orders": None}
    assert [f.element for f in result.findings if f.threat == "unauthenticated-inference-endpoint"] == ["http_route:POST /v1/chat"]


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("Pages are indexed as they are.", ["review_before_use"]),
        ("Qdrant | http://store:6333, no key set", ["authentication"]),
        ("Pseudonymiser: Off since release 2.3.", ["redaction"]),
        ("There is no limit on calls.", ["rate_limit"]),
        ("There is no login screen in this mock-up?", []),
        ("The agent calls the API.", []),
    ],
)
def test_a_sentence_says_which_control_is_not_there(sentence: str, kinds: list[str]) -> None:
    assert denied(sentence) == kinds


def test_where_code_was_read_a_denial_in_a_document_contradicts_nothing(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from openai import OpenAI\n\nOpenAI().responses.create(model='m', input='x')\n", "utf-8")
    result = described(tmp_path, "Every booking of appointments needs approval by a nurse.", "Patients book appointments without approval.")
    assert "promised-control-missing" not in {finding.threat for finding in result.findings}
    assert [claim.kept for claim in result.system.claims] == [None]
