"""Budgets of a whole scan: hard with many calls at once, no error where they end, and the rest is paid for when there is more."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.agent.spending import price_named
from pipeline.findings.model import Scan
from pipeline.interfaces.cli import run
from pipeline.interfaces.cli.gate import exit_code
from tests.llm import shop
from tests.llm.analyst import analyst, elements_of, nothing, threat
from tests.llm.scripts import Answer, Reply, Request
from tests.llm.server import Server

PARTS = 16
OUT = 500  # tokens that each reply is said to have


def refund(text: str) -> dict[str, object]:
    if "tool:refund" not in elements_of(text):
        return nothing()
    return {"threats": [threat("tool:refund", "app.py", shop.QUOTE)], "opinions": []}


RIGHT = analyst(threats=refund)


def tokens_of(request: Request) -> int:
    return len(json.dumps(request)) // 5


def counted(request: Request, number: int) -> Answer:
    """The right reply, with a usage that a test can add up."""
    right = RIGHT(request, number)
    assert isinstance(right, Reply)
    taken = tokens_of(request)
    return replace(right, usage={"prompt_tokens": taken, "completion_tokens": OUT, "total_tokens": taken + OUT})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with documents, so that there is more to ask than a small budget allows."""
    root = shop.shop(tmp_path_factory.mktemp("scanned") / "shop")
    for number in range(PARTS):
        text = f"The clerk of part {number} pays what is asked, and is told so.\n" * 158
        (root / "docs" / f"part{number:02}.md").write_text(f"# Part {number}\n\n{text}")
    return root


@pytest.fixture(scope="module")
def whole(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:  # Any: JSON
    """What is reported where no budget ends."""
    with Server(counted) as server:
        settings = shop.settings(server.url, tmp_path_factory.mktemp("whole"), price=price_named("2/10"))
        return shop.reported(shop.scanned(root, settings))


@pytest.mark.parametrize("budget", ["40k", "0.08 USD", "5 calls", "60k, 4 calls"])
def test_a_budget_is_hard_with_many_calls_at_once_and_the_rest_is_paid_for_later(
    budget: str, root: Path, offline: Scan, whole: dict[str, Any], tmp_path: Path
) -> None:
    price = price_named("2/10")
    with Server(counted, seconds=0.05) as server:
        small = shop.scanned(root, shop.settings(server.url, tmp_path, budget=(budget,), at_once=16, price=price))
        asked = list(server.requests)
        assert small.llm is not None and small.llm.calls == len(asked)
        taken, given = sum(map(tokens_of, asked)), OUT * len(asked)
        assert (small.llm.input_tokens, small.llm.output_tokens) == (taken, given)
        assert small.llm.cost == pytest.approx((2 * taken + 10 * given) / 1_000_000)
        for limit in budget.split(", "):
            match limit.split():
                case [tokens]:
                    assert taken + given <= int(tokens.removesuffix("k")) * 1_000
                case [money, "USD"]:
                    assert Decimal(str(small.llm.cost)) <= Decimal(money)
                case [calls, "calls"]:
                    assert len(asked) <= int(calls)
        assert small.llm.unreached and all("the budget ended: the budget of" in one.reason for one in small.llm.unreached)
        assert not small.errors and exit_code(small, "never") == 0
        assert {finding.id for finding in offline.findings} <= {finding.id for finding in small.findings}
        large = shop.scanned(root, shop.settings(server.url, tmp_path, at_once=16, price=price))
        assert not server.asked_again and large.llm is not None and not large.llm.unreached
        assert large.llm.calls == len(server.requests) - len(asked) and large.llm.cache_hits >= len(asked) - 1
    assert shop.reported(large) == whole


def test_a_small_budget_ends_what_it_begins_and_keeps_room_for_the_first_page(root: Path, tmp_path: Path) -> None:
    with Server(counted, seconds=0.05) as server:
        scan = shop.scanned(root, shop.settings(server.url, tmp_path, budget=("8 calls",), at_once=2))
    assert len(server.requests) == 8 and scan.llm is not None and scan.llm.summary is not None
    assert not any(one.told.startswith(("summary", "check")) for one in scan.llm.unreached)
    assert [finding.doubt for finding in scan.findings if finding.source == "llm"] == [""]


def test_what_is_not_reached_is_in_the_matrix(root: Path, tmp_path: Path) -> None:
    with Server(counted) as server:
        scan = shop.scanned(root, shop.settings(server.url, tmp_path, budget=("1 calls",), at_once=16))
    cells = [cell for cell in scan.coverage if cell.element.startswith("secret:") and cell.state == "not_examined"]
    assert cells and all("did not reach it: the budget ended: the budget of calls" in cell.reason for cell in cells)
    assert scan.llm is not None and any(one.told.startswith("tool:refund: the budget ended") for one in scan.llm.unreached)
    assert any(one.told.startswith("analyse docs/part") for one in scan.llm.unreached)  # what has no cell is not passed over in silence
    assert any(one.told.startswith("summary: ") for one in scan.llm.unreached)


def test_a_budget_of_time_ends_calls_in_flight_and_is_no_error(root: Path, offline: Scan, tmp_path: Path) -> None:
    began = time.monotonic()
    with Server(counted, seconds=1.2) as server:
        scan = shop.scanned(root, shop.settings(server.url, tmp_path, budget=("2s",), at_once=2))
    assert time.monotonic() - began < 20 and 1 <= len(server.requests) <= 4
    assert not scan.errors and scan.llm is not None and any("the budget of time" in one.reason for one in scan.llm.unreached)
    assert {finding.id for finding in offline.findings} <= {finding.id for finding in scan.findings}


def test_whoever_scans_is_told_at_the_end_that_the_budget_ended(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"XDG_CACHE_HOME": tmp_path / "cache", "XDG_DATA_HOME": tmp_path / "data", "THREATLOOM_API_KEY": shop.KEY}.items():
        monkeypatch.setenv(name, str(value))
    with Server(counted) as server:
        command = ["scan", str(root), "--llm", "tested", "--base-url", server.url, "--format", f"json={tmp_path / 'out.json'}"]
        assert run([*command, "--budget", "3 calls"]) == 0
        said = capsys.readouterr().err
        assert "the budget ended before the model was asked about" in said.splitlines()[-1] and "--budget" in said
        assert run([*command, "--budget", "100 calls"]) == 0
        assert "the budget ended" not in capsys.readouterr().err and not server.asked_again
