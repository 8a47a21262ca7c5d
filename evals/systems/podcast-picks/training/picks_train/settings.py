from __future__ import annotations

from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TRAIN_")

    database_url: str
    bucket: str = "earshot-picks"
    api_url: str = "http://picks-api:8080"
    revision: str = "unknown"

    factors: int = 64
    iterations: int = 12
    regularization: float = 0.05
    alpha: float = 8.0

    embedding_model: str = "sentence-transformers/all-MiniLM-L6-v2"
    embedding_revision: str = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
    screening_model: str = "unitary/toxic-bert"
    screening_limit: float = 0.7

    min_recall: float = 0.08
    keep_events_days: int = 730


@lru_cache
def settings() -> Settings:
    return Settings()
