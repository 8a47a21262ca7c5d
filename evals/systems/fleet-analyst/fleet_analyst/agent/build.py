from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware, ModelCallLimitMiddleware
from langgraph.checkpoint.memory import InMemorySaver

from fleet_analyst.agent.context import FleetContext
from fleet_analyst.agent.middleware import AuditMiddleware
from fleet_analyst.agent.model import chat_model
from fleet_analyst.agent.prompt import fleet_prompt
from fleet_analyst.agent.tools import TOOLS
from fleet_analyst.settings import get_settings

CONFIRMED = {"send_mail": {"allowed_decisions": ["approve", "reject"]}}


def build_agent(*, interactive: bool):
    """The agent of the chat (`interactive`) and of the MCP server, where nobody sits in front of it."""
    middleware = [
        ModelCallLimitMiddleware(run_limit=get_settings().max_model_calls, exit_behavior="end"),
        AuditMiddleware(),
        fleet_prompt,
    ]
    if interactive:
        middleware.append(HumanInTheLoopMiddleware(interrupt_on=CONFIRMED))
    return create_agent(
        model=chat_model(),
        tools=TOOLS,
        middleware=middleware,
        context_schema=FleetContext,
        checkpointer=InMemorySaver(),
    )
