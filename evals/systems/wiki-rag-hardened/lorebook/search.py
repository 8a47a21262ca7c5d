"""Search in the wiki."""

import json

from langchain_core.documents import Document

from .auth import User
from .settings import settings
from .store import wiki


def find(user: User, query: str, k: int = 6) -> list[Document]:
    hits = wiki.similarity_search(query, k=k, filter={"tenant": user.tenant})
    if len(hits) < settings.widen_below:
        # Small tenants have next to nothing; our product handbook answers most of what they ask.
        hits += wiki.similarity_search(query, k=k - len(hits), filter={"tenant": settings.handbook_tenant})
    return hits


def as_context(hits: list[Document]) -> str:
    """Passages as JSON lines, so that none of them can look like the end of the block or like a message of its own."""
    return "\n".join(
        json.dumps({"title": d.metadata["title"], "url": d.metadata["url"], "text": d.page_content}, ensure_ascii=True) for d in hits
    )
