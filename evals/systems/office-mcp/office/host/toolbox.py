"""Connections to all servers, and their tools as the model wants them."""
from contextlib import AsyncExitStack
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client

from office.host.config import Server


class Toolbox:
    def __init__(self, servers: list[Server]) -> None:
        self._servers = servers
        self._stack = AsyncExitStack()
        self._session_of: dict[str, ClientSession] = {}
        self.tools: list[dict[str, Any]] = []

    async def __aenter__(self) -> "Toolbox":
        for server in self._servers:
            await self._connect(server)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self._stack.aclose()

    async def _connect(self, server: Server) -> None:
        if server.url:
            read, write, _ = await self._stack.enter_async_context(streamablehttp_client(server.url, headers=server.headers))
        else:
            params = StdioServerParameters(command=server.command, args=server.args, env=server.env or None)
            read, write = await self._stack.enter_async_context(stdio_client(params))
        session = await self._stack.enter_async_context(ClientSession(read, write))
        await session.initialize()
        for tool in (await session.list_tools()).tools:
            self._session_of[tool.name] = session
            self.tools.append({
                "type": "function",
                "function": {"name": tool.name, "description": tool.description or "", "parameters": tool.inputSchema},
            })

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        result = await self._session_of[name].call_tool(name, arguments)
        text = "\n".join(part.text for part in result.content if part.type == "text")
        return f"error: {text}" if result.isError else text
