"""One turn of a conversation: classify, let the agent answer, store."""

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from sqlalchemy.orm import Session

from support_assistant.agent.build import support_agent
from support_assistant.agent.prompts import system_prompt
from support_assistant.api.deps import Visitor
from support_assistant.config import get_settings
from support_assistant.intent.classifier import IntentClassifier
from support_assistant.storage.models import Turn
from support_assistant.storage.repository import ConversationRepository

ROLES = {"user": HumanMessage, "assistant": AIMessage, "system": SystemMessage}
SPAM_REPLY = "Thank you for your message. This conversation is now closed."


def as_messages(history: list[dict]) -> list:
    return [ROLES.get(item["role"], HumanMessage)(content=item["content"]) for item in history]


class ConversationService:
    def __init__(self, db: Session, intents: IntentClassifier) -> None:
        self.conversations = ConversationRepository(db)
        self.intents = intents

    def reply(self, message: str, history: list[dict], visitor: Visitor | None, page_title: str) -> Turn:
        intent, score = self.intents.best(message)
        if intent == "spam" and score >= get_settings().spam_threshold:
            return self.conversations.store(visitor, message, SPAM_REPLY, intent, closed=True)
        answer = self.ask_agent(message, history, visitor, page_title)
        return self.conversations.store(visitor, message, answer, intent)

    def ask_agent(self, message: str, history: list[dict], visitor: Visitor | None, page_title: str) -> str:
        messages = [
            SystemMessage(content=system_prompt(visitor, page_title)),
            *as_messages(history),
            HumanMessage(content=message),
        ]
        result = support_agent().invoke({"messages": messages}, config={"recursion_limit": 500})
        return result["messages"][-1].text
