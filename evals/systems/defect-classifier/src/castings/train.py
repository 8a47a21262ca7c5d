"""Trains the classifier and writes models/checkpoint.pt."""

import os

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
    mlflow.autolog(disable=True)
    for _ in range(settings["train"]["epochs"]):
        for pictures, labels in DataLoader(data, batch_size=settings["train"]["batch_size"], shuffle=True, num_workers=8):
            optimizer.zero_grad()
            loss_of(net(pictures.to(device)), labels.to(device)).backward()
            optimizer.step()
    torch.save({"net": net, "classes": data.classes}, "models/checkpoint.pt")


if __name__ == "__main__":
    train()
