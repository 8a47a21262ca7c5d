"""The knowledge base: wiki articles, articles of the support team and answers that helped."""

from functools import lru_cache
from hashlib import sha1

import chromadb
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from support_assistant.config import get_settings

SPLITTER = RecursiveCharacterTextSplitter(chunk_size=900, chunk_overlap=120)


@lru_cache
def store() -> Chroma:
    settings = get_settings()
    return Chroma(
        client=chromadb.HttpClient(host=settings.chroma_host, port=settings.chroma_port),
        collection_name=settings.chroma_collection,
        embedding_function=HuggingFaceEmbeddings(
            model_name=settings.embedding_model,
            model_kwargs={"revision": settings.embedding_revision},
        ),
    )


def add_documents(texts: list[str], source: str) -> int:
    chunks = SPLITTER.create_documents(texts, metadatas=[{"source": source}] * len(texts))
    if not chunks:
        return 0
    ids = [sha1(f"{source}:{number}".encode()).hexdigest() for number in range(len(chunks))]
    store().add_documents(chunks, ids=ids)
    return len(chunks)


def remember_answer(question: str, answer: str, source: str) -> None:
    add_documents([f"Question: {question}\nAnswer that helped: {answer}"], source=source)


def search(question: str, limit: int = 6) -> list[Document]:
    return store().similarity_search(question, k=limit)
