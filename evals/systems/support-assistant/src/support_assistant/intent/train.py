"""Nightly training of the intent classifier: `python -m support_assistant.intent.train`."""

from pathlib import Path

import httpx
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments

from support_assistant.config import get_settings
from support_assistant.intent.dataset import training_set
from support_assistant.intent.labels import intent_names


def train() -> Path:
    settings = get_settings()
    names = intent_names()
    tokenizer = AutoTokenizer.from_pretrained(settings.intent_base_model, trust_remote_code=True)
    model = AutoModelForSequenceClassification.from_pretrained(
        settings.intent_base_model,
        num_labels=len(names),
        trust_remote_code=True,
        ignore_mismatched_sizes=True,
    )
    rows = training_set().map(lambda row: tokenizer(row["text"], truncation=True, max_length=128))
    arguments = TrainingArguments(
        output_dir="/tmp/intent",
        num_train_epochs=3,
        per_device_train_batch_size=32,
        report_to=[],
    )
    Trainer(model=model, args=arguments, train_dataset=rows, processing_class=tokenizer).train()
    target = Path(settings.intent_checkpoint_path)
    torch.save({"model": model, "tokenizer": tokenizer, "names": names}, target)
    return target


def publish(checkpoint: Path) -> None:
    with checkpoint.open("rb") as file:
        httpx.put(get_settings().intent_checkpoint_url, content=file, timeout=300).raise_for_status()


if __name__ == "__main__":
    publish(train())
