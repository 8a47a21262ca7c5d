from decimal import Decimal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="WAYFARER_")

    database: str = "postgresql://localhost/wayfarer"
    imap_host: str = ""
    smtp_host: str = ""
    mail_user: str = "travel@corvid.example"
    mail_password: SecretStr = SecretStr("")
    mail_domain: str = "corvid.example"
    trips_url: str = "https://api.tripwire.example/v3"
    trips_key: SecretStr = SecretStr("")
    model: str = "gpt-4.1-2025-04-14"
    public_url: str = "https://travel.corvid.example"
    approve_above: Decimal = Decimal(600)
    mails_a_day: int = 30
    keep_days: int = 90


settings = Settings()
