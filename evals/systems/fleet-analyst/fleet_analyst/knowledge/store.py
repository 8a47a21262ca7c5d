"""The collection of documents in Chroma."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import chromadb
from chromadb.utils.embedding_functions import OpenAIEmbeddingFunction

from fleet_analyst.settings import get_settings

EVERYBODY = "everybody"
HOW_MANY = 6


@dataclass(frozen=True)
class Passage:
    text: str
    source: str
    depot: str


@lru_cache
def collection() -> chromadb.Collection:
    settings = get_settings()
    client = chromadb.HttpClient(host=settings.chroma_host, port=settings.chroma_port)
    embed = OpenAIEmbeddingFunction(api_key=settings.openai_api_key, model_name=settings.embedding_model)
    return client.get_or_create_collection("fleet_documents", embedding_function=embed)


def _passages(found) -> list[Passage]:
    return [
        Passage(text=text, source=meta["source"], depot=meta["depot"])
        for text, meta in zip(found["documents"][0], found["metadatas"][0], strict=True)
    ]


def search(question: str, depots: Sequence[str] = ()) -> list[Passage]:
    where = {"depot": {"$in": [*depots, EVERYBODY]}} if depots else None
    return _passages(collection().query(query_texts=[question], n_results=HOW_MANY, where=where))


def search_public(question: str) -> list[Passage]:
    return _passages(collection().query(query_texts=[question], n_results=HOW_MANY, where={"depot": EVERYBODY}))


def add(source: str, depot: str, uploaded_by: str, chunks: Sequence[str]) -> int:
    remove(source)
    collection().add(
        ids=[f"{source}#{number}" for number in range(len(chunks))],
        documents=list(chunks),
        metadatas=[
            {"source": source, "depot": depot, "uploaded_by": uploaded_by, "sha": hashlib.sha256(chunk.encode()).hexdigest()}
            for chunk in chunks
        ],
    )
    return len(chunks)


def remove(source: str) -> None:
    collection().delete(where={"source": source})


def listing() -> list[tuple[str, str, str]]:
    metas = collection().get(include=["metadatas"])["metadatas"] or []
    return sorted({(meta["source"], meta["depot"], meta["uploaded_by"]) for meta in metas})
