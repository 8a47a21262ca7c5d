"""Recall of each class on the holdout, beside the baseline on edge statistics."""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.metrics import recall_score

from castings.params import params
from castings.model import build


def evaluate(folder: Path = Path("data/holdout")) -> None:
    settings = params()["data"]
    net = build(len(settings["classes"]))
    net.load_state_dict(torch.load("models/checkpoint.pt", map_location="cpu", weights_only=True))
    net.eval()
    baseline = json.loads(Path("models/baseline.json").read_text())
    truth, ours, theirs = [], [], []
    for picture in sorted(folder.glob("*/*.jpg")):
        image = Image.open(picture).convert("RGB").resize((settings["image_size"],) * 2)
        values = np.asarray(image, dtype="float32") / 255
        with torch.inference_mode():
            ours.append(int(net(torch.from_numpy(values).permute(2, 0, 1).unsqueeze(0)).argmax()))
        theirs.append(int((statistics(values) @ np.array(baseline["coef"]).T + np.array(baseline["intercept"])).argmax()))
        truth.append(settings["classes"].index(picture.parent.name))
    report = {
        "recall": dict(zip(settings["classes"], recall_score(truth, ours, average=None).tolist())),
        "baseline": dict(zip(settings["classes"], recall_score(truth, theirs, average=None).tolist())),
    }
    Path("metrics.json").write_text(json.dumps(report, indent=1))


def statistics(values: np.ndarray) -> np.ndarray:
    gray = values.mean(axis=2)
    return np.array([gray.mean(), gray.std(), np.abs(np.diff(gray, axis=0)).mean(), np.abs(np.diff(gray, axis=1)).mean()])


if __name__ == "__main__":
    evaluate()
