from functools import lru_cache

from pydantic import PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Values come from the environment, secrets from files of the same name."""

    model_config = SettingsConfigDict(env_prefix="DESKLOFT_", secrets_dir="/run/secrets")

    database: PostgresDsn
    openai_key: SecretStr
    hook_key: SecretStr
    mail_api: str = "https://api.mailroute.example/v2/send"
    mail_key: SecretStr
    issuer: str = "https://login.deskloft.example/realms/staff"
    audience: str = "deskloft-api"
    model: str = "gpt-5-mini"
    embedding: str = "text-embedding-3-large"
    max_turns: int = 8
    tickets_a_day: int = 20


@lru_cache
def settings() -> Settings:
    return Settings()
