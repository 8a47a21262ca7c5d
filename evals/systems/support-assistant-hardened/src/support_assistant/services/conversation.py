"""One turn of a conversation: classify, let the agent answer, store. Actions that need a person wait as approvals."""

import json

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.types import Command
from sqlalchemy.orm import Session

from support_assistant.agent.build import support_agent
from support_assistant.agent.context import SessionContext
from support_assistant.api.deps import Visitor
from support_assistant.intent.classifier import IntentClassifier
from support_assistant.storage.models import Turn
from support_assistant.storage.repository import ApprovalRepository, ConversationRepository

HISTORY_TURNS = 6
RECURSION_LIMIT = 25
SPAM_REPLY = "Thank you for your message. A colleague will look at it."
WAITING = "A colleague checks this for you; you will get an e-mail as soon as it is decided."


def as_messages(turns: list[Turn]) -> list:
    messages = []
    for turn in turns[-HISTORY_TURNS:]:
        messages += [HumanMessage(content=turn.question), AIMessage(content=turn.answer)]
    return messages


def requested(result: dict) -> str:
    return json.dumps([item.value["action_requests"] for item in result["__interrupt__"]], default=str)


class ConversationService:
    def __init__(self, db: Session, intents: IntentClassifier) -> None:
        self.conversations = ConversationRepository(db)
        self.approvals = ApprovalRepository(db)
        self.intents = intents

    def reply(self, message: str, conversation_id: int | None, visitor: Visitor) -> Turn:
        number = self.conversations.own_or_new(conversation_id, visitor.customer_id)
        intent = self.intents.best(message)
        if intent == "spam":
            return self.conversations.store(number, visitor.customer_id, message, SPAM_REPLY, intent, for_person=True)
        answer = self.ask_agent(message, number, visitor)
        return self.conversations.store(number, visitor.customer_id, message, answer, intent)

    def ask_agent(self, message: str, number: int, visitor: Visitor) -> str:
        history = as_messages(self.conversations.own_turns(number, visitor.customer_id))
        thread = self.conversations.new_thread(number)
        result = support_agent().invoke(
            {"messages": [*history, HumanMessage(content=message)]},
            config={"recursion_limit": RECURSION_LIMIT, "configurable": {"thread_id": thread}},
            context=SessionContext(visitor.customer_id, visitor.email, number),
        )
        if result.get("__interrupt__"):
            self.approvals.add(thread, visitor.customer_id, visitor.email, number, requested(result))
            return WAITING
        return result["messages"][-1].text


def decide_approval(db: Session, approval_id: int, decision: str, reason: str, staff_id: str) -> str:
    approval = ApprovalRepository(db).close(approval_id, decision, reason, staff_id)
    choice = {"type": "approve"} if decision == "approve" else {"type": "reject", "message": reason}
    result = support_agent().invoke(
        Command(resume={"decisions": [choice]}),
        config={"recursion_limit": RECURSION_LIMIT, "configurable": {"thread_id": approval.thread}},
        context=SessionContext(approval.customer_id, approval.email, approval.conversation_id),
    )
    if result.get("__interrupt__"):
        ApprovalRepository(db).add(
            approval.thread, approval.customer_id, approval.email, approval.conversation_id, requested(result)
        )
        return WAITING
    return result["messages"][-1].text
