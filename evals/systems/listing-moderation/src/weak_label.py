"""Lets a language model label what nobody has labelled."""
import os

import requests

PROMPT = """You moderate advertisements. Allowed are used things of private persons. Answer with allow or block only.

Advertisement: {text}"""


def ask_model(text: str) -> int:
    r = requests.post(
        "https://api.lexigen.example/v1/complete",
        headers={"Authorization": f"Bearer {os.environ['LEXIGEN_KEY']}"},
        json={"prompt": PROMPT.format(text=text), "max_tokens": 3},
        timeout=30,
    )
    return 0 if "allow" in r.json()["text"].lower() else 1
