import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Config:
    base: dict[str, Any]
    data: dict[str, Any]
    train: dict[str, Any]
    eval: dict[str, Any]
    release: dict[str, Any]


def from_command_line(what: str) -> tuple[Config, argparse.Namespace]:
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("config", type=Path)
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args()
    return Config(**yaml.safe_load(args.config.read_text())), args
