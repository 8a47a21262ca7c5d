"""Where an MCP server listens whose host is set through its settings."""

from __future__ import annotations

import pytest

from tests.system.small import only, system_of

_SERVER = """
import argparse, os
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("notes")
@mcp.tool()
def read(path: str) -> str:
    return open(path).read()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sse-host", type=str, default="0.0.0.0")
    parser.add_argument("--log-host", type=str, default="logs.local")
    args = parser.parse_args()
    OBJECT.settings.host = HOST
    mcp.run(transport="sse")
main()
"""


@pytest.mark.parametrize(
    ("host", "listens"),
    [
        ('"0.0.0.0"', "0.0.0.0"),
        ('"127.0.0.1"', "127.0.0.1"),
        ('os.getenv("HOST", "0.0.0.0")', "0.0.0.0"),
        ("args.sse_host", "0.0.0.0"),
    ],
)
def test_a_host_set_through_settings_is_where_the_server_listens(host: str, listens: str) -> None:
    server = only(system_of(_SERVER.replace("OBJECT", "mcp").replace("HOST", host)), "mcp_server")
    assert server.attributes.get("host") == listens


def test_the_settings_of_another_object_say_nothing_of_the_server() -> None:
    other = only(system_of(_SERVER.replace("OBJECT", "parser").replace("HOST", '"0.0.0.0"')), "mcp_server")
    assert other.attributes.get("host") != "0.0.0.0"
