"""Reads YAML that this project wrote: labels, judgements, questions. libyaml reads it, as some of these files are large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def read_yaml(file: Path) -> Any:  # whatever stands there; who reads validates it
    """What a file holds.

    Raises:
        yaml.YAMLError: it is no YAML.
        OSError, UnicodeDecodeError: it cannot be read.
    """
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
