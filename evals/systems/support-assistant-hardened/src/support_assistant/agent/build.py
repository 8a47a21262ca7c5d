"""The support agent: chat model, tools, limits, approval by people and the audit log."""

import sqlite3
from functools import lru_cache

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware, ModelCallLimitMiddleware, ToolCallLimitMiddleware
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.sqlite import SqliteSaver

from support_assistant.agent.audit import AuditMiddleware
from support_assistant.agent.context import SessionContext
from support_assistant.agent.prompts import system_prompt
from support_assistant.agent.tools import TOOLS
from support_assistant.config import get_settings

ASK_A_PERSON = {"allowed_decisions": ["approve", "reject"]}


@lru_cache
def support_agent():
    settings = get_settings()
    model = ChatOpenAI(
        model=settings.chat_model,
        temperature=settings.chat_temperature,
        api_key=settings.openai_api_key,
        max_tokens=settings.chat_max_tokens,
        timeout=settings.chat_timeout,
        max_retries=2,
    )
    return create_agent(
        model=model,
        tools=TOOLS,
        system_prompt=system_prompt(),
        context_schema=SessionContext,
        checkpointer=SqliteSaver(sqlite3.connect(settings.checkpoint_path, check_same_thread=False)),
        middleware=[
            ModelCallLimitMiddleware(run_limit=6, exit_behavior="end"),
            ToolCallLimitMiddleware(run_limit=8),
            HumanInTheLoopMiddleware(interrupt_on={"issue_refund": ASK_A_PERSON, "email_customer": ASK_A_PERSON}),
            AuditMiddleware(),
        ],
    )
