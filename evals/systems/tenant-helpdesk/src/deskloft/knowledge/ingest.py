"""Documents of a tenant become passages."""
import asyncio
import io

from pypdf import PdfReader
from sqlalchemy.ext.asyncio import AsyncSession

from deskloft.knowledge.embed import embed
from deskloft.tables import Document, Passage, Tenant

PASSAGE, OVERLAP, MOST = 900, 150, 2000


class Unreadable(Exception):
    """The file has no text we can use."""


def text_of(content: bytes, kind: str) -> str:
    if kind == "application/pdf":
        try:
            return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages[:300])
        except Exception as failure:
            raise Unreadable from failure
    if kind in ("text/plain", "text/markdown"):
        return content.decode("utf-8", "replace")
    raise Unreadable


def passages_of(text: str) -> list[str]:
    step = PASSAGE - OVERLAP
    return [text[i : i + PASSAGE] for i in range(0, max(len(text) - OVERLAP, 1), step)][:MOST]


async def add(session: AsyncSession, tenant: Tenant, title: str, content: bytes, kind: str, who: str) -> Document:
    text = await asyncio.to_thread(text_of, content, kind)
    parts = [part for part in passages_of(text) if part.strip()]
    if not parts:
        raise Unreadable
    document = Document(tenant_id=tenant.id, title=title[:200], uploaded_by=who)
    session.add(document)
    await session.flush()
    for start in range(0, len(parts), 100):
        batch = parts[start : start + 100]
        for part, vector in zip(batch, await embed(batch), strict=True):
            session.add(Passage(tenant_id=tenant.id, document_id=document.id, text=part, embedding=vector))
    return document
