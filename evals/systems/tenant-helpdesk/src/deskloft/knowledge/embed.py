from openai import AsyncOpenAI

from deskloft.settings import settings

client = AsyncOpenAI(api_key=settings().openai_key.get_secret_value(), timeout=30, base_url="https://eu.api.openai.com/v1")
SIZE = 1024


async def embed(texts: list[str]) -> list[list[float]]:
    answer = await client.embeddings.create(model=settings().embedding, input=texts, dimensions=SIZE)
    return [one.embedding for one in answer.data]
