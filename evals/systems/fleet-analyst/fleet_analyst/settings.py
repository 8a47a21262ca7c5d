"""All settings, read once from the environment (or a .env file on a laptop)."""

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    # database
    database_url: str
    reader_url: str | None = None
    statement_timeout_ms: int = 20_000
    max_rows: int = 500

    # model
    openai_api_key: str
    openai_base_url: str | None = None
    chat_model: str = "gpt-5-mini"
    embedding_model: str = "text-embedding-3-small"
    max_model_calls: int = 12
    daily_tokens: int = 400_000

    # documents
    chroma_host: str = "chroma"
    chroma_port: int = 8000

    # people
    mail_domain: str = "kessler-vans.example"
    smtp_host: str = "mail.kessler-vans.example"
    smtp_port: int = 587
    smtp_user: str = "fleet-analyst"
    smtp_password: str = ""
    admin_user: str = "fleet"
    admin_password: str = "kessler-depot-9"

    # other teams' agents; token -> name of the team
    mcp_tokens: dict[str, str] = Field(default_factory=dict)
    mcp_port: int = 8765

    # files
    charts_dir: Path = Path("public/charts")
    export_dir: Path = Path("data/exports")
    uploads_dir: Path = Path("data/uploads")
    work_dir: Path = Path("data/work")
    risk_model: Path = Path("models/driver_risk.pkl")

    # the web
    web_hosts: tuple[str, ...] = (
        "verkehr.autobahn-info.example",
        "spritpreise.example",
        "forum.transporterfahrer.example",
    )
    web_max_bytes: int = 400_000

    # feedback and risk
    feedback_min_comments: int = 5
    feedback_keep_days: int = 180
    charts_keep_days: int = 30
    risk_min_auc: float = 0.70
    risk_night_limit: float = 0.65

    @property
    def analyst_url(self) -> str:
        return self.reader_url or self.database_url


@lru_cache
def get_settings() -> Settings:
    return Settings()
