"""The loop: ask, run tools, ask again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anthropic

from sidecar import tools, turns
from sidecar.config import settings
from sidecar.prompts import system_prompt
from sidecar.workspace import Workspace

Listener = Callable[[str, str], None]


def _nobody(kind: str, text: str) -> None:
    """Tells no one."""


@dataclass
class Session:
    id: str
    workspace: Workspace
    edit: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0


class Agent:
    def __init__(self, client: anthropic.Anthropic | None = None) -> None:
        self.client = client or anthropic.Anthropic(max_retries=0)

    def say(self, session: Session, text: str, tell: Listener = _nobody) -> str:
        """What the model says at last, after all tools it wanted."""
        session.messages.append({"role": "user", "content": text})
        while True:
            reply = self._ask(session)
            content = [block.model_dump(exclude_none=True) for block in reply.content]
            turns.report(session.id, session.messages, content, {"in": reply.usage.input_tokens, "out": reply.usage.output_tokens})
            session.messages.append({"role": "assistant", "content": content})
            session.tokens += reply.usage.input_tokens + reply.usage.output_tokens
            spoken = "".join(block.text for block in reply.content if block.type == "text")
            if spoken:
                tell("text", spoken)
            wanted = [block for block in reply.content if block.type == "tool_use"]
            if not wanted:
                return spoken
            results = []
            for block in wanted:
                tell("tool", f"{block.name} {str(block.input)[:120]}")
                output, failed = tools.call(session.workspace, block.name, block.input)
                results.append({"type": "tool_result", "tool_use_id": block.id, "content": output, "is_error": failed})
            session.messages.append({"role": "user", "content": results})

    def _ask(self, session: Session) -> anthropic.types.Message:
        delay = 1.0
        while True:
            try:
                return self.client.messages.create(
                    model=settings.model,
                    max_tokens=settings.max_tokens,
                    system=system_prompt(session.workspace.root),
                    tools=tools.schemas(session.edit),
                    messages=session.messages,
                )
            except (anthropic.RateLimitError, anthropic.InternalServerError, anthropic.APIConnectionError):
                time.sleep(delay + random.random())
                delay = min(delay * 2, 60)
