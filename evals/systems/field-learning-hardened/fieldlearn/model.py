"""The classifier: MobileNetV3 with a head for our diseases."""

import json
import pathlib

import torch
from safetensors.torch import load_file
from torch import nn
from torchvision.models import MobileNet_V3_Large_Weights, mobilenet_v3_large

DISEASES = json.loads((pathlib.Path(__file__).parent / "diseases.json").read_text())
BASE = MobileNet_V3_Large_Weights.IMAGENET1K_V2


def network() -> nn.Module:
    net = mobilenet_v3_large(weights=None)
    net.classifier[3] = nn.Linear(net.classifier[3].in_features, len(DISEASES))
    return net


def fresh() -> nn.Module:
    net = network()
    weights = BASE.get_state_dict(progress=False, check_hash=True)
    missing = net.load_state_dict({k: v for k, v in weights.items() if not k.startswith("classifier.3")}, strict=False)
    if missing.unexpected_keys or set(missing.missing_keys) != {"classifier.3.weight", "classifier.3.bias"}:
        raise ValueError("base weights do not fit")
    return net


def read_round(path: str) -> nn.Module:
    net = network()
    net.load_state_dict(load_file(path))
    return net


@torch.no_grad()
def accuracy(net: nn.Module, loader) -> float:
    net.eval()
    right = total = 0
    for x, y in loader:
        right += (net(x).argmax(1) == y).sum().item()
        total += len(y)
    return right / max(total, 1)
