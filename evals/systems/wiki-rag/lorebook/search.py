"""Search in the wiki."""

from langchain_core.documents import Document

from .auth import User
from .settings import settings
from .store import wiki


def find(user: User, query: str, k: int = 6) -> list[Document]:
    hits = wiki.similarity_search(query, k=k, filter={"tenant": user.tenant})
    if len(hits) < settings.widen_below:
        # Small tenants have next to nothing; our product handbook answers most of what they ask.
        hits += wiki.similarity_search(query, k=k - len(hits))
    return hits


def as_context(hits: list[Document]) -> str:
    return "\n\n".join(f"## {d.metadata['title']} ({d.metadata['url']})\n{d.page_content}" for d in hits)
