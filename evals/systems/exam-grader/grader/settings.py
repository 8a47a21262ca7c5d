from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str
    redis_url: str = "redis://redis:6379/0"
    session_key: str
    oidc_issuer: str
    oidc_client_id: str = "korrekt"
    oidc_client_secret: str
    campus_app_key: str
    model: str = "claude-sonnet-4-5"
    clear_from: float = 0.8
    max_chars: int = 60_000
    rubrics: Path = Path("rubrics")


@lru_cache
def settings() -> Settings:
    return Settings()


@lru_cache
def rubric(course: str) -> dict[str, Any]:
    known = {path.stem: path for path in settings().rubrics.glob("*.yaml")}
    return yaml.safe_load(known[course].read_text("utf-8"))
