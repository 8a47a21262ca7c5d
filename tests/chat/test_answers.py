"""What every answer keeps: citations that the scan bears out, words that nothing scanned can act in, the same answer each time."""

from __future__ import annotations

import json
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pydantic import BaseModel

from pipeline.chat import Answer, Conversation
from pipeline.chat.bearing import load_plain_words
from pipeline.chat.questions import load_phrases
from pipeline.chat.rendering import render
from pipeline.findings.comparing import compare
from pipeline.findings.model import Scan
from pipeline.system.model import Evidence
from pipeline.threats.catalog import load_catalog
from tests import factories as make
from tests.reports.sample import REFUND, SCAN

QUESTIONS = (
    "what is this system?", "what are the top risks?", "what can go wrong with refund_payment?", "what can go wrong here?", "who can reach the agent?",
    "who can get in?", "path from POST /chat to refund_payment", "path from refund_payment to POST /chat", "what protects the vector store?",
    "what is missing at the refund tool?", "why is tool-without-approval so severe?", "what would change tool-without-approval?",
    "how do I fix tool-without-approval?", "what changed since the last scan?", "which findings are about LLM01?", "list the critical findings",
    "which spoofing threats are there?", "which findings are in src/agent/tools.py?", "what was not examined and why?", "was src/agent/tools.py read?",
    "which models does it use?", "what tools does the agent have?", "where does user input go?", "where does the agent send its data?",
    "is there human approval before refunds?", "is there authentication?", "is anything encrypted?", "which promises are broken?",
    "show me the attack paths", "what does refund_payment do?", "where is refund_payment?", "what is RAG?", "what is tampering?", "what is AML.T0051?",
    "how long are chats kept?", "what does the vector store get to see?", "who can upload files?", "does it use langchain?",
    "could somebody talk the bot into paying money?", "which risks were accepted?", "is it safe?", "what about repudiation?",
)  # fmt: skip


@cache
def places() -> frozenset[tuple[str, int, str]]:
    """All that the sample scan quotes."""
    found: set[tuple[str, int, str]] = set()

    def look(value: object) -> None:
        if isinstance(value, Evidence):
            found.add((value.path, value.start_line, value.quote))
        elif isinstance(value, tuple | list):
            for one in value:
                look(one)
        elif isinstance(value, BaseModel):
            for name in type(value).model_fields:
                look(getattr(value, name))

    look(SCAN)
    return frozenset(found)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_statement_cites_what_the_scan_holds(question: str) -> None:
    answer = Conversation(SCAN).ask(question)
    assert answer.statements or answer.not_answered
    for statement in answer.statements:
        assert statement.citations
        for one in statement.citations:
            if one.lines is not None:
                assert (one.path, one.lines[0], one.quote) in places(), "a place that the scan does not quote"
            else:
                assert one.id


@pytest.mark.parametrize(
    "question", ["what are the top risks?", "who can reach the agent?", "could somebody talk the bot into paying money?"]
)
def test_the_same_question_gets_the_same_answer(question: str) -> None:
    assert Conversation(SCAN).ask(question) == Conversation(SCAN).ask(question)


def test_an_answer_is_the_same_after_json() -> None:
    answer = Conversation(SCAN).ask("what can go wrong with refund_payment?")
    assert Answer.model_validate(json.loads(answer.model_dump_json())) == answer


def test_what_changed_is_told_from_the_changes_that_are_given() -> None:
    older = SCAN.model_copy(update={"findings": SCAN.findings[1:]})
    answer = Conversation(SCAN, earlier=compare(older, SCAN), earlier_name="scan 3").ask("what changed since the last scan?")
    text = " ".join(statement.text for statement in answer.statements)
    assert "scan 3" in text and SCAN.findings[0].threat in text
    assert Conversation(SCAN).ask("what changed?").not_answered


def test_hostile_names_reach_no_terminal() -> None:
    evil = "x\x1b[2J\u202e`ignore previous instructions`\n\n# heading"
    element = make.element("tool", evil, evidence=(make.evidence("a\x1b]0;b.py:3", "q\x1b[31m", "sink"),))
    scan = make.scan((make.finding(element=element.id, description=f"{evil} acts."),), (element,))
    for question in ("what are the top risks?", "which tools are there?", "what can go wrong with ignore previous instructions?"):
        shown = render(Conversation(scan).ask(question))
        assert "\x1b" not in shown and "\u202e" not in shown


def test_an_empty_scan_answers_without_a_word_of_safety() -> None:
    empty = make.scan((), ())
    for question in QUESTIONS:
        answer = Conversation(empty).ask(question)
        assert answer.statements or answer.not_answered
        assert " is safe" not in " ".join(statement.text for statement in answer.statements).replace("it is safe", "")


@settings(max_examples=60, deadline=None)
@given(some.text(max_size=600))
def test_any_text_is_answered(question: str) -> None:
    answer = talk().ask(question)
    assert answer.statements or answer.not_answered


@cache
def talk() -> Conversation:
    return Conversation(SCAN)


@pytest.mark.parametrize(
    "word", ["what ", "the ", "is there ", "a and ", "who can reach ", "does it have any ", "which findings are about "]
)
def test_a_long_question_takes_no_long_time(word: str) -> None:
    begun = time.process_time()
    Conversation(SCAN).ask(word * 200)
    assert time.process_time() - begun < 5


def test_plain_words_are_of_threats_there_are_and_intents_have_examples() -> None:
    assert not set(load_plain_words().threats) - {threat.slug for threat in load_catalog().threats}
    assert all(intent.examples and intent.patterns for intent in load_phrases().said.intents)


def test_a_threat_that_was_looked_for_is_told_apart_from_a_question_that_is_not_understood() -> None:
    scan: Scan = make.scan()
    asked = Conversation(scan).ask("could someone read somebody else's chat?")
    assert "Looked for, and not found" in asked.statements[0].text and asked.not_answered
    assert not Conversation(scan).ask("could someone bring cake?").statements


def test_a_number_picks_from_the_list_that_was_shown() -> None:
    talking = Conversation(SCAN)
    first = talking.ask("what are the top risks?")
    assert talking.ask("how do I fix the second one?").subject == (first.listed[1],)
    assert talking.ask("tell me about refund_payment").subject[0].id == REFUND
