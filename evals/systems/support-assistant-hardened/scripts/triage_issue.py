"""Prints the label that fits an issue best."""

import os

from openai import OpenAI

LABELS = ["bug", "feature", "question", "documentation"]


def suggest(title: str) -> str:
    reply = OpenAI().responses.create(
        model="gpt-4.1-mini",
        input=f"Choose one label of {', '.join(LABELS)} for this issue and reply with the label only: {title}",
        max_output_tokens=16,
    )
    label = reply.output_text.strip().lower()
    return label if label in LABELS else "question"


if __name__ == "__main__":
    print(suggest(os.environ["ISSUE_TITLE"][:200]))
