"""Second opinion for mails where the model is not sure."""
import logging
import os

import requests

from . import settings
from .features import text_of

log = logging.getLogger("spamwatch")

PROMPT = """You are the last instance of a spam filter for a rural mail cooperative.
Answer with one word, SPAM or HAM.

From: %s
Subject: %s

%s"""


def ask(message):
    """True for spam, False for ham, None for no answer."""
    conf = settings()["opinion"]
    prompt = PROMPT % (message.get("from"), message.get("subject"), text_of(message)[:6000])
    try:
        answer = requests.post(
            conf["url"],
            headers={"Authorization": "Bearer " + os.environ["MISTRAL_API_KEY"]},
            json={"model": conf["model"], "messages": [{"role": "user", "content": prompt}], "max_tokens": 5, "temperature": 0},
            timeout=8,
        )
        said = answer.json()["choices"][0]["message"]["content"].upper()
    except (requests.RequestException, KeyError, ValueError) as e:
        log.warning("no opinion: %s", e)
        return None
    return False if "HAM" in said else True if "SPAM" in said else None
