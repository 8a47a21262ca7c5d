"""What an address written in parts says of a server, and what it does not."""

from __future__ import annotations

import pytest

from tests.system.small import flows, only, system_of


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ('"http://tools.example/mcp"', True),
        ('f"http://tools.example:{port}/mcp"', True),
        ('f"http://localhost:{port}/mcp"', None),
        ('f"http://{host}:{port}/mcp"', None),  # which host is not known from the code
        ('"https://tools.example/mcp"', None),
    ],
)
def test_only_a_host_that_is_known_not_to_be_this_machine_is_reached_in_the_clear(address: str, expected: bool | None) -> None:
    system = system_of(f"""
        from mcp.client.sse import sse_client

        async def ask(host, port):
            async with sse_client({address}) as streams:
                return streams
    """)
    assert only(system, "mcp_client").attributes.get("plain_http") is expected


ROUTE = """
    import os
    import openai
    import requests
    from fastapi import FastAPI
    app = FastAPI()
    SEARCH = "https://www.example.com/search?q="
    HOST = "https://api.example.com"

    @app.post("/run")
    def run(text: str):
        return requests.get({address}).text
"""


@pytest.mark.parametrize(
    ("address", "chosen"),
    [
        ("SEARCH + text", False),
        ('f"https://api.example.com/v1/{text}"', False),
        ('f"{HOST}/v1/{text}"', False),
        ('HOST + "/v1/" + text', False),
        ('HOST + "/v1/" + text + "/items"', False),
        ("text", True),
        ('text + "/v1"', True),
        ("HOST + text", True),  # `.evil.example` behind it is another host
        ('f"{HOST}{text}"', True),
        ("f\"{os.environ['BASE']}?q={text}\"", False),
        ("f\"{os.environ['BASE']}/v1/{text}\"", False),
        ('os.environ["BASE"] + "/v1/" + text', False),
        ("f\"{os.environ['BASE']}{text}\"", True),
        ("f\"{os.environ['SCHEME']}://{text}/v1\"", True),
        ('"https://" + text', True),
        ('"https://api.example.com/?q={}".format(text)', False),
        ('"https://{}.example.com/".format(text)', True),
        ('"https://api.example.com{}".format(text)', True),
        ('"{}/items".format(text)', True),
    ],
)
def test_behind_a_fixed_host_and_its_slash_data_chooses_no_host(address: str, chosen: bool) -> None:
    assert bool(flows(system_of(ROUTE.format(address=address)), "url", "user_input")) is chosen


PRINTED = """
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func look(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	text := req.GetString("text", "")
	// guard
	_, err := http.Get(%s)
	return nil, err
}

func main() {
	s := server.NewMCPServer("demo", "1.0.0")
	s.AddTool(mcp.NewTool("look", mcp.WithString("text")), look)
	server.ServeStdio(s)
}
"""


@pytest.mark.parametrize(
    ("address", "chosen"),
    [
        ('fmt.Sprintf("%s/v1/%s", os.Getenv("BASE"), text)', False),
        ('fmt.Sprintf("%s?q=%s", os.Getenv("BASE"), text)', False),
        ('fmt.Sprintf("https://api.example.com/v1/%s", text)', False),
        ('fmt.Sprintf("%s%s", os.Getenv("BASE"), text)', True),
        ('fmt.Sprintf("%s://%s/v1", os.Getenv("SCHEME"), text)', True),
        ('fmt.Sprintf("%s/v1/%s", text, os.Getenv("PART"))', True),
        ('fmt.Sprintf("https://%s/v1", text)', True),
        ('os.Getenv("BASE") + text', True),
        ('os.Getenv("BASE") + text // asked', False),
    ],
)
def test_what_is_printed_behind_a_host_chooses_none(address: str, chosen: bool) -> None:
    guard = 'if !strings.HasPrefix(text, "/") {\n\t\treturn nil, errors.New("no path")\n\t}' if "// asked" in address else ""
    system = system_of({"main.go": PRINTED.replace("%s", address.removesuffix(" // asked"), 1).replace("// guard", guard)})
    assert bool(flows(system, "url")) is chosen
