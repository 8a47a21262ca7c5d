"""The chat. `chainlit run fleet_analyst/chat/app.py`"""

import asyncio
import json
import logging
from typing import Any

import chainlit as cl
from langchain_core.callbacks import UsageMetadataCallbackHandler
from langgraph.types import Command

from fleet_analyst import budget, log
from fleet_analyst.agent.build import build_agent
from fleet_analyst.agent.context import FleetContext
from fleet_analyst.identity import company_address, scope_of

log.setup()
logger = logging.getLogger("fleet_analyst.chat")
agent = build_agent(interactive=True)


@cl.oauth_callback
def signed_in(provider_id: str, token: str, raw_user_data: dict[str, Any], default_user: cl.User) -> cl.User | None:
    mail = raw_user_data.get("mail") or ""
    if provider_id != "azure-ad" or not company_address(mail):
        return None
    return cl.User(identifier=mail.lower(), display_name=raw_user_data.get("displayName"))


@cl.set_starters
async def starters(user: cl.User | None = None, language: str | None = None) -> list[cl.Starter]:
    return [
        cl.Starter(label="Fuel last month", message="Litres per 100 km by depot last month, as a bar chart."),
        cl.Starter(label="Inspections due", message="Which vehicles are due for inspection in the next four weeks?"),
    ]


async def confirmed(action: dict[str, Any]) -> dict[str, str]:
    """Shows the whole mail and waits for a click."""
    shown = json.dumps(action["args"], indent=2, ensure_ascii=False)
    answer = await cl.AskActionMessage(
        content=f"Shall I do this?\n\n**{action['name']}**\n```json\n{shown}\n```",
        actions=[
            cl.Action(name="approve", payload={"decision": "approve"}, label="Send"),
            cl.Action(name="reject", payload={"decision": "reject"}, label="Do not send"),
        ],
        timeout=300,
    ).send()
    if answer and answer.get("payload", {}).get("decision") == "approve":
        return {"type": "approve"}
    return {"type": "reject", "message": "The user does not want this mail to be sent."}


async def answer(text: str, context: FleetContext) -> str:
    usage = UsageMetadataCallbackHandler()
    thread = f"{context.scope.email}/{context.thread}"
    config = {"configurable": {"thread_id": thread}, "callbacks": [usage], "recursion_limit": 60}
    try:
        result = await agent.ainvoke({"messages": [{"role": "user", "content": text}]}, config=config, context=context)
        while result.get("__interrupt__"):
            decisions = [
                await confirmed(action)
                for interrupt in result["__interrupt__"]
                for action in interrupt.value["action_requests"]
            ]
            result = await agent.ainvoke(Command(resume={"decisions": decisions}), config=config, context=context)
    finally:
        tokens = sum(used["total_tokens"] for used in usage.usage_metadata.values())
        await asyncio.to_thread(budget.spend, context.scope.email, tokens)
    logger.info("answered thread=%s tokens=%d", context.thread, tokens)
    return result["messages"][-1].text


@cl.on_message
async def on_message(message: cl.Message) -> None:
    user = cl.user_session.get("user")
    scope = await asyncio.to_thread(scope_of, user.identifier)
    context = FleetContext(scope=scope, channel="chat", thread=cl.context.session.thread_id)
    try:
        await asyncio.to_thread(budget.check, scope.email)
        reply = await answer(message.content, context)
    except budget.BudgetSpent as error:
        reply = str(error)
    except Exception as error:
        logger.error("failed thread=%s error=%s", context.thread, type(error).__name__)
        reply = "That did not work. Please try again, or tell fleet controlling."
    await cl.Message(content=reply).send()
