"""Fleet data for the agents of other teams (dispatch, workshop, finance). `python -m fleet_analyst.mcp_server.server`"""

import asyncio
import logging
from typing import Annotated

from fastmcp import FastMCP
from fastmcp.server.auth.providers.jwt import StaticTokenVerifier
from fastmcp.server.dependencies import get_access_token
from fastmcp.server.middleware.rate_limiting import SlidingWindowRateLimitingMiddleware
from langchain_core.callbacks import UsageMetadataCallbackHandler
from pydantic import Field

from fleet_analyst import budget, db, log
from fleet_analyst.agent.build import build_agent
from fleet_analyst.agent.context import FleetContext
from fleet_analyst.identity import scope_of
from fleet_analyst.knowledge import store
from fleet_analyst.settings import get_settings

log.setup()
logger = logging.getLogger("fleet_analyst.mcp")


def team_tokens() -> StaticTokenVerifier | None:
    tokens = get_settings().mcp_tokens
    if not tokens:
        logger.warning("MCP_TOKENS is empty")
        return None
    return StaticTokenVerifier({token: {"client_id": team, "scopes": ["fleet"]} for token, team in tokens.items()})


def team() -> str:
    token = get_access_token()
    return token.client_id if token else "partner"


mcp = FastMCP(
    "fleet-analyst",
    instructions="Questions about vehicles, trips, fuel and drivers of Kessler Vans.",
    auth=team_tokens(),
    middleware=[SlidingWindowRateLimitingMiddleware(max_requests=120, window_minutes=60)],
)
agent = build_agent(interactive=False)


@mcp.tool
async def ask_fleet(
    question: Annotated[str, Field(max_length=2_000, description="A question in German or English")],
    user_email: Annotated[str, Field(description="E-mail of the colleague the question is asked for")],
) -> str:
    """Ask the fleet analyst. It queries the database and the documents, calculates, draws, exports and mails."""
    caller = team()
    await asyncio.to_thread(budget.check, f"mcp:{caller}")
    scope = await asyncio.to_thread(scope_of, user_email)
    context = FleetContext(scope=scope, channel="mcp", thread=f"mcp-{caller}")
    usage = UsageMetadataCallbackHandler()
    try:
        result = await agent.ainvoke(
            {"messages": [{"role": "user", "content": question}]},
            config={"configurable": {"thread_id": context.thread}, "callbacks": [usage], "recursion_limit": 60},
            context=context,
        )
    finally:
        tokens = sum(used["total_tokens"] for used in usage.usage_metadata.values())
        await asyncio.to_thread(budget.spend, f"mcp:{caller}", tokens)
    logger.info("answered team=%s tokens=%d", caller, tokens)
    return result["messages"][-1].text


@mcp.tool
def vehicle_status(plate: Annotated[str, Field(max_length=12)]) -> dict:
    """Depot, model, next inspection and mileage of this month of one vehicle."""
    found = db.rows(
        """select v.plate, v.depot, v.model, v.next_inspection::text,
                  coalesce(sum(t.km) filter (where t.day >= date_trunc('month', current_date)), 0)::int as km
             from vehicles v left join trips t on t.vehicle_id = v.id
            where v.plate = %s group by v.id""",
        (plate.upper(),),
    )
    return found[0] if found else {"error": "no such vehicle"}


@mcp.tool
def search_handbook(question: Annotated[str, Field(max_length=500)]) -> list[str]:
    """Passages of the documents that are for everybody: handbooks, rules, leaflets."""
    return [f"[{passage.source}] {passage.text}" for passage in store.search_public(question)]


if __name__ == "__main__":
    mcp.run(transport="http", host="0.0.0.0", port=get_settings().mcp_port)
