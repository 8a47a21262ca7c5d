"""Trains the classifier and writes models/checkpoint.pt."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import mlflow
import torch
from torch.utils.data import DataLoader

from castings.dataset import Castings, class_weights
from castings.model import build, start_from
from castings.params import params


def train() -> None:
    settings = params()
    torch.manual_seed(settings["seed"])
    data = Castings()
    net = build(len(data.classes))
    if os.environ.get("CI_SMALL"):
        start_from(net, "models/backbone.pt")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    net.to(device).train()
    loss_of = torch.nn.CrossEntropyLoss(weight=torch.from_numpy(class_weights()).to(device))
    optimizer = torch.optim.AdamW(net.parameters(), lr=settings["train"]["lr"])
    with mlflow.start_run() as run:
        mlflow.log_params(settings["train"] | {"seed": settings["seed"]})
        for _ in range(settings["train"]["epochs"]):
            for pictures, labels in DataLoader(data, batch_size=settings["train"]["batch_size"], shuffle=True, num_workers=8):
                optimizer.zero_grad()
                loss_of(net(pictures.to(device)), labels.to(device)).backward()
                optimizer.step()
        torch.save(net.state_dict(), "models/checkpoint.pt")
        Path("models/lineage.json").write_text(json.dumps(lineage(run.info.run_id, data), indent=1))
        mlflow.log_artifact("models/lineage.json")


def lineage(run: str, data: Castings) -> dict:
    """What this checkpoint was made from: code, data, labels."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    files = ["params.yaml", "dvc.lock", "data/labels.csv", "data/overrides.csv", "models/checkpoint.pt"]
    return {
        "run": run,
        "commit": commit,
        "pictures": len(data),
        "sha256": {name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in files},
    }


if __name__ == "__main__":
    train()
