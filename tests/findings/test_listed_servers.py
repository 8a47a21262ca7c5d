"""Servers of MCP that one file of a client lists are one finding, with a place for each; two files are two."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.scan import scan


def _listed(root: Path, path: str, *names: str) -> None:
    servers = {name: {"command": "npx", "args": ["-y", f"@acme/{name}-server"]} for name in names}
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(json.dumps({"mcpServers": servers}, indent=1), "utf-8")


def test_servers_of_one_list_are_one_finding(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("from openai import OpenAI\n\nclient = OpenAI()\n", "utf-8")
    _listed(tmp_path, ".mcp.json", "mail", "files", "boards")
    _listed(tmp_path, "tools/.mcp.json", "notes", "maps")
    found = [finding for finding in scan(tmp_path).findings if finding.threat == "mcp-tool-poisoning"]
    assert sorted(sorted({f"{e.path}:{e.start_line}" for e in finding.evidence}) for finding in found) == [
        [".mcp.json:10", ".mcp.json:17", ".mcp.json:3"],
        ["tools/.mcp.json:10", "tools/.mcp.json:3"],
    ]


def test_tools_of_one_cause_are_one_finding_that_is_named_for_the_first(tmp_path: Path) -> None:
    tools = (
        "import sqlite3\n\nfrom fastmcp import FastMCP\n\nmcp = FastMCP('shop')\ndb = sqlite3.connect('shop.db')\n\n\n"
        "@mcp.tool\ndef orders(customer_id: int) -> list:\n"
        "    return db.execute('SELECT * FROM orders WHERE customer_id = ?', (customer_id,)).fetchall()\n"
    )
    more = (
        "\n\n@mcp.tool\ndef refund(customer_id: int) -> str:\n"
        "    db.execute('UPDATE orders SET paid = 0 WHERE customer_id = ?', (customer_id,))\n    return 'done'\n"
    )
    started = "\n\nmcp.run(transport='http', host='127.0.0.1')\n"
    names: list[list[str]] = []
    for text in (tools, tools + more):
        (tmp_path / "server.py").write_text(text + started, "utf-8")
        names.append([finding.id for finding in scan(tmp_path).findings if finding.threat == "model-chosen-identity"])
    assert names[0] and names[0] == names[1]
