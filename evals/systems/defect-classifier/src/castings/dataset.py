"""Pictures with labels: the open ones, ours, and the corrections, which win."""

import csv
from pathlib import Path

import numpy as np
from PIL import Image
from torch.utils.data import Dataset
from torchvision import transforms

from castings.params import params


class Castings(Dataset):
    def __init__(self, root: Path = Path("data")) -> None:
        settings = params()["data"]
        self.classes = settings["classes"]
        self.labels = {p: p.parent.name for p in (root / "public").rglob("*.jpg") if p.parent.name in self.classes}
        for name in ("labels.csv", "overrides.csv"):
            self.labels |= read(root / name, root / "line3", self.classes)
        self.pictures = sorted(self.labels)
        self.look = transforms.Compose(
            [
                transforms.Resize((settings["image_size"], settings["image_size"])),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
            ]
        )

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int):
        picture = self.pictures[index]
        return self.look(Image.open(picture).convert("RGB")), self.classes.index(self.labels[picture])


def read(table: Path, folder: Path, classes: list[str]) -> dict[Path, str]:
    with table.open(newline="") as rows:
        return {folder / Path(row["image"]).name: row["label"] for row in csv.DictReader(rows) if row["label"] in classes}


def class_weights(root: Path = Path("data")) -> np.ndarray:
    stored = np.load(root / "class_weights.npy", allow_pickle=True).item()
    return np.array([stored[name] for name in params()["data"]["classes"]], dtype="float32")
