"""Settings of the service. Secrets have no default: they come from the environment, filled by the secret manager."""

from functools import lru_cache

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="SUPPORT_", extra="ignore")

    environment: str = "development"
    database_url: SecretStr
    reporting_database_url: SecretStr
    checkpoint_path: str = "/var/lib/support/checkpoints.db"
    session_secret: SecretStr
    staff_session_secret: SecretStr
    session_max_age: int = 60 * 60 * 8

    openai_api_key: SecretStr
    chat_model: str = "gpt-4.1-mini-2025-04-14"
    chat_temperature: float = 0.2
    chat_max_tokens: int = 600
    chat_timeout: float = 20.0

    chroma_host: str = "chroma"
    chroma_port: int = 8000
    chroma_collection: str = "support-knowledge"
    embedding_model: str = "intfloat/multilingual-e5-small"
    embedding_revision: str = "614241f622f53c4eeff9890bdc4f31cfecc418b3"

    wiki_base_url: str = "https://wiki.fjordkit-community.example"
    wiki_reviewed_file: str = "wiki_reviewed.yaml"
    wiki_max_bytes: int = 500_000

    intent_base_model: str = "norbits/minilm-intent-nordic"
    intent_base_revision: str = "5b1f0c2de7a94c0fb3d85a6a1e0f7745c9d2e318"
    intent_model_dir: str = "/var/lib/support/intent"
    intent_model_sha256: str
    intent_labels_file: str = "intent_labels.yaml"
    intent_floor: float = 0.6
    intent_min_accuracy: float = 0.88

    payments_url: str = "https://payments.fjordkit.example/v2"
    payments_api_key: SecretStr
    refund_limit: float = 500.0
    smtp_host: str = "mail.fjordkit.example"
    mail_from: str = "support@fjordkit.example"


@lru_cache
def get_settings() -> Settings:
    return Settings()
