"""What a dispatching function does in one case is done by the tool of that case alone."""

from __future__ import annotations

from tests.system.small import system_of

_SERVER = """
from pathlib import Path
from mcp.server import Server

server, ROOT = Server("files"), Path("/srv/files")

def read_file(name: str) -> str:
    return Path(name).read_text()

@server.call_tool()
async def call_tool(name: str, arguments: dict) -> list:
    if name == "list_files":
        return [str(one) for one in ROOT.iterdir()]
    elif name == "count_files":
        return [len(list(ROOT.iterdir()))]
    elif name == "read_file":
        wanted = arguments.get("name")
        return [read_file(wanted)]
    raise ValueError(name)
"""


def test_a_path_that_one_case_hands_on_is_no_other_tools() -> None:
    paths = {flow.source for flow in system_of(_SERVER).flows if flow.role == "path" and "tool_arguments" in flow.carries}
    assert paths == {"mcp_tool:read_file"}
