"""Hash of the tools of a server as they were read."""
import asyncio
import hashlib
import json
import os
import sys

from mcp import ClientSession, types
from mcp.client.streamable_http import streamablehttp_client

from office.host.config import servers


def pin(tools: list[types.Tool]) -> str:
    told = [{"name": t.name, "description": t.description, "schema": t.inputSchema} for t in sorted(tools, key=lambda t: t.name)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


async def show(name: str) -> None:
    server = next(one for one in servers() if one.name == name)
    headers = {"Authorization": f"Bearer {os.environ[server.token_from]}"} if server.token_from else {}
    async with streamablehttp_client(server.url, headers=headers) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tools = [t for t in (await session.list_tools()).tools if t.name in server.tools]
    for tool in tools:
        print(tool.name, "-", tool.description, json.dumps(tool.inputSchema))
    print(pin(tools))


if __name__ == "__main__":
    asyncio.run(show(sys.argv[1]))
