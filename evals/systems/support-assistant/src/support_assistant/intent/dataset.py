"""Training examples for the intent classifier."""

from datasets import Dataset, concatenate_datasets, load_dataset

from support_assistant.ingest.wiki import fetch_category
from support_assistant.intent.labels import intent_names
from support_assistant.storage.db import session_scope
from support_assistant.storage.repository import FeedbackRepository

PUBLIC_DATASET = "bitext/Bitext-customer-support-llm-chatbot-training-dataset"
PUBLIC_INTENTS = {"track_order": "order_status", "get_refund": "refund", "complaint": "complaint"}
WIKI_INTENTS = {"Shipping": "shipping", "Repairs": "warranty", "Sizes": "product_question"}


def public_examples() -> Dataset:
    rows = load_dataset(PUBLIC_DATASET, split="train").filter(lambda row: row["intent"] in PUBLIC_INTENTS)
    return rows.map(lambda row: {"text": row["instruction"], "intent": PUBLIC_INTENTS[row["intent"]]})


def wiki_examples() -> Dataset:
    rows = []
    for category, intent in WIKI_INTENTS.items():
        for page in fetch_category(category):
            rows.extend({"text": heading, "intent": intent} for heading in page.headings)
    return Dataset.from_list(rows)


def feedback_examples() -> Dataset:
    with session_scope() as db:
        rows = [{"text": item.question, "intent": item.intent} for item in FeedbackRepository(db).all()]
    return Dataset.from_list(rows)


def training_set() -> Dataset:
    names = intent_names()
    parts = [part.select_columns(["text", "intent"]) for part in (public_examples(), wiki_examples(), feedback_examples())]
    rows = concatenate_datasets(parts).filter(lambda row: row["intent"] in names)
    return rows.map(lambda row: {"label": names.index(row["intent"])}).shuffle(seed=11)
