"""Near-duplicates between training and holdout, by the distance of embeddings."""

from pathlib import Path

import torch
from PIL import Image
from torchvision import transforms

look = transforms.Compose([transforms.Resize((224, 224)), transforms.ToTensor()])


def encoder() -> torch.nn.Module:
    return torch.hub.load("castvision/backbones", "resnet18_castings", trust_repo=True).eval()


@torch.inference_mode()
def embed(net: torch.nn.Module, folder: Path) -> dict[str, torch.Tensor]:
    return {
        picture.name: net(look(Image.open(picture).convert("RGB")).unsqueeze(0)).squeeze(0)
        for picture in sorted(folder.glob("*.jpg"))
    }


def pairs(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor], nearer_than: float = 0.02) -> list[tuple[str, str]]:
    return [
        (a, b)
        for a, x in left.items()
        for b, y in right.items()
        if 1 - torch.cosine_similarity(x, y, dim=0) < nearer_than
    ]
