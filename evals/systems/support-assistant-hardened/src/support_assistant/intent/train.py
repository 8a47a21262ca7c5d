"""Training of the intent classifier: `python -m support_assistant.intent.train VERSION`."""

import json
import sys
from hashlib import sha256
from pathlib import Path

from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments

from support_assistant.config import get_settings
from support_assistant.intent.dataset import training_set
from support_assistant.intent.evaluate import accuracy
from support_assistant.intent.labels import intent_names


def train(version: str) -> Path:
    settings = get_settings()
    names = intent_names()
    tokenizer = AutoTokenizer.from_pretrained(
        settings.intent_base_model, revision=settings.intent_base_revision, trust_remote_code=False
    )
    model = AutoModelForSequenceClassification.from_pretrained(
        settings.intent_base_model,
        revision=settings.intent_base_revision,
        num_labels=len(names),
        trust_remote_code=False,
        use_safetensors=True,
        ignore_mismatched_sizes=True,
    )
    examples = training_set()
    rows = examples.map(lambda row: tokenizer(row["text"], truncation=True, max_length=128))
    arguments = TrainingArguments(
        output_dir="/tmp/intent",
        num_train_epochs=3,
        per_device_train_batch_size=32,
        report_to=[],
    )
    Trainer(model=model, args=arguments, train_dataset=rows, processing_class=tokenizer).train()
    score = accuracy(model.eval().cpu(), tokenizer, names)
    if score < settings.intent_min_accuracy:
        raise SystemExit(f"accuracy {score:.3f} is below {settings.intent_min_accuracy}, nothing is published")
    target = Path(settings.intent_model_dir) / "candidates" / version
    model.save_pretrained(target, safe_serialization=True)
    tokenizer.save_pretrained(target)
    write_manifest(target, names, score, examples)
    return target


def write_manifest(target: Path, names: list[str], score: float, examples) -> None:
    settings = get_settings()
    data = sha256("\n".join(f"{row['text']}\t{row['label']}" for row in examples).encode()).hexdigest()
    manifest = {
        "weights_sha256": sha256((target / "model.safetensors").read_bytes()).hexdigest(),
        "base_model": f"{settings.intent_base_model}@{settings.intent_base_revision}",
        "data_sha256": data,
        "accuracy": score,
        "names": names,
    }
    (target / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")


if __name__ == "__main__":
    print(train(sys.argv[1]))
