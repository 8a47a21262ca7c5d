from langchain_openai import ChatOpenAI

from fleet_analyst.settings import get_settings


def chat_model(max_tokens: int = 2_000) -> ChatOpenAI:
    settings = get_settings()
    return ChatOpenAI(
        model=settings.chat_model,
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        max_tokens=max_tokens,
        timeout=90,
        max_retries=2,
    )
