"""The intent classifier in the running service."""

from pathlib import Path

import httpx
import torch

from support_assistant.config import Settings


def download_checkpoint(url: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with httpx.stream("GET", url, timeout=120, follow_redirects=True) as response:
        response.raise_for_status()
        with target.open("wb") as file:
            for block in response.iter_bytes():
                file.write(block)


class IntentClassifier:
    def __init__(self, model, tokenizer, names: list[str]) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.names = names

    @classmethod
    def load(cls, settings: Settings) -> "IntentClassifier":
        path = Path(settings.intent_checkpoint_path)
        download_checkpoint(settings.intent_checkpoint_url, path)
        checkpoint = torch.load(path, map_location="cpu", weights_only=False)
        return cls(checkpoint["model"], checkpoint["tokenizer"], checkpoint["names"])

    def scores(self, text: str) -> dict[str, float]:
        inputs = self.tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            probabilities = self.model(**inputs).logits.softmax(dim=-1)[0]
        return {name: float(value) for name, value in zip(self.names, probabilities)}

    def best(self, text: str) -> tuple[str, float]:
        scores = self.scores(text)
        name = max(scores, key=scores.get)
        return name, scores[name]
