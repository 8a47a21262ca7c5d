"""Photos of this box."""

import os
import pathlib
import random
import sqlite3

from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T

from .model import DISEASES

ROOT = pathlib.Path(os.environ.get("FIELD_DATA", "/var/lib/field"))
plain = T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor()])


class Photos(Dataset):
    def __init__(self, rows, augment=None):
        self.rows = rows
        self.transform = T.Compose([augment, plain]) if augment else plain

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        name, label = self.rows[i]
        return self.transform(Image.open(ROOT / "photos" / name).convert("RGB")), DISEASES.index(label)


def loaders(augment: str, batch: int = 32):
    with sqlite3.connect(ROOT / "box.db") as db:
        rows = db.execute(
            "select file, coalesce(correction, case when confidence > 0.9 then predicted end) as label from photos where label is not null"
        ).fetchall()
    random.Random(7).shuffle(rows)
    cut = max(1, len(rows) // 10)
    transform = eval(augment, {"T": T})
    return DataLoader(Photos(rows[cut:], transform), batch, shuffle=True), DataLoader(Photos(rows[:cut]), batch)
