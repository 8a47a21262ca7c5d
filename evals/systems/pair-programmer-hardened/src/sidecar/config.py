from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path


@dataclass(frozen=True, slots=True)
class Settings:
    model: str = field(default_factory=lambda: os.environ.get("SIDECAR_MODEL", "claude-sonnet-4-5-20250929"))
    max_tokens: int = 8192
    max_rounds: int = 30
    session_tokens: int = 600_000
    person_tokens_a_day: int = 2_000_000
    service_tokens_a_day: int = 40_000_000
    workspaces: Path = field(default_factory=lambda: Path(os.environ.get("SIDECAR_WORKSPACES", "/workspaces")))
    embedder: str = "sentence-transformers/all-MiniLM-L6-v2"
    embedder_revision: str = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
    issuer: str = field(default_factory=lambda: os.environ.get("SIDECAR_ISSUER", ""))
    turns_url: str = field(default_factory=lambda: os.environ.get("SIDECAR_TURNS_URL", ""))
    turns_key: str = field(default_factory=lambda: os.environ.get("SIDECAR_TURNS_KEY", ""))


settings = Settings()
HIDDEN = (".git", ".env*", "*.pem", "*.key", "id_*", ".npmrc", ".pypirc", ".netrc")
CACHE = user_cache_path("sidecar")
