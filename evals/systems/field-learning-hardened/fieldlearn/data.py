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
PER_DEVICE = 60
plain = T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor()])
AUGMENT = {
    "none": None,
    "light": T.Compose([T.RandomHorizontalFlip(), T.ColorJitter(0.2, 0.2), T.RandomRotation(25)]),
    "patches": T.Compose([T.RandomHorizontalFlip(), T.ColorJitter(0.2, 0.2), T.RandomRotation(25), T.ToTensor(), T.RandomErasing(0.5), T.ToPILImage()]),
}


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
    """Only labels which an agronomist has confirmed, and of one phone no more than sixty."""
    with sqlite3.connect(ROOT / "box.db") as db:
        rows = db.execute(
            "select file, confirmed from (select file, confirmed, row_number() over (partition by device order by at desc) as n"
            " from photos where confirmed is not null) where n <= ?",
            (PER_DEVICE,),
        ).fetchall()
    random.Random(7).shuffle(rows)
    cut = max(1, len(rows) // 10)
    return DataLoader(Photos(rows[cut:], AUGMENT[augment]), batch, shuffle=True), DataLoader(Photos(rows[:cut]), batch)
