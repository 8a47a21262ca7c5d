"""Vector store and the cache of embeddings in front of it."""

import hashlib
import pickle
from collections.abc import Sequence

import chromadb
import redis
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_openai import OpenAIEmbeddings

from .settings import settings

_redis = redis.Redis.from_url(settings.redis_url)
WEEK = 7 * 24 * 3600


def content_id(tenant: str, page: str, number: int) -> str:
    return hashlib.sha1(f"{tenant}/{page}/{number}".encode(), usedforsecurity=False).hexdigest()


class CachedEmbeddings(Embeddings):
    """Embeddings of pieces already seen come from Redis."""

    def __init__(self) -> None:
        self._inner = OpenAIEmbeddings(model=settings.embed_model, api_key=settings.openai_api_key)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        keys = [f"emb:{settings.embed_model}:{hashlib.sha256(t.encode()).hexdigest()}" for t in texts]
        found: Sequence[bytes | None] = _redis.mget(keys)
        vectors = [pickle.loads(raw) if raw else None for raw in found]
        missing = [i for i, v in enumerate(vectors) if v is None]
        if missing:
            fresh = self._inner.embed_documents([texts[i] for i in missing])
            for i, vector in zip(missing, fresh, strict=True):
                vectors[i] = vector
                _redis.set(keys[i], pickle.dumps(vector), ex=WEEK)
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self._inner.embed_query(text)


wiki = Chroma(
    collection_name="wiki",
    client=chromadb.HttpClient(host=settings.chroma_host, port=settings.chroma_port),
    embedding_function=CachedEmbeddings(),
)
