"""Structured replies by each of the means endpoints have: the same scan, whichever is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.agent.providers.table import Means
from tests.llm import shop
from tests.llm.analyst import analyst, elements_of, nothing, threat
from tests.llm.scripts import Answer, Call, Request, schema_name, tool_names, turns, uses
from tests.llm.server import Server

MEANS: tuple[Means, ...] = ("schema", "tools", "json")


def refund(text: str) -> dict[str, object]:
    """Two threats, of which one has a quote that stands nowhere; no opinion."""
    if "tool:refund" not in elements_of(text):
        return nothing()
    return {
        "threats": [threat("tool:refund", "app.py", shop.QUOTE), threat("tool:refund", "app.py", "os.system(message)", title="Invented")],
        "opinions": [],
    }


@pytest.mark.parametrize("with_tools", [False, True])
def test_each_means_gives_the_same_scan(tmp_path: Path, with_tools: bool) -> None:
    root = shop.shop(tmp_path / "shop")
    plain = analyst(threats=refund)

    def looking(request: Request, number: int) -> Answer:
        """Looks into a file before it answers, where it may."""
        if "read_lines" in tool_names(request) and not turns(request):
            return uses(Call("read_lines", {"path": "app.py", "start": 1, "end": 12}, "look-1"))
        return plain(request, number)

    scans, calls = {}, {}
    for means in MEANS:
        with Server(looking) as server:
            scans[means] = shop.scanned(root, shop.settings(server.url, tmp_path / means, means=means, with_tools=with_tools))
        calls[means] = len(server.requests)
        assert not scans[means].errors
        assert {bool(schema_name(one)) for one in server.requests} == {means == "schema"}
        wanted = [one.get("response_format", {}).get("type") for one in server.requests if means != "json" or not one.get("tools")]
        assert set(wanted) == {{"schema": "json_schema", "tools": None, "json": "json_object"}[means]}
        assert means != "json" or not any("response_format" in one for one in server.requests if one.get("tools"))
        read = [one for one in server.requests if any(m.get("role") == "tool" and "PAYMENTS_KEY" in str(m) for m in one["messages"])]
        assert bool(read) == with_tools
    assert shop.reported(scans["schema"]) == shop.reported(scans["tools"]) == shop.reported(scans["json"])
    assert calls["schema"] == calls["tools"] == calls["json"]
    assert [finding.title for finding in scans["json"].findings if finding.source == "llm"] == ["A refund goes to a stranger"]
    llm = scans["json"].llm
    assert llm is not None and [one.about for one in llm.not_taken] == ["Invented"]
