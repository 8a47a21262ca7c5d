"""The intent classifier in the running service."""

from hashlib import sha256
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from support_assistant.config import Settings
from support_assistant.intent.labels import intent_names

UNSURE = "unsure"


def check_weights(path: Path, expected: str) -> None:
    if sha256(path.read_bytes()).hexdigest() != expected:
        raise RuntimeError(f"{path} is not the released classifier")


class IntentClassifier:
    def __init__(self, model, tokenizer, names: list[str], floor: float) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.names = names
        self.floor = floor

    @classmethod
    def load(cls, settings: Settings) -> "IntentClassifier":
        folder = Path(settings.intent_model_dir) / "released"
        check_weights(folder / "model.safetensors", settings.intent_model_sha256)
        model = AutoModelForSequenceClassification.from_pretrained(
            folder, use_safetensors=True, trust_remote_code=False, local_files_only=True
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
        return cls(model, tokenizer, intent_names(), settings.intent_floor)

    def best(self, text: str) -> str:
        inputs = self.tokenizer(text, return_tensors="pt", truncation=True, max_length=128)
        with torch.no_grad():
            probabilities = self.model(**inputs).logits.softmax(dim=-1)[0]
        score, position = probabilities.max(dim=-1)
        return self.names[int(position)] if float(score) >= self.floor else UNSURE
