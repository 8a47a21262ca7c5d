"""Keys that bundlers write into the page, and keys that stay on the server or come from the visitor."""

from __future__ import annotations

import pytest

from tests.system.small import elements, system_of

ASK = "\nexport const ask = (text: string) => client.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content: text }] });\n"
OPENAI = "import OpenAI from 'openai';\n"


def open_to_all(path: str, text: str) -> bool:
    return any(model.attributes.get("key_in_browser") is True for model in elements(system_of({path: text}), "hosted_llm"))


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("src/api/client.ts", "import.meta.env.VITE_OPENAI_API_KEY"),
        ("src/ask.ts", "process.env.REACT_APP_OPENAI_KEY"),
        ("src/ask.ts", "process.env.EXPO_PUBLIC_OPENAI_TOKEN || ''"),
        ("lib/ask.ts", "process.env.NEXT_PUBLIC_OPENAI_API_KEY as string"),
        ("lib/ask.ts", "process.env['NEXT_PUBLIC_OPENAI_API_KEY']"),
    ],
)
def test_a_key_with_a_public_prefix_is_in_the_page(path: str, key: str) -> None:
    assert open_to_all(path, f"{OPENAI}const client = new OpenAI({{ apiKey: {key} }});{ASK}")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("src/ask.ts", "process.env.OPENAI_API_KEY"),
        ("src/ask.ts", "localStorage.getItem('key')"),
        ("app/api/ask/route.ts", "process.env.NEXT_PUBLIC_OPENAI_API_KEY"),
        ("pages/api/ask.ts", "process.env.NEXT_PUBLIC_OPENAI_API_KEY"),
        ("server/ask.ts", "process.env.NUXT_PUBLIC_OPENAI_KEY"),
    ],
)
def test_a_key_of_the_server_or_of_the_visitor_is_not(path: str, key: str) -> None:
    assert not open_to_all(path, f"{OPENAI}const client = new OpenAI({{ apiKey: {key} }});{ASK}")


def test_a_public_address_beside_a_secret_key_is_no_key() -> None:
    made = "const client = new OpenAI({ apiKey: process.env.KEY, baseURL: process.env.NEXT_PUBLIC_BASE_URL });"
    assert not open_to_all("lib/ask.ts", f"{OPENAI}{made}{ASK}")


def test_a_file_that_says_it_runs_on_the_server_is_believed() -> None:
    assert not open_to_all(
        "lib/ask.ts", f"'use server';\n{OPENAI}const client = new OpenAI({{ apiKey: process.env.NEXT_PUBLIC_KEY }});{ASK}"
    )


def test_another_public_key_in_the_same_table_is_not_that_of_the_model() -> None:
    files = {
        "env.ts": "export const env = { OPENAI_API_KEY: process.env.OPENAI_API_KEY, PUSHER: process.env.NEXT_PUBLIC_PUSHER_APP_KEY };\n",
        "lib/ask.ts": f"import {{ env }} from '../env';\n{OPENAI}const client = new OpenAI({{ apiKey: env.OPENAI_API_KEY }});{ASK}",
    }
    assert not any(model.attributes.get("key_in_browser") is True for model in elements(system_of(files), "hosted_llm"))


def test_the_key_of_a_plain_request_is_seen_in_its_headers() -> None:
    text = (
        "export async function ask(text: string) {\n"
        "  const reply = await fetch('https://api.openai.com/v1/chat/completions', { method: 'POST',\n"
        "    headers: { Authorization: `Bearer ${import.meta.env.VITE_OPENAI_API_KEY}`, 'Content-Type': 'application/json' },\n"
        "    body: JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: text }] }) });\n"
        "  return (await reply.json()).choices[0].message.content;\n}\n"
    )
    assert open_to_all("src/ask.ts", text)
