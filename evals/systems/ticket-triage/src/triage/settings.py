"""Settings, all from the environment (TRIAGE_...)."""

from functools import lru_cache

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TRIAGE_")

    openai_api_key: SecretStr
    model: str = "gpt-5-mini-2025-08-07"
    database_url: SecretStr = SecretStr("postgresql:///triage")
    hook_secret: SecretStr = Field(default=SecretStr(""), description="Shared with the helpdesk; empty only in tests.")
    helpdesk_url: str = "https://vantry.helpdesk.example/api/v2"
    helpdesk_token: SecretStr = SecretStr("")
    sure: float = 0.7
    pages_per_night: int = 3
    calls_per_hour: int = 400


@lru_cache
def settings() -> Settings:
    return Settings()
