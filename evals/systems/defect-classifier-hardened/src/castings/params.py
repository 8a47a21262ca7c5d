"""params.yaml, read once."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def params() -> dict:
    return yaml.safe_load((ROOT / "params.yaml").read_text())
