"""The support agent: chat model plus tools."""

from functools import lru_cache

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI

from support_assistant.agent.tools import TOOLS
from support_assistant.config import get_settings


@lru_cache
def support_agent():
    settings = get_settings()
    model = ChatOpenAI(
        model=settings.chat_model,
        temperature=settings.chat_temperature,
        api_key=settings.openai_api_key,
    )
    return create_agent(model=model, tools=TOOLS)
