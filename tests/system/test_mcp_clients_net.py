"""Which MCP servers a C# program takes its tools from: others' programs and hosts, a service beside it, or what it is told where it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.small import only, scan_of, system_of

_CLIENT = """
using System;
using ModelContextProtocol.Client;
using Microsoft.Extensions.ServiceDiscovery;
class Tools {
  async void Connect(ServiceEndpointResolver resolver, string given, HttpClientTransportOptions chosen, StdioClientTransportOptions started) {
    CODE
  }
}
"""
_HTTP = 'var t = new HttpClientTransport(new HttpClientTransportOptions { Name = "t", Endpoint = new Uri(ADDRESS) });'
_OTHERS = {
    "a host": _HTTP.replace("ADDRESS", '"https://tools.example.com/mcp"'),
    "a package": 'var t = new StdioClientTransport(new() { Name = "t", Command = "npx", Arguments = ["-y", "mcp-time"] });',
}
_OWN = {
    "a service beside it": _HTTP.replace("ADDRESS", '"https+http://tools-api/mcp"'),
    "this machine": _HTTP.replace("ADDRESS", '"http://localhost:5000/mcp"'),
    "service discovery": "var found = (await resolver.GetEndpointsAsync(given, default)).Endpoints[0].EndPoint.ToString();"
    + _HTTP.replace("ADDRESS", "found"),
    "options of the settings": "var t = new HttpClientTransport(chosen);",
    "a command of the settings": "var t = new StdioClientTransport(started);",
    "a program": 'var t = new StdioClientTransport(new() { Name = "t", Command = "dotnet", Arguments = ["run"] });',
    "a release": 'var t = new StdioClientTransport(new() { Name = "t", Command = "npx", Arguments = ["-y", "mcp-time@1.2.3"] });',
}


@pytest.mark.parametrize(("code", "poisoned"), [*((c, True) for c in _OTHERS.values()), *((c, False) for c in _OWN.values())])
def test_tools_are_others_where_the_server_is(tmp_path: Path, code: str, poisoned: bool) -> None:
    scan = scan_of(tmp_path, {"Tools.cs": _CLIENT.replace("CODE", code)})
    assert ("mcp-tool-poisoning" in {finding.threat for finding in scan.findings}) is poisoned


def test_a_host_elsewhere_is_reached_in_clear_where_its_address_says_so() -> None:
    code = _HTTP.replace("ADDRESS", '"http://tools.example.com/mcp"')
    assert only(system_of({"Tools.cs": _CLIENT.replace("CODE", code)}), "mcp_client").attributes["plain_http"] is True
