"""Prompts from their files: front matter and words, checked when they are loaded.

Takes a name (`ingest/transcribe-picture`), gives a `Prompt`. A file that does not declare what it has to is an error at once, and not
when a model is asked. Left out until a prompt needs it: putting values into the words.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import yaml

_DECLARED = frozenset({"name", "version", "purpose", "inputs", "output"})
_TRUST = frozenset({"trusted", "untrusted"})


@dataclass(frozen=True, slots=True)
class Prompt:
    """The words of one prompt; `version` moves when their meaning does."""

    name: str
    version: int
    text: str


def load_prompt(name: str) -> Prompt:
    """The prompt of a name.

    Raises:
        ValueError: its file declares too little, too much, or something else.
    """
    head, separator, text = files("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    declared = yaml.safe_load(head) if separator else None
    if not isinstance(declared, dict) or set(declared) != _DECLARED:
        raise ValueError(f"prompt {name} must declare {', '.join(sorted(_DECLARED))}, and nothing else")
    if declared["name"] != name.rpartition("/")[2] or not isinstance(declared["version"], int):
        raise ValueError(f"prompt {name} must bear its own name and a whole number as its version")
    if not isinstance(declared["inputs"], dict) or not set(declared["inputs"].values()) <= _TRUST:
        raise ValueError(f"prompt {name} must say of each input whether it is trusted or untrusted")
    return Prompt(declared["name"], declared["version"], text.strip())
