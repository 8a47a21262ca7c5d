"""A conversation about the sample scan: each kind of question, every statement cited, follow-ups that keep their subject."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.chat import Answer, Conversation
from pipeline.chat.questions import load_phrases
from tests.reports.sample import AGENT, REFUND, SCAN, STORE


def ask(*questions: str) -> Answer:
    conversation = Conversation(SCAN)
    return [conversation.ask(question) for question in questions][-1]


def said(answer: Answer) -> str:
    return "\n".join(statement.text for statement in answer.statements)


@pytest.mark.parametrize(
    ("question", "intent", "subject"),
    [
        ("What can go wrong with refund_payment?", "threats_of", REFUND),
        ("who can reach the refund tool", "reach", REFUND),
        ("what protects the vector store?", "protection", STORE),
        ("what is missing at the agent", "missing", AGENT),
        ("whats dangerous about the refnd payment tool", "threats_of", REFUND),
    ],
)
def test_a_question_about_a_part_is_understood(question: str, intent: str, subject: str) -> None:
    answer = ask(question)
    assert (answer.intent, answer.subject[0].id) == (intent, subject)
    assert answer.statements


def test_follow_ups_keep_their_subject() -> None:
    answer = ask("what can go wrong with refund_payment?", "why?")
    assert answer.intent == "severity" and "likelihood 4 × impact 5" in said(answer)
    answer = ask("what can go wrong with refund_payment?", "how do I fix that")
    assert answer.intent == "fix" and "Test:" in said(answer)
    answer = ask("what can go wrong with refund_payment?", "why?", "and who can reach it?")
    assert answer.intent == "reach" and answer.subject[0].id == REFUND
    answer = ask("who can reach refund_payment?", "and the vector store?")
    assert answer.intent == "reach" and answer.subject[0].id == STORE
    answer = ask("what are the top risks?", "tell me about the second one")
    assert answer.subject[0].kind == "finding"


def test_what_is_not_there_is_said_not_to_be() -> None:
    answer = ask("who can reach the Kafka queue?")
    assert not answer.statements and "not in what was examined" in answer.not_answered


def test_every_pattern_of_the_knowledge_compiles_and_every_intent_has_an_answer() -> None:
    from pipeline.chat.answers import ANSWERS

    phrases = load_phrases()
    assert set(phrases.intents) == set(ANSWERS)
    assert phrases.matches("what can go wrong with the agent")


def test_an_answer_comes_piece_by_piece() -> None:
    async def pieces() -> list[str]:
        return [piece.kind async for piece in Conversation(SCAN).stream("what are the top risks?")]

    kinds = asyncio.run(pieces())
    assert kinds[-1] == "answer" and set(kinds[:-1]) == {"statement"}
