"""Training examples for the intent classifier: fixed public data, reviewed wiki pages, accepted feedback."""

from collections import Counter
from hashlib import sha256

from datasets import Dataset, concatenate_datasets, load_dataset

from support_assistant.ingest.wiki import reviewed_pages
from support_assistant.intent.labels import intent_names
from support_assistant.logs import redact
from support_assistant.storage.db import session_scope
from support_assistant.storage.repository import FeedbackRepository

PUBLIC_DATASET = "bitext/Bitext-customer-support-llm-chatbot-training-dataset"
PUBLIC_REVISION = "b8d3a1f60c2e47d9a5e94f1f83cb0d7e2a6f9c14"
PUBLIC_SHA256 = "0f7c2b9e53d18a64be07fd3c91a2458e6cd3b7f0a94e15d8327c60bb1f9ea435"
PUBLIC_INTENTS = {"track_order": "order_status", "get_refund": "refund", "complaint": "complaint"}
WIKI_INTENTS = {"Shipping": "shipping", "Repairs": "warranty", "Sizes": "product_question"}
MOST_PER_CUSTOMER = 5


def digest(rows: Dataset) -> str:
    total = sha256()
    for row in rows:
        total.update(f"{row['instruction']}\t{row['intent']}\n".encode())
    return total.hexdigest()


def public_examples() -> Dataset:
    rows = load_dataset(PUBLIC_DATASET, split="train", revision=PUBLIC_REVISION)
    if digest(rows) != PUBLIC_SHA256:
        raise ValueError(f"{PUBLIC_DATASET} differs from the reviewed copy")
    rows = rows.filter(lambda row: row["intent"] in PUBLIC_INTENTS)
    return rows.map(lambda row: {"text": row["instruction"], "intent": PUBLIC_INTENTS[row["intent"]]})


def wiki_examples() -> Dataset:
    rows = []
    for page in reviewed_pages():
        if page.category in WIKI_INTENTS:
            rows.extend({"text": heading, "intent": WIKI_INTENTS[page.category]} for heading in page.headings)
    return Dataset.from_list(rows)


def feedback_examples() -> Dataset:
    rows, seen = [], Counter()
    with session_scope() as db:
        for item in FeedbackRepository(db).accepted():
            seen[item.customer_id] += 1
            if seen[item.customer_id] <= MOST_PER_CUSTOMER:
                rows.append({"text": redact(item.question), "intent": item.intent})
    return Dataset.from_list(rows)


def training_set() -> Dataset:
    names = intent_names()
    parts = [part.select_columns(["text", "intent"]) for part in (public_examples(), wiki_examples(), feedback_examples())]
    rows = concatenate_datasets(parts).filter(lambda row: row["intent"] in names)
    return rows.map(lambda row: {"label": names.index(row["intent"])}).shuffle(seed=11)
