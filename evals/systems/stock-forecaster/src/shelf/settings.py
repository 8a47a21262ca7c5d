"""Settings, from the environment."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

HORIZON = 14
RELEASE_KEY = "9f0b6d2c1c7f3f6a58e0a5a7d8b5c9e1f2047a6c33d9be17486f0d5c2a91e8b4"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHELF_")

    warehouse: SecretStr = SecretStr("")
    bucket: str = "shelf-models"
    endpoint: str | None = None
    signing_key_file: str = "/run/secrets/signing.pem"
    clients: dict[str, str] = {}
    calls_a_minute: int = 120
    commit: str = "unknown"


settings = Settings()
