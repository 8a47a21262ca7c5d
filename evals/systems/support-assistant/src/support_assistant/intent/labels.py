"""The list of intents."""

from pathlib import Path

import yaml

from support_assistant.config import get_settings


def intent_names() -> list[str]:
    path = Path(__file__).parent / get_settings().intent_labels_file
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["intents"])
