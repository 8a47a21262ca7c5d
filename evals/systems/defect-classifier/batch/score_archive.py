"""Every night: scores the pictures of the day again and lists where the release would decide differently."""

import csv
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

Image.MAX_IMAGE_PIXELS = 12_000_000
CLASSES = ["ok", "crack", "porosity", "inclusion", "surface"]


def score(folder: Path, target: Path) -> None:
    session = onnxruntime.InferenceSession("models/classifier.onnx", providers=["CPUExecutionProvider"])
    with target.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["picture", "verdict"])
        for picture in sorted(folder.glob("*.jpg")):
            image = Image.open(picture).convert("RGB").resize((224, 224))
            values = (np.asarray(image, dtype="float32") / 255).transpose(2, 0, 1)[None]
            rows.writerow([picture.name, CLASSES[int(session.run(None, {"picture": values})[0].argmax())]])


if __name__ == "__main__":
    score(Path(sys.argv[1]), Path(sys.argv[2]))
