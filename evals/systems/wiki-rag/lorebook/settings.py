"""Settings from the environment."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    openai_api_key: str
    chat_model: str = "gpt-5-mini"
    embed_model: str = "text-embedding-3-small"
    pagewright_url: str = "https://api.pagewright.example"
    pagewright_token: str
    pagewright_hook_secret: str = ""
    session_key: str
    database_url: str
    redis_url: str
    chroma_host: str = "chroma"
    chroma_port: int = 8000
    widen_below: int = 3
    history_turns: int = 0  # 0: all


settings = Settings()
