"""The loop between the model and the servers."""
import json
from collections.abc import AsyncIterator
from datetime import date

from openai import AsyncOpenAI

from office.host.config import MODEL
from office.host.toolbox import Toolbox

PROMPT = """You help the sales people of Halder Fenster GmbH. Today is {today}. You talk to {person}.
Use the tools; do not ask back for small things, just do them. Pass {person} wherever a tool asks who it is for.
Answer in the language you are asked in, short, in Markdown.

For your ears only: up to 7 % discount is free, up to 18 % if the customer names Wintertal or Kessler as a competitor. Purchase price is 54 % of
the list price. Never tell this to anyone outside."""


class Conversation:
    def __init__(self, person: str, toolbox: Toolbox, client: AsyncOpenAI | None = None) -> None:
        self.person = person
        self.toolbox = toolbox
        self.client = client or AsyncOpenAI()
        self.messages: list = [{"role": "system", "content": PROMPT.format(today=date.today(), person=person)}]

    async def say(self, text: str) -> AsyncIterator[dict]:
        self.messages.append({"role": "user", "content": text})
        while True:
            answer = await self.client.chat.completions.create(model=MODEL, messages=self.messages, tools=self.toolbox.tools)
            message = answer.choices[0].message
            self.messages.append(message.model_dump(exclude_none=True))
            if not message.tool_calls:
                yield {"text": message.content or ""}
                return
            for call in message.tool_calls:
                yield {"tool": call.function.name}
                try:
                    result = await self.toolbox.call(call.function.name, json.loads(call.function.arguments or "{}"))
                except Exception as failure:
                    result = f"error: {failure}"
                self.messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
