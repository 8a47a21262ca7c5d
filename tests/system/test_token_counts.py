"""What a model's answer says of its tokens is numbers, and not the model's text."""

from __future__ import annotations

import pytest

from tests.system.small import flows, system_of

PYTHON = "import openai\n\nclient = openai.OpenAI()\nreply = client.chat.completions.create(model='gpt-5', messages=[])\neval(f'x{READ}')\n"
SCRIPT = "import OpenAI from 'openai';\nconst client = new OpenAI();\nexport async function f() {\n  const reply = await client.chat.completions.create({ model: 'gpt-5', messages: [] });\n  eval(`x${READ}`);\n}\n"  # fmt: skip
SDK = "import { generateText } from 'ai';\nexport async function f() {\n  const reply = await generateText({ model: 'openai/gpt-5', prompt: 'a' });\n  eval(`x${READ}`);\n}\n"  # fmt: skip
GO_ON = "import { generateText } from 'ai';\nclass Tracker {\n  private used: any[] = [];\n  add(usage: any) { this.used.push(usage); }\n  all() { return JSON.stringify(this.used); }\n}\nexport async function f() {\n  const tracker = new Tracker();\n  const reply = await generateText({ model: 'openai/gpt-5', prompt: 'a' });\n  tracker.add(READ);\n  eval(tracker.all());\n}\n"  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "counts", "words"),
    [
        ("app.py", PYTHON, "{reply.usage}", "{reply.choices[0].message.content}"),
        ("app.py", PYTHON, "{reply.usage.completion_tokens}", "{reply.choices[0].message}"),
        ("app.py", PYTHON, "{reply['usage']['total_tokens']}", "{reply['choices'][0]}"),
        ("a.ts", SCRIPT, "{reply.usage?.total_tokens}", "{reply.choices[0].message.content}"),
        ("a.ts", SCRIPT, "{JSON.stringify(reply.usage)}", "{JSON.stringify(reply)}"),
        ("a.ts", SDK, "{reply.usage.totalTokens}", "{reply.text}"),
        ("a.ts", GO_ON, "reply.usage", "reply.text"),
        ("a.ts", GO_ON, "{ tool: 'x', usage: reply.usage }", "{ tool: 'x', usage: reply.text }"),
    ],
)
def test_counts_of_tokens_are_no_words_of_the_model(name: str, text: str, counts: str, words: str) -> None:
    def runs(read: str) -> bool:
        return bool(flows(system_of({name: text.replace("{READ}", read).replace("READ", read)}), "code", "model_reply"))

    assert not runs(counts)
    assert runs(words)
