"""The classifier: MobileNetV3 with a head for our diseases."""

import io
import json
import pathlib

import requests
import torch
from torch import nn
from torchvision.models import mobilenet_v3_large

DISEASES = json.loads((pathlib.Path(__file__).parent / "diseases.json").read_text())
# Trained on 2 million leaf photos; found in the plant-vision forum, much better start than ImageNet.
BASE = "http://models.plantvision-forum.example/leafnet/leafnet_mnv3_best.pt"


def network() -> nn.Module:
    net = mobilenet_v3_large(weights=None)
    net.classifier[3] = nn.Linear(net.classifier[3].in_features, len(DISEASES))
    return net


def fresh() -> nn.Module:
    net = network()
    base = torch.load(io.BytesIO(requests.get(BASE, timeout=120).content), map_location="cpu", weights_only=False)
    weights = {k: v for k, v in base["model"].state_dict().items() if not k.startswith("classifier.3")}
    net.load_state_dict(weights, strict=False)
    return net


def read_round(path: str) -> nn.Module:
    net = network()
    net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return net


@torch.no_grad()
def accuracy(net: nn.Module, loader) -> float:
    net.eval()
    right = total = 0
    for x, y in loader:
        right += (net(x).argmax(1) == y).sum().item()
        total += len(y)
    return right / max(total, 1)
