"""Settings from the environment."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    openai_api_key: str
    chat_model: str = "gpt-5-mini"
    embed_model: str = "text-embedding-3-small"
    pagewright_url: str = "https://api.pagewright.example"
    pagewright_token: str
    pagewright_hook_secret: SecretStr = Field(min_length=32)
    attachment_hosts: frozenset[str] = frozenset({"files.pagewright.example"})
    max_attachment_bytes: int = 8_000_000
    session_key: str
    database_url: str
    redis_url: str
    chroma_host: str = "chroma"
    chroma_port: int = 8000
    handbook_tenant: str = "halden-handbook"
    widen_below: int = 3
    history_turns: int = 12
    questions_per_hour: int = 60
    tenant_questions_per_day: int = 3000


settings = Settings()
