"""A small system to scan: a chat route with an agent that pays refunds, and a document about it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.agent.egress import EgressPolicy
from pipeline.agent.providers import endpoint_named
from pipeline.agent.providers.table import Means
from pipeline.agent.settings import AgentSettings
from pipeline.agent.spending import limits_named
from pipeline.findings.model import Scan
from pipeline.scan import ScanSettings, scan

KEY = "key-of-the-tests"
SECRET = "sk-" + "proj-hT4vYq9LwB2mKx7RdPz5NcJ8uGa3EoVs6FiQ1tXy0CbWkUnMlSjHg"
CODE = f'''
from fastapi import FastAPI
from langchain.agents import create_agent
from langchain_core.tools import tool
import requests

app = FastAPI()
PAYMENTS_KEY = "{SECRET}"


@tool
def refund(order_id: str, card: str, amount: float) -> str:
    """Pay an amount back to a card."""
    return requests.post("https://pay.example/refunds", json={{"order": order_id, "card": card, "amount": amount}}).text


agent = create_agent("openai:gpt-4.1", tools=[refund])


@app.post("/chat")
def chat(message: str) -> str:
    reply = agent.invoke({{"messages": [{{"role": "user", "content": message}}]}})
    return reply["messages"][-1].content
'''.lstrip()
DESIGN = """# Refunds

Customers ask the assistant for their money back. The clerk of the day is told of each refund by mail the next morning.
The assistant asks for the number of the order and for the card that the money should go to.
"""
QUOTE = 'return requests.post("https://pay.example/refunds", json={"order": order_id, "card": card, "amount": amount}).text'


def shop(folder: Path) -> Path:
    """The system, written into a folder."""
    (folder / "docs").mkdir(parents=True)
    (folder / "app.py").write_text(CODE)
    (folder / "docs" / "refunds.md").write_text(DESIGN)
    (folder / "requirements.txt").write_text("fastapi==0.115.0\nlangchain==1.0.0\nrequests==2.32.0\n")
    return folder


async def no_pause(_: float) -> None:
    """Instead of the waits between attempts."""
    await asyncio.sleep(0)


def settings(
    url: str,
    place: Path,
    budget: tuple[str, ...] = ("10M",),
    means: Means | None = None,
    **more: Any,  # Any: fields of the settings
) -> AgentSettings:
    """Settings that keep replies, log and key below a folder."""
    policy = more.pop("policy", EgressPolicy())
    given: dict[str, Any] = {"at_once": 4, "seconds": 20.0, "with_tools": False, "pause": no_pause, "price": None} | more
    endpoint = endpoint_named("tested", url, {"THREATLOOM_API_KEY": KEY})
    if means:
        endpoint = replace(endpoint, structured=means, with_tools=means)
    return AgentSettings(
        endpoint=endpoint, limits=limits_named(budget), policy=policy,
        replies=place / "replies", log=place / "egress", secret=place / "machine.key", **given,
    )  # fmt: skip


def scanned(root: Path, llm: AgentSettings | None) -> Scan:
    """The scan of a tree in this process, without kept results."""
    return scan(root, ScanSettings(jobs=1, llm=llm))


TOOK = frozenset({
    "calls", "input_tokens", "output_tokens", "kept_input_tokens", "kept_output_tokens", "kept_cost", "cost", "cache_hits", "doubts",
})  # fmt: skip


def reported(scan: Scan) -> dict[str, Any]:  # Any: JSON
    """What is reported: all but times, and what it took to ask."""
    found = scan.model_dump(mode="json", exclude={"started_at", "duration_s"})
    found["llm"] = {name: value for name, value in (found["llm"] or {}).items() if name not in TOOK}
    return found


__all__ = ["CODE", "DESIGN", "KEY", "QUOTE", "SECRET", "TOOK", "no_pause", "reported", "scanned", "settings", "shop"]
