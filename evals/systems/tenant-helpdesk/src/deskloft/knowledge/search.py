"""Search in the documents of a tenant."""
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deskloft.knowledge.embed import embed
from deskloft.tables import Document, Passage, Tenant

NEAR = 0.45
WANTED = 6
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Hit:
    passage: int
    title: str
    text: str


def _passages() -> Select:
    return select(Passage.id, Document.title, Passage.text).join(Document, Document.id == Passage.document_id)


async def _near(session: AsyncSession, tenant: Tenant, question: str) -> list[Hit]:
    [vector] = await embed([question])
    distance = Passage.embedding.cosine_distance(vector)
    found = await session.execute(
        _passages().where(Passage.tenant_id == tenant.id, distance < NEAR).order_by(distance).limit(WANTED)
    )
    return [Hit(*row) for row in found]


async def _worded(session: AsyncSession, question: str, without: set[int]) -> list[Hit]:
    query = func.websearch_to_tsquery("german", question)
    found = await session.execute(
        _passages()
        .where(Passage.words.op("@@")(query), Passage.id.not_in(without))
        .order_by(func.ts_rank(Passage.words, query).desc())
        .limit(WANTED - len(without))
    )
    return [Hit(*row) for row in found]


async def search(session: AsyncSession, tenant: Tenant, question: str) -> list[Hit]:
    hits = await _near(session, tenant, question)
    if len(hits) < ENOUGH:
        hits += await _worded(session, question, {hit.passage for hit in hits})
    return hits
