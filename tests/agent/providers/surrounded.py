"""Run as a program of its own, in an environment full of traps: every provider is asked through an agent, at the address of its argument."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from langchain_core.tracers.langchain import wait_for_all_tracers

from pipeline.agent.providers import connect, endpoint_named
from pipeline.agent.providers.connecting import plain_client
from tests.agent.providers.asking import prose, verdict
from tests.agent.providers.speakers import SPEAKERS


def main(address: str, names: list[str]) -> None:
    for name in names:
        speaker = SPEAKERS[name]
        endpoint = endpoint_named(speaker.model, address + speaker.address, speaker.environment)
        endpoint = replace(endpoint, api=speaker.api) if speaker.api else endpoint
        assert prose(endpoint).text == "fine"
        found, _ = verdict(endpoint, with_tools=True)
        assert found.word == "fine"
        print(name)


def traced(address: str, names: list[str]) -> None:
    """The same without the protection, and all that is traced sent off: it shows that the traps work."""

    async def ask() -> None:
        for name in names:
            speaker = SPEAKERS[name]
            endpoint = endpoint_named(speaker.model, address + speaker.address, speaker.environment)
            async with plain_client(endpoint, 10) as client:
                await connect(endpoint, http_client=client, seconds=10, max_output_tokens=9).ainvoke("Say something.")

    asyncio.run(ask())
    wait_for_all_tracers()


if __name__ == "__main__":
    _, how, *rest = sys.argv
    {"apart": main, "traced": traced}[how](rest[0], rest[1:])
