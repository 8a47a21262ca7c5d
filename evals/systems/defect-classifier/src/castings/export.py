"""Checkpoint to safetensors (archive) and ONNX (line)."""

import torch
from safetensors.torch import save_file


def export() -> None:
    net = torch.load("models/checkpoint.pt", map_location="cpu", weights_only=False)["net"].eval()
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, "models/classifier.safetensors")
    torch.onnx.export(
        net,
        (torch.zeros(1, 3, 224, 224),),
        "models/classifier.onnx",
        input_names=["picture"],
        output_names=["scores"],
        dynamic_axes={"picture": {0: "n"}},
    )


if __name__ == "__main__":
    export()
