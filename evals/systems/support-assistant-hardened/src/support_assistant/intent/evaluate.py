"""The gate a new classifier has to pass: accuracy on a fixed, hand-labelled set kept in the repository."""

import csv
from pathlib import Path

import torch

HOLDOUT = Path(__file__).parent / "holdout.csv"


def accuracy(model, tokenizer, names: list[str]) -> float:
    with HOLDOUT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    right = 0
    for row in rows:
        inputs = tokenizer(row["text"], return_tensors="pt", truncation=True, max_length=128)
        with torch.no_grad():
            right += names[int(model(**inputs).logits.argmax())] == row["intent"]
    return right / len(rows)
