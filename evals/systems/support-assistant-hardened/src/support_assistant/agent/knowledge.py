"""The knowledge base: reviewed wiki articles and articles of the support team."""

from datetime import datetime, timezone
from functools import lru_cache
from hashlib import sha256

import chromadb
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from support_assistant.config import get_settings

SPLITTER = RecursiveCharacterTextSplitter(chunk_size=900, chunk_overlap=120)
EVERYBODY = "everybody"


@lru_cache
def store() -> Chroma:
    settings = get_settings()
    return Chroma(
        client=chromadb.HttpClient(host=settings.chroma_host, port=settings.chroma_port),
        collection_name=settings.chroma_collection,
        embedding_function=HuggingFaceEmbeddings(
            model_name=settings.embedding_model,
            model_kwargs={
                "revision": settings.embedding_revision,
                "trust_remote_code": False,
                "model_kwargs": {"use_safetensors": True},
            },
        ),
    )


def add_documents(texts: list[str], source: str, reviewed_by: str, owner: str = EVERYBODY) -> int:
    origin = {
        "source": source,
        "owner": owner,
        "reviewed_by": reviewed_by,
        "sha256": sha256("\n".join(texts).encode()).hexdigest(),
        "added": datetime.now(timezone.utc).isoformat(),
    }
    chunks = SPLITTER.create_documents(texts, metadatas=[origin] * len(texts))
    if not chunks:
        return 0
    ids = [sha256(f"{source}:{number}".encode()).hexdigest() for number in range(len(chunks))]
    store().add_documents(chunks, ids=ids)
    return len(chunks)


def search(question: str, customer_id: int, limit: int = 6) -> list[Document]:
    allowed = {"owner": {"$in": [EVERYBODY, f"customer-{customer_id}"]}}
    return store().similarity_search(question[:500], k=limit, filter=allowed)
