"""Why a reply ended is known wherever a library says it, at once and from disk; and a talk that goes on is found again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from pipeline.agent.endings import ending_of
from pipeline.agent.metering import ASKED, Asked, Meter
from pipeline.agent.spending import Ledger, ReplyStore, limits_named

Said = Mapping[str, Any]  # what a library keeps of an answer


class Telling(BaseChatModel):
    """A model whose reply breaks off, told in one of the three places that libraries use."""

    result: dict[str, Any] = {}  # noqa: RUF012  # a field of pydantic
    information: dict[str, Any] = {}  # noqa: RUF012
    metadata: dict[str, Any] = {}  # noqa: RUF012
    asked: int = 0

    @property
    def _llm_type(self) -> str:
        return "telling"

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        self.asked += 1
        message = AIMessage("The system is", response_metadata=self.metadata)
        return ChatResult(generations=[ChatGeneration(message=message, generation_info=self.information)], llm_output=self.result)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (Telling(information={"finish_reason": "length"}), "truncated"),  # OpenAI's chat completions, Mistral
        (Telling(information={"finish_reason": "content_filter"}), "filtered"),
        (Telling(information={"finish_reason": "MAX_TOKENS"}), "truncated"),  # Google
        (Telling(information={"done_reason": "length"}), "truncated"),  # Ollama
        (Telling(result={"stop_reason": "max_tokens"}), "truncated"),  # Anthropic
        (Telling(metadata={"stopReason": "guardrail_intervened"}), "filtered"),  # Bedrock
        (Telling(metadata={"object": "response", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}), "truncated"),
        (Telling(information={"finish_reason": "stop"}, result={"stop_reason": "end_turn"}), None),
    ],
)  # fmt: skip
def test_why_a_reply_ended_is_known_at_once_and_from_disk(model: Telling, kind: str | None, tmp_path: Path) -> None:
    async def told() -> list[Any]:
        meter = Meter(
            identity="telling", ledger=Ledger(limits_named(["1M"]), None, lambda: 0.0), replies=ReplyStore(tmp_path), hide=str,
            at_once=asyncio.Semaphore(1), seconds=10, most_output=100,
        )  # fmt: skip
        ASKED.set(Asked("test", "test@1"))
        made = [await meter.answered(model, [HumanMessage("What is it?")], {}) for _ in range(2)]
        return [ending_of(result.generations[0].message) for result in made]

    model.asked = 0
    endings = asyncio.run(told())
    assert [ending.kind if ending else None for ending in endings] == [kind, kind]
    assert model.asked == 1


def test_a_talk_that_goes_on_is_found_again_whatever_ids_langchain_made_up(tmp_path: Path) -> None:
    model = Telling(information={"finish_reason": "stop"})

    async def told(made_up: str, given: str) -> None:
        meter = Meter(
            identity="telling", ledger=Ledger(limits_named(["1M"]), None, lambda: 0.0), replies=ReplyStore(tmp_path), hide=str,
            at_once=asyncio.Semaphore(1), seconds=10, most_output=100,
        )  # fmt: skip
        ASKED.set(Asked("test", "test@1"))
        talk = [HumanMessage("What is it?"), AIMessage("A", id=made_up), AIMessage("B", id=given), HumanMessage("Sure?")]
        await meter.answered(model, talk, {})

    for made_up in ("lc_run--1-0", "lc_run--2-0"):
        asyncio.run(told(made_up, "msg_1"))
    assert model.asked == 1
    asyncio.run(told("lc_run--1-0", "msg_2"))
    assert model.asked == 2
