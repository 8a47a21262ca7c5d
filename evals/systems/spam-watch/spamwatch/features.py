"""From a mail to a row of numbers."""
import email
import email.policy
import re
from html.parser import HTMLParser

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import HashingVectorizer

WORDS = HashingVectorizer(n_features=2**19, alternate_sign=False, lowercase=True, ngram_range=(1, 2))
CHARS = HashingVectorizer(n_features=2**19, alternate_sign=False, analyzer="char_wb", ngram_range=(4, 4))

LINK = re.compile(r"https?://([^/\s\"'>]+)")
MONEY = re.compile(r"(€|\$|£|EUR|USD|BTC)\s?\d")
SHOUT = re.compile(r"(([A-Z]+\W*)+!)+")


class Strip(HTMLParser):
    def __init__(self):
        super().__init__()
        self.out = []

    def handle_data(self, data):
        self.out.append(data)


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def text_of(message):
    """Subject and all text parts. HTML loses its tags."""
    parts = [str(message.get("subject", ""))]
    for part in message.walk():
        if part.get_content_maintype() != "text":
            continue
        try:
            content = part.get_content()
        except (LookupError, ValueError):
            content = part.get_payload(decode=True).decode("latin-1")
        if part.get_content_subtype() == "html":
            strip = Strip()
            strip.feed(content)
            content = " ".join(strip.out)
        parts.append(content)
    return "\n".join(parts)


def numbers_of(message, text):
    links = LINK.findall(text)
    return [
        min(len(links), 50) / 50.0,
        min(len(set(links)), 20) / 20.0,
        1.0 if MONEY.search(text) else 0.0,
        1.0 if SHOUT.search(text) else 0.0,
        1.0 if message.get("reply-to") and message.get("reply-to") != message.get("from") else 0.0,
        1.0 if message.get("list-unsubscribe") else 0.0,
    ]


def rows(messages):
    texts = [text_of(m) for m in messages]
    hand = np.array([numbers_of(m, t) for m, t in zip(messages, texts)])
    return hstack([WORDS.transform(texts), CHARS.transform(texts), csr_matrix(hand)]).tocsr()


def heavy_words(message, coef, count=5):
    """Words of a mail that weigh most for spam."""
    seen = sorted(set(re.findall(r"\w{3,}", text_of(message).lower())))
    if not seen:
        return []
    weights = WORDS.transform(seen) @ coef[: 2**19]
    return [seen[i] for i in np.argsort(weights)[::-1][:count]]
