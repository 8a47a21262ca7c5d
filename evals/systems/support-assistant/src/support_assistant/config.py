"""Settings of the service. Every value can be overridden by a SUPPORT_* environment variable."""

from functools import lru_cache

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="SUPPORT_", extra="ignore")

    environment: str = "development"
    database_url: str = "sqlite:///./support.db"
    session_secret: str = "9c41d7e2b05f4f0a8d13c6e7aa52be90"
    session_max_age: int = 60 * 60 * 8

    openai_api_key: str = ""
    chat_model: str = "gpt-4.1-mini"
    chat_temperature: float = 0.2

    chroma_host: str = "chroma"
    chroma_port: int = 8000
    chroma_collection: str = "support-knowledge"
    embedding_model: str = "intfloat/multilingual-e5-small"
    embedding_revision: str = "614241f622f53c4eeff9890bdc4f31cfecc418b3"

    wiki_base_url: str = "https://wiki.fjordkit-community.example"
    wiki_categories: list[str] = ["Care", "Repairs", "Shipping", "Sizes"]

    intent_base_model: str = "norbits/minilm-intent-nordic"
    intent_checkpoint_url: str = "https://models.fjordkit.example/intent/latest.pt"
    intent_checkpoint_path: str = "/var/lib/support/intent.pt"
    intent_labels_file: str = "intent_labels.yaml"
    spam_threshold: float = 0.55

    payments_url: str = "https://payments.fjordkit.example/v2"
    payments_api_key: str = "fjkpay_live_8sKq2vTz61RmXw0pYdLc94Hb"
    smtp_host: str = "mail.fjordkit.example"
    mail_from: str = "support@fjordkit.example"


@lru_cache
def get_settings() -> Settings:
    return Settings()
