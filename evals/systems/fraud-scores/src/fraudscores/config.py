"""Settings."""

import pathlib
from functools import lru_cache

import yaml

ROOT = pathlib.Path(__file__).parents[2]


@lru_cache
def config() -> dict:
    return yaml.safe_load((ROOT / "conf" / "train.yaml").read_text())
