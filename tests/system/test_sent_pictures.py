"""The picture that the sender of a message attached is the sender's own; one whose address a text names is anybody's."""

from __future__ import annotations

import pytest

from tests.system.small import system_of

_TELEGRAM = """
import requests
from openai import OpenAI
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def look(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    page = requests.get(ADDRESS).text
    asked = OpenAI().responses.create(model="gpt-5", input=f"What is it? {page}")
    await update.message.reply_text(asked.output_text)


app = Application.builder().token("t").build()
app.add_handler(MessageHandler(filters.PHOTO, look))
"""


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("(await context.bot.get_file(update.message.photo[-1].file_id)).file_path", False),
        ("update.message.text", True),
        ('"https://news.example.com/today"', True),
    ],
)
def test_a_picture_of_the_message_is_no_page(address: str, found: bool) -> None:
    flows = system_of(_TELEGRAM.replace("ADDRESS", address)).flows
    assert any("web_content" in flow.carries and flow.role == "prompt" for flow in flows) is found
