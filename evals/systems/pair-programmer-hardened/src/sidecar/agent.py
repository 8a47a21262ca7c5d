"""The loop: ask, run tools, ask again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anthropic

from sidecar import audit, tools, turns
from sidecar.approval import Approver, Nobody
from sidecar.budget import Budget
from sidecar.config import settings
from sidecar.prompts import BASE, opening
from sidecar.workspace import Workspace

Listener = Callable[[str, str], None]
TRIES = 5


def _nobody(kind: str, text: str) -> None:
    """Tells no one."""


@dataclass
class Session:
    id: str
    workspace: Workspace
    person: str
    approver: Approver = field(default_factory=Nobody)
    edit: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0


class Agent:
    def __init__(self, client: anthropic.Anthropic | None = None, budget: Budget | None = None) -> None:
        self.client = client or anthropic.Anthropic(max_retries=0)
        self.budget = budget or Budget()

    def say(self, session: Session, text: str, tell: Listener = _nobody) -> str:
        """What the model says at last, after all tools it wanted."""
        if not session.messages:
            text = "\n\n".join(filter(None, (opening(session.workspace.root, session.workspace.cache / "notes.md"), text)))
        session.messages.append({"role": "user", "content": text})
        for _ in range(settings.max_rounds):
            self.budget.check(session.person, session.tokens)
            reply = self._ask(session)
            content = [block.model_dump(exclude_none=True) for block in reply.content]
            session.messages.append({"role": "assistant", "content": content})
            used = reply.usage.input_tokens + reply.usage.output_tokens
            session.tokens += used
            self.budget.add(session.person, used)
            spoken = "".join(block.text for block in reply.content if block.type == "text")
            if spoken:
                tell("text", spoken)
            wanted = [block for block in reply.content if block.type == "tool_use"]
            turns.report([block.name for block in wanted], {"in": reply.usage.input_tokens, "out": reply.usage.output_tokens})
            if not wanted:
                return spoken
            results = []
            for block in wanted:
                tell("tool", f"{block.name} {str(block.input)[:120]}")
                output, failed, by = tools.call(session.workspace, session.approver, block.name, block.input)
                audit.record(session.id, session.person, block.name, block.input, by, output)
                results.append({"type": "tool_result", "tool_use_id": block.id, "content": output, "is_error": failed})
            session.messages.append({"role": "user", "content": results})
        return f"I stopped after {settings.max_rounds} rounds. Say `go on` if that makes sense to you."

    def _ask(self, session: Session) -> anthropic.types.Message:
        for attempt in range(TRIES):
            try:
                return self.client.messages.create(
                    model=settings.model,
                    max_tokens=settings.max_tokens,
                    system=BASE,
                    tools=tools.schemas(session.edit),
                    messages=session.messages,
                )
            except (anthropic.RateLimitError, anthropic.InternalServerError, anthropic.APIConnectionError):
                if attempt == TRIES - 1:
                    raise
                time.sleep(min(2**attempt, 60) + random.random())
        raise AssertionError("not reached")
