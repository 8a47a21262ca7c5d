from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    model: str = field(default_factory=lambda: os.environ.get("SIDECAR_MODEL", "claude-sonnet-4-5"))
    max_tokens: int = 8192
    workspaces: Path = field(default_factory=lambda: Path(os.environ.get("SIDECAR_WORKSPACES", "/workspaces")))
    embedder: str = "nomic-ai/nomic-embed-code"
    turns_url: str = field(default_factory=lambda: os.environ.get("SIDECAR_TURNS_URL", ""))
    turns_key: str = field(default_factory=lambda: os.environ.get("SIDECAR_TURNS_KEY", ""))


settings = Settings()
FOLDER = ".sidecar"
