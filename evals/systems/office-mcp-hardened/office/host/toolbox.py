"""Connections to all servers, and their allowed tools as the model wants them."""
import logging
from contextlib import AsyncExitStack
from typing import Any

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from office.host.config import Server
from office.host.pins import pin
from office.host.signin import Person, headers_for

log = logging.getLogger("office")


class Toolbox:
    def __init__(self, servers: list[Server], person: Person) -> None:
        self._servers = servers
        self._person = person
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
        headers = await headers_for(server, self._person)
        read, write, _ = await self._stack.enter_async_context(streamablehttp_client(server.url, headers=headers))
        session = await self._stack.enter_async_context(ClientSession(read, write))
        await session.initialize()
        tools = [tool for tool in (await session.list_tools()).tools if tool.name in server.tools]
        if server.sha256 and pin(tools) != server.sha256:
            log.error("tools of %s have changed, left out", server.name)
            return
        for tool in tools:
            if tool.name in self._session_of:
                raise RuntimeError(f"two servers have a tool {tool.name}")
            self._session_of[tool.name] = session
            self.tools.append({
                "type": "function",
                "function": {"name": tool.name, "description": tool.description or "", "parameters": tool.inputSchema},
            })

    async def call(self, name: str, arguments: dict[str, Any]) -> str:
        result = await self._session_of[name].call_tool(name, arguments)
        text = "\n".join(part.text for part in result.content if part.type == "text")
        return f"error: {text}" if result.isError else text[:40_000]
