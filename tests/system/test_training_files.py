"""What stages of a pipeline depend on: data, models and code are told apart."""

from __future__ import annotations

from pathlib import Path

from tests.system.small import scan_of

STAGES = """stages:
  train:
    cmd: python -m shop.train
    deps: [src/shop, data/rows, models/base.pt]
    outs: [models/net.pt]
"""


def test_a_stage_is_trained_on_data_loads_models_and_runs_code(tmp_path: Path) -> None:
    scan = scan_of(tmp_path, {"dvc.yaml": STAGES, "src/shop/train.py": "import torch\n\ndef main():\n    return torch.nn.Linear(1, 1)\n"})
    ties = sorted((r.kind, r.target) for r in scan.system.relations if r.source == "training_job:train (dvc.yaml)")
    assert ties == [("loads", "model_file:models/base.pt"), ("produces", "model_file:models/net.pt"), ("trained_on", "dataset:data/rows")]
