import asyncio
from collections.abc import Awaitable, Callable

from langchain.agents.middleware import AgentMiddleware
from langchain.tools.tool_node import ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from fleet_analyst import audit


class AuditMiddleware(AgentMiddleware):
    """Every call of a tool goes into agent_audit, failed ones too."""

    async def awrap_tool_call(
        self,
        request: ToolCallRequest,
        handler: Callable[[ToolCallRequest], Awaitable[ToolMessage | Command]],
    ) -> ToolMessage | Command:
        context = request.runtime.context
        status, text = "error", ""
        try:
            answer = await handler(request)
            status = getattr(answer, "status", "success")
            text = str(getattr(answer, "content", ""))
            return answer
        except Exception as error:
            text = type(error).__name__
            raise
        finally:
            await asyncio.to_thread(
                audit.record,
                context.scope.email,
                context.channel,
                context.thread,
                request.tool_call["name"],
                request.tool_call["args"],
                text,
                status,
            )
